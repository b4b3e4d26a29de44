"""Checks of services for people who have signed in: timed, without details of failures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.ports.circuits import CircuitState
from clientupdater.ports.health import ServiceHealth, ServiceStatus

if TYPE_CHECKING:
    from clientupdater.ports.circuits import CircuitReader
    from clientupdater.ports.health import HealthCheck

_MS = 1000


@frozen
class TimedCheck:
    """The state of a service, and how long its check took."""

    check: HealthCheck

    def __call__(self) -> ServiceHealth:
        """Check it; the log and `doctor` have the details of a failure."""
        begun = time.perf_counter()
        result = self.check()
        took = round((time.perf_counter() - begun) * _MS, 1)
        if result.ok:
            return ServiceHealth(status=ServiceStatus.UP, latency_ms=took)
        return ServiceHealth(status=ServiceStatus.DOWN, latency_ms=took, error="it does not answer")


@frozen
class AbsentService:
    """A service that is not configured."""

    status: ServiceStatus

    def __call__(self) -> ServiceHealth:
        return ServiceHealth(status=self.status)


@frozen
class SourceCheck:
    """The state of a client source by its circuit; the source itself is not called."""

    circuit: CircuitReader
    is_configured: bool = False

    def __call__(self) -> ServiceHealth:
        result = self.circuit()
        if not self.is_configured:
            return ServiceHealth(status=ServiceStatus.NOT_CONFIGURED, circuit=str(result.state))
        is_closed = result.state is CircuitState.CLOSED
        status = ServiceStatus.UP if is_closed else ServiceStatus.DEGRADED
        return ServiceHealth(status=status, circuit=str(result.state))
