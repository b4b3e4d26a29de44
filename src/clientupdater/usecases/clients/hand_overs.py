"""Hand one officer's clients over to others, and give them back (A3)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import (
    InvalidInput,
    NotFound,
    OfficerNotAllowed,
    PlanChanged,
)
from clientupdater.domain.hand_overs import (
    MOST_CLIENTS,
    HandOverPlan,
    plan_hand_over,
    require_receivers,
)
from clientupdater.domain.officers import require_officer
from clientupdater.domain.permissions import Permission
from clientupdater.domain.write_context import WriteContext
from clientupdater.usecases.clients.client_access import logged_action
from clientupdater.usecases.clients.lists import require_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import tzinfo
    from uuid import UUID

    from clientupdater.domain.access import Actor
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import BranchId, ClientId, PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen(kw_only=True)
class HandOverRequest:
    """Whose clients go to whom; the branch is an id or a code, None for every branch."""

    officer: PersonId
    to: Sequence[PersonId]
    branch: BranchId | str | None = None


@frozen
class HandOverResult:
    """What a hand-over does, and its id once it was done."""

    plan: HandOverPlan
    id: UUID | None = None


@frozen
class UndoneHandOver:
    """The clients that went back, and why the others did not."""

    returned: Sequence[Client]
    kept: Sequence[tuple[Client, str]]


@frozen
class HandOvers:
    """Only the clients that the caller's clients:assign covers are handed over."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def preview(self, caller: Caller, request: HandOverRequest) -> HandOverResult:
        """Plan it, and write nothing."""
        require_scope(self.work, caller, Permission.CLIENTS_ASSIGN, "client")
        with self.work.begin(_scope(caller)) as tx:
            return HandOverResult(_plan(tx, request))

    def apply(self, caller: Caller, request: HandOverRequest, plan_hash: str) -> HandOverResult:
        """Hand over as the preview with this hash showed; raises PlanChanged if it has changed.

        Locks are taken in the order of every assignment: rights, then clients.
        """
        require_scope(self.work, caller, Permission.CLIENTS_ASSIGN, "client")
        with self.work.begin(_scope(caller)) as tx:
            tx.people.lock_rights_shared()
            tx.clients.lock(*_plan(tx, request).moves)
            plan = _plan(tx, request)
            if plan.hash != plan_hash:
                raise PlanChanged
            if not plan.moves:
                return HandOverResult(plan)
            context = self._context(caller)
            id_ = tx.officers.add_hand_over(
                request.officer, plan.moves, caller.actor.id, context.now
            )
            _assign(tx, caller, plan.moves, plan.clients.values(), context, id_)
            return HandOverResult(plan, id_)

    def undo(self, caller: Caller, hand_over: UUID) -> UndoneHandOver:
        """Give back the clients that are still as the hand-over left them.

        Undoing it again gives back what has become possible since, or nothing.
        """
        require_scope(self.work, caller, Permission.CLIENTS_ASSIGN, "client")
        with self.work.begin(_scope(caller)) as tx:
            tx.people.lock_rights_shared()
            seen = tx.officers.hand_over(hand_over)
            if seen is None:
                raise NotFound("There is no such hand-over.")
            tx.clients.lock(*(client.id for client in seen.unchanged))
            locked = tx.officers.hand_over(hand_over) or seen
            kept = [(client, "assigned anew since") for client in locked.changed]
            officer, returned = tx.people.actor(seen.officer), []
            for client in locked.unchanged:
                reason = _refusal(officer, client)
                if reason is None:
                    returned.append(client)
                else:
                    kept.append((client, reason))
            context = self._context(caller)
            moves = {client.id: seen.officer for client in returned}
            _assign(tx, caller, moves, returned, context, hand_over)
            tx.officers.mark_undone(hand_over, caller.actor.id, context.now)
        return UndoneHandOver(
            [evolve(client, assigned_to=seen.officer) for client in returned], kept
        )

    def _context(self, caller: Caller) -> WriteContext:
        return WriteContext(now=self.clock.now(), zone=self.zone, by=caller.actor.id)


def _scope(caller: Caller) -> AccessScope:
    return access_scope_of(caller.actor, Permission.CLIENTS_ASSIGN)


def _plan(tx: Transaction, request: HandOverRequest) -> HandOverPlan:
    require_receivers(request.officer, request.to)
    branch = None if request.branch is None else tx.organisation.branch(request.branch)
    clients = tx.officers.clients_of(request.officer, branch, MOST_CLIENTS + 1)
    if len(clients) > MOST_CLIENTS:
        raise InvalidInput.of(
            "/branch", f"is needed: more than {MOST_CLIENTS} clients at once are too many"
        )
    known = tx.people.actors(request.to)
    if len(known) < len(request.to):
        raise OfficerNotAllowed("One of these officers does not exist.")
    return plan_hand_over(request.officer, clients, [known[each] for each in request.to])


def _assign(
    tx: Transaction,
    caller: Caller,
    moves: Mapping[ClientId, PersonId],
    clients: Iterable[Client],
    context: WriteContext,
    hand_over: UUID,
) -> None:
    by_officer: dict[PersonId, list[ClientId]] = defaultdict(list)
    for client, officer in moves.items():
        by_officer[officer].append(client)
    for officer in sorted(by_officer):
        tx.clients.assign(by_officer[officer], officer, context)
    entries = [
        logged_action(
            client,
            "client.assign",
            officer=moves[client.id],
            before=client.assigned_to,
            hand_over=hand_over,
        )
        for client in clients
        if client.id in moves
    ]
    if entries:
        tx.audit.log_action(caller, *entries)


def _refusal(officer: Actor | None, client: Client) -> str | None:
    """Say why a client cannot go back to its officer, if so."""
    if officer is None:
        return OfficerNotAllowed.default
    try:
        require_officer(officer, client.branch)
    except OfficerNotAllowed as error:
        return error.message
    return None
