"""Several server processes on one address: started together, kept at work, stopped together.

They share the listening socket, so that the kernel hands each connection to one of them. One that
dies is replaced; one that cannot work as it is set up stops all, since its successor could not
either.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
from attrs import define, field
from prometheus_client import start_http_server
from prometheus_client.multiprocess import mark_process_dead

from clientupdater import lifeline
from clientupdater.entrypoints.http.metrics import SHARED_FOLDER, shared_registry

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Mapping, Sequence

    from prometheus_client import CollectorRegistry

_LOOK_EVERY_S = 0.2
_log = structlog.stdlib.get_logger("clientupdater.http")


@contextmanager
def metrics_folder() -> Iterator[dict[str, str]]:
    """Give a folder for the numbers of all processes, as the environment that names it."""
    with tempfile.TemporaryDirectory(prefix="clientupdater-metrics-") as folder:
        yield {SHARED_FOLDER: folder}


@contextmanager
def metrics_told(bind: tuple[str, int] | None, registry: CollectorRegistry) -> Iterator[None]:
    """Tell the metrics at an address of their own, where there is one."""
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
) -> int:
    """Run so many until told to stop; give the exit code."""
    host, port = listening.getsockname()[:2]
    folder = environ[SHARED_FOLDER]
    inherited = ["--inherited-socket", str(listening.fileno()), "--metrics-folder", folder]
    team = _Team([*command, *inherited], environ, listening)
    with metrics_told(metrics_bind, shared_registry(folder)), team.told_to_stop_by_signals():
        team.start(workers)
        _log.info("serving", host=host, port=port, workers=workers)
        code = team.watch(folder)
    _log.info("stopped serving", workers=workers)
    return code


@define
class _Team:
    command: Sequence[str]
    environ: Mapping[str, str]
    listening: socket.socket
    processes: list[subprocess.Popen[bytes]] = field(factory=list)
    is_stopping: bool = False

    def start(self, workers: int) -> None:
        for _ in range(workers):
            self.processes.append(self._begun())

    def _begun(self) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-m", "clientupdater.entrypoints.cli", *self.command]
        return subprocess.Popen(  # noqa: S603 — our own command
            lifeline.command(argv, death_signal=signal.SIGTERM),
            stdin=subprocess.DEVNULL,
            env=dict(self.environ),
            pass_fds=[self.listening.fileno()],
            start_new_session=True,  # Ctrl-C reaches us alone, who pass it on
        )

    def _stop(self) -> None:
        """Let go of the address as well: what we still held, nobody would answer any more."""
        self.is_stopping = True
        self.listening.close()
        for process in self.processes:
            process.terminate()

    @contextmanager
    def told_to_stop_by_signals(self) -> Iterator[None]:
        def pass_on(*_: object) -> None:
            self._stop()

        before = {sign: signal.signal(sign, pass_on) for sign in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for process in self.processes:
                process.kill()
            for sign, handler in before.items():
                signal.signal(sign, handler)

    def watch(self, folder: str) -> int:
        """Return when all have ended: as they ended."""
        worst = 0
        while self.processes:
            for process in tuple(self.processes):
                if (code := process.poll()) is not None:
                    self.processes.remove(process)
                    mark_process_dead(process.pid, folder)  # type: ignore[no-untyped-call]
                    worst = max(worst, self._ended(code))
            time.sleep(_LOOK_EVERY_S)
        return worst

    def _ended(self, code: int) -> int:
        """Replace one that was killed or sent away; stop all where one gave up by itself."""
        if self.is_stopping:
            return max(code, 0)
        if code > 0:
            self._stop()
            return code
        told = f"signal {-code}" if code else "it was told to go"
        _log.warning("a server process ended; another takes its place", reason=told)
        self.processes.append(self._begun())
        return 0
