"""Assigning clients to officers, and explaining access (A3, A5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from attrs import frozen

from clientupdater.domain.errors import InvalidInput, NotFound, OfficerNotAllowed
from clientupdater.domain.hand_overs import MOST_OFFICERS
from clientupdater.domain.ids import ClientId, PersonId
from clientupdater.domain.permissions import Permission
from clientupdater.domain.rate_limits import Activity
from clientupdater.entrypoints.failures import failure_of
from clientupdater.entrypoints.http.contract import Call, Endpoint, part
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.bulk_updates import BulkItemError, error_shown
from clientupdater.entrypoints.http.routes.rights import admitting
from clientupdater.entrypoints.structuring import Many, Text
from clientupdater.ports.lists import StaffMember

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.usecases.clients.assignments import Planned
    from clientupdater.usecases.clients.client_access import Outcome

Clients = Annotated[
    tuple[Annotated[str, Text(longest=60, shortest=1)], ...], Many(least=1, most=500)
]


@frozen
class AssignClientRequest:
    """The officer to assign the client to."""

    officer: UUID | None


@frozen
class AssignClientsRequest:
    """The clients, and the officer to assign them to."""

    clients: Clients
    officer: UUID | None


@frozen
class PlanAssignmentsRequest:
    """The clients, and the officers among whom they would be dealt out evenly."""

    clients: Clients
    officers: Annotated[
        tuple[UUID, ...],
        Many(most=MOST_OFFICERS),
        About("Officers who would get the clients. None: the clients would lose theirs."),
    ]


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
class PlannedAssignment:
    """What would happen to an item; its status is the status that assigning it would have."""

    index: int
    status: Annotated[int, About("The HTTP status that a single request would have.", 200)]
    officer: Annotated[
        StaffMember | None, About("The officer who would get the client; null: none would.")
    ] = None
    error: BulkItemError | None = None


@frozen
class PlannedAssignments:
    """What would happen to each item, in order."""

    results: tuple[PlannedAssignment, ...]


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
    clients, officer = _clients(body.clients), PersonId(body.officer) if body.officer else None
    outcomes = call.app.clients.assignments.assign_many(call.caller, clients, officer)
    return AssignmentResults(
        tuple(
            AssignmentResult(each.index, failure_of(each.error).status, error_shown(each.error))
            if each.error
            else AssignmentResult(each.index, 200)
            for each in outcomes
        )
    )


def preview_assignments(call: Call) -> PlannedAssignments:
    """Show which of the officers each of up to 500 clients would go to, and change nothing. Each
    client goes to the officer of its branch who has the fewest of them. To assign them, send the
    clients of each officer to `assignClients`.
    """
    body: PlanAssignmentsRequest = call.body
    officers = [PersonId(each) for each in body.officers]
    outcomes = call.app.clients.assignments.plan(call.caller, _clients(body.clients), officers)
    people = call.app.configuration.names(call.caller, officers).people
    return planned_assignments(outcomes, people)


def planned_assignments(
    outcomes: Sequence[Outcome[Planned]], people: Mapping[UUID, str]
) -> PlannedAssignments:
    """Show a plan, with the names of the officers."""
    return PlannedAssignments(tuple(_planned(each, people) for each in outcomes))


def _planned(outcome: Outcome[Planned], people: Mapping[UUID, str]) -> PlannedAssignment:
    if outcome.error:
        status = failure_of(outcome.error).status
        return PlannedAssignment(outcome.index, status, error=error_shown(outcome.error))
    officer = outcome.required.officer
    member = StaffMember(officer, people[officer]) if officer else None
    return PlannedAssignment(outcome.index, 200, member)


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


def _clients(names: Sequence[str]) -> list[ClientId | str]:
    return [_client(name, f"/clients/{index}") for index, name in enumerate(names)]


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
        method="POST",
        path="/assignments/preview",
        summary="Preview assignments",
        handle=preview_assignments,
        body=PlanAssignmentsRequest,
        answers=PlannedAssignments,
        once=False,
        counts_as=Activity.READ,
        permission=Permission.CLIENTS_ASSIGN,
        errors=(OfficerNotAllowed,),
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
