"""A circuit before a service outside: after so many failures it is left alone for a while (Y12).

`pybreaker` counts and decides. What it leaves open is done here: one trial at a time while it is
half open, and heeding the circuits of other processes.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from attrs import define, field, frozen
from pybreaker import STATE_CLOSED, STATE_OPEN, CircuitBreaker, CircuitBreakerError

from clientupdater.domain.errors import CircuitOpen, Unavailable
from clientupdater.ports.circuits import CircuitReading, CircuitState

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.ports.circuits import SharedCircuits

T = TypeVar("T")

_STATES = {STATE_CLOSED: CircuitState.CLOSED, STATE_OPEN: CircuitState.OPEN}


@frozen
class Threshold:
    """How much is borne, and for how long a service is left alone then."""

    failures: int
    cooldown: timedelta
    successes: int
    """So many in a row close it again."""


@frozen
class NoSharedCircuits:
    """What a process that has no others tells and hears: nothing."""

    def publish(self, name: str, until: datetime) -> None:
        """Tell nobody."""

    def withdraw(self, name: str) -> None:
        """Tell nobody."""

    def open_until(self, name: str) -> datetime | None:
        """Hear nothing."""
        del name
        return None


@define(eq=False)
class Circuit:
    """Lets calls through, or says until when it does not. Only Unavailable counts as a failure."""

    name: str
    threshold: Threshold
    shared: SharedCircuits = field(factory=NoSharedCircuits)
    _breaker: CircuitBreaker = field(init=False, repr=False)
    _trial: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _elsewhere: datetime | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        """Make the breaker."""
        self._breaker = CircuitBreaker(
            fail_max=self.threshold.failures,
            reset_timeout=self.threshold.cooldown.total_seconds(),
            success_threshold=self.threshold.successes,
            exclude=[lambda error: not isinstance(error, Unavailable)],
            throw_new_error_on_trip=False,
            name=self.name,
        )

    def run(self, act: Callable[[], T]) -> T:
        """Do it, or raise CircuitOpen at once."""
        self._heed_others()
        was_closed = self._breaker.current_state == STATE_CLOSED
        if was_closed:
            return self._counted(act)
        if not self._trial.acquire(blocking=False):
            raise CircuitOpen(self.name, self._until())
        try:
            return self._counted(act)
        finally:
            self._trial.release()

    def read(self) -> CircuitReading:
        """Tell how it stands; of other processes what was heard last."""
        now = datetime.now(UTC)
        state = _STATES.get(self._breaker.current_state, CircuitState.HALF_OPEN)
        if state is CircuitState.CLOSED and self._elsewhere and self._elsewhere > now:
            return CircuitReading(self.name, CircuitState.OPEN, self._elsewhere)
        until = self._until() if state is CircuitState.OPEN else None
        return CircuitReading(self.name, state, until)

    def _counted(self, act: Callable[[], T]) -> T:
        before = self._breaker.current_state
        try:
            with self._breaker.calling():
                return act()
        except CircuitBreakerError as error:
            raise CircuitOpen(self.name, self._until()) from error
        finally:
            self._tell_others(before)

    def _tell_others(self, before: str) -> None:
        now = self._breaker.current_state
        if now == STATE_OPEN and (until := self._until()):
            self.shared.publish(self.name, until)
        elif now == STATE_CLOSED and before != STATE_CLOSED:
            self.shared.withdraw(self.name)

    def _heed_others(self) -> None:
        """Leave alone what another process found not to answer; our own trials are ours."""
        if self._breaker.current_state != STATE_CLOSED:
            return
        self._elsewhere = self.shared.open_until(self.name)
        if self._elsewhere and self._elsewhere > datetime.now(UTC):
            raise CircuitOpen(self.name, self._elsewhere)

    def _until(self) -> datetime | None:
        opened: datetime | None = self._breaker._state_storage.opened_at  # noqa: SLF001 — no other way
        return opened + self.threshold.cooldown if opened else None
