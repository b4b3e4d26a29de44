"""Reports against a recount in Python, after random writes (R1, R2, R3, A10)."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from attrs import frozen

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import Error, Forbidden
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.updates import StatusUpdate
from clientupdater.ports.lists import ClientQuery
from clientupdater.ports.reports import (
    CompletionBy,
    CompletionQuery,
    CompletionView,
    DashboardQuery,
    PaceQuery,
    TrendQuery,
)
from clientupdater.usecases.clients.directory import ClientDirectory
from clientupdater.usecases.reports.completion import CompletionReport
from clientupdater.usecases.reports.dashboard import Dashboard
from clientupdater.usecases.reports.folding import FoldCounts
from clientupdater.usecases.reports.pace import Pace
from clientupdater.usecases.reports.trend import Trend
from tests.support.builders import ANA, BEN, CALOOCAN, DAVAO, MANILA, NOVEMBER
from tests.support.pools import pool_on
from tests.support.recount import CountedRow, counted_rows, counts_of, credits_of
from tests.support.stores import PostgresStore
from tests.support.thoroughness import some_of
from tests.support.tracking_fixture import CALLED, STAFF, TrackingFixture, who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from uuid import UUID

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.ports.client_filter import ClientFilter
    from clientupdater.ports.reports import Figure, Report, ReportRow
    from tests.support.servers import Database

READS = (Permission.CLIENTS_READ, Permission.STATUS_READ, Permission.REPORTS_READ)
BOSS = who(*STAFF, Permission.STATUS_CORRECT, *READS, scope=Scope.ALL)
READERS = (
    BOSS,
    who(*READS, scope=Scope.BRANCH),
    who(*READS, scope=Scope.SELF, person=BEN),
)
UPDATES = (
    CALLED,
    StatusUpdate(status="TO_FOLLOW"),
    StatusUpdate(status="DONE", reason="CONFIRMED"),
    StatusUpdate(status="DONE", reason="NOT_REACHABLE", remarks="no answer"),
    StatusUpdate(status="CALLED", has_payment=True),
)

AREAS = {"NORTH": {CALOOCAN}, "ALL": {CALOOCAN, DAVAO}, "EMPTY": set()}
AREA = """
with area as (insert into areas (code, name) values (%(code)s, %(code)s) returning id)

