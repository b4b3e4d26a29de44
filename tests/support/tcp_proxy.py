"""A proxy before PostgreSQL that cuts, holds or loses what passes through it."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from attrs import Factory, define, field

from tests.support.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = 65_536


@define(eq=False)
class TcpProxy:
    """Passes bytes on both ways, until it is asked to do otherwise."""

    target: tuple[str, int]
    port: int = Factory(free_port)
    lost: int = 0
    """How many responses to COMMIT were lost."""
    _flows: threading.Event = field(factory=threading.Event)
    _to_lose: int = 0
    _sockets: set[socket.socket] = field(factory=set)
    _lock: threading.Lock = field(factory=threading.Lock)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Accept connections and bytes, and pass nothing on."""
        self._flows.clear()
        try:
            yield
        finally:
            self._flows.set()

    def cut(self) -> None:
        """Close every connection."""
        with self._lock:
            sockets, self._sockets = self._sockets, set()
        for each in sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def lose_responses_to_commit(self, number: int) -> None:
        """Let PostgreSQL commit so often, and close the connection in place of its response."""
        with self._lock:
            self._to_lose = number

    def serve(self, listening: socket.socket) -> None:
        self._flows.set()
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return  # the proxy ends
            try:
                server = socket.create_connection(self.target)
            except OSError:
                client.close()  # PostgreSQL is away
                continue
            with self._lock:
                self._sockets |= {client, server}
            committing = threading.Event()
            for pump, ends in (
                (self._requests, (client, server, committing)),
                (self._responses, (server, client, committing)),
            ):
                threading.Thread(target=pump, args=ends, daemon=True).start()

    def _requests(self, client: socket.socket, server: socket.socket, ev: threading.Event) -> None:
        with suppress(OSError):
            while piece := client.recv(_PIECE):
                self._flows.wait()
                if b"commit" in piece.lower() and self._loses():
                    ev.set()
                server.sendall(piece)
        _close(client, server)

    def _responses(self, server: socket.socket, client: socket.socket, ev: threading.Event) -> None:
        with suppress(OSError):
            while piece := server.recv(_PIECE):
                self._flows.wait()
                if ev.is_set():
                    break  # PostgreSQL has answered, so it has committed
                client.sendall(piece)
        _close(client, server)

    def _loses(self) -> bool:
        with self._lock:
            if not self._to_lose:
                return False
            self._to_lose -= 1
            self.lost += 1
            return True


def _close(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


@contextmanager
def tcp_proxy(host: str, port: int) -> Iterator[TcpProxy]:
    """Run one before an address."""
    proxy = TcpProxy((host, port))
    with socket.create_server(("127.0.0.1", proxy.port)) as listening:
        thread = threading.Thread(target=proxy.serve, args=(listening,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
            thread.join()
            proxy.cut()
