"""Count the round trips between a server and PostgreSQL: a proxy between the two counts turns.

A round trip is a turn of the conversation: the server sends after it has heard from PostgreSQL. So
statements that go together count once, whatever the driver and its protocol messages are.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHUNK = 65536


@define
class CountingProxy:
    """Passes everything on to PostgreSQL, and counts turns."""

    postgres_url: str
    trips: int = 0
    port: int = 0
    started: threading.Event = field(factory=threading.Event, repr=False)
    stop: Callable[[], object] = field(default=lambda: None, repr=False)

    @property
    def url(self) -> str:
        """The address of the database through the proxy."""
        parts = urlsplit(self.postgres_url)
        login = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{self.port}"))

    async def serve(self) -> None:
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None  # noqa: S101 — this runs in one
        self.stop = partial(loop.call_soon_threadsafe, task.cancel)
        self.started.set()
        await server.serve_forever()

    async def _connection(self, up: asyncio.StreamReader, down: asyncio.StreamWriter) -> None:
        parts = urlsplit(self.postgres_url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        heard = [True]
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(
                self._pass_on(up, writer, heard, is_request=True),
                self._pass_on(reader, down, heard, is_request=False),
            )

    async def _pass_on(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        heard: list[bool],
        *,
        is_request: bool,
    ) -> None:
        """Pass on one direction; `heard` holds whether PostgreSQL spoke last."""
        while chunk := await source.read(CHUNK):
            self.trips += is_request and heard[0]
            heard[0] = not is_request
            sink.write(chunk)
            await sink.drain()
        sink.close()


@contextmanager
def counting_proxy(postgres_url: str) -> Iterator[CountingProxy]:
    """Run the proxy in a thread of this process."""
    proxy = CountingProxy(postgres_url)

    def run() -> None:
        with suppress(asyncio.CancelledError):
            asyncio.run(proxy.serve())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    proxy.started.wait()
    try:
        yield proxy
    finally:
        proxy.stop()
        thread.join()
