"""The request and trace that work belongs to, carried by context into logs, jobs and calls.

A request's trace id (W3C Trace Context) is kept where it is well-formed; else a new one is made.
Text of a stranger is never carried as it came.
"""

from __future__ import annotations

import random
import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})"
)

_random = random.getrandbits
"""Ids must differ, and nobody gains by guessing one: no random bytes of the kernel are needed."""


@frozen
class Trace:
    """The ids of one request, here and in a trace over several services."""

    request_id: str
    trace_id: str
    span_id: str
    flags: str = "00"

    @classmethod
    def begun(cls, request_id: str = "", traceparent: str = "") -> Trace:
        """Begin one, with the ids that came with the request where they are well-formed."""
        known = _REQUEST_ID.fullmatch(request_id)
        followed = _TRACEPARENT.fullmatch(traceparent)
        return cls(
            request_id if known else str(UUID(int=_random(128), version=4)),
            followed[1] if followed else f"{_random(128):032x}",
            f"{_random(64):016x}",
            followed[2] if followed else "00",
        )

    @property
    def traceparent(self) -> str:
        """The header for calls made from here."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


@contextmanager
def following(trace: Trace) -> Iterator[Trace]:
    """Set the trace of the work within."""
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)


def current() -> Trace | None:
    """Give the trace of this work, if it has one."""
    return _current.get()


def outgoing_headers() -> Mapping[str, str]:
    """Give the headers that name the trace in a call to another service."""
    trace = _current.get()
    return {"X-Request-ID": trace.request_id, "traceparent": trace.traceparent} if trace else {}
