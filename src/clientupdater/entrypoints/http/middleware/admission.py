"""A limit on requests that are worked on or wait for a thread: one more gets a 503 at once.

Neither the threads nor the connection pool refuse work by themselves. Without this limit, thirty
requests on four threads waited for up to eight seconds.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

import anyio
from attrs import define

from clientupdater.domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import Request

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@define
class AdmissionLimit:
    """Counts requests; only the event loop uses it, so it needs no lock."""

    max_requests: int
    admitted: int = 0

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Count a request while it is worked on; raises Unavailable beyond the limit."""
        if self.admitted >= self.max_requests:
            raise Unavailable("the service", "There are too many requests at once; try again.")
        self.admitted += 1
        try:
            yield
        finally:
            self.admitted -= 1


async def in_thread(request: Request, work: Callable[[*Ts], T], *arguments: *Ts) -> T:
    """Run work in a thread, if the admission limit has room."""
    with request.state.admission.admit():
        return await anyio.to_thread.run_sync(work, *arguments, limiter=request.state.threads)
