"""Clocks: the machine's, and one that a caller sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock


class MachineClock:
    """Tells the machine's time, in UTC."""

    def now(self) -> datetime:
        """Tell the moment."""
        return datetime.now(UTC)


class SetClock:
    """Stands where it was set until somebody moves it: for rehearsals and for tests."""

    def __init__(self, moment: datetime) -> None:
        """Begin at a moment."""
        self._moment = moment
        self._guard = Lock()

    def now(self) -> datetime:
        """Tell the moment it was set to."""
        with self._guard:
            return self._moment

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        with self._guard:
            self._moment += by
