"""Find the keys without which pension numbers cannot be opened (C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from clientupdater.ports.work import UnitsOfWork


@frozen
class FindMissingKeys:
    """Reads the names of the keys alone, and opens nothing."""

    work: UnitsOfWork

    def __call__(self) -> frozenset[str]:
        """Name them; Misconfigured where there are no keys at all."""
        with self.work.begin(SYSTEM) as tx:
            return tx.pension_numbers.missing_keys()
