"""Assigning clients to officers, and explaining access (A3, A5)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from attrs import frozen

from clientupdater.domain.errors import InvalidInput, NotFound, OfficerNotAllowed
from clientupdater.domain.ids import ClientId, PersonId
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.failures import failure_of
from clientupdater.entrypoints.http.contract import Call, Endpoint, part
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.bulk_updates import BulkItemError, error_shown
from clientupdater.entrypoints.http.routes.rights import admitting
from clientupdater.entrypoints.structuring import Many, Text


@frozen
class AssignClientRequest:
    """The officer to assign the client to."""

    officer: UUID | None


@frozen
class AssignClientsRequest:
    """The clients, and the officer to assign them to."""

    clients: Annotated[
        tuple[Annotated[str, Text(longest=60, shortest=1)], ...], Many(least=1, most=500)
    ]
    officer: UUID | None


@frozen
class AssignmentResult:
    """What happened to an item; its status is the status of a single request."""

    index: int
    status: Annotated[int, About("The HTTP status that a single request would have.", 200)]
    error: BulkItemError | None = None


@frozen
class AssignmentResults:
    """What happened to each item, in order."""

    results: tuple[AssignmentResult, ...]


@frozen
class AccessQuery:
    """The client and the permission in question."""

    client: Annotated[str, Text(longest=60, shortest=1)]
    permission: Permission


@frozen
class AccessExplanation:
    """What the policy decides, and why."""

    allowed: bool
    permission: Permission
    grants: Annotated[
        tuple[str, ...],
        About(
            "The grants that were found, for people to read.", ["clients:read, FCASH, scope branch"]
        ),
    ]
    missing: Annotated[str | None, About("What the user lacks; null: nothing.", None)]
    explanation: str


def assign_client(call: Call) -> None:
    """Assign the client to an officer, or to nobody."""
    officer = call.body.officer
    call.app.clients.assignments.assign(
        call.caller, call.path["client"], PersonId(officer) if officer else None
    )


def assign_clients(call: Call) -> AssignmentResults:
    """Assign up to 500 clients to an officer, or to nobody. Each one succeeds or fails alone."""
    body: AssignClientsRequest = call.body
    clients = [_client(name, f"/clients/{index}") for index, name in enumerate(body.clients)]
    officer = PersonId(body.officer) if body.officer else None
    outcomes = call.app.clients.assignments.assign_many(call.caller, clients, officer)
    return AssignmentResults(
        tuple(
            AssignmentResult(each.index, failure_of(each.error).status, error_shown(each.error))
            if each.error
            else AssignmentResult(each.index, 200)
            for each in outcomes
        )
    )


def explain_access(call: Call) -> AccessExplanation:
    """Explain why a user may or may not do something with a client: the grants that were found and
    what is missing.
    """
    query: AccessQuery = call.query
    client = _client(query.client, "/client")
    result = call.app.access.explanations.explain(
        call.caller, PersonId(call.path["user"]), client, query.permission
    )
    codes = call.app.configuration.names(call.caller).companies
    grants = tuple(grant.worded(codes) for grant in result.grants)
    missing = str(result.missing) if result.missing else None
    return AccessExplanation(
        result.allowed, result.permission, grants, missing, result.explain(codes)
    )


def _client(name: str, pointer: str) -> ClientId | str:
    try:
        result: ClientId | str = part("client").read(name)
    except NotFound:
        raise InvalidInput.of(pointer, "is an id, or code: and a code") from None
    return result


ENDPOINTS = (
    Endpoint(
        method="PUT",
        path="/clients/{client}/assignment",
        summary="Assign a client",
        handle=assign_client,
        status=204,
        body=AssignClientRequest,
        permission=Permission.CLIENTS_ASSIGN,
        admit=admitting(Permission.CLIENTS_ASSIGN),
        errors=(OfficerNotAllowed,),
    ),
    Endpoint(
        method="POST",
        path="/assignments",
        summary="Assign many clients",
        handle=assign_clients,
        body=AssignClientsRequest,
        answers=AssignmentResults,
        permission=Permission.CLIENTS_ASSIGN,
    ),
    Endpoint(
        method="GET",
        path="/users/{user}/access",
        summary="Explain a user's access",
        handle=explain_access,
        query=AccessQuery,
        answers=AccessExplanation,
        permission=Permission.AUDIT_READ,
    ),
)
