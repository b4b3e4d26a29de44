"""Storing what was handed over from one officer to others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import BranchId, ClientId, PersonId


@frozen
class HandOver:
    """Whose clients were handed over, and which of them are as it left them."""

    id: UUID
    officer: PersonId
    unchanged: Sequence[Client]
    changed: Sequence[Client]
    """Clients whose assignment has changed since."""


class HandOvers(Protocol):
    """Hand-overs; clients out of sight are left out."""

    def clients_of(
        self, officer: PersonId, branch: BranchId | None, at_most: int
    ) -> Sequence[Client]:
        """List an officer's clients, of one branch or of all."""
        ...

    def add(
        self, officer: PersonId, moves: Mapping[ClientId, PersonId], by: PersonId, now: datetime
    ) -> UUID:
        """Store one; its assignments began at `now`."""
        ...

    def find(self, hand_over: UUID) -> HandOver | None:
        """Find one; None if it does not exist or none of its clients is in sight."""
        ...

    def mark_undone(self, hand_over: UUID, by: PersonId, now: datetime) -> None:
        """Note the first time that it was undone."""
        ...
