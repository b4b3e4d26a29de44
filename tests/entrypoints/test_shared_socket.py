"""Several processes take connections of one socket; here they are threads with a loop each."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import uvloop
from attrs import define, field

from clientupdater.entrypoints.http import shared_socket
from clientupdater.entrypoints.http.shared_socket import SharedSocket
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONNECTIONS = 60
new_loop: Any = uvloop.new_event_loop


@define
class Taker:
    """Counts the connections that one event loop takes."""

    taken: list[asyncio.BaseTransport] = field(factory=list)

    def protocol(self) -> asyncio.Protocol:
        return Taken(self)


@define(eq=False)
class Taken(asyncio.Protocol):
    taker: Taker

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.taker.taken.append(transport)


@contextmanager
def taking(listening: socket.socket, begins: Callable[[], object] = int) -> Iterator[Taker]:
    """Take connections in a thread until the end."""
    taker, loop = Taker(), new_loop()

    def run() -> None:
        begins()
        loop.run_until_complete(take(taker, listening, ended))
        loop.close()

    ended = asyncio.Event()
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield taker
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()


async def take(taker: Taker, listening: socket.socket, ended: asyncio.Event) -> None:
    shared = SharedSocket(listening, taker.protocol)
    await ended.wait()
    shared.close()
    await shared.wait_closed()
    for each in taker.taken:
        each.close()


@contextmanager
def connected(listening: socket.socket, count: int) -> Iterator[None]:
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(socket.create_connection(listening.getsockname()))
        yield


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as opened:
        yield opened


def test_connections_that_came_at_once_are_shared(listening: socket.socket) -> None:
    both = threading.Barrier(2)
    with (
        connected(listening, CONNECTIONS),
        taking(listening, both.wait) as one,
        taking(listening, both.wait) as other,
    ):
        wait_until(lambda: len(one.taken) + len(other.taken) == CONNECTIONS)
        assert min(len(one.taken), len(other.taken)) >= CONNECTIONS // 4


class Full(socket.socket):
    """Fails twice as one does that has no file descriptor left."""

    def __init__(self, of: socket.socket) -> None:
        super().__init__(fileno=of.detach())
        self.left = 2

    def accept(self) -> tuple[socket.socket, Any]:
        if self.left:
            self.left -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


def test_a_connection_waits_until_there_is_a_file_descriptor_for_it(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_socket, "_PAUSE_AFTER_ERROR_S", 0.001)
    with Full(listening) as full, connected(full, 1), taking(full) as taker:
        wait_until(lambda: len(taker.taken) == 1)
        assert full.left == 0
