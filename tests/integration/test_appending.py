"""The functions that read a client and write its update with the owner's rights: for whom (A4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
import pytest
from attrs import evolve, frozen

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.access_scope import AccessScope, over_branches
from clientupdater.domain.errors import NotFound, VersionConflict
from clientupdater.domain.ids import BranchId, ClientId, PersonId
from clientupdater.domain.periods import Period
from tests.support.appending import appended, move, read_in_period
from tests.support.builders import manila, moved, write_context
from tests.support.plain_sql import session, sql_rows
from tests.support.pools import pool_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

NOVEMBER = Period.month(2026, 11)
LEFT = """
select (select count(*) from status_events where kind = 'moved'),
       (select count(*) from activity_logs),
       (select sum(version) from client_period_status)
"""


@frozen
class Clients:
    """A person of the branch `here`, a client of it, and one of the branch `there`."""

    database: Database
    person: UUID
    here: UUID
    there: UUID
    fcash: UUID
    pcni: UUID
    mine: UUID
    other: UUID

    @property
    def scope(self) -> AccessScope:
        return over_branches(PersonId(self.person), BranchId(self.here))

    def left(self) -> tuple[Any, ...]:
        """Count the events, the entries of the log and the versions that updates left."""
        with psycopg.connect(self.database.superuser_url) as connection:
            return tuple(connection.execute(LEFT).fetchall()[0])


@pytest.fixture
def clients(database: Database) -> Clients:
    with sql_rows(database) as made:
        person, here, there = made.user(), made.branch(), made.branch()
        mine, other = made.client(here), made.client(there)
        for client in (mine, other):
            made.event(made.row(client))
        made.connection.execute("update client_period_status set version = 0")
        fcash, pcni = made.id_of("companies", "FCASH"), made.id_of("companies", "PCNI")
        made.connection.commit()
    return Clients(database, person, here, there, fcash, pcni, mine, other)


@pytest.fixture
def work(clients: Clients) -> Iterator[PostgresUnitsOfWork]:
    with pool_on(clients.database.app_url, 1, 2) as pool:
        yield PostgresUnitsOfWork(pool)


def test_a_row_outside_of_the_scope_is_none_and_nothing_is_written(
    clients: Clients, work: PostgresUnitsOfWork
) -> None:
    with work.begin(clients.scope) as tx:
        row = tx.rows.find(ClientId(clients.mine), NOVEMBER)
        assert row is not None
    theirs = evolve(row, client=ClientId(clients.other))
    change = moved(theirs, BranchId(clients.here), write_context(manila(5), by=None))
    with pytest.raises(NotFound), work.begin(clients.scope) as tx:
        tx.rows.append(theirs, change)
    assert clients.left() == (0, 0, 0)


def test_a_row_that_has_moved_on_gets_no_event_and_no_entry(
    clients: Clients, work: PostgresUnitsOfWork
) -> None:
    with work.begin(clients.scope) as tx:
        row = tx.rows.find(ClientId(clients.mine), NOVEMBER)
        assert row is not None
        change = moved(row, BranchId(clients.there), write_context(manila(5), by=None))
        tx.rows.append(row, change)
    with pytest.raises(VersionConflict), work.begin(clients.scope) as tx:
        tx.rows.append(row, change)
    assert clients.left() == (1, 0, 1)


def test_the_entry_of_the_log_is_written_with_the_event_where_there_is_an_action(
    clients: Clients,
) -> None:
    with session(clients.database.worker_url, all_companies=[clients.fcash]) as connection:
        to = move(connection, clients.mine, clients.there, actor=clients.person, details="{}")
        assert appended(connection, to) == 1
        assert appended(connection, {**to, "action": "forwarded"}) == 0  # a version that is gone
        assert appended(connection, {**to, "seen": 1, "action": "forwarded"}) == 1
        connection.commit()
    assert clients.left() == (2, 1, 2)


def test_rows_of_a_client_who_went_to_another_company_are_read_and_written_where_they_are_seen(
    clients: Clients,
) -> None:
    with session(clients.database.worker_url, system="on") as connection:
        sql = "update clients set company_id = %s where id = %s"
        connection.execute(sql, (clients.pcni, clients.mine))
        connection.commit()
    here = {"direct_branches": [clients.here], "area_branches": [clients.here]}
    for kind in ("all", "branch", "area", "self"):
        for company in (clients.fcash, clients.pcni):
            scope: dict[str, object] = {**here, f"{kind}_companies": [company]}
            with session(clients.database.worker_url, **scope) as connection:
                seen = connection.execute(
                    "select client_id from client_period_status where client_id = %s",
                    (clients.mine,),
                ).rowcount
                to = move(connection, clients.mine, clients.there)
                shown = connection.execute("select from clients where id = %s", (clients.mine,))
                read = read_in_period(connection, clients.mine)
                assert read == [(True,)] * shown.rowcount, (kind, company)
                assert appended(connection, to) == seen, (kind, company)


@pytest.mark.parametrize(
    ("login", "role", "writes"),
    [
        ("worker_url", "clientupdater_system", 1),
        ("worker_url", "none", 1),
        ("worker_url", "clientupdater_app", 0),
        ("worker_url", "default", 0),
        ("app_url", "none", 0),
        ("app_url", "default", 0),
        ("owner_url", "default", 1),
    ],
)
def test_without_a_scope_they_serve_those_who_act_as_the_system_alone(
    clients: Clients, login: str, role: str, writes: int
) -> None:
    with psycopg.connect(getattr(clients.database, login)) as connection:
        connection.execute(f"set local role to {role}".encode())
        assert connection.execute("select from client_period_status").rowcount == 2 * writes
        assert read_in_period(connection, clients.mine) == [(True,)] * writes
        assert appended(connection, move(connection, clients.mine, clients.there)) == writes
        connection.rollback()


def test_only_the_roles_of_the_application_may_call_them(clients: Clients) -> None:
    with psycopg.connect(clients.database.superuser_url) as connection:
        allowed = connection.execute(
            """
            select p.proname, pg_get_userbyid(p.proowner), p.prosecdef, (
                select array_agg(pg_get_userbyid(g.grantee)::text order by 1)
                from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
                where g.grantee <> p.proowner
            )
            from pg_proc p
            where p.proname in ('append_event', 'client_in_period', 'row_is_in_scope') order by 1
            """
        ).fetchall()
    owner = "clientupdater_owner"
    assert allowed == [
        ("append_event", owner, True, ["clientupdater_app", "clientupdater_system"]),
        ("client_in_period", owner, True, ["clientupdater_app", "clientupdater_system"]),
        ("row_is_in_scope", owner, False, None),
    ]
