"""Handing one officer's clients over to others (A3)."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from attrs import frozen

from clientupdater.domain.errors import InvalidInput, NotFound, OfficerNotAllowed, PlanChanged
from clientupdater.domain.hand_overs import MOST_OFFICERS
from clientupdater.domain.ids import PersonId
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Call, Endpoint, part
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.hand_over_shapes import (
    HandOver,
    UndoneHandOver,
    hand_over_shown,
    undone_shown,
)
from clientupdater.entrypoints.structuring import Many, Text
from clientupdater.usecases.clients.hand_overs import HandOverRequest


@frozen(kw_only=True)
class HandOverClientsRequest:
    """Whose clients to hand over, and to whom. Without `plan_hash` it is a preview."""

    officer: Annotated[UUID, About("The officer whose clients are handed over.")]
    to: Annotated[
        Annotated[tuple[UUID, ...], Many(least=1, most=MOST_OFFICERS)],
        About("The officers who get them: each client one who holds its branch, evenly."),
    ]
    branch: Annotated[
        Annotated[str, Text(longest=60, shortest=1)] | None,
        About("Only clients of this branch: an id, or `code:` and a code.", "code:QC01"),
    ] = None
    plan_hash: Annotated[
        Annotated[str, Text(longest=64, shortest=64)] | None,
        About("The hash of the preview to apply. Left out: only a preview.", "9f" * 32),
    ] = None


def hand_over_clients(call: Call) -> HandOver:
    """Preview how an officer's current clients go to others, or apply a preview by its hash.
    Clients of a branch that none of them holds stay with their officer.
    """
    body: HandOverClientsRequest = call.body
    request = HandOverRequest(
        officer=PersonId(body.officer),
        to=[PersonId(each) for each in body.to],
        branch=None if body.branch is None else _branch(body.branch),
    )
    if body.plan_hash is None:
        result = call.app.clients.hand_overs.preview(call.caller, request)
    else:
        result = call.app.clients.hand_overs.apply(call.caller, request, body.plan_hash)
    return hand_over_shown(
        result, call.app.configuration.names(call.caller, result.plan.moves.values())
    )


def undo_hand_over(call: Call) -> UndoneHandOver:
    """Give back the clients that are still as the hand-over left them, and list the others."""
    return undone_shown(call.app.clients.hand_overs.undo(call.caller, call.path["hand_over"]))


def _branch(named: str) -> Any:
    try:
        return part("branch").read(named)
    except NotFound:
        raise InvalidInput.of("/branch", "is an id, or code: and a code") from None


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/assignments/hand-over",
        summary="Hand over an officer's clients",
        handle=hand_over_clients,
        body=HandOverClientsRequest,
        answers=HandOver,
        permission=Permission.CLIENTS_ASSIGN,
        errors=(NotFound, OfficerNotAllowed, PlanChanged),
    ),
    Endpoint(
        method="POST",
        path="/assignments/hand-over/{hand_over}/undo",
        summary="Undo a hand-over",
        handle=undo_hand_over,
        answers=UndoneHandOver,
        permission=Permission.CLIENTS_ASSIGN,
    ),
)
