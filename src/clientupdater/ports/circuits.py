"""Circuits: whether a service outside is being asked at all."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from datetime import datetime


class CircuitState(StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    """One call at a time tries whether the service is well again."""


@frozen
class CircuitReading:
    """How a circuit stands."""

    name: str
    state: CircuitState
    open_until: datetime | None = None


class CircuitReader(Protocol):
    """Tells how a circuit stands, at once: it asks nobody."""

    def __call__(self) -> CircuitReading:
        """Read it."""
        ...


class SharedCircuits(Protocol):
    """What processes tell each other of circuits; losing it harms nothing, and raises nothing."""

    def publish(self, name: str, until: datetime) -> None:
        """Tell the others that a circuit is open until then."""
        ...

    def withdraw(self, name: str) -> None:
        """Tell the others that it is closed again."""
        ...

    def open_until(self, name: str) -> datetime | None:
        """Read until when some process holds it open; None: none does, or nobody knows."""
        ...
