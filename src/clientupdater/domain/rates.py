"""How far the work of a period has come (R1).

Whose work it was, the database counts as rows change (R2, ADR 32).
"""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen


@frozen
class Counts:
    """The rows that count, and how many of them came how far (R1)."""

    denominator: int = 0
    done: int = 0
    contacted: int = 0
    confirmed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.denominator + other.denominator,
            self.done + other.done,
            self.contacted + other.contacted,
            self.confirmed + other.confirmed,
        )

    @property
    def completion(self) -> Fraction | None:
        """The share that is done, exactly; none where there is nothing to do."""
        return self._share(self.done)

    @property
    def contact(self) -> Fraction | None:
        """The share that was reached."""
        return self._share(self.contacted)

    @property
    def confirmation(self) -> Fraction | None:
        """The share that is done by confirming."""
        return self._share(self.confirmed)

    def _share(self, part: int) -> Fraction | None:
        return Fraction(part, self.denominator) if self.denominator else None
