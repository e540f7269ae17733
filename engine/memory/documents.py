"""The text of an uploaded file: plain text, Markdown or Word. What cannot be read is refused by name."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import PurePath

from charset_normalizer import from_bytes

from engine.errors import UnreadableFile

MAX_MB = 5
# A Word file is a zip: a small one may unpack to a very large one.
MAX_UNPACKED_MB = 50
ENDINGS = (".txt", ".md", ".docx")


def read_document(name: str, data: bytes) -> str:
    """The text of a file. `name` decides how it is read and is never used as a path.

    Raises `UnreadableFile` for another kind of file, one that is broken, empty or too large.
    """
    name = PurePath(name.replace("\\", "/")).name or "The file"
    ending = PurePath(name).suffix.lower()
    if ending not in ENDINGS:
        raise UnreadableFile(name, f"only {', '.join(ENDINGS)} are read")
    if len(data) > MAX_MB * 1_000_000:
        raise UnreadableFile(name, f"it is larger than {MAX_MB} MB")
    text = word_text(name, data) if ending == ".docx" else plain_text(name, data)
    if not text.strip():
        raise UnreadableFile(name, "there is no text in it")
    return text


def plain_text(name: str, data: bytes) -> str:
    """UTF-8 where it is that, otherwise the likeliest encoding."""
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile(name, "it is no text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        guess = from_bytes(data).best()
    if guess is None:
        raise UnreadableFile(name, "its encoding is not known: save it as UTF-8")
    return str(guess)


def word_text(name: str, data: bytes) -> str:
    """Paragraphs of a Word document, in their order, tables left out."""
    # Imported here: only uploads need it, and it brings an XML parser.
    from docx import Document

    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > MAX_UNPACKED_MB * 1_000_000:
            raise UnreadableFile(name, f"it unpacks to more than {MAX_UNPACKED_MB} MB")
        paragraphs = Document(BytesIO(data)).paragraphs
        return "\n\n".join(each.text for each in paragraphs if each.text.strip())
    except UnreadableFile:
        raise
    except Exception as error:  # zip, XML and Word each break in ways of their own
        raise UnreadableFile(name, "it is damaged, or no Word document") from error
