"""Keys of providers at rest: sealed in the database by a key that lies in the home folder, 0600.

Whoever copies the database alone reads nothing. Whoever has the whole home folder has the keys, as
whoever sits at this machine has.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from uuid import uuid4

from cryptography.fernet import Fernet, InvalidToken

from engine.errors import InvalidInput
from models.errors import InvalidKey

KEY_FILE = "providers.key"
# Keys travel in a header: anything else would end up in an error message of the HTTP library.
_PRINTABLE = re.compile(r"[\x21-\x7e]{1,500}")


class Safe:
    """Seals and opens keys; makes its own key at the first seal."""

    def __init__(self, home: Path) -> None:
        self._path = home / KEY_FILE

    def seal(self, key: str) -> str:
        """The key as it is stored; empty stays empty. Raises `InvalidInput`, without the key in it."""
        key = key.strip()
        if not key:
            return ""
        if not _PRINTABLE.fullmatch(key):
            raise InvalidInput("key", "must be at most 500 letters, digits and signs, no spaces")
        return Fernet(self._own_key()).encrypt(key.encode()).decode()

    def open(self, sealed: str) -> str:
        """The key itself, for a header. Raises `InvalidKey` when it was sealed by another file."""
        if not sealed:
            return ""
        try:
            return Fernet(self._own_key()).decrypt(sealed.encode()).decode()
        except (InvalidToken, ValueError):
            raise InvalidKey(
                "The saved key cannot be read with this home folder. Enter it again in Settings."
            ) from None

    def _own_key(self) -> bytes:
        if not self._path.exists():
            self._make()
        return self._path.read_bytes()

    def _make(self) -> None:
        """Write a new key whole, for this account's eyes only; the first of two makers wins."""
        beside = self._path.with_name(f"{KEY_FILE}.{uuid4().hex}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, self._path)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
