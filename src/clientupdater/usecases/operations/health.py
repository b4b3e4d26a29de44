"""Check every service that the application needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from clientupdater.domain.errors import Error
from clientupdater.domain.sync.source_status import SILENCE, configured_statuses
from clientupdater.ports.health import ServiceHealth, ServiceStatus
from clientupdater.ports.queue import with_idle
from clientupdater.ports.unit_of_work import NO_CLIENTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from clientupdater.domain.sync.fields import Source
    from clientupdater.domain.sync.source_status import SourceStatus
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.health import ServiceCheck
    from clientupdater.ports.queue import QueueDepth
    from clientupdater.ports.unit_of_work import UnitsOfWork

DATABASE = "database"


@frozen
class SystemHealth:
    """The state of each service, each queue, and each configured source."""

    status: ServiceStatus
    services: Mapping[str, ServiceHealth]
    looked_at: datetime
    queues: Sequence[QueueDepth] = field(factory=tuple)
    sources: Sequence[SourceStatus] = field(factory=tuple)


@frozen
class CheckSystem:
    """Checks each service; queues and sources only if the database answers.

    Without the database the system is down; without another service it is degraded.
    """

    work: UnitsOfWork
    clock: Clock
    checks: Mapping[str, ServiceCheck]
    sources: Collection[Source] = ()

    def __call__(self) -> SystemHealth:
        """Look at all of them."""
        services = {name: check() for name, check in self.checks.items()}
        database = services.get(DATABASE)
        if database is not None and database.status is ServiceStatus.DOWN:
            return SystemHealth(ServiceStatus.DOWN, services, self.clock.now())
        status = (
            ServiceStatus.UP if all(map(_is_well, services.values())) else ServiceStatus.DEGRADED
        )
        return self._looked_within(SystemHealth(status, services, self.clock.now()))

    def _looked_within(self, system_health: SystemHealth) -> SystemHealth:
        """Read queues and sources, if the database still answers."""
        try:
            with self.work.begin(NO_CLIENTS) as tx:
                queues = tx.jobs.depths(system_health.looked_at)
                statuses = tx.sync_jobs.source_statuses(system_health.looked_at, silence=SILENCE)
        except Error:
            return system_health
        sources = configured_statuses(statuses, self.sources)
        return evolve(system_health, queues=with_idle(queues), sources=sources)


def _is_well(service_health: ServiceHealth) -> bool:
    return service_health.status in {ServiceStatus.UP, ServiceStatus.NOT_CONFIGURED}
