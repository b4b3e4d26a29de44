"""Rules about people, clients, jobs and settings that the database keeps by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.errors import CheckViolation, ForeignKeyViolation, UniqueViolation

from tests.support.plain_sql import SqlRows, sql_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database


@pytest.fixture
def made(database: Database) -> Iterator[SqlRows]:
    """Give a transaction of the application, as the system."""
    with sql_rows(database) as opened:
        yield opened


def test_A1_a_grant_stands_once_and_null_is_a_company_of_its_own(made: SqlRows) -> None:
    user, permission = made.user(), made.id_of("permissions", "clients:read")
    give = """
        insert into user_permissions (user_id, permission_id, company_id) values (%s, %s, %s)
    """
    made.connection.execute(give, (user, permission, None))
    made.connection.execute(give, (user, permission, made.id_of("companies", "FCASH")))
    with pytest.raises(UniqueViolation):
        made.connection.execute(give, (user, permission, None))


def test_A3_a_client_has_one_officer_at_a_time(made: SqlRows) -> None:
    client, first, second = made.client(), made.user(), made.user()
    assign = "insert into client_assignments (client_id, officer_id) values (%s, %s)"
    made.connection.execute(assign, (client, first))
    with (
        pytest.raises(UniqueViolation, match="one_officer"),
        made.connection.transaction(),
    ):
        made.connection.execute(assign, (client, second))
    end = "update client_assignments set assigned_until = now() where client_id = %s"
    made.connection.execute(end, (client,))
    made.connection.execute(assign, (client, second))


def test_A3_the_client_carries_its_officer_and_loses_them_again(made: SqlRows) -> None:
    client, officer = made.client(), made.user()
    look = "select assigned_to from clients where id = %s"
    made.connection.execute(
        "insert into client_assignments (client_id, officer_id) values (%s, %s)", (client, officer)
    )
    assert made.one(look, client) == officer
    made.connection.execute("update client_assignments set assigned_until = now()")
    assert made.one(look, client) is None


@pytest.mark.rule("A3")
@pytest.mark.parametrize(
    "statement",
    [
        "update clients set assigned_to = null",
        "update client_assignments set officer_id = officer_id",
        "update client_assignments set client_id = client_id",
        "delete from client_assignments",
    ],
)
def test_an_assignment_is_ended_and_never_rewritten(made: SqlRows, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        made.connection.execute(statement.encode())


def test_a_branch_has_one_primary_area(made: SqlRows) -> None:
    branch = made.branch()
    areas = [
        made.one("insert into areas (code, name) values (%s, 'Area') returning id", code)
        for code in ("A1", "A2", "A3")
    ]
    add = "insert into area_branches (area_id, branch_id, is_primary) values (%s, %s, %s)"
    made.connection.execute(add, (areas[0], branch, True))
    made.connection.execute(add, (areas[1], branch, False))
    with pytest.raises(UniqueViolation, match="one_primary"):
        made.connection.execute(add, (areas[2], branch, True))


def test_an_email_is_one_persons_however_it_is_written(made: SqlRows) -> None:
    made.connection.execute("insert into users (email) values ('Maria@Example.com')")
    with pytest.raises(UniqueViolation):
        made.connection.execute("insert into users (email) values ('maria@example.COM')")


@pytest.mark.rule("U5")
def test_a_service_token_lives_a_year_at_most(made: SqlRows) -> None:
    with pytest.raises(CheckViolation):
        made.connection.execute(
            """
            insert into user_sessions (user_id, session_token, kind, expires_at)
            values (%s, 'hash', 'service', now() + interval '370 days')
            """,
            (made.user(),),
        )


def test_a_clients_product_is_of_the_clients_company(made: SqlRows) -> None:
    client = made.client(company="PCNI")
    with pytest.raises(ForeignKeyViolation):
        made.connection.execute(
            "update clients set product_id = %s where id = %s",
            (made.id_of("products", "FCASH_SSS"), client),
        )


def test_C3_a_pension_number_comes_with_its_index_and_last_digits(made: SqlRows) -> None:
    client = made.client()
    with pytest.raises(CheckViolation):
        made.connection.execute(
            "update clients set pension_number = 'sealed' where id = %s", (client,)
        )


@pytest.mark.parametrize(
    ("name", "sorted_as"),
    [("PEÑA, José", "pena, jose"), ("Núñez", "nunez"), ("Dela Cruz", "dela cruz")],
)
def test_a_name_is_sorted_without_case_and_accents(
    made: SqlRows, name: str, sorted_as: str
) -> None:
    client = made.client(name=name)
    assert made.one("select sort_name from clients where id = %s", client) == sorted_as
    assert made.one("select sort_form(%s)", name) == sorted_as


def test_a_new_name_reaches_the_period_rows_with_its_statement(made: SqlRows) -> None:
    client = made.client(name="Old Name")
    row = made.row(client)
    look = "select sort_name from client_period_status where id = %s"
    assert made.one(look, row) == "old name"
    made.connection.execute("update clients set full_name = 'New Ñame' where id = %s", (client,))
    assert made.one(look, row) == "new name"


@pytest.mark.rule("Y9")
def test_one_source_runs_once_at_a_time(made: SqlRows) -> None:
    run = "insert into sync_jobs (type, status) values (%s, 'processing')"
    made.connection.execute(run, ("snowflake",))
    made.connection.execute(run, ("nextbank",))
    with pytest.raises(UniqueViolation, match="one_runs"):
        made.connection.execute(run, ("snowflake",))


@pytest.mark.rule("J2")
def test_of_jobs_with_one_key_only_one_waits(made: SqlRows) -> None:
    put = "insert into job_queue (unique_key) values ('open 2026-12')"
    made.connection.execute(put)
    made.connection.execute(
        """
        update job_queue set status = 'processing', worker = 'w',
            lease_expires_at = now() + interval '1 minute'
        """
    )
    made.connection.execute(put)
    with pytest.raises(UniqueViolation, match="one_waits"):
        made.connection.execute(put)


@pytest.mark.rule("J1")
def test_a_job_is_processing_exactly_while_a_worker_has_its_lease(made: SqlRows) -> None:
    made.connection.execute("insert into job_queue default values")
    with pytest.raises(CheckViolation):
        made.connection.execute("update job_queue set status = 'processing'")


def test_a_setting_stands_once_per_company_and_once_for_all(made: SqlRows) -> None:
    put = "insert into config_settings (key, value, company_id) values ('a', 'b', %s)"
    fcash = made.id_of("companies", "FCASH")
    for company in (None, fcash):
        made.connection.execute(put, (company,))
    for company in (None, fcash):
        with pytest.raises(UniqueViolation), made.connection.transaction():
            made.connection.execute(put, (company,))


@pytest.mark.parametrize(
    ("kind", "value"), [("number", "five"), ("boolean", "yes"), ("json", "{"), ("number", "1e")]
)
def test_a_settings_value_is_of_its_type(made: SqlRows, kind: str, value: str) -> None:
    with pytest.raises((CheckViolation, psycopg.errors.InvalidTextRepresentation)):
        made.connection.execute(
            "insert into config_settings (key, value, value_type) values ('a', %s, %s)",
            (value, kind),
        )


@pytest.mark.parametrize("cron", ["* * * *", "* * * * * *", "@daily", ""])
def test_J3_a_schedule_has_five_fields(made: SqlRows, cron: str) -> None:
    with pytest.raises(CheckViolation):
        made.connection.execute(
            """
            insert into scheduled_jobs (name, cron_expression, function_name)
            values ('x', %s, 'x')
            """,
            (cron,),
        )


@pytest.mark.rule("Y3")
def test_a_reject_has_a_reason(made: SqlRows) -> None:
    job = made.one("insert into sync_jobs (type) values ('csv') returning id")
    with pytest.raises(CheckViolation):
        made.connection.execute(
            """
            insert into sync_rejects (sync_job_id, row_number, record, reasons)
            values (%s, 1, '{}', '[]')
            """,
            (job,),
        )
