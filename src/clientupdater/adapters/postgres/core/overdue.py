"""Cut connections whose response is overdue, so that the call that waits for it ends.

libpq waits for a response in one call, which knows no deadline.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from threading import Lock, Thread

from attrs import Factory, define

_EVERY_S = 0.1


@define(eq=False)
class OverdueCutter:
    """Looks at all waits from a thread of its own, which begins with the first of them."""

    _ends: dict[int, float] = Factory(dict)
    """By file descriptor, in seconds of the monotonic clock."""
    _lock: Lock = Factory(Lock)
    """Held while connections are cut: no response comes in between."""
    _thread: Thread | None = None

    def begin(self, descriptor: int, ends: float) -> None:
        """Cut this connection at a moment, unless its wait has ended before."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._ends.clear()  # those of a process that this one was forked from
                self._thread = Thread(target=self._run, name="overdue", daemon=True)
                self._thread.start()
            self._ends[descriptor] = ends

    def end(self, descriptor: int) -> None:
        with self._lock:
            del self._ends[descriptor]

    def _run(self) -> None:
        while True:
            time.sleep(_EVERY_S)
            with self._lock:
                now = time.monotonic()
                for descriptor, ends in self._ends.items():
                    if ends < now:
                        _cut(descriptor)


def _cut(descriptor: int) -> None:
    """Shut a connection for both sides; its descriptor stays open for its owner to close."""
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as connection:
        connection.shutdown(socket.SHUT_RDWR)
