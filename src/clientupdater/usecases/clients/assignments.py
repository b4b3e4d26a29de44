"""Assign clients to an officer, or to nobody (A3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import InvalidInput, OfficerNotAllowed
from clientupdater.domain.hand_overs import MOST_OFFICERS, deal_evenly
from clientupdater.domain.officers import require_officer
from clientupdater.domain.permissions import Permission
from clientupdater.domain.write_context import WriteContext
from clientupdater.usecases.clients.client_access import (
    Outcome,
    find_clients,
    logged_action,
    require_item_count,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.domain.access import Actor
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import ClientId, ClientRef, PersonId
    from clientupdater.ports.unit_of_work import Transaction
    from clientupdater.usecases.clients.client_access import ClientAccess


@frozen
class Planned:
    """The officer that a client would go to; None: to none."""

    client: Client
    officer: PersonId | None


@frozen
class ClientAssignments:
    """A client has at most one officer at a time."""

    clients: ClientAccess

    def assign(self, caller: Caller, client: ClientRef, officer: PersonId | None) -> Client:
        """Assign one client; the result may be outside the caller's scope from now on.

        Repeating it changes nothing. A change of the officer's branches or account comes before or
        after: before, the officer is refused; after, it ends the assignment made here.
        """
        (outcome,) = self._assign(caller, [client], officer)
        return outcome.required

    def assign_many(
        self, caller: Caller, clients: Sequence[ClientRef], officer: PersonId | None
    ) -> tuple[Outcome[Client], ...]:
        """Assign up to 500 clients, each by itself; outcomes come in the order given."""
        require_item_count(clients, "/clients")
        return self._assign(caller, clients, officer)

    def plan(
        self, caller: Caller, clients: Sequence[ClientRef], officers: Sequence[PersonId]
    ) -> tuple[Outcome[Planned], ...]:
        """Say which of the officers each client would go to, evenly, and assign none.

        Without officers, the clients would lose theirs. Only a refusal is written, to the audit. A
        caller who may assign none of the clients learns nothing about the officers.
        """
        require_item_count(clients, "/clients")
        if len(officers) > MOST_OFFICERS:
            raise InvalidInput.of("/officers", f"names {MOST_OFFICERS} officers at most")
        permission = Permission.CLIENTS_ASSIGN
        with self.clients.work.begin(access_scope_of(caller.actor, permission)) as tx:
            visible = find_clients(tx, set(clients))
            receivers = [actor for each in officers if visible and (actor := tx.people.actor(each))]
        if visible and len(receivers) < len(officers):
            raise OfficerNotAllowed
        moves = deal_evenly(visible.values(), receivers) if receivers else {}
        outcomes = {
            index: _planned(index, visible[ref], moves, to_none=not officers)
            for index, ref in enumerate(clients)
            if ref in visible
        }
        return self.clients.with_refusals(caller, clients, outcomes, permission)

    def _assign(
        self, caller: Caller, refs: Sequence[ClientRef], officer: PersonId | None
    ) -> tuple[Outcome[Client], ...]:
        permission = Permission.CLIENTS_ASSIGN
        with self.clients.work.begin(access_scope_of(caller.actor, permission)) as tx:
            outcomes = self._assign_visible(tx, caller, refs, officer)
        return self.clients.with_refusals(caller, refs, outcomes, permission)

    def _assign_visible(
        self, tx: Transaction, caller: Caller, refs: Sequence[ClientRef], officer: PersonId | None
    ) -> dict[int, Outcome[Client]]:
        """Assign the clients within the scope; the others have no outcome.

        Rights are locked before any client, even where no officer is named: a sync locks them in
        this order, and ending an assignment writes the same clients and rows.
        """
        visible = find_clients(tx, set(refs))
        tx.people.lock_rights_shared()
        tx.clients.lock(*(client.id for client in visible.values()))
        clients = find_clients(tx, visible)  # they may have changed before the lock
        actor = tx.people.actor(officer) if officer else None
        outcomes = {
            index: _judge(index, clients[ref], officer, actor)
            for index, ref in enumerate(refs)
            if ref in clients
        }
        changed = {
            client.id: client
            for index, outcome in outcomes.items()
            if not outcome.error and (client := clients[refs[index]]).assigned_to != officer
        }
        if changed:
            self._write(tx, caller, list(changed.values()), officer)
        return outcomes

    def _write(
        self, tx: Transaction, caller: Caller, clients: Sequence[Client], officer: PersonId | None
    ) -> None:
        now, zone = self.clients.clock.now(), self.clients.zone
        write_context = WriteContext(now=now, zone=zone, by=caller.actor.id)
        ids = [client.id for client in clients]
        if officer is None:
            tx.clients.end_assignments(ids, write_context)
        else:
            tx.clients.assign(ids, officer, write_context)
        actions = (
            logged_action(client, "client.assign", officer=officer, before=client.assigned_to)
            for client in clients
        )
        tx.audit.log_action(caller, *actions)


def _judge(
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


def _planned(
    index: int, client: Client, moves: Mapping[ClientId, PersonId], *, to_none: bool
) -> Outcome[Planned]:
    if to_none or client.id in moves:
        return Outcome(index, Planned(client, moves.get(client.id)))
    return Outcome(index, error=OfficerNotAllowed())
