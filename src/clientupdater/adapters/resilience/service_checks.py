"""Checks of services, timed, and told in as few words as a stranger may hear."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.ports.circuits import CircuitState
from clientupdater.ports.health import ServiceHealth, Standing

if TYPE_CHECKING:
    from clientupdater.ports.circuits import CircuitReader
    from clientupdater.ports.health import HealthCheck

_MS = 1000


@frozen
class TimedCheck:
    """How a service stands, and how long it took to say so."""

    check: HealthCheck

    def __call__(self) -> ServiceHealth:
        """Ask; what exactly is amiss is for the log and for doctor."""
        begun = time.perf_counter()
        result = self.check()
        took = round((time.perf_counter() - begun) * _MS, 1)
        if result.ok:
            return ServiceHealth(standing=Standing.UP, latency_ms=took)
        return ServiceHealth(standing=Standing.DOWN, latency_ms=took, error="it does not answer")


@frozen
class AbsentService:
    """A service that is not there."""

    standing: Standing

    def __call__(self) -> ServiceHealth:
        """Say so."""
        return ServiceHealth(standing=self.standing)


@frozen
class SourceCheck:
    """A source of clients, which is never asked for its health: its circuit tells."""

    circuit: CircuitReader
    is_configured: bool = False

    def __call__(self) -> ServiceHealth:
        """Tell how its circuit stands."""
        result = self.circuit()
        if not self.is_configured:
            return ServiceHealth(standing=Standing.NOT_CONFIGURED, circuit=str(result.state))
        is_closed = result.state is CircuitState.CLOSED
        standing = Standing.UP if is_closed else Standing.DEGRADED
        return ServiceHealth(standing=standing, circuit=str(result.state))
