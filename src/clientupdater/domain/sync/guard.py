"""The guard that keeps a bad delivery from deactivating a company's clients (Y7)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class Guard:
    """How many clients one run may deactivate: a share or a number, whichever is greater."""

    percent: Decimal = Decimal(5)
    floor: int = 50

    def holds(self, deactivated: int, clients: int) -> bool:
        """Whether the run is held, because it would deactivate more than both limits.

        `clients` are the company's active ones before the run. Missed and deleted clients count
        together.
        """
        return deactivated > self.floor and deactivated * 100 > self.percent * clients


def held_companies(
    guards: Mapping[str, Guard], deactivated: Mapping[str, int], clients: Mapping[str, int]
) -> frozenset[str]:
    """Give the companies that hold a run; one is enough to apply nothing (Y7, Y9)."""
    return frozenset(
        company
        for company, number in deactivated.items()
        if guards.get(company, Guard()).holds(number, clients.get(company, 0))
    )
