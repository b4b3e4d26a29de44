"""List what is done again and again, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.usecases._minding import minding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.queue import JobsWork
    from clientupdater.ports.schedules import ScheduledJob


@frozen
class ListSchedules:
    """By name."""

    work: JobsWork

    def __call__(self, caller: Caller) -> Sequence[ScheduledJob]:
        """List them; raise Forbidden without jobs:manage."""
        with minding(self.work, caller, "schedule") as tx:
            return tx.schedules.list()
