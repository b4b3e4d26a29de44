"""Storing areas and branches, and finding them by id or code (A2).

There is no memory twin: the database's own locks keep one primary area and one successor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence, Set
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.ids import AreaId, BranchId, CompanyId, PersonId
    from clientupdater.domain.organisation import Area, Branch, BranchContact, ClosingPlan
    from clientupdater.ports.codes import Names


class Organisation(Protocol):
    """Branches, areas and companies by id or code; deleted ones are not found."""

    def branch(self, named: BranchId | str) -> BranchId:
        """Find a branch. Raises NotFound."""
        ...

    def area(self, named: AreaId | str) -> AreaId:
        """Find an area. Raises NotFound."""
        ...

    def company(self, named: CompanyId | str) -> CompanyId:
        """Find a company. Raises NotFound."""
        ...

    def members(self, area: AreaId) -> frozenset[BranchId]:
        """Return the live branches of an area."""
        ...

    def names(self, people: Set[UUID]) -> Names:
        """Give the codes of all places, deleted ones included, and the names of these people."""
        ...


@frozen
class AreaBranch:
    """A branch of an area."""

    code: str
    name: str
    is_primary: bool
    """Whether the area is the branch's primary one."""


class Areas(Protocol):
    """Areas that are not deleted, with their branches."""

    def find(self, area: AreaId | str) -> Area | None:
        """Find an area by id or code."""
        ...

    def by_codes(self, codes: Collection[str]) -> Mapping[str, Area]:
        """Find areas by their codes."""
        ...

    def page(
        self, companies: Collection[CompanyId] | None, *, after: str, at_most: int
    ) -> Sequence[Area]:
        """List areas by code, beginning behind `after`.

        Those of these companies and of every company; None lists all.
        """
        ...

    def add(self, area: Area) -> None:
        """Store a new area. Raises AlreadyExists if an area has or had its code."""
        ...

    def save(self, area: Area, *, deleted_at: datetime | None = None) -> Area:
        """Store a changed area; return it with the next version.

        Raises VersionConflict if the stored version is another one.
        """
        ...

    def restore(self, area: AreaId) -> Area:
        """Make a deleted area live again, with the branches and the people it had.

        Raises NotFound if it is not deleted.
        """
        ...

    def branches(self, area: AreaId, *, after: str, at_most: int) -> Sequence[AreaBranch]:
        """List the live branches of an area by code, beginning behind `after`."""
        ...

    def holders(self, area: AreaId) -> Sequence[PersonId]:
        """List the people with an area."""
        ...

    def membership(self, area: AreaId, branch: BranchId) -> bool | None:
        """Return whether the area is the branch's primary one; None: the branch is not in it."""
        ...

    def place_branch(self, area: AreaId, branch: BranchId, *, is_primary: bool) -> None:
        """Put a branch into an area; a new primary area replaces the old one."""
        ...

    def remove_branch(self, area: AreaId, branch: BranchId) -> None:
        """Take a branch out of an area, if it is in it."""
        ...


@frozen(kw_only=True)
class Closing:
    """A branch to close, the one that takes its clients, and whether it takes the contacts."""

    branch: Branch
    into: Branch
    takes_contacts: bool = False


class Branches(Protocol):
    """Branches that are not deleted, with their contacts."""

    def find(self, branch: BranchId | str) -> Branch | None:
        """Find a branch by id or code."""
        ...

    def lock(self, branch: BranchId | str) -> Branch | None:
        """Find a branch, and make other changes of it and of its contacts wait."""
        ...

    def by_codes(self, codes: Collection[str]) -> Mapping[str, Branch]:
        """Find branches by their codes."""
        ...

    def page(self, *, after: str, at_most: int) -> Sequence[Branch]:
        """List branches by code, beginning behind `after`."""
        ...

    def add(self, *branches: Branch) -> None:
        """Store new branches. Raises AlreadyExists if a branch has or had one of the codes."""
        ...

    def save(self, branch: Branch, *, deleted_at: datetime | None = None) -> Branch:
        """Store a changed branch; return it with the next version.

        Raises VersionConflict if the stored version is another one.
        """
        ...

    def restore(self, branch: BranchId) -> Branch:
        """Make a deleted branch live again, in the areas and territories it was in.

        Raises NotFound if it is not deleted, or was closed into another one.
        """
        ...

    def count_clients(self, branch: BranchId) -> int:
        """Count the clients of a branch that are not deleted."""
        ...

    def holders(self, branch: BranchId) -> Sequence[PersonId]:
        """List the people with a branch, directly or by a live area."""
        ...

    def contacts(self, *branches: BranchId) -> Sequence[BranchContact]:
        """List the contacts of branches, by type, the primary one first."""
        ...

    def contact(self, contact: UUID) -> BranchContact | None:
        """Find a contact."""
        ...

    def add_contact(self, contact: BranchContact) -> None:
        """Store a new contact; a primary one replaces the primary one of its type."""
        ...

    def save_contact(self, contact: BranchContact) -> BranchContact:
        """Store a changed contact, as `add_contact` does; return it with the next version.

        Raises VersionConflict if the stored version is another one.
        """
        ...

    def remove_contact(self, contact: BranchContact) -> None:
        """Delete a contact."""
        ...

    def plan_closing(self, closing: Closing) -> ClosingPlan:
        """State what closing a branch would do at this moment."""
        ...

    def lock_clients(self, branch: BranchId) -> None:
        """Lock all that closing a branch writes, in the order of all writers (ADR 18)."""
        ...

    def move_clients(self, closing: Closing, by: PersonId, now: datetime) -> None:
        """Move a branch's clients with their open rows; end what loses its basis (A3, Y11).

        Lock them first.
        """
        ...

    def set_successor(self, closing: Closing) -> None:
        """Let sources that name the closed branch mean the other one from now on (Y3)."""
        ...
