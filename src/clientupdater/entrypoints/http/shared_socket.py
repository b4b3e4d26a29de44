"""Accepting the connections of a socket that several processes listen to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

_PAUSE_S = 0.002
"""After each connection: long enough for another process to wake and take the next."""
_PAUSE_AFTER_ERROR_S = 1.0
_log = structlog.stdlib.get_logger("clientupdater.http")


class SharedSocket:
    """Takes one connection, and pauses; stands in for asyncio's server.

    asyncio and uvloop take all connections that wait. Of many that came at once, as a proxy's do
    after a restart, one process got most, and kept them as long as they lived.
    """

    def __init__(self, listening: socket.socket, protocol: Callable[[], asyncio.Protocol]) -> None:
        self._listening, self._protocol = listening, protocol
        self._loop = asyncio.get_running_loop()
        self._pause: asyncio.TimerHandle | None = None
        self._opening: set[asyncio.Task[object]] = set()
        listening.settimeout(0)
        self._look()

    def close(self) -> None:
        """Accept no more."""
        if self._pause:
            self._pause.cancel()
        self._loop.remove_reader(self._listening)

    async def wait_closed(self) -> None:
        """Connections are closed by those who know them."""

    def _look(self) -> None:
        self._loop.add_reader(self._listening, self._accept)

    def _accept(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # another process was faster, or the client has gone
        except OSError as error:  # such as too many open files
            _log.error("no connection can be accepted", reason=error.strerror)
            self._rest(_PAUSE_AFTER_ERROR_S)
        else:
            self._open(connection)
            self._rest(_PAUSE_S)

    def _open(self, connection: socket.socket) -> None:
        opening = self._loop.create_task(
            self._loop.connect_accepted_socket(self._protocol, connection)
        )
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)

    def _rest(self, pause_s: float) -> None:
        self._loop.remove_reader(self._listening)
        self._pause = self._loop.call_later(pause_s, self._look)
