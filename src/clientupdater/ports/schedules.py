"""What is done again and again, and when (J3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import Factory, field, frozen

from clientupdater.domain.jobs import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime, tzinfo


@frozen(kw_only=True)
class ScheduledJob:
    """One schedule: which job it asks for, and when."""

    name: str
    cron: str
    """Five fields."""
    function: str
    """The name of the job."""
    arguments: Mapping[str, object] = Factory(dict)
    time_zone: str | None = None
    """None: the business's."""
    is_active: bool = True
    standing: Schedule = field(factory=Schedule)
    version: int = 1


class Schedules(Protocol):
    """The schedules, within a unit of work."""

    def list(self) -> Sequence[ScheduledJob]:
        """List them by name."""
        ...

    def lock(self, name: str) -> ScheduledJob | None:
        """Find one and keep others from it until the transaction ends."""
        ...

    def hold_due(self, now: datetime, functions: Collection[str]) -> Sequence[ScheduledJob]:
        """Take those that are due, or have never been looked at, and ask for one of these.

        Those that another transaction has are left to it: each is taken by one alone.
        """
        ...

    def note(self, name: str, standing: Schedule) -> None:
        """Note when it ran and is due next; its version stays."""
        ...

    def change(self, schedule: ScheduledJob) -> None:
        """Keep what somebody changed, under its next version."""
        ...


Timetable: TypeAlias = "Callable[[str, tzinfo], Callable[[datetime], datetime]]"
"""Reads a cron expression for a time zone, into a function from a moment to the next time after it.

Raises InvalidInput for anything but five fields, and for a time that never comes.
"""
