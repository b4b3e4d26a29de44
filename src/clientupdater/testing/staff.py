"""People's rights, the business's settings and who looks after whom, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import NotFound
from clientupdater.domain.settings_values import effective_number, effective_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from decimal import Decimal

    from clientupdater.domain.access import Actor
    from clientupdater.domain.ids import ClientId, CompanyId, PersonId
    from clientupdater.domain.officers import AssignmentEnd
    from clientupdater.domain.write_context import WriteContext


@frozen
class MemoryRights:
    """The rights of people."""

    _people: Mapping[PersonId, Actor]

    def actor(self, person: PersonId) -> Actor | None:
        """Find what a person may do."""
        return self._people.get(person)

    def lock(self) -> None:
        """Hold nothing: in memory nobody's rights change while somebody works."""


@frozen
class MemoryBusinessSettings:
    """What is in force now."""

    _rows: Mapping[tuple[str, CompanyId | None], str]

    def number(self, key: str, company: CompanyId | None) -> Decimal:
        """Find a number: the company's own, else the general one, else our default."""
        return effective_number(key, self._rows, company)

    def text(self, key: str, company: CompanyId | None) -> str:
        """Find a text likewise."""
        return effective_text(key, self._rows, company)


@frozen
class MemoryAssignments:
    """Who looks after whom."""

    _people: Mapping[PersonId, Actor]
    _give: Callable[[ClientId, PersonId | None], bool]

    def assign(self, clients: Collection[ClientId], officer: PersonId, _: WriteContext) -> None:
        """Begin one for each, and end the one there was."""
        if officer not in self._people or not all(self._give(each, officer) for each in clients):
            raise NotFound

    def end(
        self,
        clients: Collection[ClientId],
        _: WriteContext,
        why: AssignmentEnd | None = None,  # noqa: ARG002 — nothing here has a date
    ) -> None:
        """End the one that each has, if any."""
        for each in clients:
            self._give(each, None)
