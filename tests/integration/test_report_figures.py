"""Each figure of a report opens into exactly its rows, for every reader (R3, R4, A10)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.domain.errors import InvalidInput
from clientupdater.ports.exports import ReportName
from clientupdater.ports.reports import PAST_DUE, DashboardQuery, PlaceQuery, Report
from clientupdater.ports.staff_reports import (
    MOST_STAFF_ROWS,
    SignalEventsRead,
    SignalsQuery,
    StaffBy,
    StaffQuery,
)
from clientupdater.usecases.reports.exported import report_readers
from clientupdater.usecases.reports.folding import FoldCounts
from tests.support.report_world import NOVEMBER, ReportWorld, report_world
from tests.support.thoroughness import some_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.staff_reports import RecordFigure
    from tests.support.servers import Database

RECORDS_OF_MANY = """
    with people as (
        insert into users (email) select n || '@example.com' from generate_series(1, 50) n
        returning id
    )
    insert into status_events (
        client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id,
        occurred_at, created_at, created_by
    )
    select e.client_period_status_id, 1000 + row_number() over (), 'recorded', e.status_type_id,
           e.company_id, e.branch_id, e.moment, e.moment, people.id
      from people
     cross join (
         select e.*, e.created_at - n * interval '1 day' as moment
           from status_events e
           join companies c on c.id = e.company_id and c.code = 'FCASH'
          cross join generate_series(1, 28) n
          where e.kind = 'recorded'
          order by e.created_at desc
          limit 28
     ) e
