"""Settings that the business keeps, per company where it makes sense."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from decimal import Decimal

    from clientupdater.domain.ids import CompanyId


class BusinessSettings(Protocol):
    """What is in force now."""

    def number(self, key: str, company: CompanyId | None) -> Decimal:
        """Find a number: the company's own, else the general one, else our default."""
        ...

    def text(self, key: str, company: CompanyId | None) -> str:
        """Find a text likewise."""
        ...
