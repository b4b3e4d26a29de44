"""A world whose reports are noted as they are shown, and asked for again later (R5)."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from attrs import asdict, evolve, frozen

from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import Error
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.tracking import note_payment
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
from clientupdater.ports.staff_reports import SignalsQuery, StaffBy, StaffQuery
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.reports.pace import PaceResult
from tests.support.recount import CountedRow, counted_rows, counts_of, credits_of
from tests.support.report_world import BRANCHES, CODES, NOVEMBER, ReportWorld
from tests.support.sync_fixture import MANILA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from random import Random

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.reports import Figure, Report, ReportRow

BEGUN = date(2026, 11, 1)
READS = ("clients:read", "status:read", "reports:read")
WRITES = ("clients:read", "status:read", "status:update", "status:correct", "clients:assign")
SOURCES_SAY = (
    {"PRODUCT_CODE": "FCASH_SSS"},
    {"PRODUCT_CODE": "FCASH_GSIS"},
    {"PAST_DUE_AMOUNT": None},
    {"PAST_DUE_AMOUNT": "700.50"},
    {"PAST_DUE_AMOUNT": "60000"},
    {"PAR_STATUS": "do_not_show"},
    {"PAR_STATUS": "tele_130"},
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
        facts = self.random.choice(SOURCES_SAY)
        known |= {**facts, "UPDATED_AT": self.world.staff.clock.now()}
        is_of_loan = not {"PAST_DUE_AMOUNT", "PAR_STATUS"}.isdisjoint(facts)
        self.world.syncing.run(Source.NEXTBANK if is_of_loan else Source.SNOWFLAKE)

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

    def people(self, as_of: datetime | None = None) -> list[Any]:
        """Read what people recorded for every reader, and signals for the boss."""
        reports, result = self.world.staff.app.reports, []
        for reader in self.readers:
            caller = self.world.caller(reader)
            for by in StaffBy:
                start = None if by is StaffBy.PERIOD else BEGUN
                query = StaffQuery(company="FCASH", by=by, start=start, as_of=as_of)
                result.append(plain_of(reports.staff.read(caller, query).rows))
        signals = SignalsQuery(company="FCASH", start=BEGUN, as_of=as_of)
        boss = self.world.caller(self.boss)
        return [*result, plain_of(reports.signals.read(boss, signals))]

    def figures(self, caller: Caller) -> list[Figure]:
        """Read every figure of every report of rows that a reader has now."""
        reports = self.world.staff.app.reports
        november: dict[str, Any] = {"company": "FCASH", "period": NOVEMBER}
        read = [
            *(
                reports.completion.read(caller, CompletionQuery(**november, by=by, view=view))
                for by, view in COMPLETIONS
            ),
            reports.dashboard.read(caller, DashboardQuery(**november)),
            reports.pace.read(caller, PaceQuery(**november)).report,
            *(
                each.read(caller, PlaceQuery(company="FCASH"))
                for each in (reports.balance, reports.ageing, reports.untouched)
            ),
        ]
        rows = [row for report in read for row in (*report.rows, report.totals)]
        return [figure for row in rows for figure in row.figures.values()]

    def recounted(self) -> list[Any]:
        """Count obligations and credits by branch in Python, as far as each reader sees."""
        return [recount(self.world, self.world.caller(each)) for each in self.readers]


def scoped_rows(world: ReportWorld, caller: Caller) -> list[CountedRow]:
    """Read the rows of November that a reader's reports count, the slow way."""
    scopes = [access_scope_of(caller.actor, Permission(each)) for each in READS]
    company = world.staff.company()
    return [
        row
        for row in counted_rows(world.staff.url)
        if row.place.company == company and all(scope.covers(row.place) for scope in scopes)
    ]


def recount(world: ReportWorld, caller: Caller) -> Any:
    rows = [row.rated for row in scoped_rows(world, caller)]
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


def plain_of(rows: Iterable[Any]) -> list[Any]:
    """Give them without the moment in their filters."""
    return [_without_moment(asdict(row)) for row in rows]


def _without_moment(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_moment(each) for name, each in value.items() if name != "as_of"}
    return value


def row_of(row: ReportRow) -> dict[str, Any]:
    figures = {name: figure.value for name, figure in row.figures.items()}
    return {"key": row.key, "name": row.name, "figures": figures, "rates": dict(row.rates)}


def prepared(world: ReportWorld) -> Past:
    rights = tuple(f"{right} all" for right in WRITES)
    world.people = [world.hire(*rights, branches=BRANCHES) for _ in range(2)]
    of_self = [f"{right} self" for right in READS]
    officers = tuple(world.hire(*of_self, branches=BRANCHES) for _ in range(2))
    boss = world.hire(
        *rights, "reports:read all", "audit:read all", "branches:manage all", "users:manage all"
    )
    manager = world.hire(*(f"{right} branch" for right in READS), branches=("CAL", "DAV"))
    world.staff.run(
        "with a as (insert into areas (code, name) values ('NORTH', 'North') returning id)"
        " insert into area_branches (area_id, branch_id)"
        " select a.id, b.id from a, branches b where b.code in ('CAL', 'DAV')"
    )
    world.loosen_signals()
    world.begin()
    return Past(world, boss, (boss, manager, officers[0]), officers)
