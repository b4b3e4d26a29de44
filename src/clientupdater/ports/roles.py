"""Storing roles, who has them, and what came from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from clientupdater.domain.ids import CompanyId, PersonId
    from clientupdater.domain.roles import GrantChange, Holding, Role, RoleOfPerson


@frozen
class GivenRole:
    """A role of a person, and when it was given."""

    role: RoleOfPerson
    name: str
    granted_at: datetime


class Roles(Protocol):
    """Roles by their codes. A writer has locked the rights (`People.lock_rights`)."""

    def all(self) -> Mapping[str, Role]:
        """Read every role, by its code and in the order of codes."""
        ...

    def count_holders(self) -> Mapping[str, int]:
        """Count the people who have each role; roles that no one has are left out."""
        ...

    def add(self, role: Role, by: PersonId) -> None:
        """Store a new role. Raises AlreadyExists if the code is taken."""
        ...

    def save(self, role: Role) -> Role:
        """Store a changed role; return it with the next version."""
        ...

    def delete(self, code: str) -> None:
        """Delete a role that no one has."""
        ...

    def holders(self, code: str) -> Sequence[PersonId]:
        """List the people who have a role, deactivated ones included."""
        ...

    def holdings(self, people: Collection[PersonId]) -> Mapping[PersonId, Holding]:
        """Read the grants and roles of people."""
        ...

    def of_person(self, person: PersonId) -> Sequence[GivenRole]:
        """List a person's roles by code and company."""
        ...

    def give(
        self, person: PersonId, role: str, company: CompanyId | None, by: PersonId, now: datetime
    ) -> None:
        """Note that a person has a role; doing so twice changes nothing."""
        ...

    def take(self, person: PersonId, role: str, company: CompanyId | None) -> None:
        """Delete that note."""
        ...

    def write(
        self, changes: Mapping[PersonId, Collection[GrantChange]], by: PersonId, now: datetime
    ) -> None:
        """Store changed grants of many people at once."""
        ...
