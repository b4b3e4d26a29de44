"""Removes private data from a log line before it is written.

Only fields on a list are logged, so that a new field is withheld until a developer allows it.
Errors are logged by class and place, because the message of a driver often quotes values.
"""

from __future__ import annotations

import re
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clientupdater.domain.errors import Error
from clientupdater.runtime import trace_context

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping
    from types import TracebackType

ALLOWED_FIELDS = frozenset(
    {
        # of every line
        "event", "level", "logger", "timestamp", "request_id", "trace_id", "error", "exception",
        # of a request
        "method", "route", "status", "duration_ms", "user", "company", "code", "replayed",
        # of serving and working
        "host", "port", "pid", "workers", "reason", "service",
        # of jobs
        "worker", "queues", "threads", "job", "name", "attempt", "jobs", "schedule", "schedules",
        # of a source
        "query_id",
    }
)  # fmt: skip
_FREE_TEXT = frozenset({"event", "error", "exception", "reason"})
WITHHELD = "[withheld]"
_NUMBER = re.compile(r"\+?\d(?:[ -]?\d){7,}")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def of_request(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the ids of the current request, if there is one."""
    if trace := trace_context.current():
        line.setdefault("request_id", trace.request_id)
        line.setdefault("trace_id", trace.trace_id)
    return line


def exceptions(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Log an exception by class and place; only our own errors keep their message."""
    exc_info = line.pop("exc_info", None)
    if not exc_info:
        return line
    error = exc_info if isinstance(exc_info, BaseException) else _raised(exc_info)
    if error is not None:
        line["exception"] = "\n".join(_chain(error))
    return line


def _raised(exc_info: object) -> BaseException | None:
    return exc_info[1] if isinstance(exc_info, tuple) else sys.exc_info()[1]


def _chain(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        message = f": {error.message}" if isinstance(error, Error) else ""
        yield f"{type(error).__module__}.{type(error).__qualname__}{message}"
        yield from _places(error.__traceback__)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _places(raised_at: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(raised_at):
        path = Path(frame.filename)
        yield f"  at {path.parent.name}/{path.name}:{frame.lineno} {frame.name}"


def redacted(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Withhold fields that are not allowed, and numbers and addresses in free text."""
    for name in line.keys() - ALLOWED_FIELDS:
        if not name.startswith("_"):
            line[name] = WITHHELD
    for name in _FREE_TEXT & line.keys():
        line[name] = _scrubbed(line[name])
    return line


def _scrubbed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    for pattern, instead in ((_CREDENTIALS, "…@"), (_EMAIL, WITHHELD), (_NUMBER, WITHHELD)):
        value = pattern.sub(instead, value)
    return value
