"""The application behind a real server, on a port of its own."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import uvicorn

from clientupdater.entrypoints.http.server import listen

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Mapping

    from starlette.applications import Starlette

WITHOUT_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain HTTP: one that knows the world's authorities takes 20 ms to make."""


def keyed(request: httpx.Request) -> None:
    """Give a change a key of its own, where a test does not care for it."""
    if request.method != "GET":
        request.headers.setdefault("Idempotency-Key", str(uuid4()))


class _Server(uvicorn.Server):
    """Stops at once, where uvicorn looks and waits for tenths of a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopped = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """Let it end; from another thread."""
        self.should_exit = True
        if self._loop:
            self._loop.call_soon_threadsafe(self._stopped.set)

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        ticking = asyncio.create_task(super().main_loop())
        stopped = asyncio.create_task(self._stopped.wait())
        _, left = await asyncio.wait({ticking, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for each in left:
            each.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        del sockets  # its owner closes them
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        await self.lifespan.shutdown()


def head_of(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    """Write the head of a request, for what no client of HTTP would send."""
    lines = [f"{method} {path} HTTP/1.1", "Host: here", *(f"{n}: {v}" for n, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


@contextmanager
def served(application: Starlette | uvicorn.Config) -> Iterator[httpx.Client]:
    """Serve it for as long as it is talked to."""
    config = application
    if not isinstance(config, uvicorn.Config):
        config = uvicorn.Config(config, log_config=None, lifespan="on", proxy_headers=False)
    server = _Server(config)
    with listen("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.005)
            base = f"http://127.0.0.1:{listening.getsockname()[1]}"
            hooks = {"request": [keyed]}
            with httpx.Client(
                base_url=base, timeout=60, event_hooks=hooks, verify=WITHOUT_TLS
            ) as client:
                yield client
        finally:
            server.stop()
            thread.join()
