"""How many may be inside: whoever comes beyond that is told so at once, not after a long wait.

Threads queue before the pool of connections does, and neither says no by itself: thirty requests
on four threads would wait for eight seconds, and none be refused.
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
    """Counts who is inside; asked by the event loop alone, so that it needs no lock."""

    admitted: int
    inside_now: int = 0

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Be inside for a while, or raise Unavailable at once."""
        if self.inside_now >= self.admitted:
            raise Unavailable("the service", "There are too many requests at once; try again.")
        self.inside_now += 1
        try:
            yield
        finally:
            self.inside_now -= 1


async def worked(request: Request, work: Callable[[*Ts], T], *arguments: *Ts) -> T:
    """Do it in a thread, where one more may enter."""
    with request.state.admission.inside():
        return await anyio.to_thread.run_sync(work, *arguments, limiter=request.state.threads)