insert into area_branches (area_id, branch_id)
select area.id, branch from area, unnest(%(branches)s::uuid[]) branch
"""
CHANGES = """
update clients set branch_id = %(branch)s where id = %(id)s;
update clients set product_id = null where id = %(id)s;
update clients c
set product_id = (
    select p.id from products p where p.company_id = c.company_id order by random() limit 1
)
where c.id = %(id)s;
update clients c
set pension_type_id = (
    select p.id from pension_types p where p.company_id = c.company_id order by random() limit 1
)
where c.id = %(id)s;
update clients set deleted_at = case when deleted_at is null then now() end where id = %(id)s;
update client_period_status
set exempt_cause = case when exempt_cause is null then 'par_status' end
where client_id = %(id)s and status_type_id <> (select id from status_types where code = 'DONE');
update client_assignments set assigned_until = now(), end_reason = 'moved'
where client_id = %(id)s and assigned_until is null;
insert into client_assignments (client_id, officer_id)
select %(id)s, %(officer)s
where not exists (
    select from client_assignments a where a.client_id = %(id)s and a.assigned_until is null
)
"""
"""What a sync or an administrator may do to a client and its row."""


@frozen
class World:
    """Clients with rows of November, and what happens to them."""

    tracker: TrackingFixture
    clients: tuple[Client, ...]
    chance: random.Random

    @property
    def store(self) -> PostgresStore:
        assert isinstance(self.tracker.store, PostgresStore)
        return self.tracker.store

    def happens(self) -> None:
        """Let one thing happen to a client; what the rules refuse does not happen."""
        client = self.chance.choice(self.clients)
        act: Callable[[Client], None] = self.chance.choice(
            (self.record, self.record, self.record, self.undo, self.change, self.fold)
        )
        with suppress(Error, psycopg.IntegrityError):
            act(client)

    def record(self, client: Client) -> None:
        version = self.tracker.row(client).snapshot.version
        update = self.chance.choice(UPDATES)
        self.tracker.tracking.record(BOSS, client.id, NOVEMBER, update, version=version)

    def undo(self, client: Client) -> None:
        row = self.tracker.row(client).snapshot
        if row.is_done and self.chance.random() < 0.5:
            self.tracker.tracking.reopen(
                BOSS, client.id, NOVEMBER, version=row.version, remarks="wrong"
            )
        else:
            sequence = self.chance.randint(1, max(row.version, 1))
            self.tracker.tracking.void(
                BOSS, client.id, NOVEMBER, sequence, version=row.version, remarks="wrong"
            )

    def change(self, client: Client) -> None:
        """Change the client, or the row, as a sync would."""
        sql = self.chance.choice(CHANGES.split(";"))
        params = {
            "id": client.id,
            "branch": self.chance.choice((CALOOCAN, DAVAO)),
            "officer": self.chance.choice((ANA, BEN)),
        }
        with psycopg.connect(self.store.url) as connection:
            connection.execute(sql.encode(), params)

    def fold(self, _: Client) -> None:
        FoldCounts(self.store.work).fold()

    def recounted(self, caller: Caller) -> list[CountedRow]:
        """Read the rows that the caller may see in a report, the slow way."""
        scopes = [access_scope_of(caller.actor, each) for each in READS]
        rows = counted_rows(self.store.url)
        return [row for row in rows if all(scope.covers(row.place) for scope in scopes)]

    def completion(
        self,
        caller: Caller,
        by: CompletionBy = CompletionBy.BRANCH,
        view: CompletionView = CompletionView.OBLIGATION,
    ) -> Report:
        query = CompletionQuery(company="FCASH", period=NOVEMBER, by=by, view=view)
        return CompletionReport(self.store.work, self.tracker.clock, MANILA).read(caller, query)

    def dashboard(self, caller: Caller) -> Report:
        query = DashboardQuery(company="FCASH", period=NOVEMBER)
        return Dashboard(self.store.work, self.tracker.clock, MANILA).read(caller, query)

    def listed(self, caller: Caller, client_filter: ClientFilter) -> set[UUID]:
        directory = ClientDirectory(self.store.work, self.tracker.clock, MANILA)
        page = directory.list(caller, ClientQuery(filter=client_filter, limit=200))
        assert not page.has_more
        return {client.id for client in page.items}

    def opens(self, caller: Caller, rows: Iterable[ReportRow]) -> None:
        """Hold each figure of each row to the list of its filter (R3)."""
        for row in rows:
            for name, figure in row.figures.items():
                assert figure.filter is not None
                assert len(self.listed(caller, figure.filter)) == figure.value, (row.key, name)


@pytest.fixture
def tracker(database: Database) -> Iterator[TrackingFixture]:
    with pool_on(database.worker_url, 1, 8) as pool:
        yield TrackingFixture.on(
            PostgresStore.populated(PostgresUnitsOfWork(pool), database.superuser_url)
        )


def world(tracker: TrackingFixture, seed: int, clients: int = 12) -> World:
    chance = random.Random(seed)  # noqa: S311
    assert isinstance(tracker.store, PostgresStore)
    with psycopg.connect(tracker.store.url) as connection:
        for code, branches in AREAS.items():
            connection.execute(AREA, {"code": code, "branches": list(branches)})
    return World(tracker, tuple(tracker.client() for _ in range(clients)), chance)


def values(figures: dict[str, Figure] | Any, *names: str) -> tuple[Any, ...]:
    return tuple(figures[name].value for name in names)


FIGURES = ("rows", "done", "contacted", "confirmed")


@pytest.mark.rule("R1", "R2", "R3", "A10")
@pytest.mark.parametrize("seed", some_of(range(5), few=2))
def test_reports_equal_a_recount_and_every_figure_lists_its_rows(
    tracker: TrackingFixture, seed: int
) -> None:
    here = world(tracker, seed)
    for n in range(40):
        for _ in range(8):
            here.happens()
        listed = n % 10 == 9
        for caller in READERS if listed else (here.chance.choice(READERS),):
            rows = counted_as_recounted(here, caller)
            if listed:
                here.opens(caller, rows)


def counted_as_recounted(here: World, caller: Caller) -> list[ReportRow]:
    """Hold every report to a recount, and give its rows."""
    rows = here.recounted(caller)
    keys: dict[CompletionBy, Callable[[CountedRow], Any]] = {
        CompletionBy.BRANCH: lambda row: str(row.rated.branch)[-4:],
        CompletionBy.PRODUCT: lambda row: row.product,
        CompletionBy.PENSION_TYPE: lambda row: row.pension_type,
        CompletionBy.OFFICER: lambda row: row.place.assigned_to and str(row.place.assigned_to),
    }
    shown: list[ReportRow] = []
    for by, key in keys.items():
        report = here.completion(caller, by)
        for each in report.rows:
            rated = [row.rated for row in rows if key(row) == each.key]
            counts = counts_of(rated)
            expected = (counts.denominator, counts.done, counts.contacted, counts.confirmed)
            assert values(each.figures, *FIGURES) == expected, (by, each.key)
        counted = {key(row) for row in rows if not row.rated.is_exempt}
        assert {each.key for each in report.rows} == counted
        total = counts_of(row.rated for row in rows)
        assert values(report.totals.figures, *FIGURES) == (
            total.denominator,
            total.done,
            total.contacted,
            total.confirmed,
        )
        shown += [*report.rows, report.totals]
    for credited in (credit_as_recounted, areas_as_recounted, dashboard_as_recounted):
        shown += credited(here, caller, rows)
    return shown


def credit_as_recounted(here: World, caller: Caller, rows: list[CountedRow]) -> list[ReportRow]:
    by_branch = here.completion(caller, view=CompletionView.CREDIT)
    credited = credits_of(row.rated for row in rows)
    assert {
        each.key: values(each.figures, "done", "contacted", "confirmed") for each in by_branch.rows
    } == {
        str(branch)[-4:]: (each.done, each.contacted, each.confirmed)
        for branch, each in credited.items()
    }
    by_person = here.completion(caller, CompletionBy.OFFICER, CompletionView.CREDIT)
    counted = [row for row in rows if not row.rated.is_exempt]
    for each in by_person.rows:
        assert values(each.figures, "done", "contacted") == (
            sum(str(row.done_by) == each.key for row in counted),
            sum(str(row.contact_by) == each.key for row in counted),
        )
    shown = [*by_branch.rows, *by_person.rows]
    for by in (CompletionBy.PRODUCT, CompletionBy.PENSION_TYPE):
        report = here.completion(caller, by, CompletionView.CREDIT)
        owed = {row.key: row for row in here.completion(caller, by).rows}
        for each in report.rows:
            names = ("done", "contacted", "confirmed")
            assert values(each.figures, *names) == values(owed[each.key].figures, *names)
        shown += report.rows
    return shown


def areas_as_recounted(here: World, caller: Caller, rows: list[CountedRow]) -> list[ReportRow]:
    """An area counts what its branches count: the rows that they have, and those that they did."""
    owed = {each.key: each for each in here.completion(caller, CompletionBy.AREA).rows}
    credited = here.completion(caller, CompletionBy.AREA, CompletionView.CREDIT).rows
    by_branch = credits_of(row.rated for row in rows)
    for code, branches in AREAS.items():
        counts = counts_of(row.rated for row in rows if row.rated.branch in branches)
        expected = (counts.denominator, counts.done, counts.contacted, counts.confirmed)
        assert (values(owed[code].figures, *FIGURES) if code in owed else (0,) * 4) == expected
        done = [each for branch, each in by_branch.items() if branch in branches]
        sums = [sum(getattr(each, name) for each in done) for name in FIGURES[1:]]
        own = [each for each in credited if each.key == code]
        assert [values(each.figures, *FIGURES[1:]) for each in own] == [tuple(sums) for _ in own]
        assert bool(own) == any(sums)
    return [*owed.values(), *credited]


def dashboard_as_recounted(here: World, caller: Caller, rows: list[CountedRow]) -> list[ReportRow]:
    report = here.dashboard(caller)
    counted = [row for row in rows if not row.rated.is_exempt]
    assert {each.key: each.figures["rows"].value for each in report.rows} == {
        status: sum(row.rated.status == status for row in counted)
        for status in {row.rated.status for row in counted}
    }
    assert report.totals.figures["exempt"].value == len(rows) - len(counted)
    return [*report.rows, report.totals]


@pytest.mark.rule("R7")
def test_R7_pace_and_trend_count_what_is_done_by_each_day(tracker: TrackingFixture) -> None:
    here = world(tracker, 1, clients=4)
    for client in here.clients[:2]:
        tracker.tracking.record(BOSS, client.id, NOVEMBER, UPDATES[2], version=0)
    pace = Pace(here.store.work, tracker.clock, MANILA).read(
        BOSS, PaceQuery(company="FCASH", period=NOVEMBER)
    )
    assert [row.figures["done"].value for row in pace.report.rows] == [0, 0, 0, 2]
    assert pace.expected is not None
    here.opens(BOSS, pace.report.rows[-1:])
    trend = Trend(here.store.work, tracker.clock, MANILA).read(
        BOSS, TrendQuery(company="FCASH", period=NOVEMBER, periods=2)
    )
    assert [values(row.figures, "rows", "done") for row in trend.rows] == [(0, 0), (4, 2)]


def test_updates_and_folds_at_the_same_time_lose_no_count(tracker: TrackingFixture) -> None:
    here = world(tracker, 2, clients=40)

    def work(part: int) -> None:
        chance = random.Random(part)  # noqa: S311
        mine = World(tracker, here.clients[part * 10 : part * 10 + 20], chance)
        for _ in range(60):
            mine.happens()

    with ThreadPoolExecutor(5) as pool:
        jobs = [pool.submit(work, part) for part in range(4)]
        while not all(job.done() for job in jobs):
            FoldCounts(here.store.work).fold()
        for job in jobs:
            job.result()
    here.opens(BOSS, counted_as_recounted(here, BOSS))
    FoldCounts(here.store.work).fold()
    here.opens(BOSS, counted_as_recounted(here, BOSS))


def test_a_fold_that_is_killed_changes_nothing(tracker: TrackingFixture) -> None:
    here = world(tracker, 3)
    before = here.dashboard(BOSS)
    with suppress(psycopg.OperationalError), psycopg.connect(here.store.url) as killed:
        killed.execute("select fold_row_counts(100)")
        with psycopg.connect(here.store.url, autocommit=True) as other:
            assert other.execute("select fold_row_counts(100)").fetchone() == (None,)
            other.execute("select pg_terminate_backend(%s)", (killed.info.backend_pid,))
    assert here.dashboard(BOSS) == before
    FoldCounts(here.store.work).fold()
    assert here.dashboard(BOSS) == before


def test_a_report_needs_the_permissions_that_its_figures_open_by(tracker: TrackingFixture) -> None:
    here = world(tracker, 4, clients=1)
    for missing in READS:
        caller = who(*(each for each in READS if each is not missing))
        with pytest.raises(Forbidden):
            here.dashboard(caller)
