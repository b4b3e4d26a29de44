"""Logging: configured once for each process, one line for each event, on standard error."""

from __future__ import annotations

import logging
import sys
from threading import Lock
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from clientupdater.entrypoints import redaction
from clientupdater.settings import LogFormat

if TYPE_CHECKING:
    from clientupdater.settings import Settings


_writing = Lock()


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


def _renderer(wanted: LogFormat | None) -> Any:
    terminal = sys.stderr.isatty()
    if wanted is LogFormat.CONSOLE or (wanted is None and terminal):
        return structlog.dev.ConsoleRenderer(colors=terminal)
    return structlog.processors.JSONRenderer(serializer=_written)


def _written(line: Any, **_: Any) -> str:
    return orjson.dumps(line, default=str).decode()
