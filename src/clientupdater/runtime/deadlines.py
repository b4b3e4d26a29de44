"""The deadline of a request: set once, heeded by stores, pools and calls to the outside.

It is passed by context and not by argument: a use case does not decide how long its caller waits.
"""

from __future__ import annotations

import time
from contextvars import ContextVar

from clientupdater.domain.errors import Unavailable

_ends: ContextVar[float | None] = ContextVar("deadline", default=None)
_LEAST_S = 0.001


class ending_at:  # noqa: N801 — used like a function
    """Set a deadline by the monotonic clock; None: no deadline.

    A class, since every request enters some, and a generator takes twice as long.
    """

    def __init__(self, moment: float | None) -> None:
        self._moment = moment

    def __enter__(self) -> None:
        self._token = _ends.set(self._moment)

    def __exit__(self, *_: object) -> None:
        _ends.reset(self._token)


def within(seconds: float) -> float:
    """Give the moment so many seconds ahead."""
    return time.monotonic() + seconds


def ends_at() -> float | None:
    """Give the deadline by the monotonic clock; None: there is none."""
    return _ends.get()


def seconds_left(at_most: float | None = None) -> float | None:
    """Give the seconds until the deadline, `at_most` so many; None: there is no limit.

    Raises Unavailable after the deadline: the caller no longer waits for anything begun now.
    """
    ends = ends_at()
    if ends is None:
        return at_most
    left = ends - time.monotonic()
    if left < _LEAST_S:
        raise Unavailable("the service", "The request took too long; try again.")
    return left if at_most is None else min(left, at_most)
