"""Branches: creating, changing, deleting and listing them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import evolve, frozen

from clientupdater.domain.access_scope import over_branches
from clientupdater.domain.errors import NotFound
from clientupdater.domain.ids import BranchId
from clientupdater.domain.organisation import Branch, checked, require_no_clients, tidy
from clientupdater.domain.permissions import Permission
from clientupdater.domain.versions import require_version
from clientupdater.usecases.access.user_admin import require_over_any_thing, require_over_thing
from clientupdater.usecases.organisation.changes import (
    changed_text,
    organisation_admin,
    record_change,
    record_rights,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from clientupdater.domain.access import Actor
    from clientupdater.domain.callers import Caller
    from clientupdater.ports.audit import ConfigurationChange
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork

MANAGE, READ = Permission.BRANCHES_MANAGE, Permission.BRANCHES_READ


@frozen(kw_only=True)
class NewBranch:
    """A branch to create."""

    code: str
    name: str
    location: str | None = None
    category: str | None = None

    def made(self) -> Branch:
        """Make the branch; refuse it with every fault at once."""
        return checked(
            Branch(
                id=BranchId(uuid4()),
                code=self.code.strip(),
                name=self.name.strip(),
                location=tidy(self.location),
                category=tidy(self.category),
            )
        )


@frozen(kw_only=True)
class BranchChanges:
    """The new values of a branch; None leaves a value as it is, an empty text removes it.

    The code never changes, because sources name it.
    """

    name: str | None = None
    location: str | None = None
    category: str | None = None

    def applied(self, branch: Branch) -> Branch:
        """Return the branch with these changes; refuse them with every fault at once."""
        return checked(
            evolve(
                branch,
                name=branch.name if self.name is None else self.name.strip(),
                location=changed_text(branch.location, self.location),
                category=changed_text(branch.category, self.category),
            )
        )


@frozen
class Branches:
    """A branch belongs to no company: managing it needs a grant over every one (A6a)."""

    work: UnitsOfWork
    clock: Clock

    def create(self, caller: Caller, new: NewBranch) -> Branch:
        """Create a branch; it is in no area and in no person's territory yet."""
        with organisation_admin(self.work, caller, "branch") as (tx, actor):
            require_over_thing(actor, MANAGE, None)
            branch = new.made()
            tx.branches.add(branch)
            record_change(tx, caller, "branch.create", "branches", branch.id, None, branch.record)
        return branch

    def change(
        self, caller: Caller, branch: BranchId | str, changes: BranchChanges, version: int | None
    ) -> Branch:
        """Apply the changes to the version that the caller saw, or to any (None)."""
        with organisation_admin(self.work, caller, "branch", branch) as (tx, actor):
            seen = find_branch(tx, actor, branch, MANAGE)
            changed = changes.applied(seen)
            fields = [name for name in seen.record if seen.record[name] != changed.record[name]]
            require_version(version, seen.version, fields)
            if not fields:
                return seen
            saved = tx.branches.save(changed)
            record_change(
                tx, caller, "branch.change", "branches", seen.id, seen.record, saved.record
            )
        return saved

    def delete(self, caller: Caller, branch: BranchId | str, version: int | None) -> None:
        """Delete a branch without clients; its holders lose it (A2).

        Raises BranchInUse for one that has clients: close it instead.
        """
        with organisation_admin(self.work, caller, "branch", branch, bears_on_rights=True) as (
            tx,
            actor,
        ):
            seen = find_branch(tx, actor, branch, MANAGE)
            require_version(version, seen.version)
            tx.limit_to(over_branches(actor.id, seen.id))
            require_no_clients(tx.branches.count_clients(seen.id))
            delete_branch(tx, caller, seen, self.clock.now(), "branch.delete")

    def show(self, caller: Caller, branch: BranchId | str) -> Branch:
        """Return a branch. Raises NotFound for a caller who may not see branches."""
        with organisation_admin(self.work, caller, "branch", branch) as (tx, actor):
            return find_branch(tx, actor, branch, READ)

    def list(self, caller: Caller, *, after: str = "", at_most: int = 50) -> Sequence[Branch]:
        """Return one page of branches by code, beginning behind `after`."""
        with organisation_admin(self.work, caller, "branch") as (tx, actor):
            require_over_any_thing(actor, READ)
            return tx.branches.page(after=after, at_most=at_most)

    def judge(self, caller: Caller, branch: BranchId | str, *, may_be_gone: bool = False) -> None:
        """Refuse with NotFound or Forbidden a caller who may not manage it, and do nothing."""
        with organisation_admin(self.work, caller, "branch", branch) as (tx, actor):
            if may_be_gone:
                require_over_thing(actor, MANAGE, None, READ)
            else:
                find_branch(tx, actor, branch, MANAGE)


def find_branch(
    tx: Transaction, actor: Actor, branch: BranchId | str, permission: Permission
) -> Branch:
    """Find a branch if the actor holds a permission over branches."""
    seen = tx.branches.find(branch)
    if seen is None:
        raise NotFound
    require_over_thing(actor, permission, None, READ)
    return seen


def delete_branch(
    tx: Transaction,
    caller: Caller,
    branch: Branch,
    now: datetime,
    action: str,
    **details: object,
) -> ConfigurationChange:
    """Delete a branch that has no clients any more, and audit what its holders lose (L1)."""
    holders = tx.branches.holders(branch.id)
    tx.branches.save(branch, deleted_at=now)
    record_rights(tx, caller, holders, "branch", branch.id, {"branch": str(branch.id)})
    record = branch.record
    return record_change(tx, caller, action, "branches", branch.id, record, None, **details)
