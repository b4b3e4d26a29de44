"""A client source with retries, and with a circuit that stops them (Y12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from attrs import frozen
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_any
from tenacity.stop import stop_after_attempt, stop_base
from tenacity.wait import wait_exponential_jitter

from clientupdater.domain.errors import CircuitOpen, Unavailable
from clientupdater.runtime.deadlines import seconds_left

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from clientupdater.adapters.resilience.circuits import Circuit
    from clientupdater.ports.sources import Abilities, ClientSource, Fetch, RawRecord, SourcePage

T = TypeVar("T")

ATTEMPTS = 3
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 5.0


@frozen
class ResilientSource:
    """ClientSource over another one: retries outside, the circuit inside.

    There is no retry while the circuit is open, or after the caller's deadline. The wrapped source,
    which has the connection, limits how long one call takes.
    """

    within: ClientSource
    circuit: Circuit
    attempts: int = ATTEMPTS
    first_wait_s: float = _FIRST_WAIT_S

    def abilities(self) -> Abilities:
        return self.within.abilities()

    def begin(self, since: datetime | None = None, columns: Sequence[str] = ()) -> Fetch:
        return self._retried(lambda: self.within.begin(since, columns))

    def page(self, fetch: Fetch, position: str | None = None) -> SourcePage:
        return self._retried(lambda: self.within.page(fetch, position))

    def one(self, code: str) -> RawRecord | None:
        return self._retried(lambda: self.within.one(code))

    def _retried(self, act: Callable[[], T]) -> T:
        retrying = Retrying(
            stop=stop_any(stop_after_attempt(self.attempts), _TooLate()),
            wait=wait_exponential_jitter(multiplier=self.first_wait_s, max=_LONGEST_WAIT_S),
            retry=retry_if_exception(_is_worth_it),
            reraise=True,
        )
        answer: T = retrying(self.circuit.run, act)
        return answer


def _is_worth_it(error: BaseException) -> bool:
    """Whether the source may answer by the next attempt; it may have sent a longer Retry-After."""
    if not isinstance(error, Unavailable) or isinstance(error, CircuitOpen):
        return False
    rest = error.details.get("retry_after")
    return rest is None or rest <= _LONGEST_WAIT_S


class _TooLate(stop_base):
    """Stops where the wait before the next attempt would pass the caller's deadline."""

    def __call__(self, retry_state: RetryCallState) -> bool:
        try:
            left = seconds_left()
        except Unavailable:
            return True
        return left is not None and retry_state.upcoming_sleep >= left
