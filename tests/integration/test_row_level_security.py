"""What an actor reaches, said once per transaction and enforced beneath every query (A2, A4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest
from attrs import frozen
from psycopg.errors import InsufficientPrivilege

from tests.support.plain_sql import SqlRows, access_scope, session, sql_rows

if TYPE_CHECKING:
    from tests.support.servers import Database


@frozen
class Place:
    """Two companies, two branches, an officer; a client in each corner."""

    database: Database
    fcash: UUID
    pcni: UUID
    here: UUID
    there: UUID
    officer: UUID
    fcash_here: UUID
    fcash_there: UUID
    pcni_here: UUID
    mine: UUID

    @property
    def everyone(self) -> set[UUID]:
        """All the clients there are."""
        return {self.fcash_here, self.fcash_there, self.pcni_here, self.mine}

    def seen(self, **settings: object) -> set[UUID]:
        """Tell whom an actor with these settings sees."""
        with session(self.database.worker_url, **settings) as connection:
            return {row[0] for row in connection.execute("select id from clients")}


@pytest.fixture
def place(database: Database) -> Place:
    """Give committed rows in which every client has a row with an event, and more."""
    with psycopg.connect(database.worker_url) as connection:
        access_scope(connection, system="on")
        made = SqlRows(connection)
        here, there, officer = made.branch(), made.branch(), made.user()
        clients = [
            made.client(here),
            made.client(there),
            made.client(here, company="PCNI"),
            made.client(there),
        ]
        for client in clients:
            surround(made, client, officer)
        made.connection.execute(
            "insert into client_assignments (client_id, officer_id) values (%s, %s)",
            (clients[-1], officer),
        )
        fcash, pcni = made.id_of("companies", "FCASH"), made.id_of("companies", "PCNI")
    return Place(database, fcash, pcni, here, there, officer, *clients)


SURROUNDINGS = """
insert into client_changes (client_id, field_changed, new_value, changed_by)
values (%(client)s, 'contact_number', '0917', %(officer)s);
insert into client_sources (client_id, source) values (%(client)s, 'csv');
insert into client_sync_history (client_id, field_changed, new_value)
values (%(client)s, 'branch', 'B1');
insert into client_assignments (client_id, officer_id, assigned_until)
values (%(client)s, %(officer)s, now())
"""


def surround(made: SqlRows, client: UUID, officer: UUID) -> None:
    """Put one row on the client into every table that hangs on one."""
    made.event(made.row(client))
    for statement in SURROUNDINGS.strip().split(";\n"):
        made.connection.execute(statement.encode(), {"client": client, "officer": officer})


def test_without_any_setting_nothing_is_visible(place: Place) -> None:
    assert place.seen() == set()


def test_the_system_sees_everyone(place: Place) -> None:
    assert place.seen(system="on") == place.everyone


def test_A2_scope_all_sees_every_client_of_its_companies(place: Place) -> None:
    assert place.seen(all_companies=[place.fcash]) == place.everyone - {place.pcni_here}
    assert place.seen(all_companies=[place.fcash, place.pcni]) == place.everyone
    assert place.seen(all_companies=[uuid4()]) == set()


def test_A2_scope_branch_sees_the_branches_given_directly(place: Place) -> None:
    assert place.seen(branch_companies=[place.fcash], direct_branches=[place.here]) == {
        place.fcash_here
    }
    assert place.seen(branch_companies=[place.fcash], direct_branches=[]) == set()
    assert place.seen(direct_branches=[place.here]) == set()


def test_A2_scope_area_has_its_own_branches(place: Place) -> None:
    assert place.seen(area_companies=[place.pcni], area_branches=[place.here]) == {place.pcni_here}
    # Branches that come through an area give nothing to scope branch, nor the other way round.
    assert place.seen(branch_companies=[place.fcash], area_branches=[place.here]) == set()
    assert place.seen(area_companies=[place.fcash], direct_branches=[place.here]) == set()


def test_A2_scope_self_sees_the_clients_assigned_to_the_actor(place: Place) -> None:
    assert place.seen(self_companies=[place.fcash], actor=place.officer) == {place.mine}
    assert place.seen(self_companies=[place.pcni], actor=place.officer) == set()
    assert place.seen(self_companies=[place.fcash], actor=uuid4()) == set()
    assert place.seen(self_companies=[place.fcash]) == set()


def test_A1_scopes_add_up_company_by_company(place: Place) -> None:
    assert place.seen(
        all_companies=[place.pcni],
        self_companies=[place.fcash],
        branch_companies=[place.fcash],
        direct_branches=[place.here],
        actor=place.officer,
    ) == {place.pcni_here, place.mine, place.fcash_here}


def test_the_reach_ends_with_its_transaction(place: Place) -> None:
    with psycopg.connect(place.database.worker_url) as connection:
        with connection.transaction():
            access_scope(connection, system="on")
            assert connection.execute("select count(*) from clients").fetchone() == (4,)
        assert connection.execute("select count(*) from clients").fetchone() == (0,)


HANGING = (
    "client_period_status",
    "status_events",
    "client_assignments",
    "client_changes",
    "client_sources",
    "client_sync_history",
)


@pytest.mark.rule("A4")
@pytest.mark.parametrize("table", HANGING)
def test_rows_of_a_client_are_visible_with_it(place: Place, table: str) -> None:
    count = f"select count(*) from {table}"

    def counted(**settings: object) -> int:
        with session(place.database.worker_url, **settings) as connection:
            (result,) = connection.execute(count.encode()).fetchone() or (None,)
            return int(result or 0)

    assert counted() == 0
    assert counted(branch_companies=[place.fcash], direct_branches=[place.here]) == 1
    assert counted(all_companies=[place.pcni]) == 1
    everything = counted(system="on")
    assert everything >= 4
    assert counted(all_companies=[place.fcash, place.pcni]) == everything


@pytest.mark.rule("A4")
def test_the_owner_is_the_system_since_functions_of_triggers_run_as_it(place: Place) -> None:
    with session(place.database.owner_url) as connection:
        assert connection.execute("select count(*) from clients").fetchone() == (4,)


@pytest.mark.rule("A4")
def test_no_setting_makes_the_serving_login_the_system(place: Place) -> None:
    with session(place.database.app_url) as connection:
        connection.execute("select set_config('clientupdater.system', 'on', true)")
        assert connection.execute("select count(*) from clients").fetchone() == (0,)
        with pytest.raises(InsufficientPrivilege, match="permission denied to set role"):
            connection.execute("set local role clientupdater_system")


def as_branch_staff(place: Place) -> dict[str, object]:
    return {"branch_companies": [place.fcash], "direct_branches": [place.here]}


def changed(connection: psycopg.Connection[tuple[Any, ...]], sql: str, *values: object) -> int:
    return connection.execute(sql.encode(), values).rowcount


def test_A4_a_write_within_reach_is_done_and_one_outside_touches_nothing(place: Place) -> None:
    with session(place.database.worker_url, **as_branch_staff(place)) as connection:
        update = "update clients set contact_number = '0917' where id = %s"
        assert changed(connection, update, place.fcash_here) == 1
        assert changed(connection, update, place.fcash_there) == 0
        row = "update client_period_status set version = version + 1 where client_id = %s"
        assert changed(connection, row, place.fcash_here) == 1
        assert changed(connection, row, place.pcni_here) == 0


@pytest.mark.rule("A4")
def test_the_rows_of_a_client_who_went_to_another_company_are_seen_with_the_client(
    place: Place,
) -> None:
    with session(place.database.worker_url, system="on") as connection:
        sql = "update clients set company_id = %s where id = %s"
        assert changed(connection, sql, place.pcni, place.fcash_here) == 1
        connection.commit()
    here = {"direct_branches": [place.here]}
    look = "select count(*) from client_period_status where client_id = %s"
    for companies, rows in (([place.fcash], 0), ([place.pcni], 1)):
        with session(place.database.worker_url, branch_companies=companies, **here) as connection:
            assert connection.execute(look, (place.fcash_here,)).fetchone() == (rows,)


@pytest.mark.rule("A4")
def test_the_rows_of_ones_own_clients_are_seen_wherever_those_are(place: Place) -> None:
    look = "select client_id from client_period_status"
    for actor, mine in ((place.officer, {place.mine}), (uuid4(), set())):
        settings: dict[str, object] = {"self_companies": [place.fcash], "actor": actor}
        with session(place.database.worker_url, **settings) as connection:
            assert {row[0] for row in connection.execute(look)} == mine


@pytest.mark.rule("A4")
def test_the_application_cannot_write_the_column_that_decides_who_sees_a_row(place: Place) -> None:
    with (
        session(place.database.worker_url, **as_branch_staff(place)) as connection,
        pytest.raises(InsufficientPrivilege, match="permission denied"),
    ):
        connection.execute("update client_period_status set home_branch_id = %s", (place.there,))


@pytest.mark.rule("A4")
def test_a_client_is_neither_made_outside_ones_reach_nor_moved_there(place: Place) -> None:
    with sql_rows(place.database, **as_branch_staff(place)) as made:
        made.client(place.here)
        with pytest.raises(InsufficientPrivilege, match="row-level"), made.connection.transaction():
            made.client(place.there)
        with pytest.raises(InsufficientPrivilege, match="row-level"), made.connection.transaction():
            made.client(place.here, company="PCNI")
        with pytest.raises(InsufficientPrivilege, match="row-level"), made.connection.transaction():
            made.connection.execute(
                "update clients set branch_id = %s where id = %s", (place.there, place.fcash_here)
            )


@pytest.mark.rule("A4")
def test_nothing_is_hung_on_a_client_outside_ones_reach(place: Place) -> None:
    with sql_rows(place.database, **as_branch_staff(place)) as made:
        add = """
            insert into client_changes (client_id, field_changed, new_value, changed_by)
            values (%s, 'contact_number', '0918', %s)
        """
        made.connection.execute(add, (place.fcash_here, place.officer))
        with pytest.raises(InsufficientPrivilege, match="row-level"):
            made.connection.execute(add, (place.fcash_there, place.officer))


@pytest.mark.rule("A3", "A4")
def test_an_officer_may_give_away_a_client_that_they_see_by_that_assignment_alone(
    place: Place,
) -> None:
    settings: dict[str, object] = {"self_companies": [place.fcash], "actor": place.officer}
    with session(place.database.worker_url, **settings) as connection:
        end = "update client_assignments set assigned_until = now() where assigned_until is null"
        assert changed(connection, end) == 1
        assert connection.execute("select count(*) from clients").fetchone() == (0,)


@pytest.mark.parametrize("table", ["sync_snapshots", "sync_rejects", "sync_plans"])
def test_what_sources_sent_is_for_those_who_hold_the_whole_company(
    place: Place, table: str
) -> None:
    with sql_rows(place.database) as made:
        for company in (place.fcash, place.pcni, None):
            job = made.one("insert into sync_jobs (type) values ('csv') returning id")
            put_sync_row(made, table, job, company)

        def seen(**settings: object) -> int:
            access_scope(made.connection, **settings)
            return int(made.one(f"select count(*) from {table}"))

        assert seen() == 0
        assert seen(**as_branch_staff(place)) == 0
        assert seen(all_companies=[place.fcash]) == 1
        # What belongs to no company is for those who hold them all.
        assert seen(all_companies=[place.fcash, place.pcni]) == 3
        assert seen(system="on") == 3


def put_sync_row(made: SqlRows, table: str, job: UUID, company: UUID | None) -> None:
    statements = {
        "sync_snapshots": "(sync_job_id, company_id, row_number, record) values (%s, %s, 1, '{}')",
        "sync_rejects": (
            "(sync_job_id, company_id, row_number, record, reasons) "
            "values (%s, %s, 1, '{}', '[\"no code\"]')"
        ),
        "sync_plans": "(sync_job_id, company_id, plan) values (%s, %s, '{}')",
    }
    made.connection.execute(f"insert into {table} {statements[table]}".encode(), (job, company))


def test_a_kept_answer_is_for_who_got_it(place: Place) -> None:
    put = """
        insert into idempotency_keys (
            actor_id, key, request_hash, status_code, response, expires_at
        )
        values (%s, 'k', '', 200, '', now() + interval '1 day')
    """
    with session(place.database.worker_url, actor=place.officer) as connection:
        connection.execute(put, (place.officer,))
        look = "select count(*) from idempotency_keys"
        assert connection.execute(look).fetchone() == (1,)
        access_scope(connection, actor=uuid4())
        assert connection.execute(look).fetchone() == (0,)
        with pytest.raises(InsufficientPrivilege, match="row-level"):
            connection.execute(put, (place.officer,))


@pytest.mark.rule("C3")
def test_a_look_at_personal_data_is_logged_under_ones_own_name(place: Place) -> None:
    put = """
        insert into data_access_log (actor_id, action, client_id, company_id, subject)
        values (%s, 'revealed', %s, %s, 'pension_number')
    """
    look = "select count(*) from data_access_log"
    with session(place.database.worker_url, actor=place.officer) as connection:
        connection.execute(put, (place.officer, place.mine, place.fcash))
        assert connection.execute(look).fetchone() == (1,)
        access_scope(connection, actor=uuid4(), all_companies=[place.pcni])
        assert connection.execute(look).fetchone() == (0,)
        access_scope(connection, actor=uuid4(), all_companies=[place.fcash])
        assert connection.execute(look).fetchone() == (1,)
        with pytest.raises(InsufficientPrivilege, match="row-level"):
            connection.execute(put, (place.officer, place.mine, place.fcash))


def test_deliveries_are_the_systems_alone(place: Place) -> None:
    put = "insert into webhook_events (source, delivery_id) values ('nextbank', '1')"
    with session(place.database.worker_url, system="on") as connection:
        connection.execute(put)
        access_scope(connection, all_companies=[place.fcash, place.pcni], actor=place.officer)
        with pytest.raises(InsufficientPrivilege):
            connection.execute("select count(*) from webhook_events")


def test_a_setting_that_is_no_list_of_ids_fails_rather_than_shows(place: Place) -> None:
    with (
        session(place.database.worker_url, all_companies="everything") as connection,
        pytest.raises(psycopg.errors.InvalidTextRepresentation),
    ):
        connection.execute("select count(*) from clients")
