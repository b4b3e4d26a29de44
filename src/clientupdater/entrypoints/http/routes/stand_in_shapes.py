"""Answers about stand-ins."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from attrs import frozen

from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.ports.lists import StaffMember

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain import stand_ins
    from clientupdater.ports.codes import Names


@frozen
class StandIn:
    """Who stands in for whom, on which days."""

    id: UUID
    officer: Annotated[StaffMember, About("The absent officer.")]
    stand_in: Annotated[StaffMember, About("The person who covers the officer's clients.")]
    first_day: Annotated[date, About("The first day, in the business time zone.", "2026-12-01")]
    last_day: Annotated[date, About("The last day, which is included.", "2026-12-12")]

    @classmethod
    def of(cls, made: stand_ins.StandIn, names: Names, zone: tzinfo) -> StandIn:
        first, last = made.days(zone)
        return StandIn(
            made.id,
            StaffMember(made.officer, names.people[made.officer]),
            StaffMember(made.stand_in, names.people[made.stand_in]),
            first,
            last,
        )
