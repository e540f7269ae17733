"""YAML as plain data that remembers on which line each key stands. Knows no settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Marked:
    """`lines` has the line, from 1, of every key and every entry of a list, by its way from the top.
    `doubled` are keys that are there twice, each where it stands again."""

    data: Any
    lines: dict[Place, int]
    doubled: tuple[tuple[Place, int], ...]


class NotYaml(Exception):
    """The text is no YAML that is read here; `line` is None where it cannot be told."""

    def __init__(self, line: int | None, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


class _Loader(yaml.SafeLoader):
    """Plain data only: no anchors, which can make a small file large. `5e-5` is a number here."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(
                problem="anchors are not read", problem_mark=event.start_mark
            )
        return super().compose_node(parent, index)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?\d+(?:\.\d*)?[eE][-+]?\d+$"), list("-+0123456789")
)


def read_marked(text: str) -> Marked:
    """The data in a text of YAML. Raises `NotYaml`."""
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return Marked(None, {}, ())
        lines: dict[Place, int] = {}
        doubled = []
        for place, line in _places(node, ()):
            if place in lines:
                doubled.append((place, line))
            lines[place] = line
        return Marked(loader.construct_document(node), lines, tuple(doubled))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = error.problem or "it cannot be read"
        if "'\\t'" in why:
            why = "a tab stands where YAML wants spaces"
        raise NotYaml(mark.line + 1 if mark else None, why) from None
    except (yaml.YAMLError, ValueError) as error:  # a sign that no text holds, a day that is none
        raise NotYaml(None, str(error).splitlines()[0]) from None
    except RecursionError:
        raise NotYaml(None, "it is nested too deep") from None
    finally:
        if loader is not None:
            loader.dispose()


def _places(node: yaml.Node, above: Place) -> Iterator[tuple[Place, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*above, str(key.value))
            yield place, key.start_mark.line + 1
            yield from _places(value, place)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*above, index), value.start_mark.line + 1
            yield from _places(value, (*above, index))
