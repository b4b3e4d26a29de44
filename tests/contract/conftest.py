"""Every store that implements the tracking ports, for one suite to run over."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.adapters.postgres.jobs.leases import PostgresLeases
from clientupdater.adapters.postgres.jobs.wakeups import PostgresWakeUps
from clientupdater.domain.jobs import JobStatus
from clientupdater.testing.store import memory_book
from tests.support.builders import FCASH, PCNI, catalogue
from tests.support.pools import pool_on
from tests.support.queue_fixture import JobQueue, WorkedQueue, kill_by_worker
from tests.support.stores import STORES, VAULT, MemoryStore, PostgresStore, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from clientupdater.domain.ids import JobId
    from clientupdater.testing.store import MemoryBook
    from tests.support.servers import Database


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Give the same test data in one store after the other."""
    if request.param == "memory":
        book = memory_book(catalogue())
        book.vault = VAULT
        yield MemoryStore(book, FCASH, PCNI)
        return
    database = request.getfixturevalue("database")
    with pool_on(database.worker_url, 1, 4) as pool:
        yield PostgresStore.populated(PostgresUnitsOfWork(pool, VAULT), database.superuser_url)


@pytest.fixture
def leases(database: Database) -> Iterator[PostgresLeases]:
    """Give a worker's connection to the queue."""
    leases = PostgresLeases(database.app_url)
    yield leases
    leases.close()


@pytest.fixture
def queue(store: Store, request: pytest.FixtureRequest) -> JobQueue:
    """Give the jobs of one store after the other."""
    if isinstance(store, MemoryStore):
        return JobQueue(store.work, partial(_kill_in_memory, store.work), FCASH, PCNI)
    kill = partial(kill_by_worker, request.getfixturevalue("leases"))
    return JobQueue(store.work, kill, store.fcash, store.pcni)


@pytest.fixture
def worked_queue(store: Store, leases: PostgresLeases, database: Database) -> WorkedQueue:
    """Give a queue with workers, in a store that has leases."""
    wake_ups = PostgresWakeUps(database.app_url).listening
    kill = partial(kill_by_worker, leases)
    return WorkedQueue(store.work, kill, store.fcash, store.pcni, leases, wake_ups)


def _kill_in_memory(book: MemoryBook, job: JobId, error: str, now: datetime) -> None:
    dead = evolve(book.jobs[job], status=JobStatus.DEAD, error=error, completed_at=now)
    book.jobs[job] = dead
