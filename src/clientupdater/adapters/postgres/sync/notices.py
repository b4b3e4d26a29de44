"""Webhook deliveries over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.ports.notices import Notice

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connect import Connection

QUERIES = named_queries("sync/notices.sql")


@frozen
class PostgresNotices:
    _connection: Connection

    def keep(self, notice: Notice, now: datetime) -> bool:
        body = {
            "kind": notice.kind,
            "code": notice.code,
            "posted_on": notice.posted_on and notice.posted_on.isoformat(),
        }
        values = {**_named(notice.source, notice.delivery), "body": Jsonb(body), "now": now}
        return self._connection.execute(QUERIES["keep"], values).rowcount == 1

    def find(self, source: str, delivery: str) -> Notice | None:
        row = self._connection.execute(QUERIES["find"], _named(source, delivery)).fetchone()
        if row is None:
            return None
        kind, code, posted_on = row
        return Notice(source=source, delivery=delivery, kind=kind, code=code, posted_on=posted_on)

    def followed(self, notice: Notice, now: datetime) -> None:
        values = {**_named(notice.source, notice.delivery), "now": now}
        self._connection.execute(QUERIES["followed"], values)


def _named(source: str, delivery: str) -> dict[str, object]:
    return {"source": source, "delivery": delivery}
