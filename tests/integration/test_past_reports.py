"""Reports as of a past moment: what they showed that day is what they show for ever (R5)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve, frozen

from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import Error, InvalidInput
from clientupdater.domain.events import ExemptCause
from clientupdater.domain.permissions import Permission
from clientupdater.domain.tracking import note_payment, revive, settle
from clientupdater.domain.updates import StatusUpdate
from clientupdater.domain.write_context import WriteContext
from clientupdater.ports.reports import (
    CompletionBy,
    CompletionQuery,
    CompletionView,
    DashboardQuery,
    PaceQuery,
    PlaceQuery,
    TrendQuery,
)
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.reports.pace import PaceResult
from clientupdater.usecases.reports.past import SETTLED_AFTER
from tests.support.recount import counted_rows, counts_of, credits_of
from tests.support.report_world import BRANCHES, CODES, NOVEMBER, ReportWorld, report_world
from tests.support.sync_fixture import MANILA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.tracking import Change, PeriodRow
    from clientupdater.ports.reports import Report, ReportRow
    from tests.support.servers import Database

READS = ("clients:read", "status:read", "reports:read")
WRITES = ("clients:read", "status:read", "status:update", "status:correct", "clients:assign")
SOURCES_SAY = (
    {"PRODUCT_CODE": "FCASH_SSS"},
    {"PRODUCT_CODE": "FCASH_GSIS"},
    {"PAST_DUE_AMOUNT": None},
    {"PAST_DUE_AMOUNT": "700.50"},
    {"PAST_DUE_AMOUNT": "60000"},
    {"PAR_STATUS": "do_not_show"},
    {"PENSION_TYPE": "SSS"},
    {"PENSION_TYPE": "GSIS"},
    {"PENSION_TYPE": None},
    {"COMPANY_CODE": "PCNI", "PRODUCT_CODE": "PCNI_NON_PNP", "PENSION_TYPE": None},
    {"COMPANY_CODE": "FCASH", "PRODUCT_CODE": "FCASH_SSS", "PENSION_TYPE": None},
)
COMPLETIONS = [
    *((by, CompletionView.OBLIGATION) for by in CompletionBy),
    (CompletionBy.BRANCH, CompletionView.CREDIT),
    (CompletionBy.OFFICER, CompletionView.CREDIT),
]


@frozen
class Past:
    """A world with officers, and what its readers' reports showed at past moments."""

    world: ReportWorld
    boss: PersonId
    readers: tuple[PersonId, ...]
    officers: tuple[PersonId, ...]

    @property
    def random(self) -> Random:
        return self.world.random

    def happens(self, steps: int) -> None:
        """Let time pass and things happen, by the use cases and the sync."""
        acts = (self._work, self._work, self._assign, self._sync, self._pay, self._revive)
        for _ in range(steps):
            self.world.staff.clock.forward(minutes=1)
            with suppress(Error):
                self.random.choice(acts)(self.random.choice(CODES))

    def _work(self, _: str) -> None:
        self.world.work(3)

    def _assign(self, code: str) -> None:
        officer = self.random.choice((*self.officers, None))
        assignments = self.world.staff.app.clients.assignments
        assignments.assign(self.world.caller(self.boss), code, officer)

    def _sync(self, code: str) -> None:
        known = self.world.syncing.records[code]
        known |= self.random.choice(SOURCES_SAY)
        known["UPDATED_AT"] = self.world.staff.clock.now()
        self.world.syncing.run()

    def _pay(self, code: str) -> None:
        now = self.world.staff.clock.now()
        with self.world.syncing.work.begin(SYSTEM) as tx:
            client = tx.clients.by_code(code)
            row = client and tx.rows.find(client.id, NOVEMBER)
            if row and (change := note_payment(row, now, WriteContext(now=now, zone=MANILA))):
                tx.rows.append(row, change)

    def _revive(self, code: str) -> None:
        version = self.world._version(code)  # noqa: SLF001
        self.world.staff.app.tracking.revive(self.world.caller(self.boss), code, "New", version)

    def closes(self, branch: str, into: str) -> None:
        """Close a branch: its clients move by hand."""
        closing, boss = self.world.staff.app.organisation.closing, self.world.caller(self.boss)
        self.world.staff.clock.forward(minutes=1)
        plan = closing.preview(boss, branch, into, None).plan
        closing.close(boss, branch, into, None, plan.hash)

    def shown(self, as_of: datetime | None = None) -> list[Any]:
        """Read every report for every reader."""
        return [
            {name: read(as_of) for name, read in self._questions(self.world.caller(each)).items()}
            for each in self.readers
        ]

    def _questions(self, caller: Caller) -> Mapping[str, Callable[[datetime | None], Any]]:
        reports = self.world.staff.app.reports
        november: dict[str, Any] = {"company": "FCASH", "period": NOVEMBER}

        def asking(read: Callable[..., Any], query: Any) -> Callable[[datetime | None], Any]:
            return lambda at: figures_of(read(caller, evolve(query, as_of=at)))

        return {
            **{
                f"{by} {view}": asking(
                    reports.completion.read, CompletionQuery(**november, by=by, view=view)
                )
                for by, view in COMPLETIONS
            },
            "dashboard": asking(reports.dashboard.read, DashboardQuery(**november)),
            "trend": asking(reports.trend.read, TrendQuery(**november, periods=2)),
            "pace": asking(reports.pace.read, PaceQuery(**november)),
            "balance": asking(reports.balance.read, PlaceQuery(company="FCASH")),
            "balance of one": asking(
                reports.balance.read, PlaceQuery(company="FCASH", branch="DAV")
            ),
            "ageing": asking(reports.ageing.read, PlaceQuery(company="FCASH")),
            "ageing of one": asking(
                reports.ageing.read, PlaceQuery(company="FCASH", branch="CAL", period=NOVEMBER)
            ),
            "untouched": asking(reports.untouched.read, PlaceQuery(company="FCASH")),
        }

    def recounted(self) -> list[Any]:
        """Count obligations and credits by branch in Python, as far as each reader sees."""
        return [recount(self.world, self.world.caller(each)) for each in self.readers]


