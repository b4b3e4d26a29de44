"""A circuit breaker before an outside service: after some failures, calls stop for a while (Y12).

`pybreaker` counts and decides. This adds two things: one trial at a time while the circuit is half
open, and heeding the circuits of other processes.
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

    from clientupdater.adapters.redis.circuits import RedisCircuits

T = TypeVar("T")

_STATES = {STATE_CLOSED: CircuitState.CLOSED, STATE_OPEN: CircuitState.OPEN}


@frozen
class Threshold:
    """How many failures open a circuit, for how long, and what closes it."""

    failures: int
    cooldown: timedelta
    successes: int
    """In a row, these close it again."""


@define(eq=False)
class Circuit:
    """Lets calls through unless it is open. Only Unavailable counts as a failure."""

    name: str
    threshold: Threshold
    shared: RedisCircuits | None = None
    """What other processes know; None where this one shares with none."""
    _breaker: CircuitBreaker = field(init=False, repr=False)
    _trial: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _elsewhere: datetime | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._breaker = CircuitBreaker(
            fail_max=self.threshold.failures,
            reset_timeout=self.threshold.cooldown.total_seconds(),
            success_threshold=self.threshold.successes,
            exclude=[lambda error: not isinstance(error, Unavailable)],
            throw_new_error_on_trip=False,
            name=self.name,
        )

    def run(self, act: Callable[[], T]) -> T:
        """Call it, or raise CircuitOpen at once."""
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
        """Read its state, as this process last knew the circuits of others."""
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
            self._share(before)

    def _share(self, before: str) -> None:
        if self.shared is None:
            return
        now = self._breaker.current_state
        if now == STATE_OPEN and (until := self._until()):
            self.shared.publish(self.name, until)
        elif now == STATE_CLOSED and before != STATE_CLOSED:
            self.shared.withdraw(self.name)

    def _heed_others(self) -> None:
        """Stop where another process has its circuit open, unless ours is open or half open."""
        if self.shared is None or self._breaker.current_state != STATE_CLOSED:
            return
        self._elsewhere = self.shared.open_until(self.name)
        if self._elsewhere and self._elsewhere > datetime.now(UTC):
            raise CircuitOpen(self.name, self._elsewhere)

    def _until(self) -> datetime | None:
        opened: datetime | None = self._breaker._state_storage.opened_at  # noqa: SLF001 — no other way
        return opened + self.threshold.cooldown if opened else None
