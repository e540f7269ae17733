"""What is refused when a provider is set up, and that a refused value is not repeated where secret."""

from __future__ import annotations

from typing import Any

import pytest

from engine.engine import Engine
from engine.errors import InvalidInput
from tests.engine.teaching.test_teachers import add


@pytest.mark.parametrize("key", ["two words", "new\nline", "ü" * 20, "x" * 501])
def test_a_key_that_fits_no_header_is_refused_without_repeating_it(
    engine: Engine, key: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        add(engine, key=key)
    assert key not in str(caught.value)
    assert engine.teachers.providers() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "anthropic"),
        ("name", "  "),
        ("name", "x" * 61),
        ("model", "x" * 201),
        ("concurrency", 0),
        ("concurrency", 65),
        ("price_in", -1.0),
        ("price_out", float("nan")),
        ("base_url", ""),
        ("base_url", "ftp://example.com"),
        ("base_url", "file:///etc/passwd"),
        ("base_url", "example.com/v1"),
        ("base_url", "http://"),
        ("base_url", "http://user:secret@example.com/v1"),
        ("base_url", "http://user@example.com/v1"),
        ("base_url", "http://example.com/v1?key=1"),
        ("base_url", "http://example.com/#x"),
        ("base_url", "http://exa mple.com/"),
        ("base_url", "http://example.com:99999/"),
        ("base_url", "http://[::1/"),
        ("base_url", "http://169.254.169.254/v1"),
        ("base_url", "http://0.0.0.0:8000/v1"),
        ("base_url", "http://[fe80::1]/v1"),
        ("base_url", "http://[::ffff:169.254.169.254]/v1"),
        ("base_url", "http://2852039166/v1"),
        ("base_url", "http://0xa9.0xfe.43518/v1"),
        ("base_url", "http://0/v1"),
        ("base_url", "http://169.254.169.254./v1"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(engine: Engine, field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        add(engine, **{field: value})
    assert caught.value.field == field
    assert "secret" not in str(caught.value)
    provider = add(engine)
    if field != "kind":
        with pytest.raises(InvalidInput):
            engine.teachers.update(provider.id, **{field: value})
        assert engine.teachers.providers() == [provider]
