"""The worker: duties at their intervals, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
from attrs import define, field, frozen

from clientupdater.domain.errors import Error
from clientupdater.entrypoints.wire import to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from clientupdater.app import App

EVERY_S = 60.0
_log = structlog.stdlib.get_logger("clientupdater.worker")


@frozen
class Duty:
    """Something that is due again and again; doing it twice does no harm."""

    name: str
    do: Callable[[], object]


def duties(app: App) -> tuple[Duty, ...]:
    """List what there is to do."""
    return (Duty("open due periods", app.open_due_periods),)


@define
class Worker:
    """Does every duty at the start and once per interval."""

    duties: Sequence[Duty]
    every_s: float = EVERY_S
    _stop: threading.Event = field(factory=threading.Event, init=False, repr=False)

    def stop(self) -> None:
        """Finish the duty under way and begin no other."""
        self._stop.set()

    def run(self) -> None:
        """Work until told to stop."""
        _log.info("working", duties=[duty.name for duty in self.duties])
        while not self._stop.is_set():
            for duty in self.duties:
                if not self._stop.is_set():
                    _perform(duty)
            self._stop.wait(self.every_s)
        _log.info("stopped working")


def _perform(duty: Duty) -> None:
    """Do it; a failure is told and is no reason to leave the other duties undone."""
    try:
        result = duty.do()
    except Error as error:
        _log.warning("duty failed", duty=duty.name, error=error.message)
    except Exception:  # noqa: BLE001 — whatever it is, the other duties are still due
        _log.exception("duty failed", duty=duty.name)
    else:
        _log.info("duty done", duty=duty.name, result=to_plain(result))


@contextmanager
def stopped_by_signals(worker: Worker) -> Iterator[None]:
    """Let SIGTERM and Ctrl-C stop it between duties."""
    before = {
        sign: signal.signal(sign, lambda *_: worker.stop())
        for sign in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