def recount(world: ReportWorld, caller: Caller) -> Any:
    scopes = [access_scope_of(caller.actor, Permission(each)) for each in READS]
    company = world.staff.company()
    rows = [
        row.rated
        for row in counted_rows(world.staff.url)
        if row.place.company == company and all(scope.covers(row.place) for scope in scopes)
    ]
    names = dict(world.syncing.rows("select id, code from branches"))
    counts = counts_of(rows)
    return (
        (counts.denominator, counts.done, counts.contacted, counts.confirmed),
        {
            names[branch]: (each.done, each.contacted, each.confirmed)
            for branch, each in credits_of(rows).items()
        },
    )


def counted_in(shown: Mapping[str, Any]) -> Any:
    """Give what a recount says, out of the reports that were shown."""
    _, total = shown["branch obligation"]
    credited, _ = shown["branch credit"]
    return (
        tuple(total["figures"][name] for name in ("rows", "done", "contacted", "confirmed")),
        {
            row["key"]: tuple(row["figures"][name] for name in ("done", "contacted", "confirmed"))
            for row in credited
        },
    )


def figures_of(result: Report | PaceResult) -> tuple[Any, ...]:
    report = result.report if isinstance(result, PaceResult) else result
    expected = (result.expected,) if isinstance(result, PaceResult) else ()
    return [row_of(row) for row in report.rows], row_of(report.totals), *expected


def row_of(row: ReportRow) -> dict[str, Any]:
    figures = {name: figure.value for name, figure in row.figures.items()}
    return {"key": row.key, "name": row.name, "figures": figures, "rates": dict(row.rates)}


@pytest.fixture
def past(database: Database) -> Iterator[Past]:
    with report_world(database, 1) as world:
        yield prepared(world)


def prepared(world: ReportWorld) -> Past:
    rights = tuple(f"{right} all" for right in WRITES)
    world.people = [world.hire(*rights, branches=BRANCHES) for _ in range(2)]
    of_self = [f"{right} self" for right in READS]
    officers = tuple(world.hire(*of_self, branches=BRANCHES) for _ in range(2))
    boss = world.hire(*rights, "reports:read all", "branches:manage all", "users:manage all")
    manager = world.hire(*(f"{right} branch" for right in READS), branches=("CAL", "DAV"))
    world.staff.run(
        "with a as (insert into areas (code, name) values ('NORTH', 'North') returning id)"
        " insert into area_branches (area_id, branch_id)"
        " select a.id, b.id from a, branches b where b.code in ('CAL', 'DAV')"
    )
    world.begin()
    return Past(world, boss, (boss, manager, officers[0]), officers)


@pytest.mark.rule("R5", "R1", "R2")
@pytest.mark.parametrize("seed", range(8))
def test_R5_every_report_shows_of_a_past_moment_what_it_showed_then_for_ever(
    database: Database, seed: int
) -> None:
    with report_world(database, seed) as world:
        past, noted = prepared(world), dict[datetime, Any]()
        for _ in range(5):
            past.happens(8)
            now = world.staff.clock.now()
            noted[now] = past.shown()
            assert [counted_in(each) for each in noted[now]] == past.recounted()
        for _ in range(2):
            past.happens(8)
            world.staff.clock.forward(minutes=15)
            for moment, shown in noted.items():
                assert past.shown(moment) == shown, moment


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
