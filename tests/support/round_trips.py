"""Counts the round trips of connections: what libpq's own trace says was sent."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from attrs import frozen
from psycopg.pq import Trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

_SENT = re.compile(rb"^F\t\d+\t(?:Query|Sync)\b", re.MULTILINE)
"""Each is answered before the next is sent; Parse, Bind and Execute wait for their Sync."""


@frozen
class RoundTrips:
    """The trace of every connection that it watches."""

    _trace: IO[bytes]

    def watch(self, connection: psycopg.Connection[Any]) -> None:
        """Trace a connection from now on; a pool calls this for each that it opens."""
        connection.pgconn.trace(os.dup(self._trace.fileno()))
        connection.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)

    @contextmanager
    def counted(self) -> Iterator[list[int]]:
        """Count what is sent within; the number is there when it ends."""
        counts: list[int] = []
        before = self._sent()
        yield counts
        counts.append(self._sent() - before)

    def _sent(self) -> int:
        self._trace.seek(0)
        return len(_SENT.findall(self._trace.read()))
