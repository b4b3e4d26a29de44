"""An issuer's keys as they are kept: fetched when needed, by one at a time (U1)."""

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
"""How long keys are used unasked: so long does one that was withdrawn go on to count."""

OLDEST = timedelta(hours=24)
"""For how long keys count while the issuer cannot be asked: who cuts us off from it would else keep
one that was withdrawn good for ever."""

PAUSE = timedelta(minutes=1)
"""Between two fetches: tokens that name unknown keys can be made by anybody."""

FIRST_PAUSE = timedelta(seconds=5)
"""Between two fetches while there are no keys at all, and so nobody gets in."""

_log = logging.getLogger(__name__)


@define(eq=False)
class KeySet:
    """Keeps the last good keys while the issuer does not answer, for a day at most."""

    fetch: Callable[[], Mapping[str, SigningKey]]
    clock: Clock
    patience: float = 3.0
    _turn: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _keys: Mapping[str, SigningKey] = field(factory=dict, init=False, repr=False)
    _fetched_at: datetime | None = field(default=None, init=False)
    _is_silent: bool = field(default=False, init=False)
    _attempt: _Attempt | None = field(default=None, init=False, repr=False)

    def find(self, name: str) -> SigningKey | None:
        """Find a key by its id; raise Unavailable when there are none that still count."""
        key = self._keys.get(name)
        if key is not None and self._are_younger_than(FRESH):
            return key
        attempt = self._attempted()
        if key is not None and self._is_silent and self._count():
            return key  # nobody waits for an issuer that did not answer the last time either
        attempt.done.wait(self.patience)
        if not self._count():
            raise Unavailable(ISSUER, retry_after=int(FIRST_PAUSE.total_seconds()))
        return self._keys.get(name)

    def _count(self) -> bool:
        return bool(self._keys) and self._are_younger_than(OLDEST)

    def _are_younger_than(self, age: timedelta) -> bool:
        since = self._fetched_at
        return since is not None and abs(self.clock.now() - since) < age

    def _attempted(self) -> _Attempt:
        """Join the fetch that is under way, or the last one; begin another when it is time."""
        with self._turn:
            now, last = self.clock.now(), self._attempt
            pause = PAUSE if self._count() else FIRST_PAUSE
            if last is None or (last.done.is_set() and abs(now - last.at) >= pause):
                last = self._attempt = _Attempt(now)
                threading.Thread(
                    target=self._run, args=(last,), name="keys of the issuer", daemon=True
                ).start()
            return last

    def _run(self, attempt: _Attempt) -> None:
        try:
            self._keys = self.fetch()
            self._fetched_at, self._is_silent = attempt.at, False
        except Unavailable as error:
            self._is_silent = True
            _log.warning("the issuer's keys could not be fetched: %r", error.__cause__ or error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the last good keys stay
            self._is_silent = True
            _log.error("fetching the issuer's keys broke: %s", type(error).__name__)
        finally:
            attempt.done.set()


class _Attempt:
    def __init__(self, at: datetime) -> None:
        self.at = at
        self.done = threading.Event()
