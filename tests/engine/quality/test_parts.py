"""The pieces of the score: splitting, stems, near words, loops, word order, sentence order."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from engine.quality import corruption
from engine.quality.cohesion import FIGURES, bag_figures
from engine.quality.fitting import fit_curve, fit_logistic, separation
from engine.quality.gates import most_repeated, repeated_share
from engine.quality.order import SentenceOrder, find_places
from engine.quality.order_cues import Outline, outline
from engine.quality.order_fitting import BATCH, fit_order, lay_out
from engine.quality.relevance import cover, find_subject
from engine.quality.score import Part, Scorer
from engine.quality.tokens import parse, split_sentences, stem

STORY = (
    'Mara found a key in the sand. The key was warm. "Whose is it?" she asked. Nobody answered. '
    "She carried it up to the old chapel and tried the door. It opened at last."
)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer.load()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Mr. Hale met Dr. Voss. They left.", 2),
        ('"Stop!" he cried. "Who is it?" Nobody spoke.', 3),
        ("It was I. J. R. Hart wrote it. Yes.", 3),
        ("One line\n\nanother line", 2),
        ("He waited… and waited… Then it came.", 2),
        ("", 0),
    ],
)
def test_sentences_are_split_where_they_end(text: str, count: int) -> None:
    assert len(split_sentences(text)) == count, split_sentences(text)


@pytest.mark.parametrize(
    ("left", "right"),
    [("dragons", "dragon"), ("running", "runs"), ("stories", "story"), ("captain's", "captain")],
)
def test_forms_of_a_word_share_a_stem(left: str, right: str) -> None:
    assert stem(left) == stem(right)


def test_names_are_capitalised_words_inside_a_sentence() -> None:
    sentence = parse("Then I told Ines Carvalho that Tom's boat had sunk.").sentences[0]
    assert sentence.names == {"ines", "carvalho", "tom"}


def test_near_words_meet_a_subject_and_far_ones_do_not(scorer: Scorer) -> None:
    subject = find_subject("A detective studies the murder.", scorer.vocabulary, scorer.english)
    near = cover(subject, parse("The investigator examined the killing."), scorer.vocabulary)
    far = cover(subject, parse("Two farmers ate warm bread by a river."), scorer.vocabulary)
    assert near.share > far.share + 0.25


def test_a_name_is_met_by_itself_alone(scorer: Scorer) -> None:
    subject = find_subject("The widow of old Bremmel waits.", scorer.vocabulary, scorer.english)
    place = subject.words.index("bremmel")
    assert subject.weights[place] == max(subject.weights)
    other = cover(subject, parse("Old Harrow waits for a widow."), scorer.vocabulary)
    same = cover(subject, parse("Bremmel waits."), scorer.vocabulary)
    assert (other.met[place], same.met[place]) == (0.0, 1.0)


def test_repetition_counts_runs_of_four_words() -> None:
    words = parse("The bell rang out again and the bell rang out again.").words
    assert most_repeated(words)[1] == 2
    assert repeated_share(words) == pytest.approx(5 / 11)
    assert repeated_share(("one", "two", "three", "four", "five")) == 0.0


def test_repetition_far_apart_in_a_long_text_is_no_loop() -> None:
    middle = tuple(f"word{i}" for i in range(1000))
    phrase = ("once", "upon", "a", "time", "there")
    assert repeated_share((*phrase, *middle, *phrase)) == 0.0


def test_shuffled_words_gain_less(scorer: Scorer) -> None:
    salad = corruption.shuffle_words(STORY, 3)
    assert scorer.word_order.gain(parse(STORY)) > scorer.word_order.gain(parse(salad)) + 0.5


def told(scorer: Scorer, text: str) -> Outline:
    found = outline(parse(text), scorer.vocabulary, scorer.english)
    assert found is not None
    return found


def test_shuffled_sentences_measure_below_nought_on_average(scorer: Scorer) -> None:
    """No figure may know the place of a sentence: then any order would look well ordered."""
    sentences = split_sentences(STORY)[:5]
    measures = [
        scorer.sentence_order.measure(told(scorer, " ".join(order)))
        for order in permutations(sentences)
    ]
    assert len(measures) == 120
    assert np.mean(measures) < 0.0
    assert scorer.sentence_order.measure(told(scorer, " ".join(sentences))) > np.mean(measures)


def test_a_network_without_weights_measures_nought(scorer: Scorer) -> None:
    places = find_places(told(scorer, STORY))
    width = places.inputs(0).shape[1]
    blank = SentenceOrder(
        np.zeros((width, 2), np.float32), np.zeros(2, np.float32), np.zeros(2, np.float32),
        np.zeros(width, np.float32),
    )  # fmt: skip
    assert blank.weigh(places) == pytest.approx(0.0, abs=1e-6)


def test_candidates_of_a_place_are_the_sentences_from_it_on(scorer: Scorer) -> None:
    places = find_places(told(scorer, STORY))
    count = len(places.own)
    rows = lay_out([places], weight=2.0, openings=False)
    assert [len(places.inputs(place)) for place in range(count)] == list(range(count, 0, -1))
    assert [len(places.inputs(place, 2)) for place in range(count)] == [3] * (count - 2) + [2, 1]
    assert len(rows.weights) == count - 2
    assert rows.starts[-1] == len(rows.rows) == sum(range(2, count))


def test_an_order_that_is_taught_is_learned(scorer: Scorer) -> None:
    texts = [
        f"A {thing} lay there. The {thing} was old. But the {thing} shone. Then it broke."
        for thing in ("key", "lamp", "ring", "boat", "clock", "sword", "crown", "door")
    ]
    places = [find_places(told(scorer, text)) for text in texts]
    learned = fit_order(lay_out(places * (BATCH // 8), weight=1.0, openings=True))
    unseen = "A bell lay there. The bell was old. But the bell shone. Then it broke."
    wrong = "Then it broke. But the bell shone. The bell was old. A bell lay there."
    assert learned.measure(told(scorer, unseen)) > learned.measure(told(scorer, wrong)) + 0.2


def test_cohesion_sees_a_glued_text_and_no_order(scorer: Scorer) -> None:
    other = "They sailed at noon. The crew were glad. We saw whales. Our captain sang to us. Rain."
    whole, glued = told(scorer, STORY), told(scorer, corruption.splice(STORY, other))
    shuffled = told(scorer, corruption.shuffle_sentences(STORY, 3))
    assert bag_figures(whole).shape == (FIGURES,)
    assert scorer.cohesion.measure(whole) > scorer.cohesion.measure(glued)
    assert scorer.cohesion.measure(whole) == pytest.approx(scorer.cohesion.measure(shuffled))


def test_near_words_tie_sentences_together(scorer: Scorer) -> None:
    text = "It was a ship. It was a vessel. It was bread. There it was."
    near = told(scorer, text).mentions.near
    assert near[0, 1] > 0.1
    assert near[0, 1] > 2 * near[0, 2]


def test_speech_that_is_open_is_known_at_each_place(scorer: Scorer) -> None:
    """The four figures of speech: it begins inside, closes inside, closes nothing, goes on inside."""
    text = 'He said, "I went. I saw it there. I came home." Then he slept.'
    between = find_places(told(scorer, text)).between[:, :, -4:]
    assert between[1, 1].tolist() == [0.0, 0.0, 0.0, 1.0]
    assert between[2, 2].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert between[3, 3].tolist() == [0.0, 0.0, 0.0, 0.0]
    assert between[0, 2].tolist() == [0.0, 0.0, 1.0, 0.0]


def test_too_few_sentences_tell_no_order(scorer: Scorer) -> None:
    passage = parse("He came. He saw. He left.")
    assert outline(passage, scorer.vocabulary, scorer.english) is None


def test_other_names_and_a_half_are_no_other_words() -> None:
    renamed = corruption.rename("Then Mara met Tom. Tom ran, and Mara followed.")
    assert "Mara" not in renamed
    assert "Tom" not in renamed
    assert len(renamed.split()) == 9
    assert corruption.halve("One came. Two came. Three came. Four came.") == "One came. Two came."


def test_spoiling_is_seeded_and_changes_the_text() -> None:
    words, sentences = corruption.shuffle_words, corruption.shuffle_sentences
    for spoil in (corruption.loop, corruption.truncate, words, sentences):
        assert spoil(STORY, 1) == spoil(STORY, 1) != STORY
    assert sorted(split_sentences(corruption.shuffle_sentences(STORY, 2))) == sorted(
        split_sentences(STORY)
    )


def test_a_curve_rises_and_is_level_outside_its_points() -> None:
    clean, spoiled = np.linspace(0, 10, 101), np.linspace(-10, 0, 101)
    points = fit_curve(clean, spoiled, {5.0: 4.0, 50.0: 9.0, 90.0: 9.8})
    part = Part(1.0, tuple((x, y) for x, y in points))
    marks = [part.mark(x) for x in (-99.0, 0.5, 5.0, 9.0, 99.0)]
    assert marks == [0.0, 4.0, 9.0, 9.8, 10.0]
    assert part.mark(9.0) < part.mark(10.0) < part.mark(11.0)


def test_logistic_weights_point_to_the_better_side() -> None:
    differences = np.random.default_rng(0).normal(size=(400, 2)) + np.array([1.0, 0.0])
    weights = fit_logistic(differences, np.ones(400), decay=0.01)
    assert weights[0] > 5 * abs(weights[1])


def test_separation_is_the_chance_of_the_right_order() -> None:
    assert separation(np.array([2.0, 3.0]), np.array([1.0, 2.0])) == pytest.approx(7 / 8)
