"""A limit on requests that are worked on or wait for a thread: one more gets a 503 at once.

Neither the threads nor the connection pool refuse work by themselves. Without this limit, thirty
requests on four threads waited for up to eight seconds.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import copy_context
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from attrs import define

from clientupdater.domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

    from starlette.requests import Request

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@define
class AdmissionLimit:
    """Counts requests; only the event loop uses it, so it needs no lock."""

    max_requests: int
    admitted: int = 0

    def __enter__(self) -> None:
        """Count a request while it is worked on; raises Unavailable beyond the limit."""
        if self.admitted >= self.max_requests:
            raise Unavailable("the service", "There are too many requests at once; try again.")
        self.admitted += 1

    def __exit__(self, *_: object) -> None:
        self.admitted -= 1


@define
class _Call:
    """Work that an event loop waits for."""

    context: Context
    work: Callable[..., Any]
    arguments: tuple[Any, ...]
    done: asyncio.Future[None]
    result: Any = None
    error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self.context.run(self.work, *self.arguments)
        except BaseException as error:  # noqa: BLE001 — the event loop raises it
            self.error = error

    def finish(self) -> None:
        """Wake the one that waits, in its event loop."""
        if not self.done.done():
            self.done.set_result(None)


class WorkerThreads:
    """A fixed number of threads that do the work of one event loop, in the order of its calls.

    The threads of anyio take three times the CPU to hand a call over and back.
    """

    def __init__(self, count: int) -> None:
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._threads = [Thread(target=self._work, name=f"request-{n}") for n in range(count)]

    def __enter__(self) -> WorkerThreads:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for _each in self._threads:
            self._calls.put(None)

    async def run(self, work: Callable[[*Ts], T], *arguments: *Ts) -> T:
        """Run work with the context of the caller."""
        call = _Call(copy_context(), work, arguments, self._loop.create_future())
        self._calls.put(call)
        await call.done
        if call.error:
            try:
                raise call.error
            finally:
                call.error = None  # it would refer to itself through its traceback
        result: T = call.result
        return result

    def _work(self) -> None:
        while call := self._calls.get():
            call.run()
            with suppress(RuntimeError):  # the event loop was closed, and nobody waits
                self._loop.call_soon_threadsafe(call.finish)
            del call  # it must not live until the next one comes


async def in_thread(request: Request, work: Callable[[*Ts], T], *arguments: *Ts) -> T:
    """Run work in a thread, if the admission limit has room."""
    with request.state.admission:
        threads: WorkerThreads = request.state.threads
        return await threads.run(work, *arguments)
