"""Change when something is done, or whether it is (J3)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfoNotFoundError

from attrs import evolve, frozen

from clientupdater.domain.errors import InvalidInput, NotFound, VersionConflict
from clientupdater.domain.jobs import Schedule, resumed
from clientupdater.usecases._minding import did, minding
from clientupdater.usecases.fire_schedules import zone_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.queue import JobsWork
    from clientupdater.ports.schedules import ScheduledJob, Timetable


@frozen(kw_only=True)
class ScheduleChanges:
    """What is to be otherwise; None leaves it as it is."""

    cron: str | None = None
    time_zone: str | None = None
    """An empty one is the business's."""
    is_active: bool | None = None

    def applied(self, schedule: ScheduledJob) -> ScheduledJob:
        """Give the schedule as changed."""
        return evolve(
            schedule,
            cron=schedule.cron if self.cron is None else self.cron,
            time_zone=schedule.time_zone if self.time_zone is None else self.time_zone or None,
            is_active=schedule.is_active if self.is_active is None else self.is_active,
        )


@frozen
class ChangeSchedule:
    """What passed while it was off, or went by other times, is not made up for."""

    work: JobsWork
    clock: Clock
    zone: tzinfo
    timetable: Timetable

    def __call__(
        self, caller: Caller, name: str, changes: ScheduleChanges, version: int | None
    ) -> ScheduledJob:
        """Change what is named; `version` is the one that was seen, None whichever it is."""
        with minding(self.work, caller, "schedule", name) as tx:
            seen = tx.schedules.hold(name)
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
            kept = evolve(changed, standing=self._standing(seen, changed))
            tx.schedules.change(kept)
            did(tx, caller, "schedule.change", name, fields=_fields(seen, changed))
        return evolve(kept, version=seen.version + 1)

    def _standing(self, seen: ScheduledJob, changed: ScheduledJob) -> Schedule:
        if not _fields(seen, changed):
            return seen.standing
        next_after = self.timetable.times(changed.cron, _checked_zone(changed, self.zone))
        now: datetime = self.clock.now()
        due = resumed(next_after, now).next_run_at
        return Schedule(seen.standing.last_run_at, due if changed.is_active else None)


def _checked_zone(schedule: ScheduledJob, business: tzinfo) -> tzinfo:
    try:
        return zone_of(schedule, business)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        told = "is no time zone; one reads Asia/Manila"
        raise InvalidInput.of("/time_zone", told) from None


def _fields(seen: ScheduledJob, changed: ScheduledJob) -> Sequence[str]:
    told = {"cron_expression": "cron", "time_zone": "time_zone", "is_active": "is_active"}
    return [name for name, ours in told.items() if getattr(seen, ours) != getattr(changed, ours)]
