"""Providers: who may teach, set up once for the machine, and the machine's switches.

Keys come and go sealed: what they say is not known here.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update

from engine.domain.provider import Provider
from engine.errors import NotFound
from engine.store.database import Database
from engine.store.rows import find, new_id, now, upsert
from engine.store.tables import providers, switches


class Providers:
    """Rows of no user: what one name sets up, every name of this machine may use."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        *,
        name: str,
        kind: str,
        base_url: str,
        model: str,
        concurrency: int,
        price_in: float,
        price_out: float,
        sealed_key: str,
    ) -> Provider:
        """Store a new provider."""
        values: dict[str, Any] = {
            "id": new_id(),
            "name": name,
            "kind": kind,
            "base_url": base_url,
            "model": model,
            "concurrency": concurrency,
            "price_in": price_in,
            "price_out": price_out,
            "sealed_key": sealed_key,
        }
        with self._database.write() as connection:
            statement = insert(providers).values(**values, created_at=now()).returning(providers)
            return _provider(connection.execute(statement).mappings().one())

    def update(self, provider_id: str, **values: Any) -> Provider:
        """Change what is given, by the names of `add`. Raises NotFound."""
        with self._database.write() as connection:
            find(connection, providers, "provider", provider_id)
            connection.execute(
                update(providers).where(providers.c.id == provider_id).values(**values)
            )
            return _provider(find(connection, providers, "provider", provider_id))

    def remove(self, provider_id: str) -> None:
        """Forget the provider and its key. Raises NotFound."""
        with self._database.write() as connection:
            gone = connection.execute(delete(providers).where(providers.c.id == provider_id))
            if gone.rowcount == 0:
                raise NotFound("provider", provider_id)

    def get(self, provider_id: str) -> Provider:
        """One provider. Raises NotFound."""
        with self._database.read() as connection:
            return _provider(find(connection, providers, "provider", provider_id))

    def list(self) -> list[Provider]:
        """All providers, oldest first."""
        query = select(providers).order_by(providers.c.created_at, providers.c.id)
        with self._database.read() as connection:
            return [_provider(row) for row in connection.execute(query).mappings()]

    def sealed_key(self, provider_id: str) -> str:
        """The key as it was sealed; empty where there is none. Raises NotFound."""
        with self._database.read() as connection:
            return str(find(connection, providers, "provider", provider_id)["sealed_key"])

    def switch(self, name: str, default: Any = None) -> Any:
        """What a switch of the machine is set to, or `default`."""
        query = select(switches.c.value).where(switches.c.name == name)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return default if row is None else row[0]

    def set_switch(self, name: str, value: Any) -> None:
        """Set a switch, over the earlier value."""
        with self._database.write() as connection:
            upsert(connection, switches, {"name": name, "value": value})


def _provider(row: RowMapping) -> Provider:
    return Provider(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        base_url=row["base_url"],
        model=row["model"],
        concurrency=row["concurrency"],
        price_in=row["price_in"],
        price_out=row["price_out"],
        has_key=bool(row["sealed_key"]),
        created_at=row["created_at"],
    )
