"""Closing a branch: its clients move to another one, in one previewed act (A3, Y11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.access_scope import over_branches
from clientupdater.domain.delegation import require_may_move_clients
from clientupdater.domain.errors import InvalidInput, PlanChanged
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.versions import require_version
from clientupdater.ports.organisation import Closing
from clientupdater.usecases.organisation.branches import MANAGE, delete_branch, find_branch
from clientupdater.usecases.organisation.changes import organisation_admin

if TYPE_CHECKING:
    from clientupdater.domain.access import Actor
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import BranchId
    from clientupdater.domain.organisation import ClosingPlan
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen
class ClosingResult:
    """What closing a branch does, or would do."""

    closing: Closing
    plan: ClosingPlan
    is_applied: bool


@frozen
class BranchClosing:
    """The plan's hash names its effects: what is applied is what the preview showed."""

    work: UnitsOfWork
    clock: Clock

    def preview(
        self,
        caller: Caller,
        branch: BranchId | str,
        into: BranchId | str,
        version: int | None,
        *,
        takes_contacts: bool = False,
    ) -> ClosingResult:
        """State what closing the branch would do, and change nothing."""
        with organisation_admin(self.work, caller, "branch", branch) as (tx, actor):
            closing = _judged(tx, actor, branch, into, version, takes_contacts=takes_contacts)
            _see_clients(tx, actor, closing)
            return ClosingResult(closing, _plan(tx, actor, closing), is_applied=False)

    def close(
        self,
        caller: Caller,
        branch: BranchId | str,
        into: BranchId | str,
        version: int | None,
        plan_hash: str,
        *,
        takes_contacts: bool = False,
    ) -> ClosingResult:
        """Move the clients with their open rows, and delete the branch.

        Assignments end whose officer lacks the other branch. Sources that still name the branch
        mean the other one from then on. Raises PlanChanged if that is not what was previewed.
        """
        with organisation_admin(self.work, caller, "branch", branch, bears_on_rights=True) as (
            tx,
            actor,
        ):
            closing = _judged(tx, actor, branch, into, version, takes_contacts=takes_contacts)
            _see_clients(tx, actor, closing)
            tx.branches.lock_clients(closing.branch.id)
            plan = _plan(tx, actor, closing)
            if plan.hash != plan_hash:
                raise PlanChanged
            tx.branches.move_clients(closing, actor.id, self.clock.now())
            effects = {f"{kind}s": count for kind, count in plan.counts.items()}
            details = {"into": closing.into.id, **effects}
            delete_branch(tx, caller, closing.branch, self.clock.now(), "branch.close", **details)
            tx.branches.set_successor(closing)
        return ClosingResult(closing, plan, is_applied=True)


def _judged(
    tx: Transaction,
    actor: Actor,
    branch: BranchId | str,
    into: BranchId | str,
    version: int | None,
    *,
    takes_contacts: bool,
) -> Closing:
    closed = find_branch(tx, actor, branch, MANAGE)
    require_version(version, closed.version)
    other = tx.branches.find(into)
    if other is None:
        raise InvalidInput.of("/into", "does not exist")
    if other.id == closed.id:
        raise InvalidInput.of("/into", "is the branch itself; choose another one")
    require_may_move_clients(actor, closed.id, other.id)
    return Closing(branch=closed, into=other, takes_contacts=takes_contacts)


def _see_clients(tx: Transaction, actor: Actor, closing: Closing) -> None:
    """See the clients of both branches, whatever the actor may see of them."""
    tx.limit_to(over_branches(actor.id, closing.branch.id, closing.into.id))


def _plan(tx: Transaction, actor: Actor, closing: Closing) -> ClosingPlan:
    """Make the plan; it names clients only to an actor who may see every client (A10)."""
    plan = tx.branches.plan_closing(closing)
    if actor.holds(Permission.CLIENTS_READ, None, Scope.ALL):
        return plan
    return evolve(plan, examples=())
