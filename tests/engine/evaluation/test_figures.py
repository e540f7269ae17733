"""Figures of an evaluation against what they are by definition, and against those of the libraries."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from statistics import fmean, median

import pytest
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from engine.domain.evaluation import Evaluation, Figure, RowMeasure
from engine.errors import InvalidInput
from engine.evaluation.figures import (
    MOST_GENRES,
    by_genre,
    differences,
    differences_by_genre,
    figures,
)
from engine.evaluation.intervals import figure_of, mean_figure
from engine.evaluation.measures import Measure, finding, sentence
from engine.evaluation.overlap import rouge_l
from engine.evaluation.statistic import distinct_runs
from tests.engine.evaluation.evaluated import answered, evaluated

WORDS = ["cat", "dog", "mat", "sat", "on", "the", "ran", "away", "night", "sang", "low", "far"]
ROWS = [RowMeasure(f"e{place}", 50.0 + 7 * place, 10 + place, "horror") for place in range(8)]


def text_of(rng: random.Random, length: int = 30) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(length))


def measured(seed: int = 1, *, better: float = 0.0, count: int = 24) -> Evaluation:
    """Answers with references, of two genres; quality differs by prompt far more than between models."""
    rng = random.Random(seed)
    answers = [
        answered(
            place,
            text_of(rng),
            quality=3.0 + 0.2 * place + better + rng.gauss(0.0, 0.05),
            genre=("horror", "romance")[place % 2],
            reference=text_of(random.Random(1000 + place)),
        )
        for place in range(count)
    ]
    rows = [replace(row, nats=row.nats - better * row.tokens) for row in ROWS]
    return evaluated(answers, rows, id=f"{seed:032x}")


def test_every_figure_is_what_it_is_by_definition() -> None:
    evaluation = measured()
    answers, found = evaluation.answers, figures(evaluation)
    value = {measure: figure.value for measure, figure in found.measures.items()}
    loss = sum(row.nats for row in ROWS) / sum(row.tokens for row in ROWS)
    assert value[Measure.LOSS] == pytest.approx(loss)
    assert value[Measure.PERPLEXITY] == pytest.approx(math.exp(loss))
    assert value[Measure.QUALITY] == pytest.approx(fmean(each.quality for each in answers))
    assert value[Measure.REPETITION] == pytest.approx(fmean(each.repetition for each in answers))
    assert value[Measure.WORDS] == 30.0
    assert value[Measure.SPEED] == pytest.approx(20.0)
    assert value[Measure.SECONDS] == median(each.seconds for each in answers)
    texts, references = [each.text for each in answers], [each.reference or "" for each in answers]
    assert value[Measure.BLEU] == pytest.approx(BLEU().corpus_score(texts, [references]).score)
    assert value[Measure.CHRF] == pytest.approx(CHRF().corpus_score(texts, [references]).score)
    alike = [rouge_l(each.text, each.reference or "") for each in answers]
    assert value[Measure.ROUGE_L] == pytest.approx(fmean(alike))
    runs = [(a, b) for text in texts for a, b in zip(text.split(), text.split()[1:], strict=False)]
    assert value[Measure.DISTINCT] == pytest.approx(len({*runs}) / len(runs))
    assert Measure.ACCURACY not in found.measures
    assert list(found.measures) == [each for each in Measure if each in found.measures]
    assert (found.answers, found.rows) == (24, 8)
    assert found.parts["loops"].value == pytest.approx(value[Measure.QUALITY] + 1.0)
    assert found.parts["ending"] == Figure(5.0, 5.0, 5.0, 24)


def test_every_interval_holds_its_figure_and_comes_out_the_same() -> None:
    found = figures(measured())
    for measure, figure in found.measures.items():
        assert figure.low <= figure.value <= figure.high, measure
        assert figure.n == (8 if measure in (Measure.LOSS, Measure.PERPLEXITY) else 24)
    assert found.measures[Measure.BLEU].low < found.measures[Measure.BLEU].high
    assert found.measures[Measure.DISTINCT].low < found.measures[Measure.DISTINCT].high
    loss, perplexity = (found.measures[each] for each in (Measure.LOSS, Measure.PERPLEXITY))
    assert perplexity.high == pytest.approx(math.exp(loss.high), rel=1e-3)
    assert figures(measured()) == found
    other = figures(replace(measured(), seed=8)).measures[Measure.QUALITY]
    assert other.low != found.measures[Measure.QUALITY].low
    qualities = [each.quality for each in measured().answers]
    assert found.measures[Measure.QUALITY] == mean_figure(qualities, seed=7)


def test_an_interval_of_a_sum_divided_by_a_sum_is_as_wide_as_theory_says() -> None:
    """Against the delta method, on many rows of different lengths."""
    rng = random.Random(3)
    lengths = [rng.randint(20, 200) for _ in range(400)]
    rows = [
        RowMeasure(str(place), tokens * (3.0 + rng.gauss(0.0, 0.4)), tokens)
        for place, tokens in enumerate(lengths)
    ]
    loss = figures(evaluated([], rows)).measures[Measure.LOSS]
    mean = fmean(lengths)
    left = [(row.nats - loss.value * row.tokens) / mean for row in rows]
    half = 1.96 * math.sqrt(sum(each**2 for each in left)) / len(rows)
    assert (loss.high - loss.low) / 2 == pytest.approx(half, rel=0.1)


def test_pairs_tell_what_two_intervals_apart_do_not() -> None:
    old, new = measured(1), measured(2, better=0.1)
    apart = [figures(each).measures[Measure.QUALITY] for each in (old, new)]
    assert apart[0].high > apart[1].low
    found = differences(old, new)
    quality = found.measures[Measure.QUALITY]
    assert quality.low > 0.0
    assert finding(Measure.QUALITY, quality) == "better"
    assert found.parts["loops"].value == pytest.approx(quality.value)
    loss = found.measures[Measure.LOSS]
    assert [loss.value, loss.high] == pytest.approx([-0.1, -0.1])
    assert finding(Measure.LOSS, loss) == "better"
    assert finding(Measure.REPETITION, found.measures[Measure.REPETITION]) == "too close to tell"
    back = differences(new, old).measures[Measure.QUALITY]
    assert back.value == pytest.approx(-quality.value)
    assert finding(Measure.QUALITY, back) == "worse"
    for measure, figure in differences(old, old).measures.items():
        assert (figure.low, figure.value, figure.high) == (0.0, 0.0, 0.0), measure


def test_pairs_are_matched_by_prompt_and_row_whatever_their_order() -> None:
    old, new = measured(1), measured(2, better=0.1)
    mixed = replace(old, answers=old.answers[::-1], rows=old.rows[::-1])
    assert differences(mixed, new) == differences(old, new)
    fewer = replace(
        old, answers=old.answers[:5], rows=(replace(old.rows[0], tokens=3), *old.rows[1:])
    )
    found = differences(fewer, new)
    assert (found.answers, found.rows) == (5, 7)
    with pytest.raises(InvalidInput, match="another set"):
        differences(replace(old, set_sha256="cd" * 32), new)


def test_genres_apart_and_together() -> None:
    old, new = measured(1), measured(2, better=0.1)
    found = by_genre(old)
    assert list(found) == ["horror", "romance"]
    assert [each.answers for each in found.values()] == [12, 12]
    assert [each.rows for each in found.values()] == [8, 0]
    assert Measure.LOSS not in found["romance"].measures
    apart = differences_by_genre(old, new)
    assert apart["horror"].measures[Measure.QUALITY].n == 12
    nameless = evaluated([answered(0, genre=None)], [RowMeasure("e", 9.0, 3)])
    assert list(by_genre(nameless)) == ["stories"]


def test_of_many_genres_the_largest_are_told_apart() -> None:
    many = MOST_GENRES + 5
    answers = [answered(place, genre=f"g{place % many}") for place in range(many)]
    answers += [answered(many + place, genre=f"g{many - 1}") for place in range(2)]
    found = by_genre(evaluated(answers))
    assert list(found) == [*(f"g{place}" for place in range(MOST_GENRES - 1)), f"g{many - 1}"]
    apart = differences_by_genre(evaluated(answers), evaluated(answers))
    assert apart.keys() == found.keys()


def test_one_answer_has_figures_without_intervals() -> None:
    found = figures(evaluated([answered(0)], [RowMeasure("e", 9.0, 3)]))
    assert found.measures[Measure.LOSS] == Figure(3.0, 3.0, 3.0, 1)
    assert "no interval, n = 1" in sentence(Measure.LOSS, found.measures[Measure.LOSS])
    assert finding(Measure.LOSS, Figure(-1.0, -1.0, -1.0, 1)) == "too close to tell"
    assert figures(evaluated([])).measures == {}
    with pytest.raises(ValueError, match="rows must be positive"):
        figure_of(lambda at: at.astype(float), 0, seed=1)


def test_an_empty_answer_is_measured_like_any_other() -> None:
    found = figures(evaluated([answered(0, ""), answered(1, reference="A cat.")]))
    assert found.measures[Measure.WORDS].value == 3.0
    assert found.measures[Measure.BLEU].n == 1
    silent = figures(evaluated([answered(0, "", reference="A cat."), answered(1, "")]))
    assert silent.measures[Measure.DISTINCT].value == 0.0
    assert silent.measures[Measure.CHRF].value == 0.0


def test_a_run_that_several_texts_have_is_shared_out() -> None:
    shares, runs = distinct_runs(["a b c", "a b", ""])
    assert (shares, runs) == ([1.5, 0.5, 0.0], [2, 1, 0])


def test_labels_make_accuracy_and_f1_and_no_quality() -> None:
    said = ["Yes.", "no", "yes", "**No**", "The answer is no", "maybe"]
    right = ["yes", "yes", "yes", "no", "no", "maybe"]
    answers = [answered(place, text, label=right[place]) for place, text in enumerate(said)]
    found = figures(evaluated(answers)).measures
    assert set(found) == {Measure.ACCURACY, Measure.MACRO_F1, Measure.SPEED, Measure.SECONDS}
    assert found[Measure.ACCURACY].value == pytest.approx(4 / 6)
    # yes: 2 of 3 found, nothing else called so; no: 1 of 2, and one other; maybe: all.
    assert found[Measure.MACRO_F1].value == pytest.approx(fmean([0.8, 0.5, 1.0]))
    mixed = figures(evaluated([*answers, answered(9, quality=8.0)]))
    assert mixed.measures[Measure.QUALITY].n == 1
    assert mixed.parts["loops"].value == 9.0
    assert mixed.measures[Measure.SPEED].n == 7


def test_sentences_say_figure_interval_and_number() -> None:
    told = sentence(Measure.QUALITY, Figure(6.834, 6.5, 7.1049, 64))
    assert told.startswith("Quality 6.83 of 10 (95 % interval 6.50 to 7.10, n = 64): ")
    assert told.endswith(" Higher is better.")
    assert sentence(Measure.WORDS, Figure(61.4, 60.0, 63.0, 64)).endswith("how long an answer is.")
