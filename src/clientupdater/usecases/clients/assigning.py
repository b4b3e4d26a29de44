"""Giving clients to an officer, or to nobody, in one unit of work (A3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from clientupdater.domain.errors import OfficerNotAllowed
from clientupdater.domain.officers import require_officer
from clientupdater.domain.write_context import WriteContext
from clientupdater.ports.audit import LoggedAction
from clientupdater.usecases.tracking.client_access import found_in
from clientupdater.usecases.tracking.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.access import Actor
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.unit_of_work import Transaction
    from clientupdater.usecases.tracking.client_access import ClientAccess, ClientRef


def give(
    files: ClientAccess,
    tx: Transaction,
    caller: Caller,
    refs: Sequence[ClientRef],
    officer: PersonId | None,
) -> dict[int, Outcome[Client]]:
    """Give those within sight; the others are left out.

    Rights are held before any client, also where nobody is given them: a sync does so before it
    writes clients and rows, which the end of an assignment writes as well.
    """
    result = found_in(tx, set(refs))
    tx.rights.lock()
    tx.clients.lock(*(client.id for client in result.values()))
    clients = found_in(tx, result)  # they may have changed meanwhile
    actor = tx.rights.actor(officer) if officer else None
    outcomes = {
        index: _judged(index, clients[ref], officer, actor)
        for index, ref in enumerate(refs)
        if ref in clients
    }
    changed = {
        client.id: client
        for index, outcome in outcomes.items()
        if not outcome.error and (client := clients[refs[index]]).assigned_to != officer
    }
    if changed:
        _keep(files, tx, caller, list(changed.values()), officer)
    return outcomes


def _judged(
    index: int, client: Client, officer: PersonId | None, actor: Actor | None
) -> Outcome[Client]:
    try:
        if officer is not None:
            _require(actor, client)
    except OfficerNotAllowed as error:
        return Outcome(index, error=error)
    return Outcome(index, evolve(client, assigned_to=officer))


def _require(actor: Actor | None, client: Client) -> None:
    if actor is None:
        raise OfficerNotAllowed
    require_officer(actor, client.branch)


def _keep(
    files: ClientAccess,
    tx: Transaction,
    caller: Caller,
    clients: Sequence[Client],
    officer: PersonId | None,
) -> None:
    write_context = WriteContext(now=files.clock.now(), zone=files.zone, by=caller.actor.id)
    ids = [client.id for client in clients]
    if officer is None:
        tx.assignments.end(ids, write_context)
    else:
        tx.assignments.assign(ids, officer, write_context)
    tx.audit.did(caller, *(_deed(client, officer) for client in clients))


def _deed(client: Client, officer: PersonId | None) -> LoggedAction:
    before = client.assigned_to
    return LoggedAction(
        action="client.assign",
        resource="client",
        resource_id=str(client.id),
        details={"officer": officer and str(officer), "before": before and str(before)},
    )
