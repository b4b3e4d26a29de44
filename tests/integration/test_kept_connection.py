"""A request keeps its connection until its end (ADR 24)."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import pytest

from clientupdater.adapters.postgres.core.pool import LivelyPool, PoolSize, open_pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database


@pytest.fixture
def pool(database: Database) -> Iterator[LivelyPool]:
    with open_pool(database.app_url, PoolSize(2, 2, 5)) as opened:
        opened.wait()
        yield opened


def taken(pool: LivelyPool) -> int:
    """Count how often a connection was taken from the pool itself."""
    return int(pool.get_stats().get("requests_num", 0))


def test_one_thing_after_the_other_takes_one_connection(pool: LivelyPool) -> None:
    with pool.kept():
        for _ in range(3):
            pool.putconn(pool.getconn())
    assert taken(pool) == 1
    pool.putconn(pool.getconn())
    assert taken(pool) == 2


def test_two_things_at_once_take_two_connections_and_return_both(pool: LivelyPool) -> None:
    with pool.kept():
        first, second = pool.getconn(), pool.getconn()
        assert first is not second
        pool.putconn(first)
        pool.putconn(second)
    assert pool.get_stats()["pool_available"] == 2


def test_a_connection_within_a_transaction_is_not_kept(pool: LivelyPool) -> None:
    with pool.kept():
        connection = pool.getconn()
        connection.execute("begin")
        pool.putconn(connection)
        again = pool.getconn()
        assert again.execute("select now() = statement_timestamp()").fetchone() == (True,)
        pool.putconn(again)
    assert taken(pool) == 2


def test_a_thread_does_not_get_what_another_one_keeps(pool: LivelyPool) -> None:
    got = []
    with pool.kept():
        mine = pool.getconn()
        pool.putconn(mine)
        thread = Thread(target=lambda: got.append(pool.getconn()))
        thread.start()
        thread.join()
    assert got != [mine]
    pool.putconn(got[0])
