"""What sources sent: records, compressed and then sealed with the key ring, and deliveries."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from attrs import frozen
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.postgres.sync.raw_records import read, written
from clientupdater.adapters.security.vault import required
from clientupdater.ports.sync import InputPage, LastPage, Notice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.security.vault import Vault
    from clientupdater.domain.ids import SyncJobId
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.ports.sources import RawRecord

QUERIES = named_queries("sync/inputs.sql")
NOTICES = named_queries("sync/notices.sql")
PURPOSE = "sync snapshot"
QUICKLY = 1
"""The level of compression: a higher one takes three times as long, and saves a tenth."""


@frozen
class PostgresSyncInputs:
    _connection: Connection
    _vault: Vault | None

    def keep(self, job: SyncJob, page: InputPage, now: datetime) -> None:
        ring = required(self._vault).ring
        packed = zlib.compress(written(page.records), QUICKLY)
        values = {
            "job": job.id,
            "first": page.first,
            "company": job.request.company,
            "record": Jsonb(
                {
                    "records": len(page.records),
                    "next": page.next_position,
                    "columns": page.columns,
                }
            ),
            "sealed": ring.sealed(packed, PURPOSE, _place(job.id, page.first)),
            "now": now,
        }
        self._connection.execute(QUERIES["keep"], values)

    def last(self, job: SyncJobId) -> LastPage | None:
        row = self._connection.execute(QUERIES["last"], {"job": job}).fetchone()
        return LastPage(row[0] + row[1]["records"], row[1]["next"]) if row else None

    def pages(self, job: SyncJobId) -> Iterator[InputPage]:
        params = {"job": job, "after": 0}
        while row := self._connection.execute(QUERIES["next"], params).fetchone():
            page = self._opened(job, *row)
            params["after"] = page.first
            yield page

    def record(self, job: SyncJobId, row: int) -> RawRecord | None:
        page_row = self._connection.execute(
            QUERIES["with_row"], {"job": job, "row": row}
        ).fetchone()
        if page_row is None:
            return None
        page = self._opened(job, *page_row)
        place = row - page.first
        return page.records[place] if place < len(page.records) else None

    def forget(self, job: SyncJob) -> None:
        self._connection.execute(QUERIES["forget"], {"job": job.id})

    def keep_notice(self, notice: Notice, now: datetime) -> bool:
        body = {
            "kind": notice.kind,
            "code": notice.code,
            "posted_on": notice.posted_on and notice.posted_on.isoformat(),
        }
        values = {**_named(notice.source, notice.delivery), "body": Jsonb(body), "now": now}
        return self._connection.execute(NOTICES["keep"], values).fetchone() == (True,)

    def notice(self, source: str, delivery: str) -> Notice | None:
        row = self._connection.execute(NOTICES["find"], _named(source, delivery)).fetchone()
        if row is None:
            return None
        kind, code, posted_on = row
        return Notice(source=source, delivery=delivery, kind=kind, code=code, posted_on=posted_on)

    def followed(self, notice: Notice, now: datetime) -> None:
        values = {**_named(notice.source, notice.delivery), "now": now}
        self._connection.execute(NOTICES["followed"], values)

    def _opened(
        self, job: SyncJobId, first: int, values: dict[str, Any], sealed: bytes
    ) -> InputPage:
        packed = required(self._vault).ring.required(sealed, PURPOSE, _place(job, first))
        columns = tuple(values.get("columns", ()))
        return InputPage(first, read(zlib.decompress(packed)), values["next"], columns)


def _place(job: SyncJobId, first: int) -> bytes:
    return job.bytes + first.to_bytes(8, "big")


def _named(source: str, delivery: str) -> dict[str, object]:
    return {"source": source, "delivery": delivery}
