"""Clocks: the machine's, and one that a caller sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock


class MachineClock:
    """The machine's time, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A time that passes only when a caller advances it: for rehearsals and for tests."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment
        self._lock = Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._moment

    def advance(self, by: timedelta) -> None:
        with self._lock:
            self._moment += by
