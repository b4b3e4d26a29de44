"""Circuits: whether the software calls an outside service at all."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from datetime import datetime


class CircuitState(StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    """One call at a time tries whether the service answers again."""


@frozen
class CircuitReading:
    """The state of a circuit at one moment."""

    name: str
    state: CircuitState
    open_until: datetime | None = None


CircuitReader: TypeAlias = Callable[[], CircuitReading]
"""Reads the state of a circuit at once: it asks nothing."""
