"""A response that is overdue: the connection is cut, and the wait for it ends."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from clientupdater.adapters.postgres.core.connection import Connection
from clientupdater.adapters.postgres.core.named_queries import Statement
from clientupdater.adapters.postgres.core.overdue import OverdueCutter
from clientupdater.runtime.deadlines import ending_at, within
from tests.support.tcp_proxy import tcp_proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database
    from tests.support.tcp_proxy import TcpProxy

SEVEN = Statement.of("select %(n)s::int")


@contextmanager
def through_proxy(database: Database) -> Iterator[tuple[TcpProxy, Connection]]:
    parts = urlsplit(database.app_url)
    with tcp_proxy(parts.hostname or "", parts.port or 0) as proxy:
        netloc = parts.netloc.replace(f":{parts.port}", f":{proxy.port}")
        url = urlunsplit(parts._replace(netloc=netloc))
        with Connection.connect(url, autocommit=True) as connection:
            yield proxy, connection


def test_where_postgresql_hangs_a_request_gets_an_error_and_the_connection_is_closed(
    database: Database,
) -> None:
    with through_proxy(database) as (proxy, connection):
        with proxy.held(), ending_at(within(0.05)), pytest.raises(psycopg.OperationalError):
            connection.read(SEVEN, {"n": 7})
        assert connection.closed
        with ending_at(within(60)), pytest.raises(psycopg.OperationalError):
            connection.read(SEVEN, {"n": 7})


def test_a_request_whose_connection_is_lost_gets_an_error_at_once(database: Database) -> None:
    with through_proxy(database) as (proxy, connection):
        with ending_at(within(3600)):
            assert connection.read(SEVEN, {"n": 7}) == [(7,)]
            proxy.cut()
            with pytest.raises(psycopg.OperationalError):
                connection.read(SEVEN, {"n": 7})
        assert connection.closed


def test_only_what_is_overdue_is_cut() -> None:
    cutter = OverdueCutter()
    pairs = [socket.socketpair() for _ in range(3)]
    (in_time, _), (ended, _), (overdue, other_end) = pairs
    cutter.begin(in_time.fileno(), monotonic() + 3600)
    cutter.begin(ended.fileno(), monotonic() + 0.05)
    cutter.end(ended.fileno())
    cutter.begin(overdue.fileno(), monotonic() + 0.1)
    assert other_end.recv(1) == b""
    cutter.end(overdue.fileno())
    cutter.end(in_time.fileno())
    for left, right in pairs[:2]:
        right.send(b"a response")
        assert left.recv(10) == b"a response"
    for pair in pairs:
        for each in pair:
            each.close()
