"""Logging: configured once for each process, one line for each event, on standard error."""

from __future__ import annotations

import logging
import sys
import time
from threading import Lock
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from clientupdater.entrypoints import redaction
from clientupdater.settings import LogFormat

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.settings import Settings


_writing = Lock()


class OncePerPause(logging.Filter):
    """Lets a warning through once in a while, with how many were left out.

    The pool of connections warns of each attempt to connect: many a second, as long as the database
    is away.
    """

    def __init__(self, pause_s: float = 10.0, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._pause_s, self._now = pause_s, now
        self._lock = Lock()
        self._seen: dict[str, tuple[float, int]] = {}
        """By the text without its values: when it was last let through, and how many since."""

    def filter(self, record: logging.LogRecord) -> bool:
        now, kind = self._now(), str(record.msg)
        with self._lock:
            last, left_out = self._seen.get(kind, (now - self._pause_s, 0))
            if now - last < self._pause_s:
                self._seen[kind] = last, left_out + 1
                return False
            self._seen[kind] = now, 0
        if left_out:
            record.msg = f"{record.getMessage()} ({left_out} more since the last line of this kind)"
            record.args = ()
        return True


class _Lines:
    """Writes lines to standard error, each in one piece, whatever thread writes it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def write(self, line: str) -> None:
        with _writing:
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    debug = info = warning = error = critical = write


def configure(settings: Settings) -> None:
    """Send the logs of the package and of its libraries through one renderer.

    Our own lines do not pass through the standard library: it costs more than the line does.
    """
    shared: list[Any] = [
        redaction.of_request,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redaction.exceptions,
    ]
    rendered: list[Any] = [redaction.redacted, _renderer(settings.log_format)]
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(
        processors=[*shared, *rendered],
        logger_factory=_Lines,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(allow=["query_id"]), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # It logs each step of starting and stopping; the server logs when it begins to serve.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    # It sets its own level when it is imported, unless it has one.
    logging.getLogger("psycopg").setLevel(max(level, logging.WARNING))
    logging.getLogger("psycopg.pool").filters = [OncePerPause()]


def _renderer(wanted: LogFormat | None) -> Any:
    terminal = sys.stderr.isatty()
    if wanted is LogFormat.CONSOLE or (wanted is None and terminal):
        return structlog.dev.ConsoleRenderer(colors=terminal)
    return structlog.processors.JSONRenderer(serializer=_written)


def _written(line: Any, **_: Any) -> str:
    return orjson.dumps(line, default=str).decode()
