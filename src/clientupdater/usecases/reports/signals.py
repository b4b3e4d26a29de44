"""Read what deserves a look among the records of people; never a verdict (R10)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain import report_settings as keys
from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.periods import Cycle, Period
from clientupdater.domain.permissions import Permission
from clientupdater.ports.client_filter import ClientFilter, Recorded, StatusFilter
from clientupdater.ports.lists import StaffMember
from clientupdater.ports.staff_reports import (
    MOST_SIGNALS,
    LastDay,
    RecordFigure,
    Signal,
    SignalKind,
    SignalsRead,
)
from clientupdater.ports.unit_of_work import NO_CLIENTS
from clientupdater.usecases.audit.audits import require_auditor
from clientupdater.usecases.clients.lists import read_context
from clientupdater.usecases.reports.past import reader_at
from clientupdater.usecases.reports.reading import (
    company_of,
    days_between,
    require_rows,
    start_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime, tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.lists import ReadContext
    from clientupdater.ports.staff_reports import (
        SignalCount,
        SignalEventPage,
        SignalEventsRead,
        SignalsQuery,
    )
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork

MOST_DAYS, USUAL_DAYS = 31, 7
_KINDS: Mapping[SignalKind, Recorded] = {
    SignalKind.OUTSIDE_HOURS: Recorded.OUTSIDE_HOURS,
    SignalKind.SAME_REMARK: Recorded.SAME_REMARK,
    SignalKind.UNREACHABLE: Recorded.UNREACHABLE_WITHOUT_FOLLOW_UP,
    SignalKind.UNUSUAL_OUTCOME: Recorded.COMPLETED,
}
"""Which records a signal counts; the others count every update in their time."""
_THRESHOLDS = {
    "records": keys.SIGNAL_RECORDS,
    "minutes": keys.SIGNAL_MINUTES,
    "same_remark": keys.SIGNAL_SAME_REMARK,
    "last_day_percent": keys.SIGNAL_LAST_DAY_PERCENT,
    "unreachable": keys.SIGNAL_UNREACHABLE,
    "outcome_factor": keys.SIGNAL_OUTCOME_FACTOR,
    "outcome_records": keys.SIGNAL_OUTCOME_RECORDS,
    "fewest": keys.SIGNAL_FEWEST,
}


@frozen
class Signals:
    """Facts about the records of people in a company, for those who may read its audits."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def read(self, caller: Caller, query: SignalsQuery) -> tuple[Signal, ...]:
        """Read signals about the records between two days, by kind and person.

        It needs audit:read over the company, and counts only clients that lists show the caller.
        Raises InvalidInput for more days than MOST_DAYS, or more signals than MOST_SIGNALS.
        """
        reader = self._auditor(caller, query.company, query.as_of)
        first, last = days_between(query.start, query.until, reader.today, MOST_DAYS, USUAL_DAYS)
        base = ClientFilter(company=query.company)
        with self.work.read(reader.clients, caller.generation, takes_long=True) as tx:
            company = company_of(tx, query.company)
            read = SignalsRead(
                base=base,
                start=start_of(first, self.zone),
                end=start_of(last + timedelta(days=1), self.zone),
                last_days=self._last_days(first, last),
                thresholds=_thresholds(tx, company),
            )
            counted = tx.reports.signals(reader, read)
        if len(counted) > MOST_SIGNALS:
            raise InvalidInput.of(
                "/first_day", f"must be later: there are over {MOST_SIGNALS} signals"
            )
        of = evolve(base, as_of=query.as_of)
        return tuple(_signal(of, each, read.thresholds) for each in counted)

    def events(self, caller: Caller, query: SignalEventsRead) -> SignalEventPage:
        """Read a page of the records that the filter of a signal names, the earliest first."""
        if query.filter.company is None or query.filter.recorded_by is None:
            raise InvalidInput.of("/recorded_by", "is needed, as in the filter of the signal")
        reader = self._auditor(caller, query.filter.company, query.filter.as_of)
        query = evolve(query, filter=evolve(query.filter, as_of=None))
        with self.work.read(reader.clients, caller.generation, takes_long=True) as tx:
            return tx.reports.signal_events(reader, query)

    def _auditor(self, caller: Caller, code: str, as_of: datetime | None) -> ReadContext:
        try:
            with self.work.begin(NO_CLIENTS) as tx:
                company = company_of(tx, code)
        except InvalidInput:
            require_auditor(self.work, caller, None, "report", code)
            raise
        require_auditor(self.work, caller, company, "report", code)
        require_rows(self.work, caller, Permission.AUDIT_READ, "report")
        return reader_at(as_of, read_context(caller, self.clock, self.zone), self.zone)

    def _last_days(self, first: date, last: date) -> tuple[LastDay, ...]:
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        periods = (Period.containing(day, cycle) for day in days for cycle in Cycle)
        ended = {each for each in periods if first <= each.last_day <= last}
        return tuple(
            LastDay(
                period=each,
                start=start_of(each.last_day, self.zone),
                end=start_of(each.last_day + timedelta(days=1), self.zone),
            )
            for each in sorted(ended, key=str)
        )


def _thresholds(tx: Transaction, company: CompanyId) -> dict[str, int]:
    return {name: int(tx.settings.number(key, company)) for name, key in _THRESHOLDS.items()}


def _signal(base: ClientFilter, counted: SignalCount, at: Mapping[str, int]) -> Signal:
    wanted = evolve(
        base,
        recorded=_KINDS.get(counted.kind, Recorded.UPDATE),
        recorded_by=counted.person,
        recorded_from=counted.start,
        recorded_before=counted.end,
        recorded_reason=counted.reason,
        row=StatusFilter(period=counted.period) if counted.period else None,
    )
    return Signal(
        kind=counted.kind,
        person=StaffMember(counted.person, counted.name),
        message=_message(counted, at),
        records=RecordFigure(value=counted.records, clients=counted.clients, filter=wanted),
    )


def _message(counted: SignalCount, at: Mapping[str, int]) -> str:
    """State what was recorded, not what it means."""
    texts = {
        SignalKind.MANY_IN_MINUTES: f"{at['records']} or more within {at['minutes']} minutes",
        SignalKind.OUTSIDE_HOURS: "outside of working hours",
        SignalKind.SAME_REMARK: f"with a remark that occurs {at['same_remark']} times or more",
        SignalKind.LAST_DAY: f"for {counted.period} on its last day",
        SignalKind.UNREACHABLE: "with outcome NOT_REACHABLE and no follow-up in the period",
        SignalKind.UNUSUAL_OUTCOME: f"with outcome {counted.reason}, a share at least"
        f" {at['outcome_factor']} times the usual one",
    }
    updates = "1 update" if counted.records == 1 else f"{counted.records} updates"
    return f"{counted.name} recorded {updates} {texts[counted.kind]}."
