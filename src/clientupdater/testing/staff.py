"""People's rights and the business's settings, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from attrs import frozen

from clientupdater.domain.settings_values import effective_number, effective_text
from clientupdater.ports.codes import Names

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Set
    from datetime import datetime
    from decimal import Decimal

    from clientupdater.domain.access import Actor
    from clientupdater.domain.ids import CompanyId, PersonId
    from clientupdater.domain.statuses import StatusCatalogue


@frozen
class MemoryPeople:
    """The rights of people; the rest of `People` needs the database."""

    _people: Mapping[PersonId, Actor]

    def actor(self, person: PersonId, at: datetime | None = None) -> Actor | None:
        """In memory a person stands in for the same officers at any moment."""
        del at
        return self._people.get(person)

    def actors(self, people: Collection[PersonId]) -> dict[PersonId, Actor]:
        return {each: self._people[each] for each in people if each in self._people}

    def lock_rights_shared(self) -> None:
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


class _NamedByIds(dict[UUID, str]):
    """Codes or names; what has none goes by its id."""

    def __missing__(self, identity: UUID) -> str:
        return str(identity)


@frozen
class MemoryOrganisation:
    """Names of places and staff; the rest of `Organisation` needs the database."""

    _names: Mapping[UUID, str]

    def names(self, people: Set[UUID]) -> Names:
        codes = _NamedByIds(self._names)
        staff = {person: codes[person] for person in people}
        return Names(companies=codes, branches=codes, areas=codes, people=staff)
