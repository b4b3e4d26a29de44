"""Filling a fresh database with what was made up: all of it or nothing."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from attrs import Factory, define, field, frozen
from psycopg import sql

from clientupdater.adapters.postgres.configuration.configuration import read_configuration
from clientupdater.adapters.postgres.core.connect import connected
from clientupdater.adapters.security.passwords import hash_password
from clientupdater.demo_data import records
from clientupdater.demo_data.csv_drop import DemoFile
from clientupdater.demo_data.lookups import FCASH, PCNI, SeededLookups
from clientupdater.demo_data.pension_numbers import pension_number
from clientupdater.demo_data.random_draws import randomness
from clientupdater.demo_data.world import World
from clientupdater.domain.errors import AlreadyExists, Fault, Misconfigured
from clientupdater.domain.ids import CompanyId
from clientupdater.domain.periods import Cycle
from clientupdater.runtime.random_secrets import readable_password

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, tzinfo
    from pathlib import Path
    from uuid import UUID

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.security.vault import Vault
    from clientupdater.demo_data.clients import DemoClient
    from clientupdater.demo_data.history import RowHistory
    from clientupdater.demo_data.staff import Person
    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.periods import Period

SEED = 1521
BATCH = 5_000
"""Clients that are held in memory at a time; it bounds memory, however many are asked for."""
SET_UP = timedelta(days=1_100)
"""How long ago the organisation was set up: before any of its clients came."""
LOOKUPS = (
    "companies",
    "pension_types",
    "pensioner_types",
    "products",
    "par_statuses",
    "account_types",
    "status_types",
    "status_reasons",
    "permissions",
    "roles",
)


@frozen
class MadeUpAccount:
    """Somebody to sign in as; the password is kept nowhere else."""

    email: str
    password: str = field(repr=False)
    role: str
    company: str | None
    """The company's code; none: every company."""
    name: str = ""
    """Empty in what an older demo kept."""


def fill(
    url: str,
    *,
    clients: int,
    now: datetime,
    zone: tzinfo,
    seed: int = SEED,
    vault: Vault | None = None,
    before_commit: Callable[[tuple[MadeUpAccount, ...]], None] = lambda _: None,
    drop_file: Path | None = None,
) -> tuple[MadeUpAccount, ...]:
    """Fill a migrated and seeded database; return the accounts to sign in with.

    The same seed, number and moment give the same data, but for passwords and ciphertexts. Without
    a vault no client has a pension number. `before_commit` gets the accounts, so that a caller can
    keep the passwords safe from a crash. `drop_file` is where the next delivery of the CSV source
    is written. Raises AlreadyExists where there are clients already.
    """
    with connected(url) as connection, connection.transaction():
        _begin(connection)
        lookups = {table: _codes(connection, table) for table in LOOKUPS}
        world = World.made_up(_seeded_lookups(connection, lookups), now, zone, seed)
        passwords = {each.id: readable_password() for each in world.staff if each.is_shown}
        filler = _Filler(
            connection, world, _writer(world, lookups, vault), _demo_file(world, drop_file)
        )
        filler.organisation()
        filler.staff(passwords)
        filler.clients(clients)
        accounts = tuple(
            MadeUpAccount(
                email=person.email,
                password=passwords[person.id],
                role=str(person.role),
                company=person.company,
                name=f"{person.name.first} {person.name.last}",
            )
            for person in world.staff
            if person.is_shown
        )
        before_commit(accounts)
    return accounts


def _begin(connection: Connection) -> None:
    """Act as the system, one process at a time, and refuse a database that has clients."""
    connection.execute("set local role clientupdater_system")
    connection.execute("select pg_advisory_xact_lock(hashtext('clientupdater: made-up book'))")
    if connection.execute("select from clients limit 1").fetchone() is not None:
        raise AlreadyExists(
            "The database holds clients; made-up ones go only where there are none."
        )


def _codes(connection: Connection, table: str) -> Mapping[str, UUID]:
    query = sql.SQL("select code, id from {}").format(sql.Identifier(table))
    return dict(connection.execute(query).fetchall())


def _seeded_lookups(
    connection: Connection, lookups: Mapping[str, Mapping[str, UUID]]
) -> SeededLookups:
    """Read the seeded lookups that the rules need."""
    if not {FCASH, PCNI} <= lookups["companies"].keys():
        raise Misconfigured([Fault("", "The database is not seeded: run `clientupdater db seed`.")])
    cycles = connection.execute("select code, tracking_cycle::text from products").fetchall()
    trackable = connection.execute("select code, is_trackable from par_statuses").fetchall()
    return SeededLookups(
        companies={code: CompanyId(id_) for code, id_ in lookups["companies"].items()},
        cycles={code: Cycle(cycle) for code, cycle in cycles},
        trackable=dict(trackable),
        catalogue=read_configuration(connection).catalogue,
    )


