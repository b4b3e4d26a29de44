"""Every store that keeps the tracking ports, for one suite to run over."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.adapters.postgres.jobs.leases import PostgresLeases
from clientupdater.adapters.postgres.jobs.wakeups import PostgresWakeUps
from clientupdater.testing.queue import MemoryLeases
from clientupdater.testing.store import memory_book
from tests.support.builders import FCASH, PCNI, catalogue
from tests.support.queue_fixture import QueueFixture
from tests.support.stores import VAULT, MemoryWorld, PostgresWorld, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.ports.schedules import ScheduledJob


@pytest.fixture(params=["memory", "postgres"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Give the same world in one store after the other."""
    if request.param == "memory":
        book = memory_book(catalogue())
        book.vault = VAULT
        yield MemoryWorld(book, FCASH, PCNI)
        return
    database = request.getfixturevalue("database")
    with ConnectionPool(database.app_url, min_size=1, max_size=4, open=True) as pool:
        yield PostgresWorld.populated(PostgresUnitsOfWork(pool, VAULT), database.superuser_url)


@pytest.fixture
def room(world: World, request: pytest.FixtureRequest) -> Iterator[QueueFixture]:
    """Give a queue in one store after the other."""
    if isinstance(world, MemoryWorld):
        book = world.work
        yield QueueFixture(
            book,
            MemoryLeases(book),
            book.queue.listening,
            FCASH,
            PCNI,
            lambda each: book.queue.schedules.update({each.name: each}),
        )
        return
    assert isinstance(world, PostgresWorld)
    database = request.getfixturevalue("database")
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("delete from scheduled_jobs")
    leases = PostgresLeases(database.app_url)
    yield QueueFixture(
        world.work,
        leases,
        PostgresWakeUps(database.app_url).listening,
        world.fcash,
        world.pcni,
        partial(_schedule, database.superuser_url),
    )
    leases.close()


def _schedule(url: str, each: ScheduledJob) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into scheduled_jobs (name, cron_expression, function_name, payload, time_zone,"
            " is_active) values (%s, %s, %s, %s, %s, %s)",
            (
                each.name,
                each.cron,
                each.function,
                Jsonb(dict(each.arguments)),
                each.time_zone,
                each.is_active,
            ),
        )
