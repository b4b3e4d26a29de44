"""Time limits around checks that may never answer."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from attrs import define, field

from clientupdater.ports.health import Health

if TYPE_CHECKING:
    from clientupdater.ports.health import HealthCheck


@define
class CheckWithTimeLimit:
    """A check that answers within its time, whatever it waits for.

    It makes one attempt at a time: a probe that comes while an earlier one hangs waits for that,
    so that probes of a hanging service do not pile up.
    """

    of: str
    check: HealthCheck
    patience: float
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _attempt: _Attempt | None = field(default=None, init=False, repr=False)

    def __call__(self) -> Health:
        """Check now, or join the check that is under way."""
        with self._lock:
            if self._attempt is None or self._attempt.done.is_set():
                self._attempt = _Attempt(self.check, self.of)
            attempt = self._attempt
        if attempt.done.wait(self.patience) and attempt.result:
            return attempt.result
        message = f"no answer within {self.patience * 1000:.0f} ms"
        return Health(self.of, ok=False, found=message, remedy="check whether it is overloaded")


class _Attempt:
    def __init__(self, check: HealthCheck, of: str) -> None:
        self.done = threading.Event()
        self.result: Health | None = None
        self._check, self._of = check, of
        threading.Thread(target=self._run, name=f"health of {of}", daemon=True).start()

    def _run(self) -> None:
        try:
            self.result = self._check()
        except Exception as error:  # noqa: BLE001 — a check that raises is a failed check
            message = f"the check itself failed: {type(error).__name__}"
            self.result = Health(self._of, ok=False, found=message)
        finally:
            self.done.set()
