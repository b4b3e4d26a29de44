"""Clients, statuses, rows and events over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
from attrs import frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
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
from clientupdater.domain.clients import Client
from clientupdater.domain.errors import AlreadyExists, NotFound, VersionConflict
from clientupdater.domain.events import (
    Channel,
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
from clientupdater.domain.periods import Cycle, Period
from clientupdater.domain.statuses import Reason, Status, StatusCatalogue
from clientupdater.domain.tracking import PeriodRow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from clientupdater.domain.tracking import Change
    from clientupdater.ports.tracking import ClientRef, Place, RowChanges

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

QUERIES = named_queries("tracking/rows.sql")


@frozen
class PostgresClients:
    """The book of clients."""

    _connection: Connection

    def find(self, client: ClientId) -> Client | None:
        """Find one by identity."""
        return self._one("client_by_id", {"id": client})

    def by_code(self, code: str) -> Client | None:
        """Find one by its client code."""
        return self._one("client_by_code", {"code": code})

    def find_all(self, refs: Collection[ClientRef]) -> dict[ClientRef, Client]:
        """Find many, each by identity or by its client code."""
        codes = {ref for ref in refs if isinstance(ref, str)}
        values = {"ids": [ref for ref in refs if not isinstance(ref, str)], "codes": [*codes]}
        items = [
            _client(*each) for each in self._connection.execute(QUERIES["clients_by_ref"], values)
        ]
        by_ref: dict[ClientRef, Client] = {c.code: c for c in items} | {c.id: c for c in items}
        return {ref: by_ref[ref] for ref in refs if ref in by_ref}

    def lock(self, *clients: ClientId) -> None:
        """Keep the others who would end, revive, open or assign these waiting."""
        self._connection.execute(QUERIES["hold"], {"clients": [*clients]})

    def _one(self, query: str, values: dict[str, object]) -> Client | None:
        result = self._connection.execute(QUERIES[query], values).fetchone()
        return _client(*result) if result else None


def _client(*columns: Any) -> Client:
    id_, code, company, branch, officer, cycle, cycle_from, active, deleted, par, ended = columns
    return Client(
        id=ClientId(id_),
        code=code,
        company=CompanyId(company),
        branch=BranchId(branch),
        assigned_to=officer and PersonId(officer),
        cycle=cycle and Cycle(cycle),
        cycle_from=cycle_from,
        is_active=active,
        is_deleted=deleted,
        par_trackable=par,
        has_terminal_outcome=ended,
    )


@frozen
class PostgresStatuses:
    """The statuses and reasons in use."""

    _connection: Connection

    def load(self) -> StatusCatalogue:
        """Read all of them, inactive ones included."""
        result = self._connection.execute(QUERIES["statuses"]).fetchall()
        return StatusCatalogue(_status(*columns) for columns in result)


def _status(
    code: str, sequence: int, active: Any, company: Any, reasons: list[dict[str, Any]]
) -> Status:
    return Status(
        code=code,
        sequence=sequence,
        reasons=tuple(Reason(**reason) for reason in reasons),
        companies=frozenset({CompanyId(company)} if company else ()),
        is_active=active,
    )


@frozen
class PostgresRows:
    """Period statuses and their events."""

    _connection: Connection

    def find(self, client: ClientId, period: Period) -> PeriodRow | None:
        """Find a client's row of a period."""
        result = self._rows(client, str(period))
        return result[0] if result else None

    def of_client(self, client: ClientId) -> list[PeriodRow]:
        """List a client's rows, the latest period first."""
        return self._rows(client, None)

    def history(self, client: ClientId, period: Period) -> History:
        """List a row's events in sequence."""
        values = {"client": client, "period": str(period)}
        result = self._connection.execute(QUERIES["history"], values).fetchall()
        return tuple(_event(*columns) for columns in result)

    def open(self, client: Client, period: Period, opened: StatusEvent) -> PeriodRow:
        """Begin a row with its opened event."""
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
            raise NotFound from error  # no such client, or none within sight
        if kept is None:
            raise AlreadyExists(f"The client has a row in {period}.")
        self._connection.execute(QUERIES["opened"], {**values, "row": kept[0]})
        return PeriodRow(client.id, client.company, period, fold([opened]))

    def append(self, row: PeriodRow, change: Change) -> PeriodRow:
        """Keep one event and the snapshot after it."""
        values = {
            **period_columns(row.period),
            **event_columns(change.event),
            **row_columns(change.snapshot),
            "client": row.client,
            "seen": row.snapshot.version,
        }
        kept = self._connection.execute(QUERIES["append"], values)
        if not kept.rowcount:
            raise _refusal(self, row)
        return PeriodRow(row.client, row.company, row.period, change.snapshot)

    def _rows(self, client: ClientId, period: str | None) -> list[PeriodRow]:
        values = {"client": client, "from": period or "", "to": period or AFTER_ALL}
        return [_row(*each) for each in self._connection.execute(QUERIES["rows"], values)]


