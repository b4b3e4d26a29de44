"""What came of many, each in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import frozen

from clientupdater.domain.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.errors import Error

MOST = 500
"""Items that one call takes."""

_Result = TypeVar("_Result")


@frozen
class Outcome(Generic[_Result]):
    """What one item came to: its result or its error; neither where all were taken back."""

    index: int
    result: _Result | None = None
    error: Error | None = None

    @property
    def required(self) -> _Result:
        """The result, where there must be one; raises the error that stands in its place."""
        if self.error:
            raise self.error
        assert self.result is not None  # noqa: S101 — one of the two is there
        return self.result


def require_not_too_many(items: Sequence[object], pointer: str) -> None:
    """Refuse none, and more than one call takes."""
    if not 1 <= len(items) <= MOST:
        raise InvalidInput.of(pointer, f"holds 1 to {MOST} items, not {len(items)}")
