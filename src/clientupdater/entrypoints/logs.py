"""Logging: configured once for each process, one line for each event, on standard error."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from clientupdater.entrypoints import redaction
from clientupdater.settings import LogFormat

if TYPE_CHECKING:
    from clientupdater.settings import Settings


def configure(settings: Settings) -> None:
    """Send the logs of the package and of its libraries through one renderer."""
    shared: list[Any] = [
        structlog.stdlib.ExtraAdder(allow=["query_id"]),
        redaction.of_request,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redaction.exceptions,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redaction.redacted,
                _renderer(settings.log_format),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    # It logs each step of starting and stopping; the server logs when it begins to serve.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


def _renderer(wanted: LogFormat | None) -> Any:
    terminal = sys.stderr.isatty()
    if wanted is LogFormat.CONSOLE or (wanted is None and terminal):
        return structlog.dev.ConsoleRenderer(colors=terminal)
    return structlog.processors.JSONRenderer(serializer=_written)


def _written(line: Any, **_: Any) -> str:
    return orjson.dumps(line, default=str).decode()
