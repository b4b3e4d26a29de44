"""Ports that bear with what they wrap: time limits around what may never answer."""

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

    One attempt is under way at a time: a probe that comes while an earlier one still hangs waits
    for that one and starts no other, so that probing a hanging service piles up nothing.
    """

    of: str
    check: HealthCheck
    patience: float
    _turn: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _attempt: _Attempt | None = field(default=None, init=False, repr=False)

    def __call__(self) -> Health:
        """Check now, or join the check that is under way."""
        with self._turn:
            if self._attempt is None or self._attempt.done.is_set():
                self._attempt = _Attempt(self.check, self.of)
            attempt = self._attempt
        if attempt.done.wait(self.patience) and attempt.result:
            return attempt.result
        message = f"no answer within {self.patience * 1000:.0f} ms"
        return Health(self.of, ok=False, found=message, remedy="see whether it is overloaded")


class _Attempt:
    def __init__(self, check: HealthCheck, of: str) -> None:
        self.done = threading.Event()
        self.result: Health | None = None
        self._check, self._of = check, of
        threading.Thread(target=self._run, name=f"health of {of}", daemon=True).start()

    def _run(self) -> None:
        try:
            self.result = self._check()
        except Exception as error:  # noqa: BLE001 - whatever it is, the thing is not well
            message = f"the check itself broke: {type(error).__name__}"
            self.result = Health(self._of, ok=False, found=message)
        finally:
            self.done.set()
