"""What is going to happen to a client: who calls when, and what comes of it.

A whole period is planned, whatever the day; what lies beyond now is dropped. So the running
period is worked as far as the day says, and some follow-ups are due today or overdue.
"""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.demo_data.calendar import FIRST_HOUR, working_day
from clientupdater.demo_data.history import (
    Call,
    Opening,
    Payment,
    Reopening,
    TrackingChange,
    Voiding,
)
from clientupdater.demo_data.random_draws import drawn, happens
from clientupdater.demo_data.remarks import (
    ASIDES,
    DEFERRALS,
    MISTAKES,
    SILENCES,
    SLIPS,
)
from clientupdater.demo_data.staff import Role
from clientupdater.domain.events import Channel, Promise
from clientupdater.domain.periods import last_writing_day
from clientupdater.domain.statuses import CONFIRMED, DONE, NOT_REACHABLE
from clientupdater.domain.updates import StatusUpdate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from random import Random

    from clientupdater.demo_data.calendar import Calendar
    from clientupdater.demo_data.clients import DemoClient
    from clientupdater.demo_data.history import HistoryEntry
    from clientupdater.demo_data.staff import Person
    from clientupdater.demo_data.staff_directory import StaffDirectory
    from clientupdater.domain.ids import CompanyId
    from clientupdater.domain.periods import Period

BACKDATING_DAYS = 5
MOST_CALLS = 6
UNTOUCHED, PAYING, TAKEN_BACK, VOIDED, LAPSED = 0.06, 0.05, 0.02, 0.008, 0.04
"""The shares that no caller reaches, that pay unasked, are reopened, voided, or were late once."""

FIRST_TIME = {"CONFIRMED": 52, "TO_FOLLOW": 21, "CALLED": 14, "UPDATED": 7, "NOT_REACHABLE": 3}
NEXT_TIMES = {"CONFIRMED": 52, "TO_FOLLOW": 14, "CALLED": 9, "UPDATED": 4, "NOT_REACHABLE": 20}
RARELY = {"DECEASED": 0.35, "FULLY_PAID": 0.4}
FINDINGS = frozenset({"TO_FOLLOW", "CALLED", "UPDATED"})
COME_BACK = {"TO_FOLLOW": 1.0, "CALLED": 0.4, "UPDATED": 0.2}
"""How often a client says when to call again."""