def _writer(
    world: World, lookups: Mapping[str, Mapping[str, UUID]], vault: Vault | None
) -> records.RecordWriter:
    now = world.calendar.now
    rng = randomness(world.seed, "records")
    return records.RecordWriter(
        rng, now - SET_UP, now, lookups, world.lookups.companies, world.calendar.zone, vault
    )


def _demo_file(world: World, path: Path | None) -> DemoFile | None:
    if path is None:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".csv.part").unlink(missing_ok=True)
    companies = {id_: code for code, id_ in world.lookups.companies.items()}
    moment = world.calendar.now.isoformat()
    return DemoFile(path, world.organisation.branches, companies, moment)


@define
class _Filler:
    """Writes the made-up world, table by table."""

    connection: Connection
    world: World
    writer: records.RecordWriter
    drop_file: DemoFile | None = None
    _opened: Counter[Period] = Factory(Counter)
    _unmapped: int = 0

    def organisation(self) -> None:
        """Put in the areas and branches."""
        made_up, writer = self.world.organisation, self.writer
        records.AREAS.load(self.connection, writer.areas(made_up))
        records.BRANCHES.load(self.connection, writer.branches(made_up))
        records.AREA_BRANCHES.load(self.connection, writer.area_branches(made_up))
        records.BRANCH_CONTACTS.load(self.connection, writer.branch_contacts(made_up))

    def staff(self, passwords: Mapping[PersonId, str]) -> None:
        """Put in the staff and their rights; only the accounts with a password can sign in."""
        staff, writer = self.world.staff, self.writer
        administrator = staff[0]
        hashes = {person: hash_password(password) for person, password in passwords.items()}
        branches, areas = writer.territories(staff, administrator)
        records.USERS.load(self.connection, writer.users(staff, hashes))
        records.USER_PERMISSIONS.load(self.connection, writer.grants(staff, administrator))
        self._roles(administrator)
        records.USER_BRANCHES.load(self.connection, branches)
        records.USER_AREAS.load(self.connection, areas)

    def _roles(self, administrator: Person) -> None:
        roles = self.writer.role_ids()
        own, grants = self.writer.own_roles(roles)
        records.ROLES.load(self.connection, own)
        records.ROLE_GRANTS.load(self.connection, grants)
        given = self.writer.user_roles(self.world.staff, roles, administrator)
        records.USER_ROLES.load(self.connection, given)

    def clients(self, how_many: int) -> None:
        """Put in the clients and their history, batch by batch."""
        made_up = self.world.clients(how_many)
        while batch := list(islice(made_up, BATCH)):
            self._batch(batch)
        if self.drop_file:
            self.drop_file.finish()
        records.OPENINGS.load(self.connection, self._openings())

    def _batch(self, batch: Sequence[tuple[DemoClient, list[RowHistory]]]) -> None:
        writer = self.writer
        assignments = [each for client, _ in batch for each in writer.assignments(client)]
        items = [writer.row_with_events(row) for _, histories in batch for row in histories]
        events = [event for _, events in items for event in events]
        records.CLIENTS.load(self.connection, (writer.client(client) for client, _ in batch))
        records.CLIENT_ASSIGNMENTS.load(self.connection, assignments)
        records.ROWS.load(self.connection, (row for row, _ in items))
        records.EVENTS.load(self.connection, events)
        if self.drop_file:
            numbers = (pension_number(client.facts.code) for client, _ in batch)
            self.drop_file.append(zip((client for client, _ in batch), numbers, strict=True))
        for client, histories in batch:
            self._count(client, histories)

    def _count(self, client: DemoClient, histories: Sequence[RowHistory]) -> None:
        """Count what the openings of periods would have counted (P2, P4)."""
        self._unmapped += client.facts.is_unmapped and client.facts.exempt_cause is None
        for history in histories:
            period = history.row.period
            if history.events[0].recorded_at == self.world.calendar.opening(period):
                self._opened[period] += 1

    def _openings(self) -> list[records.Record]:
        calendar = self.world.calendar
        return [
            self.writer.opening(
                period, calendar.opening(period), self._opened[period], self._unmapped
            )
            for cycle in Cycle
            for period in calendar.periods(cycle)
        ]
