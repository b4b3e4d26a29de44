"""The seal of a closed period (R11)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import psycopg
import pytest

from clientupdater.adapters.postgres.admin.erasure import PostgresErasure
from clientupdater.domain.errors import (
    Forbidden,
    InvalidInput,
    NotFound,
    PeriodNotClosed,
    Unavailable,
)
from tests.support.seal_fixture import HERE, NOVEMBER, OCTOBER, SEPTEMBER, seal_world
from tests.support.waiting import WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.seal_fixture import SealWorld
    from tests.support.servers import Database

MANILA = ZoneInfo("Asia/Manila")
_OF = " where e.id = %s"


@pytest.fixture
def world(database: Database) -> Iterator[SealWorld]:
    with seal_world(database, MANILA) as result:
        yield result


@pytest.fixture
def sealed(world: SealWorld) -> SealWorld:
    world.staff.app.seals.seal(world.caller())
    return world


def test_every_closed_period_is_sealed_the_oldest_first_and_chained(world: SealWorld) -> None:
    first, second = world.staff.app.seals.seal(world.caller())
    assert [first.header.period, second.header.period] == [SEPTEMBER, OCTOBER]
    assert (first.header.previous_root, second.header.previous_root) == (None, first.root)
    assert (second.row_count, second.event_count) == (7, 14)
    assert world.verify().holds
    assert world.verify(SEPTEMBER).holds


def test_a_period_that_staff_may_still_write_to_is_not_sealed(world: SealWorld) -> None:
    with pytest.raises(PeriodNotClosed, match="2026-11"):
        world.staff.app.seals.seal(world.caller(), NOVEMBER)
    world.staff.run("update config_settings set value = '25' where key = 'status.backdating_days'")
    with pytest.raises(PeriodNotClosed, match="2026-10"):
        world.staff.app.seals.seal(world.caller(), OCTOBER)


def test_sealing_twice_at_once_makes_one_seal(world: SealWorld) -> None:
    callers = [world.caller() for _ in range(4)]
    with ThreadPoolExecutor() as threads:
        done = [*threads.map(lambda c: world.staff.app.seals.seal(c, OCTOBER), callers)]
    assert sum(map(len, done)) == 1
    assert world.staff.one("select count(*) from period_seal_rows") == 7
    assert world.verify().holds


@pytest.mark.parametrize(
    "table", ["period_seals", "period_seal_branches", "period_seal_rows", "sealed_remarks"]
)
@pytest.mark.parametrize("change", ["delete from {}", "truncate {} cascade"])
def test_a_seal_is_append_only(sealed: SealWorld, table: str, change: str) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation):
        sealed.staff.run(change.format(table))


@pytest.mark.parametrize(
    "change",
    [
        "update period_seals set row_count = 1",
        "update period_seal_branches set row_count = 1",
        "update period_seal_rows set last_sequence = 0",
        "update sealed_remarks set salt = null",
    ],
)
def test_a_seal_does_not_change(sealed: SealWorld, change: str) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation):
        sealed.staff.run(change)


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'payment'",
        "status_type_id = (select id from status_types where code = 'UPDATED')",
        "reason_id = (select id from status_reasons where code = 'CONFIRMED')",
        "remarks = 'spoke to the son'",
        "remarks = null",
        "remarks = ''",
        "has_payment = false",
        "has_payment = null",
        "is_terminal = true",
        "channel = 'call'",
        "occurred_at = occurred_at + interval '1 microsecond'",
        "company_id = (select id from companies where code = 'PCNI')",
        "branch_id = (select id from branches b where b.id <> e.branch_id limit 1)",
        "next_follow_up_on = '2026-10-09'",
        "promised_on = '2026-10-09'",
        "promised_amount = 0.01",
        "voids = 0",
        "exempt_cause = 'terminal'",
        "created_by = null",
        "created_at = created_at - interval '1 microsecond'",
        "id = gen_random_uuid()",
    ],
)
def test_a_changed_value_of_an_event_is_named_by_its_row(sealed: SealWorld, change: str) -> None:
    event = sealed.event("S3")
    sealed.drop_checks()
    sealed.tamper(f"update status_events e set {change}{_OF}", event)
    assert sealed.flaws() == [("row_changed", "S3")]
    (fault,) = sealed.verify().faults
    assert fault.branch == sealed.north
    assert sealed.flaws(SEPTEMBER) == []


def test_a_removed_event_is_named_by_its_row(sealed: SealWorld) -> None:
    sealed.tamper("delete from status_events e" + _OF, sealed.event("S6"))
    assert sealed.flaws() == [("row_changed", "S6")]


def test_a_row_without_any_event_left_is_named(sealed: SealWorld) -> None:
    sealed.tamper("delete from status_events e" + _OF, sealed.event("S6"))
    sealed.tamper("delete from status_events e" + _OF, sealed.event("S6", 0))
    assert sealed.flaws() == [("row_changed", "S6")]


def test_an_event_put_in_between_is_named_by_its_row(sealed: SealWorld) -> None:
    sealed.drop_checks()
    sealed.tamper(
        "update status_events e set event_sequence = event_sequence + 1" + _OF, sealed.event("S1")
    )
    sealed.tamper(
        "insert into status_events (client_period_status_id, event_sequence, kind, status_type_id,"
        " company_id, branch_id) select client_period_status_id, 1, 'payment', status_type_id,"
        " company_id, branch_id from status_events e" + _OF,
        sealed.event("S1", 2),
    )
    assert sealed.flaws() == [("row_changed", "S1")]


def test_a_removed_row_is_named(sealed: SealWorld) -> None:
    sealed.tamper(
        "delete from client_period_status s using clients c"
        " where c.id = s.client_id and c.client_code = 'S2' and s.period = '2026-10'"
    )
    assert sealed.flaws() == [("row_removed", "S2")]


def test_hashes_that_were_changed_with_the_events_name_the_branch(sealed: SealWorld) -> None:
    sealed.tamper(
        "update period_seal_rows r set leaf = sha256('forged')"
        " from period_seals p where p.id = r.seal_id and p.period = '2026-10'"
        " and client_code = 'S4'"
    )
    assert sealed.flaws() == [
        ("row_changed", "S4"), ("branch_changed", None), ("root_changed", None),
    ]  # fmt: skip


def test_a_seal_that_was_made_anew_breaks_the_chain(sealed: SealWorld) -> None:
    sealed.tamper("update period_seals set root = sha256('forged') where period = '2026-09'")
    assert sealed.flaws(SEPTEMBER) == [("root_changed", None), ("chain_broken", None)]
    assert sealed.flaws(OCTOBER) == [("chain_broken", None)]


def test_what_is_recorded_after_the_seal_stands_beside_it(sealed: SealWorld) -> None:
    before = sealed.staff.app.seals.read(sealed.caller(), OCTOBER, "FCASH")
    sealed.append("S2")
    sealed.append("S2")
    seal, figures = sealed.staff.app.seals.read(sealed.caller(), OCTOBER, "FCASH")
    assert seal == before[0]
    assert (figures.rows, figures.events) == (7, 14)
    assert (figures.corrected_rows, figures.corrected_events) == (1, 2)
    assert [(each.client_code, each.events) for each in figures.corrected] == [("S2", 2)]
    assert sealed.verify().holds


def test_erased_remarks_still_verify_and_cannot_be_guessed_from_the_seal(
    sealed: SealWorld,
) -> None:
    erasure = PostgresErasure(sealed.database.owner_url)
    done = erasure.erase_remarks("S5", [(OCTOBER, 1)], "her request", HERE)
    assert done == {(OCTOBER, 1): True}
    assert sealed.verify().holds
    left = "select count(*) from sealed_remarks where salt is null"
    assert sealed.staff.one(left) == 1


def test_remarks_blanked_without_a_record_are_named(sealed: SealWorld) -> None:
    event = sealed.event("S5")
    sealed.tamper("update status_events e set remarks = ''" + _OF, event)
    sealed.tamper("update sealed_remarks set salt = null where event_id = %s", event)
    assert sealed.flaws() == [("row_changed", "S5")]


def test_a_seal_that_was_cut_off_leaves_nothing(world: SealWorld) -> None:
    caller = world.caller()
    with psycopg.connect(world.database.superuser_url) as blocking, ThreadPoolExecutor() as threads:
        blocking.execute("lock table period_seals in share mode")  # all but the last insert passes
        sealing = threads.submit(world.staff.app.seals.seal, caller, OCTOBER)
        wait_until(lambda: world.staff.one(WAITING_FOR_A_LOCK) == 1)
        world.staff.run(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        )
        with pytest.raises(Unavailable):
            sealing.result()
    for table in ("period_seals", "period_seal_branches", "period_seal_rows", "sealed_remarks"):
        assert world.staff.one(f"select count(*) from {table}") == 0
    assert len(world.staff.app.seals.seal(caller, OCTOBER)) == 1
    assert world.verify().holds


def test_the_reader_of_one_branch_gets_the_counts_of_that_branch(sealed: SealWorld) -> None:
    grants = [f"{each} branch FCASH" for each in ("reports:read", "status:read", "clients:read")]
    person = sealed.staff.hire(*grants)
    sealed.staff.run(
        "insert into user_branches (user_id, branch_id) values (%s, %s)", person, sealed.south
    )
    sealed.append("S1")
    seal, figures = sealed.staff.app.seals.read(sealed.caller(person), OCTOBER)
    assert (figures.rows, figures.corrected_rows) == (2, 0)
    assert seal == sealed.staff.app.seals.read(sealed.caller(), OCTOBER, "FCASH")[0]
    with pytest.raises(NotFound):
        sealed.staff.app.seals.proof(sealed.caller(person), OCTOBER, "S1")
    assert sealed.staff.app.seals.proof(sealed.caller(person), OCTOBER, "S6").client_code == "S6"
    with pytest.raises(Forbidden):
        sealed.staff.app.seals.verify(sealed.caller(person), OCTOBER, "FCASH")


def test_sealing_needs_config_manage(world: SealWorld) -> None:
    with pytest.raises(Forbidden, match="config:manage"):
        world.staff.app.seals.seal(world.caller(world.staff.hire("reports:read all")), OCTOBER)


def test_the_company_is_asked_for_where_there_are_several(sealed: SealWorld) -> None:
    with pytest.raises(InvalidInput, match="company"):
        sealed.staff.app.seals.read(sealed.caller(), OCTOBER)
