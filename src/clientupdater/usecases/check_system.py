"""Tell how everything stands that we need: for operations, and for those who wonder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.errors import Error
from clientupdater.ports.health import ServiceHealth, Standing
from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.ports.clock import Clock
    from clientupdater.ports.health import ServiceCheck
    from clientupdater.ports.queue import JobsWork, QueueDepth

DATABASE = "database"


@frozen
class SystemHealth:
    """What was found of each service, and of each queue."""

    standing: Standing
    services: Mapping[str, ServiceHealth]
    queues: Sequence[QueueDepth] = field(factory=tuple)


@frozen
class CheckSystem:
    """Asks each service in its time, the queues only of a database that answers.

    Without the database nothing goes; without any other thing it goes on, more slowly or without
    that thing's part.
    """

    work: JobsWork
    clock: Clock
    checks: Mapping[str, ServiceCheck]

    def __call__(self) -> SystemHealth:
        """Look at all of them."""
        services = {name: check() for name, check in self.checks.items()}
        database = services.get(DATABASE)
        if database is not None and database.standing is Standing.DOWN:
            return SystemHealth(Standing.DOWN, services)
        standing = Standing.UP if all(map(_is_well, services.values())) else Standing.DEGRADED
        return SystemHealth(standing, services, self._depths())

    def _depths(self) -> Sequence[QueueDepth]:
        try:
            with self.work.begin(SYSTEM) as tx:
                return tx.queue_depths.read(self.clock.now())
        except Error:
            return ()


def _is_well(found: ServiceHealth) -> bool:
    return found.standing in {Standing.UP, Standing.NOT_CONFIGURED}
