"""Several server processes on one address.

They share the listening socket, and take connections from it one by one (`shared_socket.py`). A
process that ends is replaced. The pause before that grows while its successors end soon as well,
because the database may be away. A process that ends with a configuration error or a bug stops all
of them: a successor would end the same way.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
from attrs import define
from prometheus_client import start_http_server
from prometheus_client.multiprocess import mark_process_dead

from clientupdater.entrypoints.failures import Exit
from clientupdater.entrypoints.http.middleware.metrics import SHARED_FOLDER, shared_registry
from clientupdater.runtime import child_process

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Mapping, Sequence

    from prometheus_client import CollectorRegistry

    from clientupdater.entrypoints.http.metrics_folder import MetricsFolder

_LOOK_EVERY_S = 0.2
_FINAL = frozenset({Exit.OURS, Exit.CONFIGURATION})
_LONG_S = 60.0
"""A process that lived this long is replaced at once."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_log = structlog.stdlib.get_logger("clientupdater.http")


@contextmanager
def metrics_served(bind: tuple[str, int] | None, registry: CollectorRegistry) -> Iterator[None]:
    """Serve the metrics at METRICS_BIND, if that is set."""
    if bind is None:
        yield
        return
    host, port = bind
    server, thread = start_http_server(port, host, registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run(
    command: Sequence[str],
    environ: Mapping[str, str],
    listening: socket.socket,
    workers: int,
    metrics_bind: tuple[str, int] | None,
    folder: MetricsFolder,
) -> int:
    """Run the processes until a signal; return the exit code."""
    host, port = listening.getsockname()[:2]
    inherited = ["--inherited-socket", str(listening.fileno()), "--metrics-folder", folder.path]
    team = _Team(
        [*command, *inherited],
        {**environ, SHARED_FOLDER: folder.path},
        listening,
        folder,
        [_Place() for _ in range(workers)],
    )
    with metrics_served(metrics_bind, shared_registry(folder.path)), team.stopped_by_signals():
        team.start_due()
        _log.info("serving", host=host, port=port, workers=workers)
        code = team.watch()
    _log.info("stopped serving", workers=workers)
    return code


def pause_after(deaths: int) -> float:
    """Return the pause after this many short lives in a row."""
    if not deaths:
        return 0.0
    return float(min(_FIRST_PAUSE_S * 2 ** min(deaths - 1, 10), _LONGEST_PAUSE_S))


@define
class _Place:
    """The place of one process, and of its successors."""

    process: subprocess.Popen[bytes] | None = None
    due_at: float = 0.0
    begun_at: float = 0.0
    deaths: int = 0

    def note_death(self, now: float) -> float:
        """Return the pause before its successor."""
        self.deaths = 0 if now - self.begun_at >= _LONG_S else self.deaths + 1
        self.process, pause = None, pause_after(self.deaths)
        self.due_at = now + pause
        return pause


@define
class _Team:
    command: Sequence[str]
    environ: Mapping[str, str]
    listening: socket.socket
    folder: MetricsFolder
    places: list[_Place]
    is_stopping: bool = False

    def start_due(self) -> None:
        now = time.monotonic()
        for place in self.places:
            if place.process is None and place.due_at <= now and not self.is_stopping:
                place.process, place.begun_at = self._start(), now

    def _start(self) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-m", "clientupdater.entrypoints.cli", *self.command]
        return subprocess.Popen(  # noqa: S603 — the command is ours
            child_process.command(argv, death_signal=signal.SIGTERM),
            stdin=subprocess.DEVNULL,
            env=dict(self.environ),
            pass_fds=[self.listening.fileno(), self.folder.lock],
            start_new_session=True,  # Ctrl-C reaches the parent alone, which passes it on
        )

    def _running(self) -> list[tuple[_Place, subprocess.Popen[bytes]]]:
        return [(each, each.process) for each in self.places if each.process]

    def _stop(self) -> None:
        """Close the socket as well: no process would answer a connection that still waits on it."""
        self.is_stopping = True
        self.listening.close()
        for _, process in self._running():
            process.terminate()

    @contextmanager
    def stopped_by_signals(self) -> Iterator[None]:
        def pass_on(*_: object) -> None:
            self._stop()

        before = {sign: signal.signal(sign, pass_on) for sign in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for _, process in self._running():
                process.kill()
            for sign, handler in before.items():
                signal.signal(sign, handler)

    def watch(self) -> int:
        """Return the worst exit code when the last process has ended."""
        worst = 0
        while self._running() or not self.is_stopping:
            for place, process in self._running():
                if (code := process.poll()) is not None:
                    mark_process_dead(process.pid, self.folder.path)  # type: ignore[no-untyped-call]
                    worst = max(worst, self._ended(place, code))
            self.start_due()
            time.sleep(_LOOK_EVERY_S)
        return worst

    def _ended(self, place: _Place, code: int) -> int:
        """Plan a successor, or stop all; return what counts for the exit code."""
        pause = place.note_death(time.monotonic())
        if self.is_stopping:
            return max(code, 0)
        if code in _FINAL:
            self._stop()
            return code
        reason = f"signal {-code}" if code < 0 else f"exit {code}"
        message = "a server process ended and will be replaced"
        _log.warning(message, reason=reason, pause_s=pause)
        return 0
