"""Decontamination: planted leaks are found, and nothing else is taken for one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.data.decontamination import decontaminate
from engine.data.held_out import Row, held_out_rows
from engine.data.word_runs import WordRuns, shared_runs
from engine.domain.decontamination import Decontamination, HeldOut, Likeness
from engine.errors import Cancelled, UnreadableFile
from engine.evaluation.compare import evaluation_prompts
from models.errors import Unavailable
from tests.engine.data.leaks import LEAKS, OF_A_KIND, passages, planted

STORY = (
    "The lamplighter counted the steps of the tower each night, and each night there was one more. "
    "On the last of them somebody had left a small brass key, still warm from a hand."
)
OTHER = (
    "Nobody in the harbour office could say who had ordered forty crates of oranges, but the invoice "
    "was paid and the ship would not leave before they were counted again by lantern light."
)


def held(completion: str, prompt: str = "", name: str = "h", group: str = "held") -> Row:
    return Row(name, prompt, completion, group, HeldOut.TEST)


def found(training: Sequence[Row], held_out: Sequence[Row]) -> dict[str, Likeness]:
    report = decontaminate(training, held_out)
    return {overlap.example_id: overlap.likeness for overlap in report.removed}


@pytest.mark.parametrize("seed", [1, 2])
def test_planted_leaks_are_found_and_nothing_else_is(seed: int) -> None:
    """Without embeddings; docs/decisions/014-decontamination.md has the figures."""
    rows = planted(seed)
    assert len(rows.training) >= 500
    report = decontaminate(rows.training, rows.held_out)
    removed = {overlap.example_id: overlap for overlap in report.removed}
    right = Counter(rows.kinds[name] for name in removed if name in rows.kinds)
    for kind in LEAKS:
        assert right[kind] / OF_A_KIND >= 0.95, kind
    assert right["reworded"] / Counter(rows.kinds.values())["reworded"] >= 0.95
    assert right.total() / len(removed) >= 0.95
    sources = [
        removed[name].held_out_name == rows.sources[name] for name in removed & rows.kinds.keys()
    ]
    assert sum(sources) / len(sources) >= 0.95
    assert report.compared == len(rows.training)
    assert report.held_out == {"test": len(rows.held_out)}


def test_a_report_goes_through_json_unchanged() -> None:
    rows = planted(1)
    report = decontaminate(rows.training, rows.held_out)
    assert Decontamination.from_json(json.loads(json.dumps(report.as_json()))) == report
    assert Decontamination.from_json({}) == Decontamination()


def test_each_test_has_its_name_and_its_measure() -> None:
    words = STORY.split()
    changed = " ".join("pear" if place % 9 == 4 else word for place, word in enumerate(words))
    half = f"{OTHER} {' '.join(words[: len(words) // 2])} {OTHER}"
    training = [
        Row("exact", "", STORY.upper().replace(",", " -"), "a"),
        Row("near", "", STORY + " He went down.", "b"),
        Row("changed", "", changed, "c"),
        Row("half", "", half, "d"),
        Row("other", "", OTHER, "e"),
    ]
    report = decontaminate(training, [held(STORY)])
    by_name = {each.example_id: each for each in report.removed}
    assert [by_name[name].likeness for name in ("exact", "near", "changed", "half")] == [
        Likeness.EXACT,
        Likeness.NEAR,
        Likeness.SHARED,
        Likeness.SHARED,
    ]
    assert by_name["exact"].similarity == 1.0
    assert 0.4 <= by_name["half"].similarity <= 0.6
    assert "other" not in by_name
    assert {each.held_out_name for each in report.removed} == {"h"}


def test_prompts_count_as_answers_do() -> None:
    asked = evaluation_prompts()[0].prompt
    changed = asked.replace("honey", "wax").replace("knights", "riders")
    training = [
        Row("copied", asked.upper(), STORY, "a"),
        Row("changed", changed, OTHER, "b"),
        Row("own", "A lamplighter counts the steps of a tower that grows.", "One. Two.", "c"),
    ]
    rows = held_out_rows([], [], None)
    report = decontaminate(training, rows)
    assert {each.example_id for each in report.removed} == {"copied", "changed"}
    assert {each.held_out for each in report.removed} == {HeldOut.EVALUATION}


def test_short_texts_and_instructions_of_many_rows_are_no_leaks() -> None:
    passage = passages()
    training = [
        Row(f"t{place}", "Continue the story in my voice.", row.completion, f"t{place}")
        for place, row in enumerate(passage[:40])
    ]
    training.append(Row("short", "What is next?", "Yes, of course.", "short"))
    held_out = [
        held(row.completion, "Continue the story in my voice.", f"h{place}", f"h{place}")
        for place, row in enumerate(passage[40:50])
    ]
    held_out.append(held("Yes, of course.", "What was before?", "h"))
    assert found(training, held_out) == {}


def test_the_frame_of_a_template_is_no_leak_but_its_row_is() -> None:
    things = [
        "lamp",
        "key",
        "coat",
        "bell",
        "map",
        "shoe",
        "clock",
        "rope",
        "drum",
        "kite",
        "sail",
        "horn",
    ]

    def row(name: str, thing: str, answer: str) -> Row:
        frame = (
            f"Explain to a new colleague how the {thing} is stored, cleaned and handed out again."
        )
        return Row(name, frame, answer, name, HeldOut.TEST if name[0] == "h" else None)

    texts = [each.completion for each in passages()]
    training = [row(f"t{at}", thing, texts[at]) for at, thing in enumerate(things[:9])]
    held_out = [row(f"h{at}", thing, texts[-at - 1]) for at, thing in enumerate(things[9:])]
    training.append(row("leak", things[9], texts[20]))
    assert found(training, held_out) == {"leak": Likeness.EXACT}


def test_a_prompt_that_quotes_the_sentence_before_is_no_leak() -> None:
    """As own writing is asked to be continued, also where a held-out part begins."""
    before = OTHER
    quote = "On the last of them somebody had left a small brass key, still warm from a hand."
    long = f"{' '.join(row.completion for row in passages()[:3])} {quote}"
    training = [Row("after", f"Continue this story in about 150 words: {quote}", before, "a")]
    assert found(training, [held(long)]) == {}


def test_meanings_are_compared_where_they_can_be() -> None:
    """By a stand-in whose vectors tell two subjects apart."""
    retold = (
        "There was one more stair every evening when the man with the lamps climbed up and counted."
    )
    training = [Row("retold", "", retold, "a"), Row("other", "", OTHER, "b")]

    def embed(texts: Sequence[str]) -> list[list[float]]:
        return [[1.0, 0.0] if "orange" not in text else [0.0, 1.0] for text in texts]

    assert decontaminate(training, [held(STORY)]).removed == ()
    report = decontaminate(training, [held(STORY)], embed=embed)
    assert [(each.example_id, each.likeness) for each in report.removed] == [
        ("retold", Likeness.MEANING)
    ]
    assert report.by_meaning
    assert report.note == ""


def test_a_report_says_why_meanings_were_not_compared() -> None:
    def away(texts: Sequence[str]) -> list[list[float]]:
        raise Unavailable("The model that compares meanings is starting.")

    training = [Row("copy", "", STORY, "a"), Row("other", "", OTHER, "b")]
    for report in (
        decontaminate(training, [held(STORY)]),
        decontaminate(training, [held(STORY)], embed=away),
    ):
        assert not report.by_meaning
        assert report.note.startswith("Meanings were not compared: ")
        assert [each.example_id for each in report.removed] == ["copy"]


def test_it_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        decontaminate([Row("a", "", STORY, "a")], [held(STORY)], cancelled=lambda: True)


def test_benchmarks_are_read_and_a_broken_line_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    lines = [{"question": "What is the capital of France?", "answer": "Paris"}, {"text": STORY}]
    (folder / "mine.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    rows = [row for row in held_out_rows([], [], tmp_path) if row.part is HeldOut.BENCHMARK]
    assert [row.name for row in rows] == ["mine.jsonl:1", "mine.jsonl:2"]
    training = [
        Row("asked", "what is the capital of france", "It is a city on a river.", "a"),
        Row("told", "Tell me a tale.", STORY, "b"),
        Row("paris", "Where does she live?", "Paris", "c"),
    ]
    assert found(training, rows) == {"asked": Likeness.EXACT, "told": Likeness.EXACT}
    told = "One\u2028line, one\x85row."  # no line ends in a JSON string
    line = json.dumps({"text": told}, ensure_ascii=False)
    (folder / "more.jsonl").write_bytes(f"{line}\r\n{line}".encode())
    rows = [row for row in held_out_rows([], [], tmp_path) if row.name.startswith("more")]
    assert [(row.name, row.completion) for row in rows] == [
        ("more.jsonl:1", told),
        ("more.jsonl:2", told),
    ]
    for broken in ("{", "[1]", '{"id": 7}', "[" * 100_000):
        (folder / "more.jsonl").write_text(f"{json.dumps(lines[0])}\n{broken}", encoding="utf-8")
        with pytest.raises(UnreadableFile, match=r"more\.jsonl:2"):
            held_out_rows([], [], tmp_path)


def test_a_run_in_the_texts_of_many_groups_is_common() -> None:
    runs = WordRuns()
    phrase = "at the end of the long day"
    texts = [runs.of(f"{phrase} word{place} came alone") for place in range(30)]
    others = [runs.of(f"{phrase} nobody knew why"), runs.of("word3 came alone and nobody saw")]
    pairs = shared_runs(texts, others, list(range(30)), [30, 31], least=1)
    assert [(pair.one, pair.other, pair.runs) for pair in pairs] == [(3, 1, 1)]
    assert shared_runs([], others, [], [0, 1], least=1) == []
