"""A cache of the issuer's keys; one thread at a time fetches them (U1)."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import define, field

from clientupdater.adapters.security.published_keys import ISSUER
from clientupdater.domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from clientupdater.adapters.security.published_keys import SigningKey
    from clientupdater.ports.clock import Clock

FRESH = timedelta(minutes=10)
"""How long keys are used without a fetch; so long does a withdrawn key still work."""

OLDEST = timedelta(hours=24)
"""How long keys are used while the issuer does not answer. Without an end, an attacker who cuts the
server off from the issuer could use a withdrawn key forever."""

PAUSE = timedelta(minutes=1)
"""Between two fetches: anyone can send tokens that name unknown keys."""

FIRST_PAUSE = timedelta(seconds=5)
"""Between two fetches while there are no keys at all, so that every token is refused."""

_log = logging.getLogger(__name__)


@define(eq=False)
class KeySet:
    """Uses the last keys while the issuer does not answer, for at most a day."""

    fetch: Callable[[], Mapping[str, SigningKey]]
    clock: Clock
    patience: float = 3.0
    _turn: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _keys: Mapping[str, SigningKey] = field(factory=dict, init=False, repr=False)
    _fetched_at: datetime | None = field(default=None, init=False)
    _last_fetch_failed: bool = field(default=False, init=False)
    _attempt: _Attempt | None = field(default=None, init=False, repr=False)

    def find(self, name: str) -> SigningKey | None:
        """Find a key by its id. Raises Unavailable if there are no keys that may still be used."""
        key = self._keys.get(name)
        if key is not None and self._are_younger_than(FRESH):
            return key
        attempt = self._current_attempt()
        if key is not None and self._last_fetch_failed and self._are_usable():
            return key  # after a failed fetch, no request waits for the next one
        attempt.done.wait(self.patience)
        if not self._are_usable():
            raise Unavailable(ISSUER, retry_after=int(FIRST_PAUSE.total_seconds()))
        return self._keys.get(name)

    def _are_usable(self) -> bool:
        return bool(self._keys) and self._are_younger_than(OLDEST)

    def _are_younger_than(self, age: timedelta) -> bool:
        since = self._fetched_at
        return since is not None and abs(self.clock.now() - since) < age

    def _current_attempt(self) -> _Attempt:
        """Return the running or last fetch; begin another if the pause is over."""
        with self._turn:
            now, last = self.clock.now(), self._attempt
            pause = PAUSE if self._are_usable() else FIRST_PAUSE
            if last is None or (last.done.is_set() and abs(now - last.at) >= pause):
                last = self._attempt = _Attempt(now)
                threading.Thread(
                    target=self._run, args=(last,), name="keys of the issuer", daemon=True
                ).start()
            return last

    def _run(self, attempt: _Attempt) -> None:
        try:
            self._keys = self.fetch()
            self._fetched_at, self._last_fetch_failed = attempt.at, False
        except Unavailable as error:
            self._last_fetch_failed = True
            _log.warning("the issuer's keys could not be fetched: %r", error.__cause__ or error)
        except Exception as error:  # noqa: BLE001 - the last keys stay in use after any error
            self._last_fetch_failed = True
            _log.error("fetching the issuer's keys failed unexpectedly: %s", type(error).__name__)
        finally:
            attempt.done.set()


class _Attempt:
    def __init__(self, at: datetime) -> None:
        self.at = at
        self.done = threading.Event()
