"""Read what was left lying: untouched rows, follow-ups, promises and officers (R8)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import evolve, frozen

from clientupdater.domain.ids import PersonId
from clientupdater.domain.report_settings import HOLIDAYS, PROMISE_GRACE_DAYS, holidays
from clientupdater.domain.working_days import is_working_day
from clientupdater.ports.client_filter import NONE
from clientupdater.ports.reports import NO_OFFICER, Figure, ReportRow
from clientupdater.usecases.reports.past import as_it_was, reader_at
from clientupdater.usecases.reports.reading import (
    company_of,
    figures,
    narrowed,
    reader_of,
    report,
    rows_of,
    start_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Set
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.client_filter import ClientFilter
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.reports import AwayOfficer, PlaceQuery, Report
    from clientupdater.ports.unit_of_work import UnitsOfWork

DAYS = (3, 6, 11, 21)
"""Working days without an update at which a new row of the report begins, after the first."""
_NAMES = {
    "follow_up_overdue": "Follow-up overdue",
    "promise_broken": "Promised day passed without a payment",
    "unassigned": "Open without an officer",
}


@frozen
class Untouched:
    """The open rows of a period that wait for something."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def read(self, caller: Caller, query: PlaceQuery) -> Report:
        """Read untouched rows by working days since opening, what is overdue, and officers away.

        Weekends and holidays are no working days (R12). An officer is away while a stand-in covers
        them, or once deactivated.
        """
        present = reader_of(self.work, caller, self.clock, self.zone)
        reader = reader_at(query.as_of, present, self.zone)
        base = rows_of(query, reader)
        with self.work.read(reader.clients, caller.generation, takes_long=True) as tx:
            company = company_of(tx, query.company)
            free = holidays(tx.settings.text(HOLIDAYS, company)) or frozenset()
            grace = timedelta(days=int(tx.settings.number(PROMISE_GRACE_DAYS, company)))
            wanted = {
                **self._untouched(base, reader.today, free),
                "follow_up_overdue": narrowed(base, open=True, follow_up_before=reader.today),
                "promise_broken": narrowed(
                    base,
                    exempt=False,
                    has_payment=False,
                    promised_before=reader.today - grace,
                ),
                "unassigned": evolve(narrowed(base, open=True), assigned_to="none"),
                "open": narrowed(base, open=True),
            }
            counted = tx.reports.figures_by_officer(reader, base, wanted)
            waiting = {UUID(key): each["open"] for key, each in counted.items() if key}
            away = tx.reports.officers_away(reader, [key for key, rows in waiting.items() if rows])
            if caller.actor.id in {each.id for each in away}:
                mine = _of_officer({"open": wanted["open"]}, caller.actor.id)
                waiting |= {caller.actor.id: tx.reports.figures(reader, base, mine)["open"]}
        values = {name: sum(each[name] for each in counted.values()) for name in wanted}
        total = Figure(values["open"], wanted.pop("open"))
        rows = (
            _row(key, _NAMES.get(key, key.replace("_", " ").capitalize()), values[key], each)
            for key, each in wanted.items()
        )
        officers = (_officer(base, each, waiting[each.id]) for each in away)
        totals = ReportRow(key=None, name="Open in all", figures={"rows": total})
        return as_it_was(report((*rows, *officers), totals, base, reader), query.as_of)

    def by_officer(self, caller: Caller, query: PlaceQuery) -> Report:
        """Count for each officer the open rows, the untouched ones and those with a follow-up
        overdue.

        One's own rows are those that one's list has: of those whom one stands in for as well (A2).
        """
        reader = reader_of(self.work, caller, self.clock, self.zone)
        base = narrowed(rows_of(query, reader), open=True)
        wanted = {
            "open": base,
            "untouched": narrowed(base, touched=False),
            "overdue": narrowed(base, follow_up_before=reader.today),
        }
        with self.work.read(reader.clients, caller.generation, takes_long=True) as tx:
            counts = dict(tx.reports.figures_by_officer(reader, base, wanted))
            totals = {name: sum(each[name] for each in counts.values()) for name in wanted}
            if (me := str(caller.actor.id)) in counts:
                mine = _of_officer(wanted, caller.actor.id)
                counts[me] = tx.reports.figures(reader, mine["open"], mine)
            people = tx.organisation.names(frozenset(map(UUID, filter(None, counts)))).people
        rows = [_officer_row(key, each, wanted, people) for key, each in counts.items()]
        return report(
            sorted(rows, key=lambda row: (row.key is None, row.name)),
            ReportRow(key=None, name="all", figures=figures(totals, wanted)),
            base,
            reader,
        )

    def _untouched(
        self, base: ClientFilter, today: date, free: Set[date]
    ) -> dict[str, ClientFilter]:
        """Cut the rows that nobody touched by the day on which they were opened."""
        rows = narrowed(base, open=True, touched=False)
        starts = [start_of(_days_ago(days - 1, today, free), self.zone) for days in DAYS]
        named = {f"untouched_under_{DAYS[0]}_days": narrowed(rows, opened_from=starts[0])}
        for n, (late, early) in enumerate(pairwise(starts)):
            name = f"untouched_{DAYS[n]}_to_{DAYS[n + 1] - 1}_days"
            named[name] = narrowed(rows, opened_from=early, opened_before=late)
        named[f"untouched_{DAYS[-1]}_days_or_more"] = narrowed(rows, opened_before=starts[-1])
        return named


def _days_ago(days: int, today: date, free: Set[date]) -> date:
    """Find the first day after which no more than so many working days have passed."""
    day, passed = today, 0
    while True:
        passed += is_working_day(day, free)
        if passed > days:
            return day
        day -= timedelta(days=1)


def _row(key: str, name: str, value: int, wanted: ClientFilter) -> ReportRow:
    return ReportRow(key=key, name=name, figures={"rows": Figure(value, wanted)})


def _of_officer(
    wanted: Mapping[str, ClientFilter], officer: PersonId | None
) -> Mapping[str, ClientFilter]:
    columns: dict[str, Any] = {"assigned_to": officer or NONE}
    return {name: evolve(each, **columns) for name, each in wanted.items()}


def _officer_row(
    key: str | None,
    counts: Mapping[str, int],
    wanted: Mapping[str, ClientFilter],
    people: Mapping[UUID, str],
) -> ReportRow:
    officer = PersonId(UUID(key)) if key else None
    name = people[officer] if officer else NO_OFFICER
    return ReportRow(key=key, name=name, figures=figures(counts, _of_officer(wanted, officer)))


def _officer(base: ClientFilter, officer: AwayOfficer, rows: int) -> ReportRow:
    name = f"{officer.name}: {'absent' if officer.is_active else 'deactivated'}"
    wanted = evolve(narrowed(base, open=True), assigned_to=officer.id)
    return _row(str(officer.id), name, rows, wanted)
