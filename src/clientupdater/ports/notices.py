"""Webhook deliveries, each stored once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from datetime import date, datetime


@frozen(kw_only=True)
class Notice:
    """A hint that a client changed; the change itself is read from the source (Y1)."""

    source: str
    delivery: str
    kind: str
    code: str
    """The client's code at the source."""
    posted_on: date | None = None
    """The day of a payment."""


class Notices(Protocol):
    def keep(self, notice: Notice, now: datetime) -> bool:
        """Store a delivery; False if it was stored before."""
        ...

    def find(self, source: str, delivery: str) -> Notice | None: ...

    def followed(self, notice: Notice, now: datetime) -> None:
        """Record that the delivery was acted on."""
        ...
