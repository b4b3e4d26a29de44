"""Requests that wait for a change: each has no thread, no connection to the database and no place
among those that are worked on. One watch for all of them asks whether there may be something new.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import anyio
import structlog
from attrs import define, field

from clientupdater.domain.errors import Error, Unavailable
from clientupdater.entrypoints.http.middleware.admission import in_thread
from clientupdater.usecases.tracking.changes import INTERVAL_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from clientupdater.entrypoints.http.system import Traffic
    from clientupdater.ports.changes import ChangeMark

MOST_WAITING = 100
"""Requests that may wait in one process; one more gets a 503."""
_log = structlog.stdlib.get_logger("clientupdater.http")


@define(eq=False)
class WaitingRequests:
    """Holds requests until the mark moves; only the event loop uses it, so it needs no lock."""

    read_mark: Callable[[], ChangeMark]
    limiter: anyio.CapacityLimiter
    traffic: Traffic
    _count: int = 0
    _mark: ChangeMark | None = None
    _turn: anyio.Semaphore = field(factory=partial(anyio.Semaphore, 1))
    """Those that a change wakes at once take no more than one thread."""

    async def watch(self) -> None:
        """Look for changes while a request waits. No error here may end the server."""
        while True:
            await anyio.sleep(INTERVAL_S)
            if not self._count:
                continue
            try:
                self._mark = await anyio.to_thread.run_sync(self.read_mark, limiter=self.limiter)
            except Error as error:
                _log.info("changes could not be watched", error=error.message)
            except Exception:  # noqa: BLE001 — see above
                _log.exception("watching changes failed")

    async def answer(
        self, request: Request, response: Response, again: Callable[[], Response]
    ) -> Response:
        """Give the response, unless the request would rather wait for a better one."""
        until = time.monotonic() + getattr(request.state, "wait_s", 0.0)
        if until <= time.monotonic():
            return response
        if self._count >= MOST_WAITING:
            raise Unavailable("the service", "Too many requests wait for changes; try again.")
        self._count += 1
        try:
            return await self._wait(request, response, again, until)
        finally:
            self._count -= 1

    async def _wait(
        self, request: Request, response: Response, again: Callable[[], Response], until: float
    ) -> Response:
        """Look at the mark now and then, and not at each look of the watch: whatever becomes of
        the database, a server that stops ends the wait at once.
        """
        seen = None
        while (left := until - time.monotonic()) > 0 and not self.traffic.draining:
            await anyio.sleep(min(left, INTERVAL_S))
            if await request.is_disconnected():
                break
            if self._mark == seen:
                continue
            mark = self._mark
            try:
                async with self._turn:
                    response = await in_thread(request, again)
            except Unavailable:
                continue  # other requests come first, or the database is away
            seen = mark
            if not request.state.wait_s:
                break
        return response
