"""LISTEN, on a connection of its own that goes past a pooler, which would not pass notices on."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

import psycopg
from attrs import field, frozen
from psycopg.conninfo import make_conninfo

from clientupdater.adapters.postgres.core.connect import NOTICES_SILENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PATIENCE_S = 5
_LOOK_UP_S = 0.25
"""How often the thread checks whether it should end."""
_AGAIN_S = 1.0


@frozen
class PostgresWakeUps:
    """Calls a function when jobs are enqueued; it reconnects by itself after a cut."""

    url: str = field(repr=False)

    @contextmanager
    def listening(self, wake: Callable[[], None]) -> Iterator[None]:
        over = Event()
        thread = Thread(target=self._listen, args=(wake, over), name="wake-ups", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(_PATIENCE_S)

    def _listen(self, wake: Callable[[], None], over: Event) -> None:
        """Listen until the end; the worker polls as well, so a missed notice only delays a job."""
        while not over.is_set():
            try:
                self._hear(wake, over)
            except (psycopg.OperationalError, psycopg.InterfaceError):
                over.wait(_AGAIN_S)

    def _hear(self, wake: Callable[[], None], over: Event) -> None:
        conninfo = make_conninfo(
            self.url,
            connect_timeout=_PATIENCE_S,
            application_name="clientupdater listener",
            **NOTICES_SILENCE,
        )
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute("listen clientupdater_jobs")
            wake()
            while not over.is_set():
                for _ in connection.notifies(timeout=_LOOK_UP_S):
                    wake()
