"""Officers' clients, and who takes them over: for good by a hand-over, for days as a stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.access import ClientPlace
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import BranchId, ClientId, PersonId
    from clientupdater.domain.stand_ins import StandIn


@frozen
class OfficersClients:
    """How many clients of a branch an officer has, and how many open rows those have."""

    branch: BranchId
    clients: int
    open_rows: int


@frozen
class HandOver:
    """Whose clients were handed over, and which of them are as it left them."""

    id: UUID
    officer: PersonId
    unchanged: Sequence[Client]
    changed: Sequence[Client]
    """Clients whose assignment has changed since."""


class Officers(Protocol):
    """Officers by their clients (A3); clients outside the scope are left out of lists.

    The stand-ins that run are read with the rights of the person.
    """

    def clients_of(
        self, officer: PersonId, branch: BranchId | None, at_most: int
    ) -> Sequence[Client]:
        """List an officer's clients, of one branch or of all."""
        ...

    def count_by_branch(self, officer: PersonId) -> Sequence[OfficersClients]:
        """Count an officer's clients and their open rows in each branch."""
        ...

    def count_by_place(self, officer: PersonId) -> Mapping[ClientPlace, int]:
        """Count an officer's clients by company and branch."""
        ...

    def end_assignments(self, officer: PersonId, by: PersonId, now: datetime) -> int:
        """End every assignment of an officer; return how many."""
        ...

    def end_lost_assignments(
        self, officers: Collection[PersonId], by: PersonId, now: datetime
    ) -> int:
        """End the assignments outside each officer's territory; return how many."""
        ...

    def add_hand_over(
        self, officer: PersonId, moves: Mapping[ClientId, PersonId], by: PersonId, now: datetime
    ) -> UUID:
        """Store a hand-over; its assignments began at `now`."""
        ...

    def hand_over(self, hand_over: UUID) -> HandOver | None:
        """Find a hand-over; None if the scope has none of its clients."""
        ...

    def mark_undone(self, hand_over: UUID, by: PersonId, now: datetime) -> None:
        """Note the first time that a hand-over was undone."""
        ...

    def add_stand_in(self, stand_in: StandIn, by: PersonId, now: datetime) -> None: ...

    def stand_in(self, stand_in: UUID) -> StandIn | None:
        """Find a stand-in that has not been ended."""
        ...

    def end_stand_in(self, stand_in: UUID, by: PersonId, now: datetime) -> None:
        """End a stand-in at this moment."""
        ...

    def overlapping(self, stand_in: StandIn) -> bool:
        """Whether the same person stands in for the same officer on some of these days already."""
        ...

    def stand_ins(
        self,
        access_scope: AccessScope,
        now: datetime,
        after: tuple[datetime, UUID] | None,
        at_most: int,
    ) -> Sequence[StandIn]:
        """List those that run or will run, by their end, within a scope of clients:assign.

        Everyone sees the ones that concern themselves.
        """
        ...
