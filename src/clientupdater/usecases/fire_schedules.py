"""Put down what is due by schedule: once for each due time, however many look (J3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.jobs import firing
from clientupdater.ports.queue import NewJob
from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, tzinfo

    from clientupdater.ports.clock import Clock
    from clientupdater.ports.doing import Task
    from clientupdater.ports.queue import JobsTransaction, JobsWork
    from clientupdater.ports.schedules import ScheduledJob, Timetable

_LOOK_AGAIN = timedelta(hours=1)


@frozen
class Fired:
    """What was found due."""

    schedules: Sequence[str]
    unreadable: Sequence[str]
    """Whose times make no sense: somebody wrote them past us."""


@frozen
class FireSchedules:
    """A schedule and its job are one unit of work; one that nobody could do here does not fire."""

    work: JobsWork
    clock: Clock
    zone: tzinfo
    timetable: Timetable
    tasks: Mapping[str, Task]

    def __call__(self) -> Fired:
        """Look at those that are due."""
        now, fired, unreadable = self.clock.now(), [], []
        with self.work.begin(SYSTEM) as tx:
            for due in tx.schedules.hold_due(now, self.tasks):
                try:
                    if self._fire(tx, due, now):
                        fired.append(due.name)
                except InvalidInput:
                    later = evolve(due.standing, next_run_at=now + _LOOK_AGAIN)
                    tx.schedules.note(due.name, later)
                    unreadable.append(due.name)
        return Fired(fired, unreadable)

    def _fire(self, tx: JobsTransaction, due: ScheduledJob, now: datetime) -> bool:
        """Fire it; one that was never looked at waits for its next time."""
        next_after = self.timetable.times(due.cron, zone_of(due, self.zone))
        found = firing(due.standing, next_after, now)
        if found is None:
            later = evolve(due.standing, next_run_at=due.standing.due_at(next_after, now))
            tx.schedules.note(due.name, later)
            return False
        tx.jobs.enqueue(job_of(due, self.tasks[due.function]), now)
        tx.schedules.note(due.name, found.schedule)
        return True


def zone_of(schedule: ScheduledJob, business: tzinfo) -> tzinfo:
    """Give the zone whose clocks it goes by."""
    return ZoneInfo(schedule.time_zone) if schedule.time_zone else business


def job_of(schedule: ScheduledJob, task: Task) -> NewJob:
    """Give the job that it asks for: while one waits, another would do no more."""
    return NewJob(
        name=schedule.function,
        arguments=schedule.arguments,
        queue=task.queue,
        key=f"schedule:{schedule.name}",
    )
