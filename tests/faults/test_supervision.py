"""The demo stops at Ctrl-C, whatever it is doing at that moment."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from clientupdater.entrypoints.cli.supervision import Child, interrupt_on_stop, watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)


class InterruptedLock:
    """A lock at which Ctrl-C arrives as soon as it is taken without waiting."""

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def acquire(self, *arguments: Any) -> bool:
        taken = self.lock.acquire(*arguments)
        signal.raise_signal(signal.SIGINT)
        return taken

    def release(self) -> None:
        self.lock.release()

    def __enter__(self) -> None:
        self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.lock.release()


@pytest.fixture
def signals_restored() -> Iterator[None]:
    handlers = {each: signal.getsignal(each) for each in SIGNALS}
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for each, handler in handlers.items():
        signal.signal(each, handler)


@pytest.mark.usefixtures("signals_restored")
def test_ctrl_c_while_a_child_is_polled_leaves_a_child_that_can_be_stopped(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "import time; time.sleep(60)"]
    process = subprocess.Popen(argv)
    lock = InterruptedLock()
    vars(process)["_waitpid_lock"] = lock
    interrupt_on_stop()
    with pytest.raises(KeyboardInterrupt):
        watch([Child("sleeper", process, tmp_path / "log")], lambda: True)
    is_free = not lock.lock.locked()
    vars(process)["_waitpid_lock"] = threading.Lock()
    Child("sleeper", process, tmp_path / "log").stop()
    assert is_free
    assert process.returncode == -signal.SIGTERM
