"""Stand-ins for absent officers (A2, A3)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import frozen

from clientupdater.domain.errors import AlreadyExists, OfficerNotAllowed
from clientupdater.domain.ids import PersonId
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import BASE, Call, Endpoint, Result
from clientupdater.entrypoints.http.cursors import opened_place, sealed_cursor
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.fields import PageQuery
from clientupdater.entrypoints.http.routes.stand_in_shapes import StandIn
from clientupdater.usecases.clients.stand_ins import NewStandIn


@frozen(kw_only=True)
class ArrangeStandInRequest:
    """Who stands in for whom, and on which days."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "officer": "0190f3c2-7d1e-7a44-9c3b-5b0e6f1d2a10",
        "stand_in": "0190f3c2-7d1e-7a44-9c3b-5b0e6f1d2a11",
        "first_day": "2026-12-01",
        "last_day": "2026-12-12",
    }

    officer: Annotated[UUID, About("The absent officer.")]
    stand_in: Annotated[UUID, About("The person who covers the officer's clients.")]
    first_day: Annotated[date, About("The first day, in the business time zone.", "2026-12-01")]
    last_day: Annotated[date, About("The last day, which is included.", "2026-12-12")]


@frozen
class ArrangedStandIn(StandIn):
    """The stand-in, and how many clients it covers."""

    clients: Annotated[int, About("Clients of the officer that the stand-in covers now.", 120)]
    clients_not_covered: Annotated[
        int, About("Clients of branches that the stand-in does not hold.", 0)
    ]


@frozen
class StandInPage:
    """A page of stand-ins, by their end."""

    items: tuple[StandIn, ...]
    next_cursor: str | None
    has_more: bool


@frozen
class _Place:
    ends_at: datetime
    id: UUID


def arrange_stand_in(call: Call) -> Result:
    """Let a person cover an absent officer's clients from one day to another: what they may do to
    their own clients they may do to those, in branches of their own territory. It ends by itself.
    """
    body = call.body
    new = NewStandIn(
        officer=PersonId(body.officer),
        stand_in=PersonId(body.stand_in),
        first=body.first_day,
        last=body.last_day,
    )
    arranged = call.app.clients.stand_ins.arrange(call.caller, new)
    made = arranged.stand_in
    names = call.app.configuration.names(call.caller, (made.officer, made.stand_in))
    shown = StandIn.of(made, names, call.app.clients.stand_ins.zone)
    shown = ArrangedStandIn(
        id=shown.id,
        officer=shown.officer,
        stand_in=shown.stand_in,
        first_day=shown.first_day,
        last_day=shown.last_day,
        clients=arranged.covered,
        clients_not_covered=arranged.not_covered,
    )
    return Result(value=shown, location=f"{BASE}/stand-ins/{made.id}")


def list_stand_ins(call: Call) -> StandInPage:
    """List stand-ins that run or will run, for the officers whose clients you may assign."""
    query: PageQuery = call.query
    place = opened_place(call, query.cursor, _Place) if query.cursor else None
    after = (place.ends_at, place.id) if place else None
    result = call.app.clients.stand_ins.list(call.caller, after=after, at_most=query.limit + 1)
    page, has_more = result[: query.limit], len(result) > query.limit
    people = {person for each in page for person in (each.officer, each.stand_in)}
    names = call.app.configuration.names(call.caller, people)
    zone = call.app.clients.stand_ins.zone
    last = _Place(page[-1].ends_at, page[-1].id) if has_more else None
    return StandInPage(
        tuple(StandIn.of(each, names, zone) for each in page),
        sealed_cursor(call, last) if last else None,
        has_more,
    )


def end_stand_in(call: Call) -> None:
    """End a stand-in now, or before it begins."""
    call.app.clients.stand_ins.end(call.caller, call.path["stand_in"])


_ASSIGN = Permission.CLIENTS_ASSIGN

ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/stand-ins",
        summary="Arrange a stand-in",
        handle=arrange_stand_in,
        status=201,
        has_location=True,
        body=ArrangeStandInRequest,
        answers=ArrangedStandIn,
        permission=_ASSIGN,
        errors=(AlreadyExists, OfficerNotAllowed),
    ),
    Endpoint(
        method="GET",
        path="/stand-ins",
        summary="List stand-ins",
        handle=list_stand_ins,
        query=PageQuery,
        answers=StandInPage,
        permission=_ASSIGN,
    ),
    Endpoint(
        method="DELETE",
        path="/stand-ins/{stand_in}",
        summary="End a stand-in",
        handle=end_stand_in,
        status=204,
        permission=_ASSIGN,
    ),
)
