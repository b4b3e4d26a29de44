"""What came of many, each in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import frozen

from clientupdater.domain.errors import Error, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST = 500
"""Items that one call takes."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@frozen
class Outcome(Generic[_Result]):
    """What one item came to: its result or its error; neither where all were taken back."""

    index: int
    result: _Result | None = None
    error: Error | None = None


def require_not_too_many(items: Sequence[object], pointer: str) -> None:
    """Refuse none, and more than one call takes."""
    if not 1 <= len(items) <= MOST:
        raise InvalidInput.of(pointer, f"holds 1 to {MOST} items, not {len(items)}")


def each_by_itself(
    items: Sequence[_Item], act: Callable[[_Item], _Result], thing: Callable[[_Item], str]
) -> tuple[Outcome[_Result], ...]:
    """Do each in a unit of work of its own: one that fails takes no other along.

    They are done in the order of the things they are done to, and told in the order given: where
    the caller makes one transaction of them all, two of those then never wait for each other.
    """
    done = [
        _attempt(index, item, act)
        for index, item in sorted(enumerate(items), key=lambda each: thing(each[1]))
    ]
    return tuple(sorted(done, key=lambda outcome: outcome.index))


def _attempt(index: int, item: _Item, act: Callable[[_Item], _Result]) -> Outcome[_Result]:
    try:
        return Outcome(index, act(item))
    except Error as error:
        return Outcome(index, error=error)
