"""Which request something is done for: carried by context into logs, jobs and outgoing calls.

A trace id that comes with a request (W3C Trace Context) is followed when it is well-formed; else
one is made. Nothing that a stranger writes is ever carried as it came.
"""

from __future__ import annotations

import re
import secrets
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})"
)


@frozen
class Trace:
    """One request, as it is known here and to those who follow it elsewhere."""

    request_id: str
    trace_id: str
    span_id: str
    flags: str = "00"

    @classmethod
    def begun(cls, request_id: str = "", traceparent: str = "") -> Trace:
        """Begin one, under the names that came with it as far as they are well-formed."""
        known = _REQUEST_ID.fullmatch(request_id)
        followed = _TRACEPARENT.fullmatch(traceparent)
        return cls(
            request_id if known else str(uuid4()),
            followed[1] if followed else secrets.token_hex(16),
            secrets.token_hex(8),
            followed[2] if followed else "00",
        )

    @property
    def traceparent(self) -> str:
        """How those who are called from here are told."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


@contextmanager
def following(trace: Trace) -> Iterator[Trace]:
    """Do something for this request."""
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)


def current() -> Trace | None:
    """Tell for which request this is done, if for one."""
    return _current.get()


def outgoing_headers() -> Mapping[str, str]:
    """Give what a call to the outside says of the request it is made for."""
    trace = _current.get()
    return {"X-Request-ID": trace.request_id, "traceparent": trace.traceparent} if trace else {}
