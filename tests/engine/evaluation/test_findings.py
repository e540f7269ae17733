"""Findings as JSON and as Markdown: each figure with interval, n and a sentence; nothing becomes markup."""

from __future__ import annotations

import json

from engine.domain.evaluation import RowMeasure
from engine.evaluation.findings import SAMPLES, as_json, findings
from engine.evaluation.markdown import LONGEST, as_markdown
from tests.engine.evaluation.evaluated import answered, evaluated

ROWS = [RowMeasure(f"e{place}", 50.0 + 7 * place, 10 + place, "horror") for place in range(8)]
GENRES = ("horror", "romance")
MINE = [
    answered(place, quality=6.5 + 0.1 * (place % 3), genre=GENRES[place % 2], reference="The cat.")
    for place in range(12)
]
THEIRS = [answered(place, "A dog.", quality=5.0, genre=GENRES[place % 2]) for place in range(12)]


def both() -> tuple[dict[str, object], str]:
    rival = evaluated(THEIRS, ROWS, model="the base tiny", id="b" * 32)
    found = findings(evaluated(MINE, ROWS), rival)
    return as_json(found), as_markdown(found)


def test_the_document_says_everything_as_plain_data() -> None:
    document = json.loads(json.dumps(both()[0]))
    assert document["model"] == "zega-anna v2"
    assert (document["seed"], document["answers"], document["held_out_rows"]) == (7, 12, 8)
    assert document["set_sha256"] == "ab" * 32
    quality = document["figures"]["quality"]
    assert quality["n"] == 12
    assert quality["low"] < quality["value"] < quality["high"]
    assert quality["sentence"].startswith("Quality 6.60 of 10 (95 % interval ")
    assert document["parts"]["ending"] == {"value": 5.0, "low": 5.0, "high": 5.0, "n": 12}
    assert list(document["by_genre"]) == ["horror", "romance"]
    assert document["by_genre"]["romance"]["answers"] == 6
    rival = document["rival"]
    assert rival["model"] == "the base tiny"
    assert "bleu" not in rival["figures"]
    assert rival["differences"]["quality"]["finding"] == "better"
    assert rival["differences"]["loss"]["finding"] == "too close to tell"
    assert "bleu" not in rival["differences"]
    assert rival["differences_by_genre"]["horror"]["figures"]["quality"]["n"] == 6
    assert len(document["samples"]) == SAMPLES
    sample = document["samples"][0]
    assert (sample["text"], sample["rival_text"]) == ("The cat sat on the mat.", "A dog.")
    assert sample["reference"] == "The cat."


def test_alone_there_is_no_rival() -> None:
    found = findings(evaluated(MINE[:3], benchmark="mine"))
    document = as_json(found)
    assert document["rival"] is None
    assert document["benchmark"] == "mine"
    assert len(document["samples"]) == 3
    page = as_markdown(found)
    assert "- Set: benchmark mine, 3 prompts, 0 held-out rows" in page
    assert "## Against" not in page


def test_the_page_has_every_figure_and_the_samples() -> None:
    page = both()[1]
    assert page.startswith("# How zega-anna v2 was measured\n")
    assert "Beside the base tiny, on the same set, in pairs." in page
    assert f"`{'ab' * 32}`" in page
    assert "- Seed: 7" in page
    for title in ("Held-out loss", "Quality", "BLEU", "chrF", "ROUGE-L", "Distinctness", "Speed"):
        assert f"- {title} " in page
    assert "## Against the base tiny" in page
    assert "): better." in page
    assert "| ending | 5.00 | 5.00 to 5.00 | 12 |" in page
    assert "| Genre | Held-out loss |" in page
    assert "Reference:\n\n> The cat." in page
    assert "The other model, quality 5.0:\n\n> A dog." in page
    for line in page.splitlines():
        if line.startswith("|"):
            assert line.endswith("|")


def test_what_models_write_is_shown_and_never_rendered() -> None:
    text = (
        "# Title\n<script>alert(1)</script> ![x](http://e.vil/a.png) | *so*\r\n\u2028" + "y" * 2000
    )
    page = as_markdown(findings(evaluated([answered(0, text, genre="a|b\n# c")], model="m|x\n# y")))
    assert "<script" not in page.replace(r"\<script", "")
    assert "![x]" not in page
    assert r"> \# Title" in page
    assert "y" * (LONGEST + 1) not in page
    assert [line for line in page.splitlines() if line.startswith("# ")] == [
        r"# How m\|x \# y was measured"
    ]


def test_a_label_is_shown_beside_what_was_said_without_a_score() -> None:
    page = as_markdown(findings(evaluated([answered(0, "No.", label="no")])))
    assert "horror, seed 20000:\n\n> No.\n\nLabel:\n\n> no" in page
    assert "uality" not in page


def test_an_evaluation_without_anything_is_a_page_too() -> None:
    found = findings(evaluated([]))
    assert as_json(found)["samples"] == []
    assert "## Figures" in as_markdown(found)
