"""Servers that start in no time, so that a hundred of them can be killed: forked, not begun anew.

Each is the server that `clientupdater serve` runs, in a process of its own; only the interpreter
and the imports are shared, by a parent that does nothing else.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.adapters.local.clock import MachineClock
from clientupdater.composition import open_app
from clientupdater.entrypoints import logs
from clientupdater.entrypoints.http import server
from clientupdater.entrypoints.http.documentation import pages_of
from clientupdater.entrypoints.http.endpoints import ENDPOINTS
from clientupdater.entrypoints.http.server_settings import ServerSettings
from clientupdater.settings import Settings
from tests.entrypoints.test_cli_long_running import KEYS
from tests.support.forking import forking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.context import ForkServerProcess

pages_of(ENDPOINTS)  # by the parent, for all of them


@frozen
class ForkedServer:
    """One server."""

    process: ForkServerProcess
    base: str


@frozen
class ShiftedClock:
    """The machine's clock, and as far off as a machine's that is not kept in time."""

    ahead: timedelta

    def now(self) -> datetime:
        return MachineClock().now() + self.ahead


@contextmanager
def forked_server(**environment: str) -> Iterator[ForkedServer]:
    """Run a server, and kill it in the end if it still runs."""
    ours, theirs = forking.Pipe()
    process = forking.Process(target=_serve, args=({**KEYS, **environment}, theirs), daemon=True)
    process.start()
    theirs.close()  # a server that cannot start then ends the wait for its port
    try:
        yield ForkedServer(process, f"http://127.0.0.1:{ours.recv()}")
    finally:
        process.kill()
        process.join()


def _serve(environment: dict[str, str], value: Any) -> None:
    ahead = timedelta(minutes=int(environment.pop("TEST_CLOCK_AHEAD_MINUTES", "0")))
    settings = Settings.from_mapping({"LOG_LEVEL": "error", **environment})
    logs.configure(settings)
    clock = ShiftedClock(ahead)
    with server.listen("127.0.0.1", 0) as listening, open_app(settings, clock=clock) as app:
        value.send(listening.getsockname()[1])
        server.run(app, ServerSettings.of(settings), listening)