@frozen
class Planner:
    """Plans what happens to one client after the other."""

    rng: Random
    directory: StaffDirectory
    calendar: Calendar
    fcash: CompanyId

    def entries(self, client: DemoClient) -> Iterator[HistoryEntry]:
        """Plan everything up to now for one client."""
        if client.facts.cycle is None:
            return
        yield from self._tracking_changes(client)
        for period in self.calendar.periods(client.facts.cycle):
            planned = self._period(client, period)
            yield from (entry for entry in planned if entry.at <= self.calendar.now)

    def _tracking_changes(self, client: DemoClient) -> Iterator[HistoryEntry]:
        """Plan when a client is no longer reached, or was not for some days (P6)."""
        facts, rng = client.facts, self.rng
        if at := client.untracked_at:
            yield TrackingChange(
                at=at, is_active=facts.is_active, par_trackable=facts.par_trackable
            )
        elif client.par_status == "tele_130" and happens(rng, LAPSED):
            late = self.calendar.now - timedelta(days=rng.randint(8, 50))
            if late > client.since:
                yield TrackingChange(at=late, par_trackable=False)
                yield TrackingChange(
                    at=late + timedelta(days=rng.randint(2, 7)), par_trackable=True
                )

    def _period(self, client: DemoClient, period: Period) -> Iterator[HistoryEntry]:
        opened_at = max(self.calendar.opening(period), client.since)
        if opened_at.date() > period.last_day:
            return
        yield Opening(opened_at, period)
        first = self._first_call(period, opened_at)
        if not happens(self.rng, UNTOUCHED):
            yield from self._calls(client, period, first)
        if happens(self.rng, PAYING):
            yield Payment(self.calendar.working_moment(self.rng, first), period)

    def _first_call(self, period: Period, opened_at: datetime) -> date:
        """Choose the day: rather early in the period, and after the row was opened."""
        length = (period.last_day - period.first_day).days
        day = period.first_day + timedelta(days=int(length * self.rng.betavariate(1.2, 2.2)))
        return max(day, opened_at.date() + timedelta(days=1))

    def _calls(
        self, client: DemoClient, period: Period, day: date | None
    ) -> Iterator[HistoryEntry]:
        """Plan call after call, until one of them closes the period or no other follows."""
        chances = FIRST_TIME
        for _ in range(MOST_CALLS):
            if day is None or not self._in_time(period, day):
                return
            call = self._call(client, period, day, drawn(self.rng, chances | RARELY))
            yield call
            undoing = self._second_thoughts(client, call)
            if undoing:
                yield undoing
            elif call.update.status == DONE:
                return
            chances, day = NEXT_TIMES, self._next_day(call, undoing)

    def _in_time(self, period: Period, day: date) -> bool:
        """Whether there is a working moment of that day on which one may write (P7)."""
        last = min(last_writing_day(period, BACKDATING_DAYS), self.calendar.today)
        return working_day(day) <= last

    def _call(self, client: DemoClient, period: Period, day: date, outcome: str) -> Call:
        at = self.calendar.working_moment(self.rng, day)
        person = self._caller(client, at)
        return Call(at, period, person.id, self._update(client, person, at, outcome))

    def _caller(self, client: DemoClient, at: datetime) -> Person:
        """Choose mostly the officer, else a caller or manager of the branch."""
        staff = self.directory.staff_of(client.facts.company, client.facts.branch)
        officer = client.officer_at(at)
        if officer and happens(self.rng, 0.85):
            return next(person for person in staff.officers if person.id == officer)
        return self.rng.choice(staff.callers if happens(self.rng, 0.85) else staff.leaders)

    def _update(
        self, client: DemoClient, person: Person, at: datetime, outcome: str
    ) -> StatusUpdate:
        rng = self.rng
        channel = _channel(rng, person.role)
        status, reason = (outcome, None) if outcome in FINDINGS else (DONE, outcome)
        if outcome == "CALLED" and channel is Channel.VISIT:
            status = "VISITED" if client.facts.company == self.fcash else "UPDATED"
        paid = reason == "FULLY_PAID" or (reason == CONFIRMED and happens(rng, 0.3))
        return StatusUpdate(
            status=status,
            reason=reason,
            remarks=_remarks(rng, outcome),
            has_payment=True if paid else None,
            occurred_at=self._occurred(at) if channel is Channel.VISIT else None,
            channel=channel,
            next_follow_up_on=_follow_up(rng, at.date(), outcome),
            promise=_promise(rng, at.date()) if outcome == "TO_FOLLOW" else None,
        )

    def _occurred(self, at: datetime) -> datetime:
        """A visit is recorded some time after it was made, on the same day."""
        opens = self.calendar.at(at.date(), time(FIRST_HOUR))
        return max(opens, at - timedelta(minutes=self.rng.randint(10, 180)))

    def _second_thoughts(self, client: DemoClient, call: Call) -> Reopening | Voiding | None:
        """Let a manager take back a few on one of the next days; never what ended the tracking."""
        done, rng = call.update.status == DONE, self.rng
        if call.update.reason in RARELY or not happens(rng, TAKEN_BACK if done else VOIDED):
            return None
        at = self.calendar.working_moment(rng, call.at.date() + timedelta(days=1))
        staff = self.directory.staff_of(client.facts.company, client.facts.branch)
        by = rng.choice(staff.leaders).id
        if done and happens(rng, 0.6):
            return Reopening(at, call.period, by, rng.choice(MISTAKES))
        return Voiding(at, call.period, by, rng.choice(SLIPS))

    def _next_day(self, call: Call, undoing: HistoryEntry | None) -> date | None:
        """Call again when it was agreed, mostly; some are called late and some never."""
        rng, agreed = self.rng, call.update.next_follow_up_on
        if undoing or agreed is None:
            day = (undoing or call).at.date()
            return day + timedelta(days=rng.randint(1, 6)) if happens(rng, 0.82) else None
        if happens(rng, 0.7):
            return agreed
        return agreed + timedelta(days=rng.randint(1, 6)) if happens(rng, 0.7) else None


def _channel(rng: Random, role: Role) -> Channel:
    if role is Role.FIELD_STAFF:
        return Channel.VISIT
    if role is Role.TELEMARKETER:
        return Channel.CALL if happens(rng, 0.85) else Channel.MESSAGE
    return Channel.WALK_IN


def _remarks(rng: Random, outcome: str) -> str | None:
    if outcome == NOT_REACHABLE:
        return rng.choice(SILENCES)
    if outcome == "TO_FOLLOW":
        return rng.choice(DEFERRALS)
    return rng.choice(ASIDES) if happens(rng, 0.15) else None


def _follow_up(rng: Random, day: date, outcome: str) -> date | None:
    if not happens(rng, COME_BACK.get(outcome, 0.0)):
        return None
    return working_day(day + timedelta(days=rng.randint(1, 9)))


def _promise(rng: Random, day: date) -> Promise | None:
    """A third promise to pay, most of them a round amount."""
    if not happens(rng, 0.33):
        return None
    amount = Decimal(rng.randint(10, 120) * 50) if happens(rng, 0.8) else None
    return Promise(day + timedelta(days=rng.randint(2, 15)), amount)
