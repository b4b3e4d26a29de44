"""Read how the queues stand, as numbers that somebody watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.ports.queue import with_idle
from clientupdater.ports.readings import Reading
from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.ports.clock import Clock
    from clientupdater.ports.queue import JobsWork


@frozen
class ReadQueues:
    """Asks the database, so that it may take a while, or raise Unavailable."""

    work: JobsWork
    clock: Clock

    def __call__(self) -> Iterator[Reading]:
        """Read every queue in which there is something, and those that workers work on.

        An empty one is told as such: a number that nobody told anew would stand for ever.
        """
        now = self.clock.now()
        with self.work.begin(SYSTEM) as tx:
            found = with_idle(tx.queue_depths.read(now))
        for each in found:
            age = (now - each.oldest_due_at).total_seconds() if each.oldest_due_at else 0.0
            yield Reading("queue_pending", each.pending, (each.queue,))
            yield Reading("queue_processing", each.processing, (each.queue,))
            yield Reading("queue_dead", each.dead, (each.queue,))
            yield Reading("queue_oldest_seconds", age, (each.queue,))
