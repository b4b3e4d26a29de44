"""How things stand inside, as numbers that somebody watches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable


@frozen
class GaugeReading:
    """One number; what it is of, where there are several of a name."""

    name: str
    value: float
    labels: tuple[str, ...] = ()


class Gauges(Protocol):
    """Gives numbers at once: it asks nobody who might not answer."""

    def __call__(self) -> Iterable[GaugeReading]:
        """Read them."""
        ...
