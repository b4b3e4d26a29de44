"""The demo's processes: started together, watched, and stopped together.

They also die when the demo is killed (see ``child_process``). If one of them ends by itself, the
demo says so and stops the others: a demo that limps on would mislead its user.
"""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Unavailable
from clientupdater.runtime import child_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import FrameType

_GRACE_S = 15.0
_START_S = 30.0
_LAST_LINES = 5
_COME_BACK_S = 0.01
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)


@frozen
class Child:
    """One process of the demo, and where it writes its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def refuse_if_ended(self) -> None:
        """Raise if it ended by itself, with the last that it said."""
        code = self.process.poll()
        if code is None:
            return
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        last = " | ".join(lines[-_LAST_LINES:]) or "nothing"
        message = f"the {self.name} ended by itself (exit {code}); its log {self.log} ends: {last}"
        raise Unavailable(f"the {self.name}", message)

    def stop(self) -> None:
        """Ask it to finish, and wait; one that does not in its time is killed."""
        self.process.terminate()
        try:
            self.process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def running(
    name: str, arguments: Sequence[str], environ: Mapping[str, str], log: Path
) -> Iterator[Child]:
    """Run one of our own commands for as long as the demo does.

    It has a session of its own: Ctrl-C reaches the demo alone, which stops things in their order.
    """
    argv = [sys.executable, "-m", "clientupdater.entrypoints.cli", *arguments]
    with log.open("wb") as written:
        process = subprocess.Popen(  # noqa: S603 — our own command
            child_process.command(argv, death_signal=signal.SIGTERM),
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            env={**environ, "LOG_FORMAT": "json"},
            start_new_session=True,
        )
    child = Child(name, process, log)
    try:
        yield child
    finally:
        child.stop()


def wait_until_ready(port: int, watched: Sequence[Child]) -> None:
    """Wait for the server to say that it is ready."""
    deadline = time.monotonic() + _START_S
    while not _is_ready(port):
        for child in watched:
            child.refuse_if_ended()
        if time.monotonic() > deadline:
            raise Unavailable("the server", f"the server was not ready within {_START_S:.0f} s")
        time.sleep(0.05)


def watch(watched: Sequence[Child], database_is_running: Callable[[], bool]) -> None:
    """Return never; raise when something ended by itself."""
    while True:
        for child in watched:
            child.refuse_if_ended()
        if not database_is_running():
            raise Unavailable("the database", "the embedded database ended by itself")
        time.sleep(0.2)


def interrupt_on_stop() -> None:
    """Make Ctrl-C, SIGTERM and SIGHUP interrupt once; later ones do not disturb the stopping.

    ``Popen.poll`` locks before it enters its ``try``. An exception raised between the two would
    leave the lock taken, and the child could never be waited for. So a signal that arrives there
    comes back a moment later.
    """

    def stop(_: int, frame: FrameType | None) -> None:
        if _is_polling(frame):
            signal.setitimer(signal.ITIMER_REAL, _COME_BACK_S)
            return
        for sign in _STOPPING:
            signal.signal(sign, signal.SIG_IGN)
        raise KeyboardInterrupt

    for sign in _STOPPING:
        signal.signal(sign, stop)


def _is_polling(frame: FrameType | None) -> bool:
    while frame is not None and frame.f_code is not subprocess.Popen.poll.__code__:
        frame = frame.f_back
    return frame is not None


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
