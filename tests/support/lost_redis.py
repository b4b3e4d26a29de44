"""Ways to lose Redis."""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import redis

from tests.support import servers

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def hanging(port: int) -> Iterator[list[bytes]]:
    """Accept connections and never answer; list what each of them sent."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", port)) as listening:
        stop = threading.Event()
        listening.settimeout(0.05)
        thread = threading.Thread(target=_take_in, args=(listening, stop, asked))
        thread.start()
        try:
            yield asked
        finally:
            stop.set()
            thread.join()


def _take_in(listening: socket.socket, stop: threading.Event, asked: list[bytes]) -> None:
    taken = []
    while not stop.is_set():
        try:
            connection, _ = listening.accept()
        except TimeoutError:
            continue
        connection.settimeout(1)
        taken.append(connection)
        try:
            asked.append(connection.recv(4096))
        except TimeoutError:
            asked.append(b"")
    for connection in taken:
        connection.close()


def url_at(port: int) -> str:
    return f"redis://127.0.0.1:{port}/0"


@contextmanager
def running(port: int) -> Iterator[redis.Redis]:
    """Run Redis there; give a plain client to it."""
    with servers.redis_process(port), redis.Redis.from_url(url_at(port)) as client:
        yield client


@contextmanager
def stopped(server: redis.Redis) -> Iterator[None]:
    """Pause the running Redis, with its data."""
    process = int(server.info("server")["process_id"])
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)
