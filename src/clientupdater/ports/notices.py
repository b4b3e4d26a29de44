"""Word that something happened outside, each delivery once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from datetime import date, datetime


@frozen(kw_only=True)
class Notice:
    """A hint, not a fact: what it is about is asked for (Y1)."""

    source: str
    delivery: str
    kind: str
    code: str
    """Whose client code it names."""
    posted_on: date | None = None
    """The day of a payment."""


class Notices(Protocol):
    """The deliveries."""

    def keep(self, notice: Notice, now: datetime) -> bool:
        """Keep one; False where it came before."""
        ...

    def find(self, source: str, delivery: str) -> Notice | None:
        """Find one; None if there is none."""
        ...

    def followed(self, notice: Notice, now: datetime) -> None:
        """Note that it was followed."""
        ...
