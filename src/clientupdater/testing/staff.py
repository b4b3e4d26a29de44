"""People's rights and the business's settings, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.settings_values import effective_number, effective_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from clientupdater.domain.access import Actor
    from clientupdater.domain.ids import CompanyId, PersonId
    from clientupdater.domain.statuses import StatusCatalogue


@frozen
class MemoryRights:
    """Implements `Rights`."""

    _people: Mapping[PersonId, Actor]

    def actor(self, person: PersonId) -> Actor | None:
        return self._people.get(person)

    def lock(self) -> None:
        """Lock nothing: in memory, rights do not change while a transaction is under way."""


@frozen
class MemoryBusinessSettings:
    """Implements `BusinessSettings`."""

    _catalogue: StatusCatalogue
    _rows: Mapping[tuple[str, CompanyId | None], str]

    def number(self, key: str, company: CompanyId | None) -> Decimal:
        return effective_number(key, self._rows, company)

    def text(self, key: str, company: CompanyId | None) -> str:
        return effective_text(key, self._rows, company)

    def statuses(self) -> StatusCatalogue:
        return self._catalogue
