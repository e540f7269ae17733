"""Files from outside: what each kind gives, what is refused of it, and why a file is left."""

from __future__ import annotations

import json
import random
from collections import Counter
from textwrap import wrap

import pytest

from engine.data.readers import MOST_FILES, Upload, check_files, open_file
from engine.domain.example import Author
from engine.errors import InvalidInput, UnreadableFile
from tests.engine.data.takings import rows_of
from tests.mixed_files import FOREIGN, broken, epub, json_lines, prose, sentence, word

RNG = random.Random(3)
TEXT = prose(RNG, 3000)


@pytest.mark.parametrize("encoding", FOREIGN)
def test_prose_is_read_whatever_its_encoding(encoding: str) -> None:
    told = FOREIGN[encoding]
    opened = open_file(Upload("a.txt", f"{TEXT}\n\n{told}. {TEXT}".encode(encoding)))
    assert any(told in row.completion for row in opened.rows)
    if encoding != "latin-1":  # Windows' encoding reads it to the same letters
        assert opened.encoding == encoding
    assert opened.is_prose


def test_passages_are_a_persons_and_each_knows_the_sentence_before_it() -> None:
    rows = rows_of("tale.md", TEXT)
    assert len(rows) >= 2
    flat = " ".join(TEXT.split())
    for row in rows:
        assert row.author is Author.PERSON
        assert f"{row.before} {' '.join(row.completion.split())}" in flat
        assert all(each in TEXT for each in row.completion.split("\n\n"))
        assert 85 <= len(row.completion.split()) < 240
    assert any("\n\n" in row.completion for row in rows)


@pytest.mark.parametrize("form", ["wrapped", "one line each", "windows", "old mac"])
def test_paragraphs_are_kept_however_lines_end(form: str) -> None:
    written = {
        "wrapped": "\n\n".join("\n".join(wrap(each, 70)) for each in TEXT.split("\n\n")),
        "one line each": TEXT.replace("\n\n", "\n"),
        "windows": TEXT.replace("\n", "\r\n"),
        "old mac": TEXT.replace("\n", "\r"),
    }[form]
    assert [row.completion for row in rows_of("tale.txt", written)] == [
        row.completion for row in rows_of("tale.txt", TEXT)
    ]


def test_chapters_of_a_file_from_windows_are_found() -> None:
    told = "\r\n\r\n".join(f"Chapter {n + 1}\r\n\r\n{prose(RNG, 2000)}" for n in range(9))
    assert len({row.group for row in rows_of("book.txt", told)}) == 9


def test_sentences_end_before_capitals_of_other_alphabets() -> None:
    first = "Лампа погасла."
    text = f"{first} " + "Смотритель пошёл вниз по лестнице и долго ждал. " * 15
    (row,) = rows_of("rows.jsonl", json.dumps({"text": text}))
    assert (row.before, row.rest.split()[0]) == (first, "Смотритель")


@pytest.mark.parametrize("kind", ["txt", "md", "docx", "epub"])
def test_chapters_are_groups(kind: str) -> None:
    chapters = [(f"Chapter {n + 1}", prose(RNG, 3000)) for n in range(9)]
    if kind == "epub":
        data = epub(chapters)
    elif kind == "docx":
        data = word(RNG, 60_000)
    else:
        mark = "## " if kind == "md" else ""
        data = "\n\n".join(f"{mark}{title}\n\n{text}" for title, text in chapters).encode()
    rows = rows_of(f"book.{kind}", data)
    if kind == "docx":  # two chapters are too few to hold one out
        assert {row.group.rpartition(" ")[0] for row in rows} == {"book.docx, part"}
        return
    groups = Counter(row.group for row in rows)
    assert list(groups) == [f"book.{kind}, chapter {n + 1}" for n in range(9)]
    assert all("Chapter" not in row.completion + row.before for row in rows)
    for number, (_, text) in enumerate(chapters, 1):
        own = [row for row in rows if row.group.endswith(f" {number}")]
        flat = " ".join(text.split())
        assert all(" ".join(row.completion.split()) in flat for row in own)


def test_a_file_without_chapters_is_held_out_by_stretches_of_neighbours() -> None:
    rows = rows_of("long.txt", prose(RNG, 60_000))
    stretches = Counter(row.group for row in rows)
    assert len(stretches) >= 8
    assert max(stretches.values()) <= 12
    assert [row.group for row in rows] == sorted(
        (row.group for row in rows), key=lambda group: int(group.rpartition(" ")[2])
    )


PAIR = {
    "prompt completion": {"prompt": "Ask", "completion": "Told"},
    "instruction response": {"instruction": "Ask", "response": "Told"},
    "with input": {"instruction": "Ask", "input": "", "output": "Told"},
    "input output": {"input": "Ask", "output": "Told", "generator": "Gemini API"},
    "messages": {
        "messages": [
            {"role": "system", "content": "Be brief"},
            {"role": "user", "content": "Ask"},
            {"role": "assistant", "content": [{"type": "text", "text": "Told"}]},
        ]
    },
}


