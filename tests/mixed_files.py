"""Files as people have them: prose and rows, in many kinds and encodings, and some that are broken.

Sentences are put together by a seeded choice of words, so that no two files say the same.
"""

from __future__ import annotations

import csv
import json
import random
import zipfile
from collections.abc import Callable
from functools import partial
from io import BytesIO, StringIO
from typing import Any

from docx import Document

from engine.data.readers import Upload

# fmt: off
ENGLISH = (
    "ferryman", "harbour", "lantern", "winter", "letter", "miller", "orchard", "captain", "river",
    "window", "garden", "widow", "key", "stair", "market", "storm", "bridge", "raven", "bread",
    "candle", "cellar", "horse", "mountain", "promise", "story", "sister", "table",
)
DOES = (
    "found", "carried", "watched", "remembered", "sold", "hid", "followed", "lost", "mended",
    "feared", "wanted", "burned",
)
LIKE = (
    "old", "silent", "bitter", "golden", "narrow", "forgotten", "broken", "distant", "gentle",
    "wet", "hollow", "proud",
)
# fmt: on
# Words with letters of their own, by the encodings that have them.
FOREIGN = {
    "cp1252": "“Naïve” café — façade… déjà vu; it’s over",
    "latin-1": "Später fährt die Fähre über die Brücke, größer als früher",
    "cp1251": "Вечером она вышла к реке и долго смотрела на тёмную воду",
    "utf-16": "Mara hörte “Я иду” und schwieg — ça va",
}


def sentence(rng: random.Random) -> str:
    """One sentence nobody has written before."""
    parts = [
        f"the {rng.choice(LIKE)} {rng.choice(ENGLISH)} {rng.choice(DOES)} the {rng.choice(LIKE)} "
        f"{rng.choice(ENGLISH)} by the {rng.choice(ENGLISH)}"
        for _ in range(rng.randint(1, 3))
    ]
    return ", and ".join(parts).capitalize() + "."


def prose(rng: random.Random, size: int, *, chapters: int = 0, mark: str = "") -> str:
    """About `size` characters of paragraphs, under headings where there are `chapters`."""
    found: list[str] = []
    length = 0
    for number in range(1, max(1, chapters) + 1):
        if chapters:
            found.append(f"{mark}Chapter {number}. {rng.choice(ENGLISH).capitalize()}")
        while length < size * number / max(1, chapters):
            found.append(" ".join(sentence(rng) for _ in range(6)))
            length += len(found[-1])
    return "\n\n".join(found)


def encoded(rng: random.Random, size: int, encoding: str) -> bytes:
    """Prose with lines that only this encoding reads aright."""
    told = FOREIGN[encoding]
    text = prose(rng, size).replace("\n\n", f"\n\n{told}. ")
    return text.encode(encoding)


