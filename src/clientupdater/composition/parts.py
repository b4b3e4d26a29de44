"""The implementations that a caller may give in place of ours, each by its port's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import timedelta

    from clientupdater.composition.dependencies import SyncSettings
    from clientupdater.domain.people import LockoutPolicy
    from clientupdater.domain.rate_limits import Allowances
    from clientupdater.domain.retention import Retention
    from clientupdater.domain.sessions import Lifetimes
    from clientupdater.ports.circuits import CircuitReader
    from clientupdater.ports.file_store import FileStore
    from clientupdater.ports.gauges import Gauges
    from clientupdater.ports.health import HealthCheck, ServiceCheck
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.people import VerifyToken
    from clientupdater.ports.rate_limits import RateLimits
    from clientupdater.ports.schedules import Timetable
    from clientupdater.ports.sealing import Sealer
    from clientupdater.ports.sources import ClientSource
    from clientupdater.usecases.requests.cache import Cache


class Parts(TypedDict, total=False):
    """Every part is optional; the settings, or a default, decide the rest."""

    limits: RateLimits
    probe_limits: RateLimits
    allowances: Allowances
    cache: Cache
    near_cache: Cache
    passwords: Passwords
    verify_token: VerifyToken | None
    lifetimes: Lifetimes
    lockout: LockoutPolicy
    sealer: Sealer
    timetable: Timetable
    files: FileStore
    sources: Mapping[str, ClientSource]
    """Ours in another implementation, or a program's own, by its name."""
    sync: SyncSettings
    retention: Retention
    keep_responses_for: timedelta
    readiness: tuple[HealthCheck, ...]
    services: Mapping[str, ServiceCheck]
    circuits: tuple[CircuitReader, ...]
    gauges: Gauges
    one_connection: Callable[[], AbstractContextManager[None]]
    """Within it, a thread uses one connection to the store for one thing after the other."""
    chance: Callable[[], float]
