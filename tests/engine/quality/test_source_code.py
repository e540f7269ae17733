"""Code read by real grammars, never run."""

from __future__ import annotations

import pytest

from engine.quality.source_code import read_source, unknown_names, whole_functions, words_of

GO = """func Double(number int) int {
\treturn 2 * number
}"""
JAVASCRIPT = """function double(number, times = 2) {
  return times * number;
}"""


def test_what_a_function_is_given_uses_and_gives_back() -> None:
    text = 'def area(width: int, height=2, *rest):\n    """Area."""\n    return width * height'
    function = read_source(text, "python").functions[0]
    assert (function.name, function.parameters) == ("area", ("width", "height", "rest"))
    assert function.used == {"width", "height"}
    assert function.gives_back
    assert not function.is_empty


@pytest.mark.parametrize(("language", "text"), [("go", GO), ("javascript", JAVASCRIPT)])
def test_other_languages_are_read_by_their_grammars(language: str, text: str) -> None:
    source = read_source(text, language)
    assert source.parses
    assert source.functions[0].name.lower() == "double"
    assert source.functions[0].parameters[0] == "number"
    assert source.functions[0].used >= {"number"}
    assert not read_source(text[:-1], language).parses
    assert whole_functions(f"{text}\n\nThat is all there is to it.", language) == text


@pytest.mark.parametrize(
    "body", ["pass", '"""Only words."""', "# nothing\n    pass", '"""Words."""\n    pass']
)
def test_a_body_that_does_nothing_is_empty(body: str) -> None:
    assert read_source(f"def f():\n    {body}", "python").functions[0].is_empty


def test_names_that_nobody_defines() -> None:
    text = (
        "import math\nHALF = 0.5\ndef f(a):\n    b = math.pi\n    return b + a + HALF + len(g(c))"
    )
    assert unknown_names(text) == ("c", "g")
    assert unknown_names("def f(a):\n    return [x for x in a if f(x)]") == ()
    assert unknown_names("def f(") == ()


def test_words_of_names() -> None:
    assert words_of("is_leapYear(HTTPServer)  # counts 3") == "is leap year http server counts"
