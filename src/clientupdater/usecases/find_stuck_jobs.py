"""Find jobs that nobody does, or that were given up: for whoever keeps the software running."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.ports.clock import Clock
    from clientupdater.ports.queue import JobsWork

PATIENCE = timedelta(minutes=10)
"""For so long a job may wait while all workers are busy."""


@frozen
class StuckJobs:
    """Since when the oldest waits, and how many are dead, by queue."""

    waiting: Mapping[str, timedelta]
    dead: Mapping[str, int]


@frozen
class FindStuckJobs:
    """Looks, and does nothing."""

    work: JobsWork
    clock: Clock

    def __call__(self) -> StuckJobs:
        """Look at every queue."""
        now = self.clock.now()
        with self.work.begin(SYSTEM) as tx:
            depths = tx.queue_depths.read(now)
        ages = {each.queue: now - each.oldest_due_at for each in depths if each.oldest_due_at}
        return StuckJobs(
            {queue: age for queue, age in ages.items() if age > PATIENCE},
            {each.queue: each.dead for each in depths if each.dead},
        )
