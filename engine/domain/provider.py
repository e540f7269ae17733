"""Provider: somebody who runs language models that may teach, here or elsewhere. Its key is not in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

# The base model that comes with the studio, among the choices of a teacher.
BUILT_IN = "built-in"
# The kind whose address may be left empty: then it is Google's own.
GEMINI = "gemini"


@dataclass(frozen=True)
class Provider:
    """One model of one provider, as people set it up. Machine-wide: every name may choose it.

    `kind` is the protocol it speaks, a key of `MODULES` in engine/teaching/models.py. `base_url` is
    empty for Gemini's own address. `concurrency` bounds the answers written at once.
    Prices are for a million tokens read and written, in the currency of the provider's bill; 0 =
    nothing or not known. `has_key` says that a key is kept, never which.
    """

    id: str
    name: str
    kind: str
    base_url: str
    model: str
    concurrency: int
    price_in: float
    price_out: float
    has_key: bool
    created_at: datetime

    @property
    def local(self) -> bool:
        """Whether its texts stay on this machine."""
        return is_loopback(self.base_url)

    @property
    def generator(self) -> str:
        """What its examples are stored under, e.g. `Gemini API · gemini-2.5-flash`."""
        label = "Gemini API" if self.kind == GEMINI else self.name
        return f"{label} · {self.model}"


def is_loopback(url: str) -> bool:
    """Whether the address is this machine's own: `localhost`, 127.0.0.0/8 or ::1, as written."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
