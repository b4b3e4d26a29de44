"""Schedules: jobs that are enqueued again and again (J3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import Factory, field, frozen

from clientupdater.domain.jobs import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime, tzinfo


@frozen(kw_only=True)
class ScheduledJob:
    """One schedule: a cron expression, and the job that it enqueues."""

    name: str
    cron: str
    """Five fields."""
    function: str
    """The name of the job."""
    arguments: Mapping[str, object] = Factory(dict)
    time_zone: str | None = None
    """None: the business's time zone."""
    is_active: bool = True
    times: Schedule = field(factory=Schedule)
    version: int = 1


class Schedules(Protocol):
    def list(self) -> Sequence[ScheduledJob]: ...

    def lock(self, name: str) -> ScheduledJob | None:
        """Find a schedule and lock it until the transaction ends."""
        ...

    def lock_due(self, now: datetime, functions: Collection[str]) -> Sequence[ScheduledJob]:
        """Lock the schedules of these functions that are due or were never checked.

        Skips schedules that another transaction has locked.
        """
        ...

    def note(self, name: str, times: Schedule) -> None:
        """Store the last and the next run; the version stays."""
        ...

    def change(self, schedule: ScheduledJob) -> None:
        """Store a person's change under the next version."""
        ...


Timetable: TypeAlias = "Callable[[str, tzinfo], Callable[[datetime], datetime]]"
"""Reads a cron expression in a time zone; gives a function from a moment to the next run after it.

Raises InvalidInput unless there are five fields, and for a time that never comes.
"""
