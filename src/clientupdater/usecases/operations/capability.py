"""How the running software fares, and what it keeps beside the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.ports.circuits import CircuitReader
    from clientupdater.ports.gauges import Gauges
    from clientupdater.ports.health import HealthCheck
    from clientupdater.ports.sealing import Sealer
    from clientupdater.usecases.operations.health import CheckSystem
    from clientupdater.usecases.requests.cache import Cache


@frozen(kw_only=True)
class Operations:
    """How the running software fares, and what it keeps beside the database."""

    check_system: CheckSystem
    readiness: tuple[HealthCheck, ...]
    circuits: tuple[CircuitReader, ...]
    gauges: Gauges
    cache: Cache
    sealer: Sealer
