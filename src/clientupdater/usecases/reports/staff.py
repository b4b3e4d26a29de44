"""Read what people recorded, by day, week or period (R6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.administration import people_scope_of
from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.periods import Cycle, Period
from clientupdater.domain.permissions import Permission
from clientupdater.ports.client_filter import ClientFilter, Recorded, StatusFilter
from clientupdater.ports.staff_reports import (
    MOST_STAFF_ROWS,
    RecordFigure,
    StaffBy,
    StaffRead,
    StaffReport,
    StaffRow,
)
from clientupdater.usecases.clients.lists import read_context
from clientupdater.usecases.reports.past import reader_at
from clientupdater.usecases.reports.reading import (
    days_between,
    require_rows,
    start_of,
    within_reports,
)

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.lists import ReadContext
    from clientupdater.ports.staff_reports import StaffCounts, StaffQuery
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork

MOST_DAYS = {StaffBy.DAY: 31, StaffBy.WEEK: 7 * 13}
USUAL_DAYS = {StaffBy.DAY: 7, StaffBy.WEEK: 7 * 4}
MOST_PEOPLE = 10_000
LATE = timedelta(days=366)
"""After a period's end, records for it are looked for so long."""
EARLY = timedelta(days=31)


@frozen
class Staff:
    """What people recorded: one's own by status:read, that of others by reports:read over them."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def read(
        self, caller: Caller, query: StaffQuery, most_rows: int = MOST_STAFF_ROWS
    ) -> StaffReport:
        """Read a row for each person and day, week or period, with figures of their records.

        Others are people whose whole territory lies within the reader's (A6a). Raises InvalidInput
        for more days than MOST_DAYS, or more rows than `most_rows`.
        """
        require_rows(self.work, caller, Permission.STATUS_READ, "report")
        reader = reader_at(query.as_of, read_context(caller, self.clock, self.zone), self.zone)
        own = self._asked(query, reader, most_rows)
        with self.work.read(reader.clients, caller.generation, takes_long=True) as tx:
            counted = []
            if query.person in (None, caller.actor.id):
                mine = tx.reports.staff(reader, evolve(own, people=(caller.actor.id,)))
                counted = [(own.base, each) for each in mine]
            if others := self._others(tx, caller, query):
                base = evolve(own.base, within_reports=within_reports(reader))
                theirs = tx.reports.staff(reader, evolve(own, base=base, people=others))
                counted += [(base, each) for each in theirs]
        if len(counted) > most_rows:
            raise InvalidInput.of(
                "/person", f"is needed, or a branch or fewer days: over {most_rows} rows"
            )
        rows = sorted(
            (self._row(base, each, own, query.as_of) for base, each in counted),
            key=lambda row: (row.name, row.key, row.first_day),
        )
        return StaffReport(tuple(rows))

    def _asked(self, query: StaffQuery, reader: ReadContext, most_rows: int) -> StaffRead:
        if query.by is StaffBy.PERIOD:
            period = query.period or Period.containing(reader.today, Cycle.MONTHLY)
            first, last = period.first_day - EARLY, period.last_day + LATE
            row, first_day = StatusFilter(period=period), period.first_day
        elif query.period:
            raise InvalidInput.of("/period", "goes with by=period alone")
        else:
            most, usual = MOST_DAYS[query.by], USUAL_DAYS[query.by]
            first, last = days_between(query.start, query.until, reader.today, most, usual)
            row, first_day = None, first
        return StaffRead(
            base=ClientFilter(company=query.company, branch=query.branch, row=row),
            people=(),
            by=query.by,
            start=start_of(first, self.zone),
            end=start_of(last + timedelta(days=1), self.zone),
            first_day=first_day,
            most_rows=most_rows,
        )

    def _others(self, tx: Transaction, caller: Caller, query: StaffQuery) -> tuple[PersonId, ...]:
        if access_scope_of(caller.actor, Permission.REPORTS_READ).is_nothing:
            return ()
        reach = people_scope_of(caller.actor, Permission.REPORTS_READ)
        if query.person:
            person = tx.people.find(query.person)
            known = [person.place] if person else []
        else:
            people = tx.people.within(reach, after="", at_most=MOST_PEOPLE, active=None)
            known = [each.place for each in people]
        return tuple(each.id for each in known if each.id != caller.actor.id and reach.covers(each))

    def _row(
        self, base: ClientFilter, counts: StaffCounts, read: StaffRead, as_of: datetime | None
    ) -> StaffRow:
        first, last = self._days(counts.first_day, read)
        start, end = start_of(first, self.zone), start_of(last + timedelta(days=1), self.zone)
        wanted = evolve(
            base,
            recorded_by=counts.person,
            recorded_from=read.start if read.by is StaffBy.PERIOD else max(start, read.start),
            recorded_before=read.end if read.by is StaffBy.PERIOD else min(end, read.end),
        )
        figures = {
            name: RecordFigure(
                value=each.records,
                clients=each.clients,
                filter=evolve(wanted, recorded=Recorded(name), as_of=as_of),
            )
            for name, each in counts.figures.items()
        }
        return StaffRow(
            key=str(counts.person),
            name=counts.name,
            first_day=first,
            last_day=last,
            figures=figures,
            first_entry=counts.first_entry,
            last_entry=counts.last_entry,
            median_seconds=counts.median_seconds,
        )

    def _days(self, first: date, read: StaffRead) -> tuple[date, date]:
        if read.by is StaffBy.DAY:
            return first, first
        if read.by is StaffBy.WEEK:
            return first, first + timedelta(days=6)
        assert read.base.row is not None  # noqa: S101 — by=period names its period
        assert read.base.row.period is not None  # noqa: S101
        return first, read.base.row.period.last_day
