"""Opening an App over its adapters, for a server, a worker or a program that imports us."""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Unpack

from clientupdater.adapters.local.clock import MachineClock
from clientupdater.adapters.postgres.core.pool import (
    PoolSize,
    open_pool,
    pool_readings,
    refuse_unsafe_role,
    require_system_role,
)
from clientupdater.adapters.postgres.core.replica import PATIENCE_S, Replica
from clientupdater.adapters.postgres.core.scope_signer import verifies
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.adapters.postgres.jobs.leases import PostgresLeases
from clientupdater.adapters.postgres.jobs.wakeups import PostgresWakeUps
from clientupdater.composition.any_store import build_app
from clientupdater.composition.configured import configured_parts
from clientupdater.composition.health import readiness, service_checks
from clientupdater.composition.keys import scope_signer, vault
from clientupdater.composition.resilience import circuits, open_redis, shared_parts
from clientupdater.composition.sources import open_sources
from clientupdater.composition.worker import WorkerContext
from clientupdater.domain.errors import Unavailable
from clientupdater.usecases.operations.gauges import ReadGauges

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.adapters.postgres.core.unit_of_work import Pool
    from clientupdater.app import App
    from clientupdater.composition.parts import Parts
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.gauges import Gauges
    from clientupdater.settings import Settings


@contextmanager
def open_app(
    settings: Settings, *, clock: Clock | None = None, **parts: Unpack[Parts]
) -> Iterator[App]:
    """Open everything that serving needs, and close it in reverse order.

    A part given by name takes the place of the one that the settings describe. Raises
    Misconfigured if the database login is one that row-level security does not bind.

    The serving login does not act as the system: a program that also syncs, or opens periods by
    itself, uses `open_command_app`.
    """
    clock = clock or MachineClock()
    refuse_unsafe_role(settings.serving_url, settings.name_of(settings.serving_url))
    with _opened(
        settings, settings.serving_url, clock, parts, prepares=settings.prepares_when_serving
    ) as (app, _):
        yield app


@contextmanager
def open_command_app(
    settings: Settings, *, clock: Clock | None = None, **parts: Unpack[Parts]
) -> Iterator[App]:
    """Open an App with the workers' login, as the commands do: it may act as the system."""
    url, clock = settings.worker_url, clock or MachineClock()
    prepares = settings.database_prepared_statements
    require_system_role(url, settings.name_of(url))
    with _opened(settings, url, clock, parts, prepares=prepares) as (app, _):
        yield app


@contextmanager
def open_worker(
    settings: Settings, *, clock: Clock | None = None, **parts: Unpack[Parts]
) -> Iterator[WorkerContext]:
    """Open everything that a worker needs: an App, and its own connection to the queue."""
    url, clock = settings.worker_url, clock or MachineClock()
    prepares = settings.database_prepared_statements
    require_system_role(url, settings.name_of(url))
    with (
        _opened(settings, url, clock, parts, prepares=prepares) as (app, work),
        closing(PostgresLeases(url)) as leases,
    ):
        yield WorkerContext(
            app=app, work=work, leases=leases, wake_ups=PostgresWakeUps(url).listening, clock=clock
        )


@contextmanager
def _opened(
    settings: Settings, url: str, clock: Clock, parts: Parts, *, prepares: bool | None
) -> Iterator[tuple[App, PostgresUnitsOfWork]]:
    signer = scope_signer(settings)
    verifies(url, signer)
    with ExitStack() as stack:
        pool = stack.enter_context(open_pool(url, _pool_size(settings), prepares=prepares))
        redis_client = stack.enter_context(open_redis(settings.redis_url))
        breakers = circuits(settings, redis_client)
        sources = stack.enter_context(open_sources(settings, breakers))
        chosen: Parts = {
            **configured_parts(settings, clock),
            **shared_parts(settings, pool, redis_client),
            "readiness": readiness(url, settings.health_check_timeout_ms / 1000),
            "services": service_checks(settings, breakers),
            "circuits": tuple(circuit.read for circuit in breakers),
            **parts,
            "sources": {**sources, **parts.get("sources", {})},
        }
        chosen.setdefault("gauges", _gauges(chosen, pool))
        chosen.setdefault("one_connection", pool.kept)
        work = PostgresUnitsOfWork(
            pool,
            vault(settings),
            zone=settings.business_timezone,
            signer=signer,
            replica=stack.enter_context(_replica(settings)),
        )
        yield build_app(work, clock, settings.business_timezone, **chosen), work


@contextmanager
def _replica(settings: Settings) -> Iterator[Replica | None]:
    """Open the replica, which may be away: the primary answers until it is there."""
    if (url := settings.database_replica_url) is None:
        yield None
        return
    with suppress(Unavailable):
        refuse_unsafe_role(url, "DATABASE_REPLICA_URL")
    size = PoolSize(0, settings.database_pool_max, PATIENCE_S)
    with open_pool(url, size, of_replica=True) as pool:
        yield Replica(pool)


def _pool_size(settings: Settings) -> PoolSize:
    return PoolSize(
        settings.database_pool_min,
        settings.database_pool_max,
        settings.database_pool_timeout_ms / 1000,
    )


def _gauges(parts: Parts, pool: Pool) -> Gauges:
    return ReadGauges(
        parts["limits"],
        (parts["cache"], parts["near_cache"]),
        parts["circuits"],
        others=(partial(pool_readings, pool),),
    )
