"""What holds for every table alike, asked of the catalogs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.support.plain_sql import APPEND_ONLY, sql_rows

if TYPE_CHECKING:
    from tests.support.servers import Database

FOREIGN_KEYS_WITHOUT_INDEX = """
select k.conrelid::regclass::text, k.conname
  from pg_constraint k
 where k.contype = 'f'
   and k.connamespace = 'public'::regnamespace
   and not exists (
       select from pg_index i
        where i.indrelid = k.conrelid
          and i.indisvalid
          -- Its leading columns are the key's, in any order.
          and (string_to_array(i.indkey::text, ' ')::int2[])[1:cardinality(k.conkey)] @> k.conkey
          -- Partial only by leaving out what has no value, which no look-up by key asks for.
          and (i.indpred is null
               or pg_get_expr(i.indpred, i.indrelid) in (
                   select format('(%I IS NOT NULL)', a.attname)
                     from pg_attribute a
                    where a.attrelid = k.conrelid and a.attnum = any(k.conkey)))
   )
"""


def answers(database: Database, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.superuser_url) as connection:
        return connection.execute(sql.encode()).fetchall()


WITHOUT_INDEX = {
    ("client_period_status", "client_period_status_company_status"),
    ("status_events", "status_events_branch_id_fkey"),
    ("status_events", "status_events_company_status"),
    ("status_events", "status_events_reason_of_status"),
}
"""Into lookups and branches, which are never deleted, from tables that every update writes."""


def test_every_foreign_key_has_an_index_but_those_that_nothing_looks_up(database: Database) -> None:
    assert set(answers(database, FOREIGN_KEYS_WITHOUT_INDEX)) == WITHOUT_INDEX


def test_every_moment_is_stored_with_its_time_zone(database: Database) -> None:
    naive = """
        select table_name, column_name from information_schema.columns
         where table_schema = 'public' and data_type = 'timestamp without time zone'
    """
    assert answers(database, naive) == []


def test_every_table_with_updated_at_moves_it(database: Database) -> None:
    unmoved = """
        select c.table_name from information_schema.columns c
         where c.table_schema = 'public' and c.column_name = 'updated_at'
           and not exists (select from pg_trigger t
                            where t.tgrelid = c.table_name::regclass and t.tgname = 'touch')
    """
    # A period row's updated_at is the moment of its last event: every event brings it along.
    assert answers(database, unmoved) == [("client_period_status",)]


def test_rows_that_people_edit_have_a_version(database: Database) -> None:
    versioned = {
        row[0]
        for row in answers(
            database,
            "select table_name from information_schema.columns where column_name = 'version'",
        )
    }
    assert versioned >= {
        "users",
        "areas",
        "branches",
        "config_categories",
        "config_options",
        "config_settings",
        "companies",
        "pension_types",
        "pensioner_types",
        "products",
        "account_types",
        "par_statuses",
        "status_types",
        "status_reasons",
        "clients",
        "client_period_status",
    }


def test_the_application_owns_nothing_and_stands_under_every_policy(database: Database) -> None:
    owned = """
        select relname from pg_class
         where relowner in ('clientupdater_app'::regrole, 'clientupdater'::regrole)
    """
    assert answers(database, owned) == []
    above = """
        select rolname from pg_roles
         where rolname in ('clientupdater', 'clientupdater_app', 'clientupdater_owner')
           and (rolsuper or rolbypassrls or rolcreaterole)
    """
    assert answers(database, above) == []


def test_the_serving_login_acts_as_the_application_by_its_own_default(database: Database) -> None:
    with psycopg.connect(database.app_url) as connection:
        assert connection.execute("select session_user, current_user").fetchone() == (
            "clientupdater",
            "clientupdater_app",
        )
        assert connection.execute("show max_parallel_workers_per_gather").fetchone() == ("0",)


def test_a_process_that_stops_within_a_transaction_loses_its_locks(database: Database) -> None:
    setting = "show idle_in_transaction_session_timeout"
    with psycopg.connect(database.app_url) as connection:
        assert connection.execute(setting).fetchone() == ("10s",)
    with psycopg.connect(database.worker_url) as connection:
        assert connection.execute(setting).fetchone() == ("10min",)


def test_the_application_may_neither_truncate_nor_change_the_schema(database: Database) -> None:
    granted = """
        select c.relname from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
           and (has_table_privilege('clientupdater_app', c.oid, 'truncate')
                or has_table_privilege('clientupdater_app', c.oid, 'trigger')
                or has_table_privilege('clientupdater_app', c.oid, 'references'))
    """
    assert answers(database, granted) == []
    with (
        psycopg.connect(database.app_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("create table mine (id int)")


@pytest.mark.rule("C4")
@pytest.mark.parametrize("table", ["clients", "client_period_status", "client_sync_history"])
def test_the_application_may_not_delete_what_is_never_deleted(
    database: Database, table: str
) -> None:
    with (
        sql_rows(database) as made,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"),
    ):
        made.connection.execute(f"delete from {table}".encode())


@pytest.mark.rule("L2", "S13")
@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("way", ["delete from {}", "truncate {}", "update {} set id = id"])
def test_the_application_cannot_change_append_only_tables(
    database: Database, table: str, way: str
) -> None:
    with (
        sql_rows(database) as made,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"),
    ):
        made.connection.execute(way.format(table).encode())


@pytest.mark.rule("L2")
@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "way",
    [
        "alter table {} disable trigger all",
        "drop trigger append_only on {}",
        "alter table {} owner to clientupdater_app",
    ],
)
def test_L2_the_application_cannot_take_the_guard_of_an_append_only_table_away(
    database: Database, table: str, way: str
) -> None:
    with (
        sql_rows(database) as made,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="must be owner"),
    ):
        made.connection.execute(way.format(table).encode())


@pytest.mark.rule("L2")
def test_L2_the_application_cannot_switch_triggers_off_for_its_session(database: Database) -> None:
    with (
        sql_rows(database) as made,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"),
    ):
        made.connection.execute("set session_replication_role = replica")


@pytest.mark.rule("L2", "S13")
@pytest.mark.parametrize("table", [t for t in APPEND_ONLY if t != "status_events"])
@pytest.mark.parametrize("way", ["delete from {}", "truncate {}", "update {} set id = id"])
@pytest.mark.parametrize("who", ["owner_url", "superuser_url"])
def test_the_owner_cannot_change_append_only_tables_even_empty_ones(
    database: Database, table: str, way: str, who: str
) -> None:
    with (
        psycopg.connect(getattr(database, who)) as connection,
        pytest.raises(psycopg.errors.RestrictViolation, match=f"{table} is append-only"),
    ):
        connection.execute(way.format(table).encode())


def test_updated_at_moves_within_one_transaction_and_takes_a_writers_later_word(
    database: Database,
) -> None:
    with sql_rows(database) as made:
        branch = made.branch()
        look = "select updated_at from branches where id = %s"
        first = made.one(look, branch)
        made.connection.execute("update branches set name = 'A' where id = %s", (branch,))
        second = made.one(look, branch)
        made.connection.execute("update branches set name = 'B' where id = %s", (branch,))
        third = made.one(look, branch)
        assert first < second < third
        made.connection.execute(
            "update branches set updated_at = '2199-01-01T00:00Z' where id = %s", (branch,)
        )
        assert made.one(look, branch).year == 2199
