"""Schedules: firing them when they are due, changing them, running one now (J3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import evolve, frozen

from clientupdater.domain.errors import AlreadyExists, InvalidInput, NotFound, VersionConflict
from clientupdater.domain.jobs import Schedule, firing, resumed
from clientupdater.ports.queue import NewJob
from clientupdater.ports.unit_of_work import NO_CLIENTS
from clientupdater.usecases.jobs.job_admin import job_admin, log_action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import JobId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.job_run import Task
    from clientupdater.ports.schedules import ScheduledJob, Timetable
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen(kw_only=True)
class ScheduleChanges:
    """Changes to a schedule; None leaves a field as it is."""

    cron: str | None = None
    time_zone: str | None = None
    """Empty: the business's."""
    is_active: bool | None = None

    def applied(self, schedule: ScheduledJob) -> ScheduledJob:
        """Apply the changes."""
        return evolve(
            schedule,
            cron=schedule.cron if self.cron is None else self.cron,
            time_zone=schedule.time_zone if self.time_zone is None else self.time_zone or None,
            is_active=schedule.is_active if self.is_active is None else self.is_active,
        )


_LOOK_AGAIN = timedelta(hours=1)


@frozen
class Fired:
    """The result of one look at the schedules."""

    schedules: Sequence[str]
    unreadable: Sequence[str]
    """Those with an invalid cron expression or time zone, written by SQL."""


@frozen
class ScheduleAdministration:
    """A schedule fires once per due time, however many workers run."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    timetable: Timetable
    tasks: Mapping[str, Task]

    def list(self, caller: Caller) -> Sequence[ScheduledJob]:
        """List schedules by name."""
        with job_admin(self.work, caller, "schedule") as tx:
            return tx.schedules.list()

    def change(
        self, caller: Caller, name: str, changes: ScheduleChanges, version: int | None
    ) -> ScheduledJob:
        """Change a schedule. Raises VersionConflict unless `version` is current or None.

        Times that passed while it was off are not made up for.
        """
        with job_admin(self.work, caller, "schedule", name) as tx:
            seen = tx.schedules.lock(name)
            if seen is None:
                raise NotFound
            changed = changes.applied(seen)
            if version is not None and version != seen.version:
                raise VersionConflict(
                    provided=version,
                    current=seen.version,
                    snapshot=seen,
                    fields=_fields(seen, changed),
                )
            kept = evolve(changed, times=self._times(seen, changed))
            tx.schedules.change(kept)
            log_action(tx, caller, "schedule.change", name, fields=_fields(seen, changed))
        return evolve(kept, version=seen.version + 1)

    def _times(self, seen: ScheduledJob, changed: ScheduledJob) -> Schedule:
        if not _fields(seen, changed):
            return seen.times
        next_after = self.timetable(changed.cron, _checked_zone(changed, self.zone))
        now: datetime = self.clock.now()
        due = resumed(next_after, now).next_run_at
        return Schedule(seen.times.last_run_at, due if changed.is_active else None)

    def run(self, caller: Caller, name: str) -> JobId:
        """Enqueue a schedule's job now, active or not; its times stay.

        Raises AlreadyExists while its job waits.
        """
        with job_admin(self.work, caller, "schedule", name) as tx:
            schedule = tx.schedules.lock(name)
            if schedule is None:
                raise NotFound
            task = self.tasks.get(schedule.function)
            if task is None:
                message = f"runs {schedule.function!r}, which this version does not have"
                raise InvalidInput.of("/name", message)
            job = evolve(job_of(schedule, task), requested_by=caller.actor.id)
            put = tx.jobs.enqueue(job, self.clock.now())
            if put is None:
                raise AlreadyExists(f"The job of {name} waits already; a worker will do it next.")
            log_action(tx, caller, "schedule.run", name, job=put)
        return put

    def fire_due(self) -> Fired:
        """Enqueue the jobs of the schedules that are due.

        A schedule fires in one transaction with its job, and only if this version has that job.
        """
        now, fired, unreadable = self.clock.now(), [], []
        with self.work.begin(NO_CLIENTS) as tx:
            for due in tx.schedules.lock_due(now, self.tasks):
                try:
                    if self._fire(tx, due, now):
                        fired.append(due.name)
                except InvalidInput:
                    later = evolve(due.times, next_run_at=now + _LOOK_AGAIN)
                    tx.schedules.note(due.name, later)
                    unreadable.append(due.name)
        return Fired(fired, unreadable)

    def _fire(self, tx: Transaction, due: ScheduledJob, now: datetime) -> bool:
        """Fire one schedule; a new one waits for its first time."""
        next_after = self.timetable(due.cron, zone_of(due, self.zone))
        result = firing(due.times, next_after, now)
        if result is None:
            later = evolve(due.times, next_run_at=due.times.due_at(next_after, now))
            tx.schedules.note(due.name, later)
            return False
        tx.jobs.enqueue(job_of(due, self.tasks[due.function]), now)
        tx.schedules.note(due.name, result.schedule)
        return True


def _checked_zone(schedule: ScheduledJob, business: tzinfo) -> tzinfo:
    try:
        return zone_of(schedule, business)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = "is no time zone; one reads Asia/Manila"
        raise InvalidInput.of("/time_zone", message) from None


def _fields(seen: ScheduledJob, changed: ScheduledJob) -> Sequence[str]:
    values = {"cron_expression": "cron", "time_zone": "time_zone", "is_active": "is_active"}
    return [name for name, ours in values.items() if getattr(seen, ours) != getattr(changed, ours)]


def zone_of(schedule: ScheduledJob, business: tzinfo) -> tzinfo:
    """Read the schedule's time zone."""
    return ZoneInfo(schedule.time_zone) if schedule.time_zone else business


def job_of(schedule: ScheduledJob, task: Task) -> NewJob:
    """Make the schedule's job; its key keeps a second one from waiting."""
    return NewJob(
        name=schedule.function,
        arguments=schedule.arguments,
        queue=task.queue,
        key=f"schedule:{schedule.name}",
    )
