"""Reports as of a past moment: what they showed that day is what they show for ever (R5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.events import ExemptCause, Promise
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.tracking import note_payment, revive, settle
from clientupdater.domain.updates import StatusUpdate
from clientupdater.domain.write_context import WriteContext
from clientupdater.ports.reports import DashboardQuery, PlaceQuery
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.reports.past import SETTLED_AFTER
from tests.support.past_world import READS, Past, counted_in, prepared
from tests.support.report_world import CODES, NOVEMBER, report_world
from tests.support.sync_fixture import MANILA
from tests.support.thoroughness import some_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.domain.clients import Client
    from clientupdater.domain.tracking import Change, PeriodRow
    from tests.support.servers import Database


@pytest.fixture
def past(database: Database) -> Iterator[Past]:
    with report_world(database, 1) as world:
        yield prepared(world)


@pytest.mark.rule("R5", "R1", "R2")
@pytest.mark.parametrize("seed", some_of(range(8), few=2))
def test_R5_every_report_shows_of_a_past_moment_what_it_showed_then_for_ever(
    database: Database, seed: int
) -> None:
    with report_world(database, seed) as world:
        past, noted = prepared(world), dict[datetime, Any]()
        for _ in range(5):
            past.happens(8)
            now = world.staff.clock.now()
            noted[now] = past.shown(), past.people()
            assert [counted_in(each) for each in noted[now][0]] == past.recounted()
        for _ in range(2):
            past.happens(8)
            world.staff.clock.forward(minutes=15)
            for moment, shown in noted.items():
                assert (past.shown(moment), past.people(moment)) == shown, moment


@pytest.mark.rule("R5", "Y11")
def test_R5_the_clients_of_a_closed_branch_are_still_owed_by_it_as_of_before(
    database: Database,
) -> None:
    with report_world(database, 3) as world:
        past = prepared(world)
        past.happens(20)
        before, shown = world.staff.clock.now(), past.shown()
        past.closes("BAG", "CAL")
        past.happens(10)
        world.staff.clock.forward(minutes=15)
        again = past.shown(before)
        assert again == shown
        assert "BAG" in {row["key"] for row in shown[0]["branch obligation"][0]}


@pytest.mark.rule("R5")
def test_R5_clocks_that_disagree_do_not_change_what_was_shown(past: Past) -> None:
    world, code = past.world, CODES[0]
    clock, caller = world.staff.clock, world.caller(world.people[0])

    def record(status: str) -> None:
        update, version = StatusUpdate(status=status), world._version(code)  # noqa: SLF001
        world.staff.app.tracking.record(caller, code, NOVEMBER, update, version)

    begun = clock.moment
    clock.moment = begun + timedelta(minutes=20)
    record("TO_FOLLOW")
    clock.moment = begun + timedelta(minutes=10)
    record("CALLED")
    between = begun + timedelta(minutes=15)
    clock.moment = begun + timedelta(minutes=40)
    shown = past.shown(between)
    record("UPDATED")
    assert past.shown(between) == shown
    assert {row["key"] for row in shown[0]["dashboard"][0]} == {"PENDING"}


@pytest.mark.rule("R5", "R8")
def test_R5_a_promise_was_broken_as_of_a_moment_though_its_payment_came_since(past: Past) -> None:
    world = past.world
    clock, caller = world.staff.clock, world.caller(world.people[0])

    def record(**values: Any) -> None:
        version = world._version(CODES[0])  # noqa: SLF001
        update = StatusUpdate(**values)
        world.staff.app.tracking.record(caller, CODES[0], NOVEMBER, update, version)

    def broken(as_of: datetime | None) -> Any:
        query = PlaceQuery(company="FCASH", as_of=as_of)
        reader = world.caller(past.boss)
        rows = world.staff.app.reports.untouched.read(reader, query).rows
        return next(row.figures["rows"].value for row in rows if row.key == "promise_broken")

    record(status="CALLED", promise=Promise(clock.now().date() + timedelta(days=1)))
    clock.forward(minutes=1)
    record(status="TO_FOLLOW", next_follow_up_on=clock.now().date() + timedelta(days=9))
    clock.forward(minutes=60 * 24 * 8)
    moment = clock.now()
    assert broken(None) == 1
    clock.forward(minutes=20)
    record(status="UPDATED", has_payment=True)
    assert (broken(moment), broken(None)) == (1, 0)


@pytest.mark.rule("R5")
def test_R5_a_client_deleted_since_still_counts_as_of_before(past: Past) -> None:
    past.happens(5)
    before, shown = past.world.staff.clock.now(), past.shown()
    past.world.staff.clock.forward(minutes=20)
    past.world.staff.run(
        "update clients set deleted_at = %s where client_code = %s",
        past.world.staff.clock.now(),
        CODES[0],
    )
    assert past.shown(before) == shown
    assert past.shown() != shown


@pytest.mark.rule("R5", "T4")
def test_R5_a_row_that_was_exempt_by_another_period_and_revived_counts_as_of_each(
    past: Past,
) -> None:
    world, noted = past.world, dict[datetime, Any]()

    def act(change_of: Callable[[PeriodRow, Client, WriteContext], Change | None]) -> None:
        now = world.staff.clock.now()
        write_context = WriteContext(now=now, zone=MANILA, by=past.boss, may_correct=True)
        with world.syncing.work.begin(SYSTEM) as tx:
            client = tx.clients.by_code(CODES[0])
            row = client and tx.rows.find(client.id, NOVEMBER)
            assert client
            assert row
            change = change_of(row, client, write_context)
            assert change
            tx.rows.append(row, change)
        noted[now] = past.shown()
        world.staff.clock.forward(minutes=20)

    world.staff.clock.forward(minutes=20)
    act(lambda row, _, context: settle(row, ExemptCause.TERMINAL, context))
    act(lambda row, it, context: revive(row, evolve(it, has_terminal_outcome=True), "New", context))
    act(note_its_payment)
    rows = [shown[0]["branch obligation"][1]["figures"]["rows"] for shown in noted.values()]
    assert rows == [rows[1] - 1, rows[1], rows[1]]
    for moment, shown in noted.items():
        assert past.shown(moment) == shown


def note_its_payment(row: PeriodRow, _: Client, write_context: WriteContext) -> Change | None:
    return note_payment(row, write_context.now, write_context)


@pytest.mark.rule("R5")
def test_R5_before_the_first_row_nothing_counts(past: Past) -> None:
    for shown in past.shown(datetime(2020, 1, 1, tzinfo=UTC)):
        rows, total = shown["branch obligation"]
        assert (rows, set(total["figures"].values())) == ([], {0})


@pytest.mark.rule("R5")
@pytest.mark.parametrize(
    "facts",
    [
        {"BRANCH_CODE": "CAL"},
        {"PRODUCT_CODE": "FCASH_GSIS"},
        {"PENSION_TYPE": "GSIS"},
        {"COMPANY_CODE": "PCNI", "PRODUCT_CODE": "PCNI_NON_PNP", "PENSION_TYPE": None},
    ],
    ids=["branch", "product", "pension type", "company"],
)
def test_R5_a_row_is_owed_where_its_client_was_though_nothing_else_has_changed(
    past: Past, facts: dict[str, Any]
) -> None:
    world = past.world
    of_one_branch = ("clients:read all", "status:read all", "reports:read branch")
    reader = world.hire(*of_one_branch, branches=("CAL",))
    past = evolve(past, readers=(*past.readers, reader))
    done = StatusUpdate(status="DONE", reason="CONFIRMED")  # such a row does not move
    version = world._version(CODES[0])  # noqa: SLF001
    caller = world.caller(world.people[0])
    world.staff.app.tracking.record(caller, CODES[0], NOVEMBER, done, version)
    before, shown = world.staff.clock.now(), past.shown()
    world.staff.clock.forward(minutes=20)
    world.syncing.records[CODES[0]] |= {**facts, "UPDATED_AT": world.staff.clock.now()}
    world.syncing.run(Source.SNOWFLAKE)
    assert past.shown(before) == shown
    assert past.shown() != shown


@pytest.mark.rule("R5")
def test_R5_a_row_is_owed_by_the_officer_of_then_though_nothing_else_has_changed(
    past: Past,
) -> None:
    world, (first, second) = past.world, past.officers
    assign = world.staff.app.clients.assignments.assign
    assign(world.caller(past.boss), CODES[0], first)
    before, shown = world.staff.clock.now(), past.shown()
    world.staff.clock.forward(minutes=20)
    assign(world.caller(past.boss), CODES[0], second)
    assert past.shown(before) == shown
    assert past.shown() != shown


@pytest.mark.rule("R5")
@pytest.mark.parametrize(
    ("back", "text"),
    [
        (timedelta(minutes=-1), "future"),
        (timedelta(), "15 minutes back"),
        (SETTLED_AFTER - timedelta(seconds=1), "15 minutes back"),
    ],
)
def test_R5_a_moment_that_may_still_change_is_refused(
    database: Database, back: timedelta, text: str
) -> None:
    with report_world(database, 0) as world:
        caller = world.caller(world.hire(*(f"{right} all" for right in READS)))
        query = DashboardQuery(
            company="FCASH", period=NOVEMBER, as_of=world.staff.clock.now() - back
        )
        with pytest.raises(InvalidInput, match=text):
            world.staff.app.reports.dashboard.read(caller, query)


@pytest.mark.rule("R5", "R8")
def test_R5_officers_are_away_as_of_a_moment_as_they_were_then(past: Past) -> None:
    world, noted = past.world, dict[datetime, Any]()
    boss, (first, second) = world.caller(past.boss), past.officers
    for officer, code in ((first, CODES[0]), (second, CODES[1])):
        world.staff.app.clients.assignments.assign(boss, code, officer)

    def happens(statement: str, *values: object) -> None:
        world.staff.clock.forward(minutes=20)
        world.staff.run(statement, *values)
        noted[world.staff.clock.now()] = away(None)

    def away(moment: datetime | None) -> list[str]:
        query = PlaceQuery(company="FCASH", as_of=moment)
        rows = world.staff.app.reports.untouched.read(boss, query).rows
        return [row.name for row in rows if row.key in {str(first), str(second)}]

    soon = world.staff.clock.now() + timedelta(minutes=30)
    happens("select")
    happens(
        "insert into stand_ins"
        " (officer_id, stand_in_id, starts_at, ends_at, created_by, created_at)"
        " values (%s, %s, %s, %s, %s, %s)",
        *(first, second, soon, soon + timedelta(days=2), first, soon),
    )
    ended = "update stand_ins set ended_by = officer_id, ended_at = %s"
    happens(ended, soon + timedelta(minutes=30))
    happens(
        "insert into authorization_audit (decision, subject_user_id, resource, resource_id,"
        " old_values, new_values, decided_at)"
        " values ('changed', %s, 'user', %s, %s, %s, %s)",
        *(second, str(second), '{"is_active": true}', '{"is_active": false}'),
        soon + timedelta(minutes=50),
    )
    world.staff.run("update users set is_active = false where id = %s", second)
    world.staff.clock.forward(minutes=20)
    noted[max(noted)] = away(None)
    assert [len(names) for names in noted.values()] == [0, 1, 0, 1]
    for moment, names in noted.items():
        assert away(moment) == names, moment
