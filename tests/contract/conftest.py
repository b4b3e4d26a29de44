"""Every store that keeps the tracking ports, for one suite to run over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg_pool import ConnectionPool

from clientupdater.adapters.memory.book import memory_book
from clientupdater.adapters.postgres.work import PostgresWork
from tests.contract.worlds import VAULT, MemoryWorld, PostgresWorld, World
from tests.unit.builders import FCASH, PCNI, catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator


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
        yield PostgresWorld.populated(PostgresWork(pool, VAULT), database.superuser_url)
