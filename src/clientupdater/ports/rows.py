"""The items of a page, as they go out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Item = TypeVar("Item")


class Rows(Sequence[Item]):
    """Items as they go out over HTTP: the members of each by name, which JSON takes as they are.

    A program that reads an item gets it as its class, made then; JSON needs none.
    """

    def __init__(
        self, plain: Sequence[Mapping[str, Any]], made: Callable[[Mapping[str, Any]], Item]
    ) -> None:
        self.plain, self._made = plain, made

    def __len__(self) -> int:
        return len(self.plain)

    @overload
    def __getitem__(self, at: int) -> Item: ...
    @overload
    def __getitem__(self, at: slice) -> Rows[Item]: ...
    def __getitem__(self, at: int | slice) -> Item | Rows[Item]:
        if isinstance(at, slice):
            return Rows(self.plain[at], self._made)
        return self._made(self.plain[at])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment] # nor does a list have one
