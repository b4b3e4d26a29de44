"""How one thing that we need is doing, in words that an operator can act on."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable


@frozen
class Health:
    """What was found of one thing, and what to do if it is not well."""

    of: str
    ok: bool
    found: str
    remedy: str = ""


@define
class Bounded:
    """A check that answers within its time, whatever it waits for.

    One attempt is under way at a time: a probe that comes while an earlier one still hangs waits
    for that one and starts no other, so that probing a hanging service piles up nothing.
    """

    of: str
    check: Callable[[], Health]
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
        told = f"no answer within {self.patience * 1000:.0f} ms"
        return Health(self.of, ok=False, found=told, remedy="see whether it is overloaded")


class _Attempt:
    def __init__(self, check: Callable[[], Health], of: str) -> None:
        self.done = threading.Event()
        self.result: Health | None = None
        self._check = check
        threading.Thread(target=self._run, name=f"health of {of}", daemon=True).start()

    def _run(self) -> None:
        try:
            self.result = self._check()
        finally:
            self.done.set()
