"""Clients, their officers and their contact numbers over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from attrs import evolve, frozen

from clientupdater.adapters.postgres.core.connection import Command
from clientupdater.adapters.postgres.core.named_queries import Statement, named_queries
from clientupdater.adapters.postgres.tracking.rows import QUERIES as TRACKING
from clientupdater.adapters.postgres.tracking.rows import row_of
from clientupdater.domain.clients import Client
from clientupdater.domain.contacts import ContactCard
from clientupdater.domain.errors import NotFound, VersionConflict
from clientupdater.domain.ids import BranchId, ClientId, CompanyId, PersonId
from clientupdater.domain.sync.contacts import Contact
from clientupdater.domain.sync.fields import Field
from clientupdater.ports.tracking import ClientInPeriod

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.postgres.core.transactions import TransactionControl
    from clientupdater.domain.ids import ClientRef
    from clientupdater.domain.officers import AssignmentEnd
    from clientupdater.domain.periods import Period
    from clientupdater.domain.write_context import WriteContext

QUERIES = named_queries("clients/clients.sql", TRACKING)
_IN_PERIOD = Statement.of(QUERIES["client_in_period"])
CLIENT_WIDTH = 11


@frozen
class PostgresClients:
    """Implements `Clients`."""

    _control: TransactionControl
    _settings: Callable[[], Configuration]

    @property
    def _connection(self) -> Connection:
        return self._control.begun

    def find(self, client: ClientId) -> Client | None:
        return self._one("client_by_id", {"id": client})

    def by_code(self, code: str) -> Client | None:
        return self._one("client_by_code", {"code": code})

    def in_period(self, client: ClientRef, period: Period) -> ClientInPeriod | None:
        id_, code = (None, client) if isinstance(client, str) else (client, None)
        params = {"id": id_, "code": code, "period": str(period)}
        rows = self._control.read(Command.of(_IN_PERIOD, params))
        if not rows:
            return None
        configuration = self._settings()
        (columns,) = rows
        known = client_of(configuration, *columns[:CLIENT_WIDTH])
        row_columns = columns[CLIENT_WIDTH:]
        row = row_of(configuration.codes, *row_columns) if row_columns[0] else None
        return ClientInPeriod(known, row)

    def find_all(self, refs: Collection[ClientRef]) -> dict[ClientRef, Client]:
        codes = [ref for ref in refs if isinstance(ref, str)]
        params = {"ids": [ref for ref in refs if not isinstance(ref, str)], "codes": codes}
        cursor = self._connection.execute(QUERIES["clients_by_ref"], params)
        configuration = self._settings()
        clients = [client_of(configuration, *columns) for columns in cursor]
        by_ref: dict[ClientRef, Client] = {c.code: c for c in clients} | {c.id: c for c in clients}
        return {ref: by_ref[ref] for ref in refs if ref in by_ref}

    def lock(self, *clients: ClientId) -> None:
        self._connection.execute(QUERIES["lock"], {"clients": [*clients]})

    def assign(
        self, clients: Collection[ClientId], officer: PersonId, write_context: WriteContext
    ) -> None:
        params = {**_assignment(clients, write_context), "officer": officer}
        try:
            with self._connection.transaction():
                self._connection.execute(QUERIES["assign"], params)
        except (psycopg.errors.ForeignKeyViolation, psycopg.errors.InsufficientPrivilege) as error:
            raise NotFound from error  # no such client or person, or none within the scope

    def end_assignments(
        self,
        clients: Collection[ClientId],
        write_context: WriteContext,
        why: AssignmentEnd | None = None,
    ) -> None:
        params = {**_assignment(clients, write_context), "why": str(why or "released")}
        self._connection.execute(QUERIES["end_assignments"], params)

    def contacts(self, client: ClientId) -> ContactCard | None:
        row = self._connection.execute(QUERIES["contacts"], {"client": client}).fetchone()
        if row is None:
            return None
        version, flagged, *columns = row
        numbers = {
            Field.CONTACT_NUMBER: _number(*columns[:3], flagged=flagged),
            Field.CONTACT_NUMBER_ALT: _number(*columns[3:], flagged=flagged),
        }
        return ContactCard(client=client, version=version, numbers=numbers)

    def save_contacts(
        self, seen: ContactCard, after: ContactCard, write_context: WriteContext
    ) -> ContactCard:
        params = {**_columns(seen, after), "by": write_context.by, "now": write_context.now}
        ((saved,),) = self._connection.execute(QUERIES["save_contacts"], params).fetchall()
        if not saved:
            raise self._refusal(seen)
        return evolve(after, version=seen.version + 1)

    def _one(self, query: str, params: dict[str, object]) -> Client | None:
        columns = self._connection.execute(QUERIES[query], params).fetchone()
        return client_of(self._settings(), *columns) if columns else None

    def _refusal(self, seen: ContactCard) -> NotFound | VersionConflict:
        params = {"client": seen.client}
        row = self._connection.execute(QUERIES["version"], params).fetchone()
        if row is None:
            return NotFound()
        return VersionConflict(provided=seen.version, current=row[0])


def client_of(configuration: Configuration, *columns: Any) -> Client:
    """Read the columns of block `client_columns`."""
    id_, code, company, branch, officer, product, cycle_from, active, deleted, par, ended = columns
    return Client(
        id=ClientId(id_),
        code=code,
        company=CompanyId(company),
        branch=BranchId(branch),
        assigned_to=officer and PersonId(officer),
        cycle=configuration.cycles.get(product),
        cycle_from=cycle_from,
        is_active=active,
        is_deleted=deleted,
        par_trackable=configuration.is_trackable.get(par),
        has_terminal_outcome=ended,
    )


def _assignment(clients: Collection[ClientId], write_context: WriteContext) -> dict[str, object]:
    return {"clients": sorted(clients), "now": write_context.now, "by": write_context.by}


def _number(value: str | None, corrected: bool, reported: str | None, *, flagged: bool) -> Contact:  # noqa: FBT001 — a column
    """Build a number from its columns; the client's flag concerns the numbers that differ."""
    if not corrected:
        return Contact(value, value)  # the source owns it: its value is the one in force
    differs = reported is not None and reported != value
    return Contact(value, reported, corrected=True, conflict=flagged and differs)


def _columns(seen: ContactCard, after: ContactCard) -> dict[str, object]:
    changes = seen.changes_to(after)
    values: dict[str, object] = {
        "client": seen.client,
        "seen": seen.version,
        "conflict": bool(after.in_conflict),
        "fields": [change.field for change in changes],
        "old_values": [change.before for change in changes],
        "new_values": [change.after for change in changes],
    }
    for each, number in after.numbers.items():
        values |= {str(each): number.value, f"{each}_corrected": number.corrected}
    return values
