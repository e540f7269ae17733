"""The profile: the subject is masked, the manner is left, and writers are told by it."""

from __future__ import annotations

import itertools

import pytest

from engine.style.profile import attributed_to, likeness, masked, profile_of, samples
from tests.engine.style.voices import SUBJECTS, long_winded, passages, short_spoken

VOICES = {"long": long_winded, "short": short_spoken}


def test_names_and_things_are_masked_and_what_holds_them_together_is_not() -> None:
    said = "Mara Quill had 12 lanterns; but, as she'd told us, the harbour's was hers."
    assert (
        masked(said) == "Xxxx Xxxxx had 00 xxxxxxxx; but, as she'd told us, the xxxxxxx'x was hers."
    )


def test_how_a_printer_sets_quotes_and_dashes_does_not_count() -> None:
    typed = 'He stopped -- "no," he said--and\nran.\n\n\nShe did not.'
    set_in_type = "He stopped — “no,” he said—and\nran.\n\nShe did not."
    assert masked(typed) == masked(set_in_type)
    assert masked(typed).splitlines() == ['He xxxxxxx—"no," he said—and', "xxx.", "She did not."]


def test_a_profile_is_of_length_one_and_like_itself() -> None:
    profile = profile_of([long_winded(400, seed=1)])
    assert sum(value * value for value in profile.values()) == pytest.approx(1.0)
    assert likeness(profile, profile) == pytest.approx(1.0)
    assert likeness(profile, profile_of([])) == 0.0


def test_other_subjects_change_a_profile_far_less_than_another_manner() -> None:
    text = long_winded(600, seed=2)
    renamed = text
    for mine, other in itertools.pairwise(SUBJECTS):
        for word, becomes in zip(mine, other, strict=True):
            renamed = renamed.replace(word, becomes)
    assert renamed != text
    same, other_manner = (
        likeness(profile_of([text]), profile_of([each]))
        for each in (renamed, short_spoken(600, seed=2))
    )
    assert same > 0.95
    assert other_manner < same - 0.2


@pytest.mark.parametrize("name", VOICES)
def test_texts_are_attributed_to_whose_manner_they_are_in(name: str) -> None:
    """Also where a third of them is in another writer's manner, and all writers have much in common."""
    shared = passages(long_winded, 10, seed=6) + passages(short_spoken, 10, seed=6)
    profiles = {each: profile_of([*shared, voice(2000, seed=7)]) for each, voice in VOICES.items()}
    (other,) = VOICES.keys() - {name}
    told = [
        attributed_to(
            [*passages(VOICES[name], 7, seed=seed), *passages(VOICES[other], 3, seed=seed)],
            profiles,
        )
        for seed in range(10, 20)
    ]
    assert told == [name] * 10


def test_with_one_writer_there_is_no_other() -> None:
    assert attributed_to(["B."], {"alone": profile_of(["A."])}) == "alone"


def test_samples_join_short_texts_and_lose_none_of_their_words() -> None:
    texts = passages(short_spoken, 7, words=100)
    found = samples(texts, 300)
    assert len(found) == 2
    assert all(len(each.split()) >= 300 for each in found)
    assert " ".join(found).split() == " ".join(texts).split()


def test_half_a_sample_at_the_end_is_one_and_less_joins_the_last() -> None:
    word, half, less = "word " * 300, "half " * 150, "less " * 149
    assert [len(each.split()) for each in samples([word, half])] == [300, 150]
    assert [len(each.split()) for each in samples([word, less])] == [449]
    assert samples([]) == samples(["", " "]) == []
