"""Source code read by a real parser: whether it parses, its functions, their parameters and words.

Nothing is ever run. Any language works whose grammar is installed as `tree_sitter_<language>`.
"""

from __future__ import annotations

import builtins
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from tree_sitter import Language, Node, Parser

FENCE = re.compile(r"```\w*\n(.*?)(?:```|\Z)", re.S)
_IDENTIFIER = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_EMPTY = ("comment", "pass_statement")


@dataclass(frozen=True)
class Function:
    """One function: its parameters, those its body uses, and whether it does and gives anything."""

    name: str
    parameters: tuple[str, ...]
    used: frozenset[str]
    is_empty: bool
    gives_back: bool


@dataclass(frozen=True)
class Source:
    """A text read as code. `end` is the byte after its last definition; `unknown` names are used
    and defined nowhere (known for Python only)."""

    parses: bool
    functions: tuple[Function, ...]
    end: int
    unknown: tuple[str, ...] = ()


def unfenced(text: str) -> str:
    """The code of a text in Markdown; any other text as it is."""
    found = FENCE.search(text)
    return found[1] if found else text.split("```")[0]


def read_source(text: str, language: str) -> Source:
    """Read a text as code of that language; every text is accepted."""
    data = text.encode("utf-8", errors="replace")
    root = _parser(language).parse(data).root_node
    functions = tuple(map(_function, _definitions(root)))
    tops = [node for node in root.named_children if any(_definitions(node))]
    parses = not root.has_error and bool(data.strip())
    unknown = unknown_names(text) if parses and language == "python" else ()
    return Source(parses, functions, tops[-1].end_byte if tops else 0, unknown)


def whole_functions(text: str, language: str) -> str:
    """The longest beginning that parses and ends with a function; the text if there is none."""
    text = unfenced(text).strip()
    lines = text.split("\n")
    for count in range(len(lines), 0, -1):
        start = "\n".join(lines[:count])
        source = read_source(start, language)
        if source.parses and source.end:
            return start.encode()[: source.end].decode()
    return text


def words_of(text: str) -> str:
    """The words in a text's names and comments: `is_leapYear` gives `is leap year`."""
    return " ".join(word.lower() for word in _IDENTIFIER.findall(text))


def unknown_names(text: str) -> tuple[str, ...]:
    """Names that Python code uses and nobody defines; of code that does not compile, none."""
    try:
        module = symtable.symtable(text, "code", "exec")
    except (SyntaxError, ValueError):
        return ()
    defined = {each.get_name() for each in module.get_symbols() if each.is_assigned()}
    defined |= {each.get_name() for each in module.get_symbols() if each.is_imported()}
    defined |= {table.get_name() for table in module.get_children()} | set(dir(builtins))
    used = {each.get_name() for table in _tables(module) for each in table.get_symbols()
            if each.is_global() and each.is_referenced()}  # fmt: skip
    return tuple(sorted(used - defined))


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for below in table.get_children():
        yield from _tables(below)


@cache
def _parser(language: str) -> Parser:
    return Parser(Language(import_module(f"tree_sitter_{language}").language()))


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _definitions(node: Node) -> Iterator[Node]:
    """Whatever has a name, parameters and a body is a function, in every grammar."""
    fields = ("name", "parameters", "body")
    return (each for each in _walk(node) if all(map(each.child_by_field_name, fields)))


def _function(node: Node) -> Function:
    name, parameters, body = map(node.child_by_field_name, ("name", "parameters", "body"))
    assert name is not None
    assert parameters is not None
    assert body is not None
    names = tuple(n for child in parameters.named_children for n in _names(child))
    inside = list(_walk(body))
    said = {_text(each) for each in inside if each.type == "identifier"}
    done = [each for each in body.named_children if each.type not in _EMPTY and not _is_text(each)]
    gives = any(word in each.type for each in inside for word in ("return", "yield"))
    return Function(_text(name), names, frozenset(said & set(names)), not done, gives)


def _names(parameter: Node) -> list[str]:
    """The names a parameter binds; its type and its default are not among them."""
    if parameter.type == "identifier":
        return [_text(parameter)]
    named = parameter.child_by_field_name("name")
    own = [named] if named else [c for c in parameter.named_children if c.type == "identifier"]
    return [_text(each) for each in own]


def _is_text(node: Node) -> bool:
    """A docstring: a statement that is a string."""
    return bool(node.named_children) and all(c.type == "string" for c in node.named_children)


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", errors="replace")
