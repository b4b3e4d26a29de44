"""The last look at a log line before it is written: nothing private leaves in it.

A list says what may be told; whatever is not on it is withheld, so that a new field is kept back
until somebody thought about it. Errors are told by kind and place: what a driver says of one often
quotes the values.
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

TOLD = frozenset(
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
WITHHELD = "[withheld]"
_NUMBER = re.compile(r"\+?\d(?:[ -]?\d){7,}")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def of_request(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say for which request it was written, where it says nothing else."""
    if trace := trace_context.current():
        line.setdefault("request_id", trace.request_id)
        line.setdefault("trace_id", trace.trace_id)
    return line


def exceptions(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Tell an exception by kinds and places, and by its words only where they are ours."""
    result = line.pop("exc_info", None)
    if not result:
        return line
    error = result if isinstance(result, BaseException) else _raised(result)
    if error is not None:
        line["exception"] = "\n".join(_chain(error))
    return line


def _raised(result: object) -> BaseException | None:
    return result[1] if isinstance(result, tuple) else sys.exc_info()[1]


def _chain(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        message = f": {error.message}" if isinstance(error, Error) else ""
        yield f"{type(error).__module__}.{type(error).__qualname__}{message}"
        yield from _places(error.__traceback__)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _places(traceback_type: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(traceback_type):
        path = Path(frame.filename)
        yield f"  at {path.parent.name}/{path.name}:{frame.lineno} {frame.name}"


def redacted(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Withhold what is not on the list, and numbers and addresses in what is said in words."""
    return {
        name: (_scrubbed(name, value) if name in TOLD or name.startswith("_") else WITHHELD)
        for name, value in line.items()
    }


def _scrubbed(name: str, value: Any) -> Any:
    if name not in {"event", "error", "exception", "reason"} or not isinstance(value, str):
        return value
    for pattern, instead in ((_CREDENTIALS, "…@"), (_EMAIL, WITHHELD), (_NUMBER, WITHHELD)):
        value = pattern.sub(instead, value)
    return value
