"""Period rows, their events and the opening of whole periods over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from attrs import frozen

from clientupdater.adapters.postgres.audit.log import NOT_LOGGED, logged_columns
from clientupdater.adapters.postgres.core.named_queries import Statement, named_queries
from clientupdater.adapters.postgres.tracking.columns import (
    AFTER_ALL,
    added_events,
    changed_rows,
    event_columns,
    opened_rows,
    period_columns,
    places_columns,
    row_columns,
)
from clientupdater.domain.errors import AlreadyExists, NotFound, VersionConflict
from clientupdater.domain.events import (
    Channel,
    Contact,
    EventKind,
    ExemptCause,
    History,
    Promise,
    Snapshot,
    Standing,
    StatusEvent,
    fold,
)
from clientupdater.domain.ids import BranchId, ClientId, CompanyId, PersonId
from clientupdater.domain.periods import Period
from clientupdater.domain.tracking import PeriodRow
from clientupdater.ports.tracking import OpenedBatch, Opening

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import tzinfo

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.clients import Client
    from clientupdater.domain.tracking import Change
    from clientupdater.domain.write_context import WriteContext
    from clientupdater.ports.audit import LogEntry
    from clientupdater.ports.tracking import Place, RowChanges


QUERIES = named_queries("tracking/rows.sql")
_APPEND = Statement.of(QUERIES["append"])
BEFORE_ALL = UUID(int=0)


@frozen
class PostgresRows:
    """Implements `PeriodRows`."""

    _connection: Connection
    _zone: tzinfo
    _configuration: Configuration

    def find(self, client: ClientId, period: Period) -> PeriodRow | None:
        result = self._rows(client, str(period))
        return result[0] if result else None

    def of_client(self, client: ClientId) -> list[PeriodRow]:
        return self._rows(client, None)

    def history(self, client: ClientId, period: Period) -> History:
        values = {"client": client, "period": str(period)}
        result = self._connection.execute(QUERIES["history"], values).fetchall()
        return tuple(event_of(*columns) for columns in result)

    def open(self, client: Client, period: Period, opened: StatusEvent) -> PeriodRow:
        values = {
            **period_columns(period),
            "client": client.id,
            "company": client.company,
            "branch": opened.branch,
            "occurred_at": opened.occurred_at,
            "recorded_at": opened.recorded_at,
        }
        try:
            with self._connection.transaction():
                kept = self._connection.execute(QUERIES["open"], values).fetchone()
        except (psycopg.errors.ForeignKeyViolation, psycopg.errors.InsufficientPrivilege) as error:
            raise NotFound from error  # no such client, or none within the scope
        if kept is None:
            raise AlreadyExists(f"The client has a row in {period}.")
        self._connection.execute(QUERIES["opened"], {**values, "row": kept[0]})
        return PeriodRow(client.id, client.company, period, fold([opened]))

    def append(self, row: PeriodRow, change: Change, entry: LogEntry | None = None) -> PeriodRow:
        values = {
            "period": str(row.period),
            **event_columns(change.event, self._configuration.ids),
            **row_columns(change.snapshot, self._zone, self._configuration.ids),
            "client": row.client,
            "seen": row.snapshot.version,
        }
        values |= logged_columns(entry) if entry else NOT_LOGGED
        ((written,),) = self._connection.read(_APPEND, values)
        if not written:
            raise self._refusal(row)
        return PeriodRow(row.client, row.company, row.period, change.snapshot)

    def find_many(
        self, places: Collection[Place], whole: Collection[ClientId] = (), *, locked: bool = False
    ) -> list[PeriodRow]:
        params = places_columns(places, whole)
        if locked:
            # A second statement reads what other writers changed while this one waited.
            self._connection.execute(QUERIES["lock_rows"], params)
        return self._read("rows_of_many", params)

    def histories(self, places: Collection[Place]) -> dict[Place, History]:
        events: dict[Place, History] = {}
        cursor = self._connection.execute(QUERIES["histories"], places_columns(places))
        for client, period, *event in cursor:
            place = ClientId(client), Period.parse(period)
            events[place] = (*events.get(place, ()), event_of(*event))
        return events

    def write_many(self, changes: Sequence[RowChanges]) -> None:
        self._open_many([each for each in changes if each.seen is None])
        ids = self._configuration.ids
        params = {
            "rows": changed_rows(changes, self._zone, ids),
            "events": added_events(changes, ids),
        }
        written = set(self._connection.execute(QUERIES["write_many"], params))
        for each in changes:
            if (each.row.client, str(each.row.period)) not in written:
                raise self._refusal(each.seen or each.row)

    def open_batch(
        self, period: Period, write_context: WriteContext, *, after: ClientId | None, at_most: int
    ) -> OpenedBatch:
        values = {**_due(period, write_context), "after": after or BEFORE_ALL}
        open_batch = QUERIES["open_batch"].replace(":at_most", str(int(at_most))).encode()
        self._connection.execute(QUERIES["lock_openings"])
        # Planning it anew takes a fifth as long as running it, and comes to the same.
        self._connection.execute("set local plan_cache_mode = force_generic_plan")
        cursor = self._connection.execute(open_batch, values, prepare=True)
        ((rows, looked_at, last),) = cursor.fetchall()
        return OpenedBatch(rows, ClientId(last) if looked_at == at_most else None)

    def missing(self, period: Period, write_context: WriteContext) -> int:
        return self._count("missing", _due(period, write_context))

    def unmapped(self) -> int:
        return self._count("unmapped", {})

    def note_opening(self, opening: Opening) -> None:
        values = {
            **period_columns(opening.period),
            "rows": opening.rows,
            "started_at": opening.started_at,
            "finished_at": opening.finished_at,
            "by": opening.by,
        }
        self._connection.execute(QUERIES["note"], values)

    def openings(self, *, at_most: int) -> list[Opening]:
        cursor = self._connection.execute(QUERIES["noted"], {"at_most": at_most})
        return [_opening(*columns) for columns in cursor]

    def _open_many(self, changes: Sequence[RowChanges]) -> None:
        if not changes:
            return
        try:
            cursor = self._connection.execute(QUERIES["open_many"], {"rows": opened_rows(changes)})
        except (psycopg.errors.ForeignKeyViolation, psycopg.errors.InsufficientPrivilege) as error:
            raise NotFound from error  # no such client, or none within the scope
        if cursor.rowcount != len(changes):
            raise AlreadyExists("Somebody opened one of these rows at the same moment; try again.")

    def _count(self, query: str, values: dict[str, object]) -> int:
        ((count,),) = self._connection.execute(QUERIES[query], values).fetchall()
        return int(count)

    def _rows(self, client: ClientId, period: str | None) -> list[PeriodRow]:
        params = {"client": client, "from": period or "", "to": period or AFTER_ALL}
        return self._read("rows", params)

    def _read(self, query: str, params: Mapping[str, object]) -> list[PeriodRow]:
        cursor, codes = self._connection.execute(QUERIES[query], params), self._configuration.codes
        return [row_of(codes, *columns) for columns in cursor]

    def _refusal(self, seen: PeriodRow) -> NotFound | VersionConflict:
        now = self.find(seen.client, seen.period)
        if now is None:
            return NotFound()
        return VersionConflict(
            provided=seen.snapshot.version, current=now.snapshot.version, snapshot=now.snapshot
        )


def row_of(codes: Mapping[str | None, Any], *columns: Any) -> PeriodRow:
    """Read the columns of block `row_columns`."""
    client, company, period, status, reason, *rest = columns
    snapshot = _snapshot(codes[status], codes[reason], *rest)
    return PeriodRow(ClientId(client), CompanyId(company), Period.parse(period), snapshot)


def _snapshot(*columns: Any) -> Snapshot:
    status, reason, remarks, follow_up, paid, on, amount, updates, *rest = columns
    exempt, terminal_at, revived_at, contact_branch, contact_by, done_by, done_at, *last = rest
    branch, updated_by, updated_at, version = last
    return Snapshot(
        standing=Standing(
            status=status, reason=reason, remarks=remarks, next_follow_up_on=follow_up
        ),
        has_payment=paid,
        promise=Promise(on, amount) if on else None,
        update_count=updates,
        exempt=exempt and ExemptCause(exempt),
        terminal_at=terminal_at,
        revived_at=revived_at,
        contact=(
            Contact(BranchId(contact_branch), contact_by and PersonId(contact_by))
            if contact_branch
            else None
        ),
        done_by=done_by and PersonId(done_by),
        done_at=done_at,
        branch=BranchId(branch),
        updated_by=updated_by and PersonId(updated_by),
        updated_at=updated_at,
        version=version,
    )


def event_of(*columns: Any) -> StatusEvent:
    sequence, kind, status, reason, remarks, paid, terminal, channel, *rest = columns
    occurred_at, recorded_at, branch, follow_up, on, amount, voids, exempt, by = rest
    return StatusEvent(
        sequence=sequence,
        kind=EventKind(kind),
        status=status,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        branch=BranchId(branch),
        by=by and PersonId(by),
        reason=reason,
        remarks=remarks,
        has_payment=paid,
        is_terminal=terminal,
        channel=channel and Channel(channel),
        next_follow_up_on=follow_up,
        promise=Promise(on, amount) if on else None,
        voids=voids,
        exempt=exempt and ExemptCause(exempt),
    )


def _opening(*columns: Any) -> Opening:
    year, month, quarter, rows, started_at, finished_at, by = columns
    period = Period.month(year, month) if month else Period.quarter(year, quarter)
    return Opening(period, rows, started_at, finished_at, by and PersonId(by))


def _due(period: Period, write_context: WriteContext) -> dict[str, object]:
    from_day = max(write_context.today, period.first_day)
    return {**period_columns(period), "from_day": from_day, "now": write_context.now}
