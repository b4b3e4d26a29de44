"""Lines of a chart as numbers for SVG; the page has the table of the same values beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

WIDTH, HEIGHT = 640, 200


@frozen
class Line:
    """The shares of one period, day by day."""

    name: str
    points: str
    """As SVG reads them."""
    end: tuple[float, float] | None


@frozen
class Mark:
    """A day below the chart."""

    at: float
    name: str


@frozen
class Band:
    """Between which shares a period is expected to end."""

    top: float
    height: float


def line(name: str, shares: Sequence[Fraction | None]) -> Line:
    """Draw shares from left to right, one for each day."""
    last = max(1, len(shares) - 1)
    points = [
        (round(number / last * WIDTH, 1), _height(share))
        for number, share in enumerate(shares)
        if share is not None
    ]
    return Line(name, " ".join(f"{x},{y}" for x, y in points), points[-1] if points else None)


def marks(names: Sequence[str]) -> tuple[Mark, ...]:
    """Name some of the days: the first, the last, and those at each quarter between them."""
    last = len(names) - 1
    places = sorted({round(last * quarter / 4) for quarter in range(5)}) if names else []
    return tuple(Mark(round(place / max(1, last) * WIDTH, 1), names[place]) for place in places)


def band(low: Fraction, high: Fraction) -> Band:
    top = _height(high)
    return Band(top, max(2.0, round(_height(low) - top, 1)))


def _height(share: Fraction) -> float:
    return round(HEIGHT * (1 - float(share)), 1)
