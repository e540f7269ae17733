"""The text of a file of prose: plain text, Markdown, Word or EPUB. What cannot be read is named."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import PurePath
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from engine.data.encoding import Decoded, decode
from engine.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_MB = 5
# Word and EPUB files are zips: a small one may unpack to a very large one.
MAX_UNPACKED_MB = 50
ENDINGS = (".txt", ".md", ".docx", ".epub")
# What Word writes instead of a zip once a password protects it, as its old .doc did.
OLE = b"\xd0\xcf\x11\xe0"
BLOCKS = ("p", "div", "li", "blockquote", "tr", "h1", "h2", "h3", "h4", "h5", "h6")
HEADINGS = ("h1", "h2", "h3")


def read_document(name: str, data: bytes, *, max_mb: int = MAX_MB) -> Decoded:
    """The text of a file; headings begin with `# `. `name` decides how it is read and is no path.

    Raises `UnreadableFile` for another kind of file, one that is broken, empty or too large.
    """
    name = file_name(name)
    ending = PurePath(name).suffix.lower()
    if ending not in ENDINGS:
        raise UnreadableFile(name, f"only {', '.join(ENDINGS)} are read")
    if len(data) > max_mb * 1_000_000:
        raise UnreadableFile(name, f"it is larger than {max_mb} MB")
    found = _unzipped(name, data, ending) if ending in (".docx", ".epub") else decode(name, data)
    if not found.text.strip():
        raise UnreadableFile(name, "there is no text in it")
    return found


def file_name(name: str) -> str:
    """The last part of a path, from whatever system, as letters that can be stored."""
    whole = name.encode(errors="replace").decode().replace("\0", "?")
    return PurePath(whole.replace("\\", "/")).name or "The file"


def _unzipped(name: str, data: bytes, ending: str) -> Decoded:
    if data.startswith(OLE):
        why = "it is protected by a password, or an old Word file: save it as .docx without one"
        raise UnreadableFile(name, why)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _check_zip(name, archive)
            text = word_text(data) if ending == ".docx" else epub_text(name, archive)
    except UnreadableFile:
        raise
    except Exception as error:  # zip, XML and Word each break in ways of their own
        kind = "a Word document" if ending == ".docx" else "an EPUB"
        raise UnreadableFile(name, f"it is damaged, or not {kind}") from error
    return Decoded(text, "utf-8")


def _check_zip(name: str, archive: zipfile.ZipFile) -> None:
    """Raise `UnreadableFile` for an archive that is locked or unpacks to very much."""
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableFile(name, "it is protected by a password")
    if sum(part.file_size for part in parts) > MAX_UNPACKED_MB * 1_000_000:
        raise UnreadableFile(name, f"it unpacks to more than {MAX_UNPACKED_MB} MB")


def word_text(data: bytes) -> str:
    """Paragraphs of a Word document, in their order, tables left out."""
    # Imported here: only uploads need it, and it brings an XML parser.
    from docx import Document

    lines = []
    for paragraph in Document(BytesIO(data)).paragraphs:
        if paragraph.text.strip():
            style = (paragraph.style.name or "") if paragraph.style else ""
            is_heading = style.startswith("Heading")
            lines.append(f"# {paragraph.text.strip()}" if is_heading else paragraph.text)
    return "\n\n".join(lines)


def epub_text(name: str, archive: zipfile.ZipFile) -> str:
    """The documents of an EPUB in reading order. Raises `UnreadableFile` for one that is locked."""
    from lxml import etree, html

    strict = etree.XMLParser(resolve_entities=False, no_network=True)
    container = etree.fromstring(archive.read("META-INF/container.xml"), strict)
    package = container.find(".//{*}rootfile").get("full-path")
    index = etree.fromstring(archive.read(package), strict)
    places = {item.get("id"): item.get("href") for item in index.iterfind(".//{*}manifest/{*}item")}
    locked = _locked_parts(archive)
    chapters = []
    for reference in index.iterfind(".//{*}spine/{*}itemref"):
        href = unquote(places[reference.get("idref")])
        part = normpath(join(dirname(package), href))
        if part in locked:
            raise UnreadableFile(name, "its text is encrypted (a copy protection)")
        try:
            chapters.append(page_text(html.fromstring(archive.read(part))))
        except etree.ParserError:  # an empty page, such as one that only holds a picture's place
            continue
    return "\n\n".join(chapter for chapter in chapters if chapter.strip())


def _locked_parts(archive: zipfile.ZipFile) -> set[str]:
    """Parts that are encrypted. Fonts may be, without anything being amiss."""
    from lxml import etree

    if "META-INF/encryption.xml" not in archive.namelist():
        return set()
    strict = etree.XMLParser(resolve_entities=False, no_network=True)
    listed = etree.fromstring(archive.read("META-INF/encryption.xml"), strict)
    return {unquote(each.get("URI", "")) for each in listed.iterfind(".//{*}CipherReference")}


def page_text(page: Any) -> str:
    """The text of an HTML page: a blank line after each block, `# ` before headings."""
    body = page.find("body")
    body = page if body is None else body
    for unread in list(body.iter("script", "style", "nav")):
        unread.drop_tree()
    for line_break in body.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    for block in body.iter(*BLOCKS):
        if block.tag in HEADINGS:
            block.text = f"# {block.text or ''}"
        block.tail = f"\n\n{block.tail or ''}"
    return "\n\n".join(_paragraphs(body.text_content()))


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs with their white space as people see it; empty ones left out."""
    for paragraph in text.split("\n\n"):
        if line := " ".join(paragraph.split()).removesuffix("#").strip():
            yield line
