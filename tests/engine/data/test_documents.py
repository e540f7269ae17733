"""Uploaded files: what is read, and what is refused by its name."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from docx import Document

from engine.data.documents import MAX_MB, read_document
from engine.errors import UnreadableFile
from tests.mixed_files import epub

TEXT = "Die Fähre nach Kaltwasser fährt früh. Später kommt Mara über die Brücke und zögert."


def word(*paragraphs: str) -> bytes:
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def bomb() -> bytes:
    """A small zip that unpacks to 60 MB."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 60_000_000)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_text_is_read_whatever_its_encoding(encoding: str) -> None:
    found = read_document("notes.TXT", (TEXT * 3).encode(encoding))
    assert found == (TEXT * 3, encoding)


def test_word_paragraphs_are_read_in_order() -> None:
    found = read_document("novel.docx", word("One.", "", "Two “three”."))
    assert found.text == "One.\n\nTwo “three”."


@pytest.mark.parametrize("page", ["", "<!-- cover -->", "<html><body><!-- x --></body></html>"])
def test_an_empty_page_loses_no_book(page: str) -> None:
    data = epub([("One", "It began."), ("Two", "It<br/>ended.")], spoil=page)
    assert read_document("book.epub", data).text == "# One\n\nIt began.\n\n# Two\n\nIt ended."


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("book.pdf", b"%PDF", r"only \.txt, \.md, \.docx"),
        ("empty.txt", b" \n", "no text"),
        ("image.txt", b"\x89PNG\0\0\0", "no text"),
        ("broken.docx", b"PK\x03\x04 and so on", "damaged"),
        ("cut.docx", word("Much.")[:-200], "damaged"),
        ("bomb.docx", bomb(), "unpacks"),
        ("large.txt", b"a" * (MAX_MB * 1_000_000 + 1), "larger"),
        ("../../etc/passwd.md", b"", "passwd"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, data: bytes, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why) as caught:
        read_document(name, data)
    assert str(caught.value).startswith(name.rpartition("/")[2])
    assert ".." not in str(caught.value)
    assert caught.value.code == "unreadable_file"
