"""Parts of a page that can fail by themselves, and long lists that are cut into pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import frozen

from clientupdater.domain.errors import Error
from clientupdater.entrypoints.console.failure import status_of
from clientupdater.entrypoints.console.rendering import address
from clientupdater.entrypoints.http.problems import message_of
from clientupdater.runtime.deadlines import ending_at, seconds_left, within

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")
_SHARE = 0.75
"""Of the time that is left, a part may take so much, so that the page can still be written."""
MOST_ROWS = 10


@frozen
class Part(Generic[T]):
    """A part of a page, or why it is not there."""

    value: T | None
    error: str | None = None


def part(read: Callable[[], T]) -> Part[T]:
    """Read a part of a page; where that fails, the rest of the page stays."""
    try:
        left = seconds_left()
        with ending_at(None if left is None else within(left * _SHARE)):
            return Part(read())
    except Error as error:
        return Part(None, message_of(error, status_of(error)))


@frozen
class Cut(Generic[T]):
    """Some of the rows, with the addresses of those before and after them."""

    rows: Sequence[T]
    total: int
    previous: str | None = None
    next: str | None = None


def cut(rows: Sequence[T], begin: int, path: str, params: Mapping[str, Any], name: str) -> Cut[T]:
    """Cut rows into pages; the parameter `name` of the address says where one begins."""
    end = begin + MOST_ROWS

    def at(number: int) -> str:
        return address(path, **{**params, name: number or None})

    return Cut(
        rows[begin:end],
        len(rows),
        at(max(0, begin - MOST_ROWS)) if begin else None,
        at(end) if end < len(rows) else None,
    )
