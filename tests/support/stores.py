"""The same small test data in every store: two companies, two branches, three people."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias
from uuid import uuid4

from attrs import evolve, frozen

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.vault import Vault
from clientupdater.domain.clients import Client
from clientupdater.domain.ids import ClientId, CompanyId, PersonId
from clientupdater.domain.periods import Cycle
from clientupdater.domain.settings_values import KNOWN
from clientupdater.ports.unit_of_work import SYSTEM
from tests.support.audit_fixture import memory_lines, postgres_lines
from tests.support.builders import ANA, BEN, CALOOCAN, DAVAO
from tests.support.databases import past_all_rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import psycopg

    from clientupdater.domain.access import Actor
    from clientupdater.domain.sync.contacts import Contact
    from clientupdater.domain.sync.fields import Field
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.testing.store import MemoryBook
    from tests.support.audit_fixture import Line

MONTHLY_OF = {"FCASH": "FCASH_SSS", "PCNI": "PCNI_NON_PNP"}
QUARTERLY_OF = {"PCNI": "PCNI_PNP"}


class Book(Protocol):
    """Where clients are put."""

    @property
    def fcash(self) -> CompanyId: ...

    def add(self, client: Client) -> Client:
        """Put a client into the book, as a sync would."""
        ...


class Store(Book, Protocol):
    """A store under test, and what only its owner can put into it."""

    @property
    def work(self) -> UnitsOfWork: ...
    @property
    def pcni(self) -> CompanyId: ...

    def employ(self, actor: Actor) -> Actor:
        """Give a person their rights and territory, and nothing else."""
        ...

    def set(self, key: str, company: CompanyId | None, value: str) -> None:
        """Set a setting, as a manager of the configuration would."""
        ...

    def lines(self) -> list[Line]:
        """Read everything that was written down."""
        ...

    def say(self, client: ClientId, field: Field, contact: Contact) -> None:
        """Put one of a client's contact numbers into the book, as a sync would leave it."""
        ...

    def changes(self, client: ClientId) -> list[ContactChange]:
        """Read what people changed of a client's contact numbers."""
        ...

    def over(self, vault: Vault) -> UnitsOfWork:
        """Give the same store with other keys."""
        ...


ContactChange: TypeAlias = "tuple[str, str | None, str | None, PersonId | None, datetime]"
"""Which number, from, to, by whom and when."""


class Capability(StrEnum):
    """A part of the ports that a store may lack."""

    LEASES = "leases"
    """Workers claim jobs, hold them by a lease and end them, many at once."""


STORES: Mapping[str, frozenset[Capability]] = {
    "memory": frozenset(),
    "postgres": frozenset({Capability.LEASES}),
}
"""Every store of the tracking ports, and what it has beyond them."""


def stores_with(capability: Capability) -> list[str]:
    return [store for store, capabilities in STORES.items() if capability in capabilities]


VAULT = Vault(KeyRing.made_up(), b"i" * 32)


def newcomer(store: Book, **facts: object) -> Client:
    """Put a client of FCASH, reached monthly, into the book."""
    identity = uuid4()
    client = Client(
        id=ClientId(identity),
        code=f"FC-{identity}",
        company=store.fcash,
        branch=CALOOCAN,
        cycle=Cycle.MONTHLY,
    )
    return store.add(evolve(client, **facts))  # type: ignore[arg-type] # a test names the facts


@frozen
class MemoryStore:
    """The store in memory."""

    work: MemoryBook
    fcash: CompanyId
    pcni: CompanyId

    def add(self, client: Client) -> Client:
        self.work.add(client)
        return client

    def employ(self, actor: Actor) -> Actor:
        self.work.people[actor.id] = actor
        return actor

    def set(self, key: str, company: CompanyId | None, value: str) -> None:
        self.work.settings[key, company] = value

    def lines(self) -> list[Line]:
        return memory_lines(self.work)

    def say(self, client: ClientId, field: Field, contact: Contact) -> None:
        with self.work.begin(SYSTEM) as tx:
            card = tx.clients.contacts(client)
        assert card is not None
        self.work.cards[client] = evolve(card, numbers={**card.numbers, field: contact})

    def changes(self, client: ClientId) -> list[ContactChange]:
        items = [each for each in self.work.changes if each.client == client]
        return [(c.change.field, c.change.before, c.change.after, c.by, c.at) for c in items]  # type: ignore[misc] # numbers are text

    def over(self, vault: Vault) -> UnitsOfWork:
        return evolve(self.work, vault=vault)


