"""The checks of health endpoints and of `doctor` that need no App."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from clientupdater.adapters.postgres.admin.health import PostgresHealth
from clientupdater.adapters.redis.circuits import RedisCircuits
from clientupdater.adapters.redis.connect import redis_health
from clientupdater.adapters.resilience.service_checks import AbsentService, SourceCheck, TimedCheck
from clientupdater.adapters.resilience.time_limit import CheckWithTimeLimit
from clientupdater.composition.resilience import circuits, open_redis
from clientupdater.ports.health import Health, ServiceStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from clientupdater.adapters.resilience.circuits import Circuit
    from clientupdater.ports.health import HealthCheck, ServiceCheck
    from clientupdater.settings import Settings


def service_checks(settings: Settings, breakers: Iterable[Circuit]) -> Mapping[str, ServiceCheck]:
    """Check the database and Redis; a source is judged by its circuit and gets no call."""
    patience = settings.health_check_timeout_ms / 1000
    database = CheckWithTimeLimit(
        "database", PostgresHealth(settings.serving_url).database, patience
    )
    return {
        "database": TimedCheck(database),
        "redis": _redis_check(settings.redis_url, patience),
        **{each.name: SourceCheck(each.read, each.name in settings.sources) for each in breakers},
    }


def _redis_check(url: str | None, patience: float) -> ServiceCheck:
    if url is None:
        return AbsentService(ServiceStatus.MISSING)
    return TimedCheck(
        CheckWithTimeLimit("redis", partial(redis_health, url, patience=patience), patience)
    )


def readiness(url: str, patience: float) -> tuple[HealthCheck, ...]:
    postgres = PostgresHealth(url)
    return (
        CheckWithTimeLimit("database", postgres.database, patience),
        CheckWithTimeLimit("schema", postgres.schema, patience),
    )


def pooler_checks(settings: Settings) -> Iterator[Health]:
    """Check that each database address leads to a pooler only if the settings say so."""
    is_declared = settings.database_direct_url is not None
    yield PostgresHealth(settings.serving_url).pooler("DATABASE_URL", is_expected=is_declared)
    for url, setting in (
        (settings.database_direct_url, "DATABASE_DIRECT_URL"),
        (settings.database_worker_url, "DATABASE_WORKER_URL"),
    ):
        if url:
            yield PostgresHealth(url).pooler(setting, is_expected=False)


def open_circuits(settings: Settings) -> Iterator[Health]:
    """Report circuits that some process opened; without Redis, a process knows only its own."""
    with open_redis(settings.redis_url) as redis_client:
        if redis_client is None:
            return
        shared = RedisCircuits(redis_client)
        for circuit in circuits(settings, redis_client):
            until = shared.open_until(circuit.name)
            if until:
                message = (
                    f"open: the source did not answer, and gets no calls until {until:%H:%M:%S} UTC"
                )
                remedy = (
                    "check that the source is up; after that time it is tried again automatically"
                )
                yield Health(f"circuit of {circuit.name}", ok=False, found=message, remedy=remedy)