@pytest.mark.parametrize("fields", PAIR.values(), ids=PAIR)
def test_pairs_are_known_by_many_names(fields: dict[str, object]) -> None:
    (row,) = rows_of("rows.jsonl", json.dumps(fields))
    assert (row.prompt, row.completion, row.problem) == ("Ask", "Told", "")
    assert row.generator == fields.get("generator", "")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "no JSON"),
        ("[1]", "no object"),
        ("[" * 100_000, "no JSON"),
        ('{"prompt": "a"}', "no columns"),
        ('{"prompt": "", "completion": "b"}', "prompt is empty"),
        ('{"prompt": "a", "completion": ["b"]}', "text is empty"),
        (json.dumps({"prompt": "a", "completion": "b" * 20_001}), "more than 20,000"),
        (json.dumps({"prompt": "a" * 4001, "completion": "b"}), "more than 4,000"),
        ('{"text": "Too short."}', "at least 85 words"),
        ('{"prompt": "a", "completion": "b", "feedback": -1}', "a person rejected it"),
        ('{"messages": 5}', "no list"),
        (json.dumps({"messages": PAIR["messages"]["messages"] * 2}), "several turns"),  # type: ignore[operator]
        ('{"prompt": "a", "completion": "half \\ud83d"}', "half a character"),
        ('{"prompt": "half \\ud83d", "completion": "b"}', "half a character"),
        ('{"prompt": "a", "completion": "b", "style": "\\udc00"}', "half a character"),
        ('{"prompt": "a", "completion": "b\\u0000"}', "number 0"),
        ('{"prompt": "a", "completion": NaN}', "text is empty"),
        ('{"prompt": "a", "completion": -Infinity}', "text is empty"),
        ('{"prompt": "a", "completion": "b", "variant_of": "0123"}', "a variant of another"),
        ('{"prompt": "a", "completion": "b", "source": "variant"}', "a variant of another"),
    ],
)
def test_a_row_that_is_refused_has_its_number_and_the_reason(line: str, why: str) -> None:
    good = json.dumps(PAIR["prompt completion"])
    rows = rows_of("rows.jsonl", f"{good}\n\n{line}\n{good}\n")
    assert [row.number for row in rows] == [1, 3, 4]
    assert [bool(row.problem) for row in rows] == [False, True, False]
    assert why in rows[1].problem


def test_a_text_alone_is_gone_on_from_its_first_sentence() -> None:
    text = prose(RNG, 900)
    (row,) = rows_of("rows.jsonl", json.dumps({"text": text, "author": "person"}))
    assert row.prompt == ""
    assert row.author is Author.PERSON
    assert text.startswith(row.before)
    assert row.before.endswith(".")
    assert text == f"{row.before} {row.rest}"


def test_a_first_sentence_over_two_lines_is_cut_off_by_its_place() -> None:
    rest = "Then the keeper went down the stairs and waited. " * 15
    text = f"The lamp went out\nbefore the storm came. {rest}"
    (row,) = rows_of("rows.jsonl", json.dumps({"text": text}))
    assert row.before == "The lamp went out before the storm came."
    assert row.rest == rest.strip()


def test_every_broken_file_says_why() -> None:
    reasons = {}
    for file in broken(RNG):
        with pytest.raises(UnreadableFile) as caught:
            list(open_file(file).rows)
        reasons[file.name] = caught.value.why
    assert len(reasons) == 10
    assert "password" in reasons["locked.docx"]
    assert "unpacks to more" in reasons["bomb.docx"]
    assert "copy protection" in reasons["protected.epub"]
    assert "damaged" in reasons["cut.docx"]
    assert "only .txt" in reasons["film.mp4"]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("short.txt", "Two words.", "2 words are too few"),
        ("empty.jsonl", "\n\n", "no rows"),
        ("head.csv", "prompt,completion\n", "no rows"),
    ],
)
def test_a_file_that_gives_nothing_says_so(name: str, data: str, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        rows_of(name, data)


def test_a_list_without_sentences_is_refused_passage_by_passage() -> None:
    rows = rows_of("list.txt", f"{sentence(RNG)}\n\n" + "word " * 700)
    assert [row.problem for row in rows] == ["700 words without the end of a sentence"]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([], "missing"),
        ([Upload(f"{n}.txt", b"a") for n in range(MOST_FILES + 1)], "at most 100"),
        ([Upload("a.txt", b"a" * 25_000_001), Upload("b.txt", b"a" * 25_000_000)], "at most 50"),
    ],
)
def test_too_much_for_one_import_is_said_at_once(files: list[Upload], why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        check_files(files)


def test_a_name_is_no_path() -> None:
    files = check_files([Upload("..\\..//etc/passwd.txt", b"a"), Upload("caf\udce9.txt", b"a")])
    assert [file.name for file in files] == ["passwd.txt", "caf?.txt"]


def test_every_form_of_rows_in_a_file_is_read() -> None:
    rows = rows_of("rows.jsonl", json_lines(RNG, 60_000))
    assert [row.number for row in rows if row.problem] == [4, 54, 61]
    assert len(rows) == 61