@frozen
class PostgresStore:
    """The store in a database, entered as its superuser, who stands in for the sync."""

    work: PostgresUnitsOfWork
    url: str
    fcash: CompanyId
    pcni: CompanyId

    @classmethod
    def populated(cls, work: PostgresUnitsOfWork, url: str) -> PostgresStore:
        """Put in the branches and people that the clients refer to."""
        with past_all_rules(url) as connection:
            for person in (ANA, BEN):
                connection.execute(
                    "insert into users (id, email, first_name, last_name)"
                    " values (%s, %s, 'A', 'Person')",
                    (person, f"{person}@example.com"),
                )
            for branch in (CALOOCAN, DAVAO):
                connection.execute(
                    "insert into branches (id, code, name) values (%s, %s, 'A branch')",
                    (branch, str(branch)[-4:]),
                )
            rows = connection.execute("select id from companies order by code").fetchall()
        (fcash,), (pcni,) = rows
        return cls(work, url, CompanyId(fcash), CompanyId(pcni))

    def over(self, vault: Vault) -> UnitsOfWork:
        return PostgresUnitsOfWork(self.work.pool, vault)

    def add(self, client: Client) -> Client:
        with past_all_rules(self.url) as connection:
            connection.execute(
                "insert into clients (id, client_code, company_id, full_name, branch_id,"
                " product_id, tracking_cycle_from, is_active, deleted_at, par_status_id)"
                " values (%s, %s, %s, 'Juan dela Cruz', %s,"
                " (select id from products where code = %s), %s, %s,"
                " case when %s then now() end, (select id from par_statuses where code = %s))",
                (
                    client.id,
                    client.code,
                    client.company,
                    client.branch,
                    self._product(client),
                    client.cycle_from,
                    client.is_active,
                    client.is_deleted,
                    {None: None, True: "tele_130", False: "tele_hardcore"}[client.par_trackable],
                ),
            )
            self._assign(connection, client.id, client.assigned_to)
        return client

    def employ(self, actor: Actor) -> Actor:
        with past_all_rules(self.url) as connection:
            _employ(connection, actor)
        return actor

    def set(self, key: str, company: CompanyId | None, value: str) -> None:
        with past_all_rules(self.url) as connection:
            connection.execute(
                "insert into config_settings (key, company_id, value, value_type)"
                " values (%s, %s, %s, %s) on conflict (key, company_id) do update"
                " set value = excluded.value",
                (key, company, value, str(KNOWN[key].value_type)),
            )

    def lines(self) -> list[Line]:
        return postgres_lines(self.url)

    def say(self, client: ClientId, field: Field, contact: Contact) -> None:
        with past_all_rules(self.url) as connection:
            connection.execute(
                f"update clients set {field} = %s, {field}_corrected = %s,"
                " contact_conflict = contact_conflict or %s where id = %s",
                (contact.value, contact.corrected, contact.conflict, client),
            )
            connection.execute(
                f"insert into client_sources (client_id, source, {field})"
                " values (%s, 'snowflake', %s) on conflict (client_id, source) do update"
                f" set {field} = excluded.{field}",
                (client, contact.source_value),
            )

    def changes(self, client: ClientId) -> list[ContactChange]:
        with past_all_rules(self.url) as connection:
            return connection.execute(
                "select field_changed, old_value, new_value, changed_by, changed_at"
                " from client_changes where client_id = %s order by changed_at, field_changed",
                (client,),
            ).fetchall()

    def _assign(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        client: ClientId,
        officer: PersonId | None,
    ) -> None:
        if officer:
            connection.execute(
                "insert into client_assignments (client_id, officer_id, assigned_by)"
                " values (%s, %s, %s)",
                (client, officer, officer),
            )

    def _product(self, client: Client) -> str | None:
        if client.cycle is None:
            return None
        company = "FCASH" if client.company == self.fcash else "PCNI"
        return (MONTHLY_OF if client.cycle is Cycle.MONTHLY else QUARTERLY_OF)[company]


def _employ(connection: psycopg.Connection[tuple[object, ...]], actor: Actor) -> None:
    connection.execute(
        "insert into users (id, email, is_active) values (%s, %s, %s)"
        " on conflict (id) do update set is_active = excluded.is_active",
        (actor.id, f"{actor.id}@example.com", actor.is_active),
    )
    for table in ("user_permissions", "user_branches", "user_areas"):
        connection.execute(f"delete from {table} where user_id = %s", (actor.id,))
    for grant in actor.grants:
        connection.execute(
            "insert into user_permissions (user_id, permission_id, company_id, scope)"
            " values (%s, (select id from permissions where code = %s), %s, %s)",
            (actor.id, str(grant.permission), grant.company, str(grant.scope)),
        )
    for branch in actor.territory.branches:
        connection.execute(
            "insert into user_branches (user_id, branch_id) values (%s, %s)", (actor.id, branch)
        )
    for area in actor.territory.areas:
        connection.execute(
            "insert into areas (id, code, name) values (%s, %s, 'An area')", (area, str(area)[-6:])
        )
        connection.execute(
            "insert into user_areas (user_id, area_id) values (%s, %s)", (actor.id, area)
        )
        for branch in actor.territory.area_branches:
            connection.execute(
                "insert into area_branches (area_id, branch_id) values (%s, %s)", (area, branch)
            )