def _refusal(rows: PostgresRows, seen: PeriodRow) -> NotFound | VersionConflict:
    now = rows.find(seen.client, seen.period)
    if now is None:
        return NotFound()
    return VersionConflict(
        provided=seen.snapshot.version, current=now.snapshot.version, snapshot=now.snapshot
    )


@frozen
class PostgresRowBatches:
    """Rows of many clients at once."""

    _connection: Connection

    def find_all(
        self, places: Collection[Place], whole: Collection[ClientId] = (), *, locked: bool = False
    ) -> list[PeriodRow]:
        """Find the rows of these places, and all rows of the clients that are whole."""
        result = places_columns(places, whole)
        if locked:
            # What was waited for is read by a statement that begins after it.
            self._connection.execute(QUERIES["lock_rows"], result)
        return [_row(*each) for each in self._connection.execute(QUERIES["rows_of_many"], result)]

    def histories(self, places: Collection[Place]) -> dict[Place, History]:
        """List the events of many rows."""
        values: dict[Place, History] = {}
        result = places_columns(places)
        for client, period, *event in self._connection.execute(QUERIES["histories"], result):
            place = ClientId(client), Period.parse(period)
            values[place] = (*values.get(place, ()), _event(*event))
        return values

    def write(self, changes: Sequence[RowChanges]) -> None:
        """Open rows and append events, all of them at once."""
        self._open_many([each for each in changes if each.seen is None])
        values = {"rows": changed_rows(changes), "events": added_events(changes)}
        moved = set(self._connection.execute(QUERIES["write_many"], values))
        for each in changes:
            if (each.row.client, str(each.row.period)) not in moved:
                raise _refusal(PostgresRows(self._connection), each.seen or each.row)

    def _open_many(self, changes: Sequence[RowChanges]) -> None:
        if not changes:
            return
        try:
            kept = self._connection.execute(QUERIES["open_many"], {"rows": opened_rows(changes)})
        except (psycopg.errors.ForeignKeyViolation, psycopg.errors.InsufficientPrivilege) as error:
            raise NotFound from error  # no such client, or none within sight
        if kept.rowcount != len(changes):
            raise AlreadyExists("Somebody opened one of these rows at the same moment.")


def _row(*columns: Any) -> PeriodRow:
    client, company, period, *rest = columns
    return PeriodRow(ClientId(client), CompanyId(company), Period.parse(period), _snapshot(*rest))


def _snapshot(*columns: Any) -> Snapshot:
    status, reason, remarks, follow_up, paid, on, amount, updates, *rest = columns
    exempt, terminal_at, revived_at, branch, updated_by, updated_at, version = rest
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
        branch=BranchId(branch),
        updated_by=updated_by and PersonId(updated_by),
        updated_at=updated_at,
        version=version,
    )


def _event(*columns: Any) -> StatusEvent:
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
