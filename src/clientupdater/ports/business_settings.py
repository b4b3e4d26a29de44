"""What the business configures: settings, and the statuses with their reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from decimal import Decimal

    from clientupdater.domain.ids import CompanyId
    from clientupdater.domain.statuses import StatusCatalogue


class BusinessSettings(Protocol):
    """A setting's value is the company's own, else the general one, else our default."""

    def number(self, key: str, company: CompanyId | None) -> Decimal: ...

    def text(self, key: str, company: CompanyId | None) -> str: ...

    def statuses(self) -> StatusCatalogue:
        """Read all statuses and reasons, inactive ones included."""
        ...
