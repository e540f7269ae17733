"""Rewordings: what they change, what they leave alone, and that the same seed gives the same."""

from __future__ import annotations

from random import Random

import pytest

from engine.data.augmentation import names, parameters, prompts, wording
from engine.data.augmentation.kinds import KINDS, check_kinds, nearly_same, vary
from engine.data.augmentation.teacher import says_the_same
from engine.data.augmentation.texts import Texts
from engine.errors import InvalidInput
from engine.rendering import story_prompt

PROCEDURE = Texts(
    """Explain in plain words what this procedure does.

CREATE PROCEDURE block_card(p_card CHAR(16), p_reason VARCHAR(80), p_by INT)
BEGIN
  UPDATE cards SET blocked = 1, reason = p_reason WHERE card_number = p_card;
END""",
    """Purpose: The procedure block_card blocks one card.

Inputs:
- p_card is the number of the card.
- p_reason is why.
- p_by is who asked for it.

Steps:
1. It marks the card p_card as blocked.
2. It notes p_reason.""",
)
STORY = Texts(
    story_prompt("Clara must find the lighthouse before Hugo does.", genre="mystery"),
    'Clara rowed out alone. "Hugo knows," said the keeper, and Clara laughed at Hugo\'s map.',
)


def lines_about(text: str, *names: str) -> list[str]:
    """These names in the order of their first mention."""
    return sorted(names, key=text.index)


@pytest.mark.parametrize("seed", range(8))
def test_parameters_change_order_in_signature_and_answer_alike(seed: int) -> None:
    varied = parameters.vary(PROCEDURE, Random(seed))
    assert varied is not None
    named = ("p_card", "p_reason", "p_by")
    order = lines_about(varied.prompt, *named)
    assert order != list(named)
    assert lines_about(varied.completion, *named) == order
    assert "p_reason VARCHAR(80)" in varied.prompt
    body = PROCEDURE.prompt.partition("BEGIN")[2]
    steps = PROCEDURE.completion.partition("Steps:")[2]
    assert varied.prompt.endswith(body)
    assert varied.completion.endswith(steps)


def test_a_list_of_parameters_changes_order_and_form() -> None:
    texts = Texts(
        "Describe the report. Parameters: customer name, order number and due date.", "Done."
    )
    forms = {parameters.vary(texts, Random(seed)) for seed in range(40)}
    assert None not in forms
    prompts_made = {varied.prompt for varied in forms if varied}
    assert any("\n- " in prompt for prompt in prompts_made)
    assert any("\n1. " in prompt for prompt in prompts_made)
    assert any(", " in prompt for prompt in prompts_made)
    for prompt in prompts_made:
        assert prompt.startswith("Describe the report. Parameters:")
        assert all(item in prompt for item in ("customer name", "order number", "due date"))


@pytest.mark.parametrize(
    "prompt",
    [
        "Explain def area(width, height=2): ...",
        "Explain def depth(node, level): return depth(node.left, level + 1)",
        "Explain def one(value): return value",
        "Steps:\n1. Open the box.\n2. Take the key.",
        "Parameters: name, date. The first is needed.",
        "A story without any list.",
    ],
)
def test_where_order_has_a_meaning_nothing_is_reordered(prompt: str) -> None:
    assert parameters.vary(Texts(prompt, "Fine."), Random(1)) is None


def test_business_terms_change_in_both_texts_with_case_number_and_article() -> None:
    texts = Texts(
        "What does an employee do with an invoice?", "Invoices go to employees. Invoice first."
    )
    varied = wording.vary(texts, Random(1))
    assert varied == Texts(
        "What does a staff member do with a bill?", "Bills go to staff members. Bill first."
    )


def test_terms_stay_where_both_occur_and_where_code_names_them() -> None:
    assert wording.vary(Texts("A customer is no client.", "Indeed."), Random(1)) is None
    code = Texts("SELECT customer_id FROM invoices WHERE customer = 1", "The customer.")
    varied = wording.vary(code, Random(1))
    assert varied is not None
    assert "customer_id" in varied.prompt
    assert "customer = 1" in varied.prompt


def test_characters_are_renamed_consistently_and_nobody_else_is() -> None:
    varied = names.vary(STORY, Random(3))
    assert varied is not None
    assert "Clara" not in varied.whole
    assert "Hugo" not in varied.whole
    woman, man = varied.completion.split()[0], varied.completion.split('"')[1].split()[0]
    assert f"{woman} must find the lighthouse before {man} does" in varied.prompt
    assert varied.completion.count(woman) == STORY.completion.count("Clara")
    assert f"{man}'s map" in varied.completion
    for left in ("Clara Schumann played. Clara bowed.", "Only Hugo came.", "Nobody came."):
        assert names.vary(Texts("Go on.", left), Random(3)) is None


def test_modules_are_renamed_in_every_spelling() -> None:
    texts = Texts(
        "Explain the Billing module.", "BillingService calls billing_module; billing goes on."
    )
    varied = names.vary(texts, Random(1))
    assert varied == Texts(
        "Explain the Invoicing module.", "InvoicingService calls invoicing_module; billing goes on."
    )


def test_a_prompt_keeps_its_idea_and_its_style_in_another_frame() -> None:
    asked = story_prompt("A clock runs backwards.", genre="sci_fi", style="Keep it short.")
    made = {prompts.vary(Texts(asked, "Text."), Random(seed)) for seed in range(20)}
    assert len(made) > 2
    for varied in made:
        assert varied is not None
        assert "A clock runs backwards. Keep it short." in varied.prompt
        assert "science fiction story of about 150 words" in varied.prompt
        assert varied.prompt != asked
        assert varied.completion == "Text."


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same(kind: str) -> None:
    texts = (
        PROCEDURE
        if kind == "parameters"
        else Texts(STORY.prompt + " A customer.", STORY.completion)
    )
    assert vary(texts, kind, 7) == vary(texts, kind, 7)
    assert vary(texts, kind, 7) is not None
    assert len({vary(texts, kind, seed) for seed in range(30)}) > 1 or kind == "wording"


def test_what_says_nothing_otherwise_is_nearly_the_same() -> None:
    assert nearly_same(STORY, Texts(STORY.prompt + "!", STORY.completion))
    varied = vary(STORY, "prompt", 1)
    assert varied is not None
    assert not nearly_same(STORY, varied)


def test_kinds_are_checked() -> None:
    assert check_kinds(None) == list(KINDS)
    assert check_kinds(["names", "names"]) == ["names"]
    for wrong in ([], ["letters"]):
        with pytest.raises(InvalidInput):
            check_kinds(wrong)


def test_a_teachers_rewording_must_keep_names_and_numbers_and_change_the_words() -> None:
    asked = "Write about 150 words on how Clara finds the old lighthouse keeper and his lost lamp."
    good = "In about 150 words, tell how the lamp that was lost, and its aged keeper, are found by Clara."
    assert says_the_same(asked, good)
    assert not says_the_same(asked, asked)
    assert not says_the_same(asked, good.replace("150", "200"))
    assert not says_the_same(asked, good.replace("Clara", "Martha"))
    assert not says_the_same(asked, "Sure!")
    assert not says_the_same(asked, good + " And so the tale begins with a storm." * 5)
