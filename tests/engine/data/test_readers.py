"""Files from outside: what each kind gives, what is refused of it, and why a file is left."""

from __future__ import annotations

import json
import random
from collections import Counter

import pytest

from engine.data.readers import MOST_FILES, Upload, check_files, open_file
from engine.data.rows import Row
from engine.domain.example import Author
from engine.errors import InvalidInput, UnreadableFile
from tests.mixed_files import FOREIGN, broken, epub, json_lines, prose, sentence, table, word

RNG = random.Random(3)
TEXT = prose(RNG, 3000)


def rows_of(name: str, data: bytes | str) -> list[Row]:
    return list(open_file(Upload(name, data.encode() if isinstance(data, str) else data)).rows)


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
        assert f"{row.before} {row.completion}" in flat
        assert 85 <= len(row.completion.split()) < 240


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
        assert all(row.completion in " ".join(text.split()) for row in own)


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


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [(",", "utf-8"), (";", "cp1252"), ("\t", "utf-16"), ("|", "utf-8-sig")],
)
def test_tables_are_read_whatever_parts_their_columns(delimiter: str, encoding: str) -> None:
    data = table(RNG, 20_000, delimiter=delimiter, encoding=encoding)
    rows = rows_of("rows.csv", data)
    assert len(rows) == 20
    assert [row.number for row in rows if row.problem] == [4]
    assert all(row.prompt.startswith("Write of ") for row in rows if not row.problem)


def test_a_quotation_mark_that_is_never_closed_is_one_refused_row() -> None:
    text = f'prompt,completion\na,b\nc,"{"d" * 250_000}\ne,f\n'
    rows = rows_of("rows.csv", text)
    assert (rows[0].prompt, rows[0].completion) == ("a", "b")
    assert "no row of a table" in rows[1].problem


def test_source_and_target_are_one_file_of_pairs() -> None:
    source, target = b"Ask\nAgain \\\\ more\nAlone\n", b"Told\\nmore\nOnce\n"
    (pair,) = check_files([Upload("target.txt", target), Upload("source.txt", source)])
    rows = list(open_file(pair).rows)
    assert [(row.prompt, row.completion) for row in rows[:2]] == [
        ("Ask", "Told\nmore"),
        ("Again \\ more", "Once"),
    ]
    assert "target file has no such line" in rows[2].problem


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
    (file,) = check_files([Upload("..\\..//etc/passwd.txt", b"a")])
    assert file.name == "passwd.txt"


def test_every_form_of_rows_in_a_file_is_read() -> None:
    rows = rows_of("rows.jsonl", json_lines(RNG, 60_000))
    assert [row.number for row in rows if row.problem] == [4, 54, 61]
    assert len(rows) == 61
