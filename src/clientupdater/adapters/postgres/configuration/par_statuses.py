"""The clients of a PAR status in PostgreSQL, and their rows, set-based (P6)."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.postgres.sync.staging import ROWS
from clientupdater.adapters.postgres.tracking.columns import period_columns
from clientupdater.adapters.postgres.tracking.openings import BEFORE_ALL
from clientupdater.adapters.postgres.tracking.rows import QUERIES as TRACKING
from clientupdater.domain.ids import ClientId
from clientupdater.ports.configuration import SettledBatch, TouchedClients, TrackingPlan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.domain.ids import CompanyId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.write_context import WriteContext

QUERIES = named_queries("configuration/par_statuses.sql", TRACKING)


@frozen
class PostgresParStatusTracking:
    """The clients of one PAR status."""

    _connection: Connection

    def plan(self, par_status: str, *, is_trackable: bool) -> TrackingPlan:
        rows = self._connection.execute(QUERIES["touched"], {"par_status": par_status}).fetchall()
        digest = sha256(f"{par_status}\n{is_trackable}\n".encode())
        for company, _, _, codes in rows:
            digest.update(f"{company}\n".encode() + codes)
        touched = tuple(
            TouchedClients(company, clients, tuple(examples))
            for company, clients, examples, _ in rows
        )
        return TrackingPlan(touched, digest.hexdigest())

    def settle_batch(
        self,
        par_status: str,
        due: Sequence[Period],
        writable: Mapping[CompanyId, Sequence[Period]],
        write_context: WriteContext,
        *,
        after: ClientId | None,
        at_most: int,
    ) -> SettledBatch:
        pairs = [(company, str(each)) for company, periods in writable.items() for each in periods]
        params: dict[str, Any] = {
            "par_status": par_status,
            "after": after or BEFORE_ALL,
            "at_most": at_most,
            "now": write_context.now,
            "companies": [company for company, _ in pairs],
            "periods": [period for _, period in pairs],
        }
        self._connection.execute(TRACKING["hold_openings"])
        self._connection.execute(QUERIES["effects"])
        self._connection.execute(QUERIES["batch"], params)
        for period in due:
            from_day = max(write_context.today, period.first_day)
            values = {**params, **period_columns(period), "from_day": from_day}
            self._connection.execute(ROWS["open"], values)
        for name in ("rows_due", "lock_rows", "settle_rows"):
            self._connection.execute(ROWS[name], params)
        ((rows, looked_at, last),) = self._connection.execute(QUERIES["count_batch"]).fetchall()
        return SettledBatch(rows, ClientId(last) if looked_at == at_most else None)
