"""What the software begins with, and that it never takes back what a person changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.core.connection import Connection
from clientupdater.adapters.postgres.sync.mappings import PostgresSyncMappings
from clientupdater.domain.sync.fields import Entry, Field, Source
from clientupdater.domain.sync.mapping import check_mapping

if TYPE_CHECKING:
    from tests.support.servers import Database


def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.app_url) as connection:
        return connection.execute(sql.encode()).fetchall()


def test_the_first_seed_is_new_and_the_second_adds_nothing(empty_database: Database) -> None:
    maintenance = PostgresMaintenance(empty_database.owner_url)
    maintenance.migrate()
    assert maintenance.seed() == 189
    assert maintenance.seed() == 0


def test_a_seed_never_overwrites_what_a_person_changed(database: Database) -> None:
    with psycopg.connect(database.app_url) as connection:
        connection.execute("update companies set name = 'First Cash' where code = 'FCASH'")
        connection.execute("update status_reasons set is_active = false where code = 'CONFIRMED'")
        connection.execute(
            "update config_settings set value = '9' where key = 'status.backdating_days'"
        )
        connection.execute("update scheduled_jobs set cron_expression = '0 5 * * *'")
    assert PostgresMaintenance(database.owner_url).seed() == 0
    assert rows(
        database,
        """
        select c.name, r.is_active, s.value, j.cron_expression
          from companies c, status_reasons r, config_settings s, scheduled_jobs j
         where c.code = 'FCASH' and r.code = 'CONFIRMED' and s.key = 'status.backdating_days'
           and j.name = 'retention'
        """,
    ) == [("First Cash", False, "9", "0 5 * * *")]


def test_a_seed_adds_no_line_to_a_mapping_that_a_person_saved(database: Database) -> None:
    with Connection.connect(database.app_url) as connection:
        by = connection.execute("insert into users (email) values ('ana@x.ph') returning id")
        mappings = PostgresSyncMappings(connection)
        lines = [each for each in mappings.read(Source.CSV, None) if each.field != "address"]
        kept = [each for each in lines if each.field != "loan_status"]
        ((person,),) = by.fetchall()
        mappings.replace(Source.CSV, None, kept, person, datetime.now(UTC))
        connection.execute("delete from field_mappings where source = 'nextbank'")
    assert PostgresMaintenance(database.owner_url).seed() == 17  # NextBank's, which nobody saved
    with Connection.connect(database.app_url) as connection:
        assert PostgresSyncMappings(connection).read(Source.CSV, None) == kept


def test_a_seed_that_finds_everything_in_place_is_no_change_of_the_configuration(
    database: Database,
) -> None:
    before = rows(database, "select generation from configuration_generation")
    assert PostgresMaintenance(database.owner_url).seed() == 0
    assert rows(database, "select generation from configuration_generation") == before


def test_the_statuses_stand_in_their_order_and_visited_is_of_fcash_alone(
    database: Database,
) -> None:
    assert rows(
        database,
        """
        select s.code, s.name, s.sequence, c.code
          from status_types s left join companies c on c.id = s.company_id order by s.sequence
        """,
    ) == [
        ("PENDING", "Pending", 1, None),
        ("TO_FOLLOW", "To Follow", 2, None),
        ("CALLED", "Called", 3, None),
        ("VISITED", "Visited", 4, "FCASH"),
        ("UPDATED", "Updated", 5, None),
        ("DONE", "Done", 6, None),
    ]


def test_the_reasons_are_all_of_done(database: Database) -> None:
    assert rows(
        database,
        """
        select r.code, r.name, r.is_terminal, r.requires_remarks, s.code
          from status_reasons r join status_types s on s.id = r.status_type_id
         order by r.sort_order
        """,
    ) == [
        ("DECEASED", "Deceased", True, False, "DONE"),
        ("FULLY_PAID", "Fully Paid", True, False, "DONE"),
        ("CONFIRMED", "Confirmed", False, False, "DONE"),
        ("NOT_REACHABLE", "Not Reachable", False, True, "DONE"),
    ]


def test_only_pcni_pnp_is_followed_by_the_quarter(database: Database) -> None:
    assert rows(
        database,
        """
        select p.code, p.name, c.code, p.tracking_cycle::text
          from products p join companies c on c.id = p.company_id order by p.sort_order
        """,
    ) == [
        ("FCASH_SSS", "FCASH SSS", "FCASH", "monthly"),
        ("FCASH_GSIS", "FCASH GSIS", "FCASH", "monthly"),
        ("FCASH_PVAO", "FCASH PVAO", "FCASH", "monthly"),
        ("PCNI_NON_PNP", "PCNI Non-PNP", "PCNI", "monthly"),
        ("PCNI_PNP", "PCNI PNP", "PCNI", "quarterly"),
    ]


def test_the_smaller_lists_stand_in_their_order(database: Database) -> None:
    def names(table: str) -> list[tuple[Any, ...]]:
        return rows(database, f"select code, name from {table} order by sort_order")

    assert names("companies") == [("FCASH", "FCASH"), ("PCNI", "PCNI")]
    assert names("pension_types") == [
        ("SSS", "SSS"),
        ("GSIS", "GSIS"),
        ("PVAO", "PVAO"),
        ("NON_PNP", "Non-PNP"),
        ("PNP", "PNP"),
    ]
    assert [code for code, _ in names("pensioner_types")] == [
        "DEPENDENT",
        "DISABILITY",
        "RETIREE",
        "ITF",
    ]
    assert names("account_types") == [
        ("PASSBOOK", "Passbook"),
        ("ATM", "ATM"),
        ("BOTH", "Both"),
        ("NONE", "None"),
    ]


@pytest.mark.rule("P5")
def test_do_not_show_is_the_ordinary_case_and_only_sixty_days_is_not_trackable(
    database: Database,
) -> None:
    assert rows(
        database, "select code, name, is_trackable from par_statuses order by sort_order"
    ) == [
        ("do_not_show", "Current", True),
        ("tele_130", "30+ Days", True),
        ("tele_hardcore", "60+ Days", False),
    ]


@pytest.mark.rule("A9")
def test_there_are_twenty_two_permissions_split_at_the_first_colon(database: Database) -> None:
    result = rows(database, "select code, resource, action from permissions")
    assert len(result) == 22
    assert ("status:history:read", "status", "history:read") in result
    assert {code for code, *_ in result} >= {
        "clients:assign",
        "clients:reveal",
        "status:correct",
        "jobs:manage",
        "audit:read",
    }


@pytest.mark.rule("Y1", "Y10", "C3")
def test_Y1_each_source_begins_with_a_mapping_that_can_be_saved(database: Database) -> None:
    result = rows(
        database,
        "select source::text, field, source_column, transform, owns_field from field_mappings",
    )
    protected = {name for (name,) in rows(database, "select source_column from protected_columns")}
    assert protected == {"pension_number", "pension_no"}
    mappings = {
        source: check_mapping(
            [
                Entry(field, column, tuple(steps), owns)
                for name, field, column, steps, owns in result
                if name == source
            ],
            protected,
        )
        for source in ("snowflake", "nextbank", "csv")
    }
    loans = {Field.PAR_STATUS, Field.PAST_DUE_AMOUNT, Field.LOAN_STATUS}
    both = {Field.CLIENT_CODE, Field.SOURCE_UPDATED_AT, Field.SOURCE_VERSION}
    assert mappings["nextbank"].owned == loans | both
    assert mappings["snowflake"].owned & loans == set()
    assert mappings["csv"].columns == mappings["snowflake"].columns
    assert len(mappings["snowflake"].columns) == 16
    assert mappings["nextbank"].column_of(Field.CONTACT_NUMBER) == "mobile"


def test_ten_jobs_run_by_themselves(database: Database) -> None:
    assert rows(database, "select name from scheduled_jobs order by name") == [
        ("catch-up-periods",),
        ("expiry",),
        ("fold-row-counts",),
        ("open-monthly-period",),
        ("open-quarterly-period",),
        ("retention",),
        ("seal-periods",),
        ("sync-csv",),
        ("sync-nextbank",),
        ("sync-snowflake",),
    ]


@pytest.mark.parametrize("table", ["companies", "status_types", "status_reasons", "products"])
def test_a_row_of_the_system_is_neither_deleted_nor_given_another_code(
    database: Database, table: str
) -> None:
    for change in (
        f"delete from {table}",
        f"update {table} set code = code || '_2'",
        f"update {table} set is_system = false",
    ):
        with (
            psycopg.connect(database.app_url) as connection,
            pytest.raises(psycopg.errors.RestrictViolation, match="belongs to the system"),
        ):
            connection.execute(change.encode())


def test_a_row_of_the_system_may_be_renamed_reordered_and_deactivated(database: Database) -> None:
    with psycopg.connect(database.app_url) as connection:
        changed = connection.execute(
            "update companies set name = 'Other', sort_order = 9, is_active = false"
        )
        assert changed.rowcount == 2


def test_a_row_that_people_added_may_be_renamed_and_deleted(database: Database) -> None:
    with psycopg.connect(database.app_url) as connection:
        connection.execute("insert into account_types (code, name) values ('CHEQUE', 'Cheque')")
        connection.execute("update account_types set code = 'CHECK' where code = 'CHEQUE'")
        assert connection.execute("delete from account_types where code = 'CHECK'").rowcount == 1