"""
"""A record of each of fifty people on each of 28 days."""
FIELD = ("clients:read", "status:read", "status:update", "status:correct")
ASKED = PlaceQuery(company="FCASH")


def prepared(world: ReportWorld) -> list[Caller]:
    """Let people work, and give readers whose scopes overlap and differ by permission."""
    rights = tuple(f"{right} all" for right in FIELD)
    world.people = [world.hire(*rights), world.hire(*rights)]
    world.staff.run(
        "insert into user_branches"
        " select id, (select id from branches where code = 'CAL') from users"
    )
    boss = world.hire(*rights, "reports:read all", "audit:read all")
    manager = world.hire(
        *(f"{right} branch" for right in (*FIELD, "reports:read")), branches=("CAL", "DAV")
    )
    mixed = world.hire(
        "clients:read all", "status:read all", "reports:read branch", branches=("DAV", "BAG")
    )
    world.loosen_signals()
    world.begin()
    world.work(70)
    return [world.caller(each) for each in (boss, manager, mixed)]


def assert_opens(world: ReportWorld, caller: Caller, report: Report) -> None:
    for row in (*report.rows, report.totals):
        for name, figure in row.figures.items():
            clients = world.listed(caller, figure.filter)
            if name == PAST_DUE:
                assert figure.value == sum(each.past_due_amount or 0 for each in clients), row
            else:
                assert figure.value == len(clients), (row.key, name, figure.filter)


def assert_records_open(
    world: ReportWorld, caller: Caller, figures: Iterable[RecordFigure]
) -> None:
    for figure in figures:
        assert figure.clients == len(world.listed(caller, figure.filter)), figure
        assert figure.value >= figure.clients


@pytest.mark.parametrize("seed", some_of(range(6), few=2))
@pytest.mark.rule("R3", "R4", "R8", "R9", "A10")
def test_R3_each_figure_of_rows_opens_into_exactly_its_rows(database: Database, seed: int) -> None:
    with report_world(database, seed) as world:
        for caller in prepared(world):
            reports = world.staff.app.reports
            untouched = reports.untouched
            reads = (reports.balance.read, reports.ageing.read, untouched.read)
            for read in (*reads, untouched.by_officer):
                assert_opens(world, caller, read(caller, ASKED))
            one = PlaceQuery(company="FCASH", branch="DAV")
            assert_opens(world, caller, reports.balance.read(caller, one))


@pytest.mark.parametrize("seed", some_of(range(6, 12), few=2))
@pytest.mark.rule("R4")
def test_R4_the_balance_of_each_branch_adds_up(database: Database, seed: int) -> None:
    with report_world(database, seed) as world:
        moved = False
        for caller in prepared(world):
            report = world.staff.app.reports.balance.read(caller, ASKED)
            for row in report.rows:
                value = {name: int(each.value) for name, each in row.figures.items()}
                ways_in = value["opened"] + value["moved_in"] + value["restored"]
                assert ways_in == sum(value[n] for n in ("done", "open", "exempt", "moved_out"))
                moved = moved or value["moved_out"] > 0
            total = {name: int(each.value) for name, each in report.totals.figures.items()}
            assert total["opened"] + total["restored"] == (
                total["done"] + total["open"] + total["exempt"]
            )
        assert moved


@pytest.mark.parametrize("seed", some_of(range(12, 16), few=2))
@pytest.mark.rule("R3", "R6", "R10")
def test_R6_counts_of_records_open_into_their_clients(database: Database, seed: int) -> None:
    with report_world(database, seed) as world:
        callers = prepared(world)
        first = world.staff.clock.now().date().replace(day=1)
        for caller in callers:
            for by in StaffBy:
                start = None if by is StaffBy.PERIOD else first
                query = StaffQuery(company="FCASH", by=by, start=start)
                for row in world.staff.app.reports.staff.read(caller, query).rows:
                    assert_records_open(world, caller, row.figures.values())
        query = StaffQuery(company="FCASH", by=StaffBy.PERIOD)
        rows = world.staff.app.reports.staff.read(callers[0], query).rows
        counted = world.staff.one(
            "select count(*) from status_events where kind = 'recorded' and created_by is not null"
        )
        names = ("update", "voided")
        assert sum(row.figures[name].value for row in rows for name in names) == counted > 0


@pytest.mark.rule("R6", "L1")
def test_R6_an_export_has_more_rows_than_a_response_may_have(database: Database) -> None:
    with report_world(database, 12) as world:
        boss, *_ = prepared(world)
        world.staff.run(RECORDS_OF_MANY)
        until = world.staff.clock.now().date()
        query = StaffQuery(company="FCASH", start=until - timedelta(days=28), until=until)
        with pytest.raises(InvalidInput, match="over 1000 rows"):
            world.staff.app.reports.staff.read(boss, query)
        exported = report_readers(world.staff.app.reports)[ReportName.STAFF](boss, query)
        assert len(exported.rows) > MOST_STAFF_ROWS


@pytest.mark.parametrize("seed", some_of(range(16, 20), few=2))
@pytest.mark.rule("R10")
def test_R10_a_signal_opens_into_its_records_and_their_clients(
    database: Database, seed: int
) -> None:
    with report_world(database, seed) as world:
        boss, *_ = prepared(world)
        today = world.staff.clock.now().date()
        query = SignalsQuery(
            company="FCASH", start=today.replace(day=1), until=today.replace(day=30)
        )
        signals = world.staff.app.reports.signals.read(boss, query)
        assert {str(each.kind) for each in signals} >= {"outside_hours", "same_remark"}
        for signal in signals:
            assert_records_open(world, boss, [signal.records])
            asked = SignalEventsRead(filter=signal.records.filter, limit=200)
            events = world.staff.app.reports.signals.events(boss, asked)
            assert len(events.items) == signal.records.value, signal
            assert len({each.client_id for each in events.items}) == signal.records.clients


def uncounted(world: ReportWorld, statement: str) -> None:
    """Change rows past the triggers that count them."""
    world.staff.run(f"set session_replication_role = replica; {statement}")


@pytest.mark.rule("R1")
@pytest.mark.parametrize("folds", [True, False])
def test_R1_counts_that_differ_from_their_rows_are_named_and_corrected(
    database: Database, folds: bool
) -> None:
    with report_world(database, 21) as world:
        boss, *_ = prepared(world)
        check = world.staff.app.reports.count_check
        fold = FoldCounts(world.syncing.work).fold
        if folds:
            fold()
        assert check.find_wrong() == ()
        uncounted(
            world,
            "update client_period_status set has_payment = not has_payment, done_on = '2026-11-03'"
            " where client_id in (select c.id from clients c join branches b on b.id = c.branch_id"
            " where b.code = 'CAL')",
        )
        uncounted(world, "delete from row_count_changes; delete from row_counts where view = 'day'")
        named = check.find_wrong()
        assert "CAL in 2026-11" in named
        corrected = PostgresMaintenance(database.owner_url).recount()
        assert set(corrected) >= {"2026-11"}
        assert check.find_wrong() == ()
        assert PostgresMaintenance(database.owner_url).recount() == {}
        world.work(10)
        fold()
        assert check.find_wrong() == ()
        query = DashboardQuery(company="FCASH", period=NOVEMBER)
        assert_opens(world, boss, world.staff.app.reports.dashboard.read(boss, query))


@pytest.mark.rule("R4")
def test_R4_doctor_names_a_branch_whose_rows_do_not_agree_with_their_events(
    database: Database,
) -> None:
    with report_world(database, 20) as world:
        prepared(world)
        balance = world.staff.app.reports.balance
        assert balance.find_uneven() == ()
        world.staff.run(
            "update client_period_status set branch_id = (select id from branches where code ="
            " 'BAG') where branch_id = (select id from branches where code = 'CAL')"
        )
        assert balance.find_uneven() == ("BAG in 2026-11",)
