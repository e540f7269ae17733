"""The text of bytes, whatever encoding they are in."""

from __future__ import annotations

import codecs
from typing import NamedTuple

from charset_normalizer import from_bytes

from engine.errors import UnreadableFile

# So much of the lines that are not plain ASCII tells the encoding; a whole novel takes seconds.
SAMPLE_BYTES = 32_000
# Shares of letters that look out of place; so close together they say nothing.
CLOSE = 0.01
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Decoded(NamedTuple):
    """A text, and the name of the encoding it was read by."""

    text: str
    encoding: str


def decode(name: str, data: bytes) -> Decoded:
    """UTF-8 where it is that, otherwise the likeliest encoding. Raises `UnreadableFile`."""
    if data.startswith(UTF_16):
        return _decoded(name, data, "utf-16")
    if b"\0" in data:
        raise UnreadableFile(name, "it is no text")
    try:
        is_marked = data.startswith(codecs.BOM_UTF8)
        return Decoded(data.decode("utf-8-sig"), "utf-8-sig" if is_marked else "utf-8")
    except UnicodeDecodeError:
        return _decoded(name, data, _guess(name, data))


def _decoded(name: str, data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        why = f"it is no whole {encoding} text: save it as UTF-8"
        raise UnreadableFile(name, why) from error


def _guess(name: str, data: bytes) -> str:
    """The likeliest encoding. Where Windows' western one is about as likely as the best, it is that:
    they spell most letters alike, and few letters of English prose tell them apart."""
    telling = b"\n".join(dict.fromkeys(each for each in data.splitlines() if not each.isascii()))
    matches = from_bytes(telling[:SAMPLE_BYTES])
    best = matches.best()
    if best is None:
        raise UnreadableFile(name, "its encoding is not known: save it as UTF-8")
    for match in matches:
        as_likely = match.chaos <= best.chaos + CLOSE and match.coherence >= best.coherence
        if as_likely and "cp1252" in match.could_be_from_charset:
            return "cp1252"
    return best.encoding
