"""Storing who stands in for absent officers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.access import ClientPlace
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.stand_ins import StandIn


class StandIns(Protocol):
    """Stand-ins; the ones that run are read with the rights of the person."""

    def add(self, stand_in: StandIn, by: PersonId, now: datetime) -> None:
        """Store a new one."""
        ...

    def find(self, stand_in: UUID) -> StandIn | None:
        """Find one that has not been ended."""
        ...

    def end(self, stand_in: UUID, by: PersonId, now: datetime) -> None:
        """End one at this moment."""
        ...

    def overlapping(self, stand_in: StandIn) -> bool:
        """Whether the same person stands in for the same officer on some of these days already."""
        ...

    def within(
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

    def places_of(self, officer: PersonId) -> Mapping[ClientPlace, int]:
        """Count an officer's clients by company and branch."""
        ...
