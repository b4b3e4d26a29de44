"""Filling a fresh database with made-up people, on a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.adapters.security.passwords import verify_password
from clientupdater.demo_data import AccountsFile, fill
from clientupdater.domain.errors import AlreadyExists, Misconfigured
from clientupdater.domain.events import fold
from clientupdater.domain.permissions import Permission
from clientupdater.ports.unit_of_work import SYSTEM
from tests.support.builders import MANILA, manila
from tests.support.pools import pool_on

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any, LiteralString

    from clientupdater.demo_data import MadeUpAccount
    from tests.support.servers import Database

NOW = manila(18, 14, 30)
FILLED = (
    "areas",
    "branches",
    "users",
    "user_permissions",
    "clients",
    "client_assignments",
    "client_period_status",
    "status_events",
    "period_openings",
)


def filled(database: Database, clients: int = 300) -> tuple[MadeUpAccount, ...]:
    return fill(database.worker_url, clients=clients, now=NOW, zone=MANILA)


def asked(database: Database, query: LiteralString, *items: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.superuser_url) as connection:
        return connection.execute(query, items).fetchall()


def counts(database: Database) -> dict[str, int]:
    query = SQL(" union all ").join(
        SQL("select {}, count(*) from {}").format(table, Identifier(table)) for table in FILLED
    )
    with psycopg.connect(database.superuser_url) as connection:
        return dict(connection.execute(query).fetchall())


def test_a_fresh_database_gets_the_requested_number_of_clients(database: Database) -> None:
    filled(database)
    result = counts(database)
    assert (result["areas"], result["branches"], result["users"]) == (6, 24, 60)
    assert (result["clients"], result["period_openings"]) == (300, 6)
    assert result["status_events"] > result["client_period_status"] > 300


@pytest.mark.rule("S9", "S10")
def test_a_row_read_back_is_the_fold_of_its_history(database: Database) -> None:
    filled(database, 120)
    codes = [code for (code,) in asked(database, "select client_code from clients")]
    with (
        pool_on(database.worker_url) as pool,
        PostgresUnitsOfWork(pool).begin(SYSTEM) as tx,
    ):
        for code in codes:
            client = tx.clients.by_code(code)
            assert client is not None
            for row in tx.rows.of_client(client.id):
                assert row.snapshot == fold(tx.rows.history(client.id, row.period))


@pytest.mark.rule("A3")
def test_a_client_stands_with_the_officer_of_the_open_assignment(database: Database) -> None:
    filled(database)
    differing = (
        "select count(*) from clients c left join client_assignments a"
        " on a.client_id = c.id and a.assigned_until is null"
        " where c.assigned_to is distinct from a.officer_id"
    )
    assigned = "select count(assigned_to) from clients"
    assert asked(database, differing) == [(0,)]
    assert 150 < asked(database, assigned)[0][0] < 250


@pytest.mark.rule("A9")
def test_the_administrator_holds_every_permission_over_all_of_every_company(
    database: Database,
) -> None:
    administrator = filled(database, 1)[0]
    held = asked(
        database,
        "select p.code, g.scope::text, g.company_id from users u"
        " join user_permissions g on g.user_id = u.id"
        " join permissions p on p.id = g.permission_id"
        " where u.email = %s",
        administrator.email,
    )
    assert sorted(held) == sorted((code.value, "all", None) for code in Permission)
    assert len(held) == 22
    assert (administrator.role, administrator.company) == ("administrator", None)


def test_each_person_holds_exactly_what_their_roles_give(database: Database) -> None:
    filled(database)
    held, given = (
        (
            "select user_id, permission_id, company_id, scope::text from user_permissions"
            " where by_role and direct_scope is null"
        ),
        (
            "select u.user_id, g.permission_id, u.company_id, g.scope::text"
            " from user_roles u join role_grants g on g.role_id = u.role_id"
        ),
    )
    for query in (
        f"({held}) except ({given})",
        f"({given}) except ({held})",
        "select user_id from user_permissions where not by_role",
    ):
        assert asked(database, query) == []
    auditors = "select count(*) from user_roles u join roles r on r.id = u.role_id"
    assert asked(database, f"{auditors} where r.code = 'auditor'") == [(2,)]


def test_only_the_accounts_that_are_listed_have_a_password(database: Database) -> None:
    accounts = filled(database, 1)
    kept = dict(
        asked(database, "select email, password_hash from users where password_hash is not null")
    )
    assert kept.keys() == {account.email for account in accounts}
    assert all(verify_password(kept[each.email], each.password) for each in accounts)
    assert len({each.password for each in accounts}) == len(accounts) == 5
    assert all(each.password not in repr(each) for each in accounts)


def test_a_second_filling_is_refused_and_changes_nothing(database: Database) -> None:
    filled(database, 50)
    before = counts(database)
    with pytest.raises(AlreadyExists):
        filled(database, 50)
    assert counts(database) == before


def test_a_failed_fill_leaves_nothing_behind(database: Database) -> None:
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("revoke insert on status_events from clientupdater_app")
    with pytest.raises(Misconfigured):
        filled(database, 50)
    assert set(counts(database).values()) == {0}


def test_a_database_without_seed_data_is_recognised(database: Database) -> None:
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("delete from companies")
    with pytest.raises(Misconfigured, match="not seeded"):
        filled(database, 1)


def test_the_feed_goes_through_events_as_they_happened(database: Database) -> None:
    filled(database)
    out_of_order = (
        "select count(*) from (select created_at < lag(created_at) over (order by position) as back"
        " from status_events) t where back"
    )
    assert asked(database, out_of_order) == [(0,)]


def test_the_accounts_are_kept_before_anything_is_committed(
    database: Database, tmp_path: Path
) -> None:
    kept = AccountsFile(tmp_path / "accounts.json")

    def keep_and_look(accounts: tuple[MadeUpAccount, ...]) -> None:
        kept.keep(accounts)
        assert asked(database, "select count(*) from clients") == [(0,)]

    result = fill(
        database.worker_url, clients=10, now=NOW, zone=MANILA, before_commit=keep_and_look
    )
    assert kept.read() == result
    assert kept.path.stat().st_mode & 0o777 == 0o600


def test_lost_accounts_are_reported_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="start over with --reset"):
        AccountsFile(tmp_path / "accounts.json").read()
