"""The one place that names concrete adapters.

Whatever runs (the server, the worker, a command, another program that imports us) opens the same
``App`` here and closes it in reverse order. Nothing is opened at import.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.embedded import EmbeddedPostgres
from clientupdater.adapters.postgres.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.serving import (
    PoolSize,
    PostgresHealth,
    open_pool,
    refuse_unsafe_role,
)
from clientupdater.adapters.redis.connect import redis_health
from clientupdater.health import Bounded, Health

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from clientupdater.ports.maintenance import DatabaseMaintenance
    from clientupdater.settings import Settings


@frozen
class App:
    """What the software can do, for as long as it is open."""

    readiness: tuple[Callable[[], Health], ...]
    """What has to be well for requests to be sent here; each answers within its time."""


@contextmanager
def open_app(settings: Settings) -> Iterator[App]:
    """Open what serving needs; refuse a login that row security does not bind."""
    url = settings.serving_url
    refuse_unsafe_role(url)
    with ExitStack() as stack:
        size = PoolSize(
            settings.database_pool_min,
            settings.database_pool_max,
            settings.database_pool_timeout_ms / 1000,
        )
        stack.enter_context(open_pool(url, size))
        yield App(readiness=_readiness(url, settings.health_check_timeout_ms / 1000))


def maintenance_of(settings: Settings) -> DatabaseMaintenance:
    """Give what operations do to the database, as its owner; serving needs none of it."""
    return PostgresMaintenance(settings.migration_url)


def diagnose(settings: Settings) -> Sequence[Health]:
    """Look at everything that has to be well, whether or not the App could be opened."""
    postgres = PostgresHealth(settings.serving_url)
    patience = settings.health_check_timeout_ms / 1000
    found = [postgres.database()]
    if found[0].ok:
        found += [postgres.role(), postgres.schema()]
    if settings.redis_url:
        found.append(redis_health(settings.redis_url, patience=patience))
    return found


@frozen
class DemoDatabase:
    """A PostgreSQL that the demo brings along, migrated and seeded."""

    owner_url: str
    app_url: str
    is_running: Callable[[], bool]


@contextmanager
def open_demo_database(directory: Path, *, reset: bool = False) -> Iterator[DemoDatabase]:
    """Run it for as long as the demo does, from the main thread; its data is kept."""
    server = EmbeddedPostgres(directory)
    server.start(fresh=reset)
    with ExitStack() as stack:
        stack.callback(server.stop)
        maintenance = PostgresMaintenance(server.owner_url)
        maintenance.migrate()
        maintenance.seed()
        yield DemoDatabase(server.owner_url, server.app_url, server.is_running)


@frozen
class DemoAccount:
    """Somebody to sign in as in the demo."""

    email: str
    password: str
    role: str
    company: str


def fill_demo(owner_url: str, *, clients: int) -> Sequence[DemoAccount]:
    """Fill the demo's database with made-up branches, staff and clients, once."""
    del owner_url, clients  # nobody has been made up yet
    return ()


def _readiness(url: str, patience: float) -> tuple[Callable[[], Health], ...]:
    postgres = PostgresHealth(url)
    return (
        Bounded("database", postgres.database, patience),
        Bounded("schema", postgres.schema, patience),
    )