def word(rng: random.Random, size: int) -> bytes:
    document = Document()
    for number, paragraph in enumerate(prose(rng, size).split("\n\n")):
        if number % 40 == 0:
            document.add_heading(f"Chapter {number // 40 + 1}", 1)
        document.add_paragraph(paragraph)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def epub(
    chapters: list[tuple[str, str]], *, locked: bool = False, spoil: str | None = None
) -> bytes:
    """An EPUB of chapters, each a title and paragraphs; `spoil` is a page that stands before them."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        )
        first = 0 if spoil is None else -1
        numbers = range(first, len(chapters))
        items = "".join(
            f'<item id="c{number}" href="chapter%20{number}.xhtml"/>' for number in numbers
        )
        spine = "".join(f'<itemref idref="c{number}"/>' for number in numbers)
        archive.writestr(
            "OEBPS/book.opf",
            f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest>'
            f"<spine>{spine}</spine></package>",
        )
        if spoil is not None:
            archive.writestr("OEBPS/chapter -1.xhtml", spoil)
        for number, (title, text) in enumerate(chapters):
            paragraphs = "".join(f"<p>{each}</p>" for each in text.split("\n\n"))
            archive.writestr(
                f"OEBPS/chapter {number}.xhtml",
                "<?xml version='1.0' encoding='utf-8'?><html><head><title>No</title>"
                "<style>p {color: red}</style></head>"
                f"<body><h2><a>{title}</a></h2>{paragraphs}</body></html>",
            )
        if locked:
            archive.writestr(
                "META-INF/encryption.xml",
                '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData>'
                '<e:CipherData><e:CipherReference URI="OEBPS/chapter%200.xhtml"/></e:CipherData>'
                "</e:EncryptedData></encryption>",
            )
    return file.getvalue()


def book(rng: random.Random, size: int) -> bytes:
    return epub([(f"Chapter {n + 1}", prose(rng, size // 10)) for n in range(10)])


def records(rng: random.Random, size: int) -> list[dict[str, str]]:
    """Rows of a prompt and about 900 characters; each fiftieth has no text."""
    rows = [
        {"prompt": f"Write of {sentence(rng)}", "completion": prose(rng, 900)}
        for _ in range(max(4, size // 1000))
    ]
    for number in range(3, len(rows), 50):
        rows[number]["completion"] = ""
    return rows


def json_lines(rng: random.Random, size: int) -> bytes:
    """Rows in the forms that are read, one line broken."""
    lines: list[Any] = []
    for number, row in enumerate(records(rng, size)):
        asked, told = row["prompt"], row["completion"]
        chat = [{"role": "user", "content": asked}, {"role": "assistant", "content": told}]
        forms: list[dict[str, Any]] = [
            row,
            {"instruction": asked, "response": told},
            {"messages": chat},
            {"input": asked, "output": told, "generator": "Gemini API", "metadata": {}},
        ]
        lines.append(json.dumps(forms[number % len(forms)], ensure_ascii=False))
    return "\n".join([*lines, '{"prompt": "cut o']).encode()


def table(rng: random.Random, size: int, *, delimiter: str, encoding: str) -> bytes:
    file = StringIO()
    writer = csv.DictWriter(file, ("prompt", "completion"), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(records(rng, size))
    return file.getvalue().encode(encoding)


def parquet(rng: random.Random, size: int) -> bytes:
    import pyarrow
    import pyarrow.parquet

    file = BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(records(rng, size)), file)
    return file.getvalue()


def bomb(name: str) -> bytes:
    """A small zip that unpacks to 60 MB."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b" " * 60_000_000)
    return file.getvalue()


def broken(rng: random.Random) -> list[Upload]:
    """Ten files nothing can be read of."""
    return [
        Upload("empty.txt", b""),
        Upload("blank.md", b"\n \n"),
        Upload("picture.txt", b"\x89PNG\0\0\0" + rng.randbytes(100)),
        Upload("cut.docx", word(rng, 2000)[:-300]),
        Upload("locked.docx", b"\xd0\xcf\x11\xe0" + rng.randbytes(500)),
        Upload("bomb.docx", bomb("word/document.xml")),
        Upload("no-book.epub", b"PK\x03\x04 and so on"),
        Upload("protected.epub", epub([("One", "Nobody may read this.")], locked=True)),
        Upload("cut.parquet", parquet(rng, 5000)[:-20]),
        Upload("film.mp4", rng.randbytes(1000)),
    ]


MAKERS: list[tuple[str, Callable[[random.Random, int], bytes]]] = [
    ("novel-{}.txt", lambda rng, size: prose(rng, size, chapters=12).encode()),
    ("tale-{}.md", lambda rng, size: prose(rng, size, chapters=9, mark="# ").encode("utf-8-sig")),
    ("draft-{}.docx", word),
    ("book-{}.epub", book),
    ("rows-{}.jsonl", json_lines),
    ("cafe-{}.txt", partial(encoded, encoding="cp1252")),
    ("table-{}.csv", partial(table, delimiter=",", encoding="utf-8")),
    ("faehre-{}.txt", partial(encoded, encoding="latin-1")),
    ("tabelle-{}.csv", partial(table, delimiter=";", encoding="utf-8-sig")),
    ("reka-{}.txt", partial(encoded, encoding="cp1251")),
    ("columns-{}.parquet", parquet),
    ("notes-{}.txt", partial(encoded, encoding="utf-16")),
]


def mixed_files(count: int, size: int, *, seed: int = 1) -> list[Upload]:
    """So many files, ten of them broken, of about `size` bytes together."""
    rng = random.Random(seed)
    spoiled = broken(rng)
    whole = count - len(spoiled)
    made = []
    for number in range(whole):
        name, make = MAKERS[number % len(MAKERS)]
        made.append(Upload(name.format(number), make(rng, size // whole)))
    files = [*made, *spoiled]
    rng.shuffle(files)
    return files
