"""Until when somebody waits for what is being done: told once, heeded wherever something waits.

It is passed by context and not by argument, since it concerns no rule: a use case neither knows
nor decides how long its caller waits. Stores, pools and calls to the outside ask what is left.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from clientupdater.domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

_ends: ContextVar[float | None] = ContextVar("deadline", default=None)
_LEAST_S = 0.001


@contextmanager
def ending_at(moment: float | None) -> Iterator[None]:
    """Work until a moment of the monotonic clock; None: for as long as it takes."""
    token = _ends.set(moment)
    try:
        yield
    finally:
        _ends.reset(token)


def within(seconds: float) -> float:
    """Name the moment that lies so far ahead."""
    return time.monotonic() + seconds


def seconds_left(at_most: float | None = None) -> float | None:
    """Tell how long may still be waited, `at_most` by the waiter's own patience; None: for ever.

    Raises Unavailable when the time is over: whatever begins now, nobody waits for.
    """
    ends = _ends.get()
    if ends is None:
        return at_most
    left = ends - time.monotonic()
    if left < _LEAST_S:
        raise Unavailable("the service", "It took longer than a request may take; try again.")
    return left if at_most is None else min(left, at_most)
