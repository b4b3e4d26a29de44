"""Areas, and which branches they have (A2, A3, A6)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import evolve, frozen

from clientupdater.domain.access_scope import over_everything
from clientupdater.domain.delegation import (
    require_may_delete_area,
    require_may_place_branch,
    require_may_remove_branch,
)
from clientupdater.domain.errors import InvalidInput, NotFound
from clientupdater.domain.ids import AreaId
from clientupdater.domain.organisation import Area, checked
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.versions import require_version
from clientupdater.usecases.access.user_admin import require_over_any_thing, require_over_thing
from clientupdater.usecases.organisation.changes import (
    organisation_admin,
    record_change,
    record_rights,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from clientupdater.domain.access import Actor
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import BranchId, CompanyId
    from clientupdater.ports.audit import ConfigurationChange
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.organisation import AreaBranch
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork

MANAGE, READ = Permission.AREAS_MANAGE, Permission.AREAS_READ


@frozen(kw_only=True)
class NewArea:
    """An area to create; without a company it is of every company."""

    code: str
    name: str
    company: CompanyId | str | None = None


@frozen(kw_only=True)
class AreaChanges:
    """The new values of an area; None leaves a value as it is, an empty company removes it."""

    name: str | None = None
    company: CompanyId | str | None = None


@frozen
class Areas:
    """A change of an area's branches counts from the next request of each person with the area."""

    work: UnitsOfWork
    clock: Clock

    def create(self, caller: Caller, new: NewArea) -> Area:
        """Create an area of a company that the caller manages areas of."""
        with self._admin(caller) as (tx, actor):
            require_over_any_thing(actor, MANAGE)
            company = _company(tx, new.company)
            require_over_thing(actor, MANAGE, company)
            area = Area(
                id=AreaId(uuid4()), code=new.code.strip(), name=new.name.strip(), company=company
            )
            tx.areas.add(checked(area))
            record_change(tx, caller, "area.create", "areas", area.id, None, area.record)
        return area

    def change(
        self, caller: Caller, area: AreaId | str, changes: AreaChanges, version: int | None
    ) -> Area:
        """Apply the changes to the version that the caller saw, or to any (None).

        A new company is one that the caller manages areas of, too.
        """
        with self._admin(caller, area) as (tx, actor):
            seen = find_area(tx, actor, area, MANAGE)
            changed = _applied(tx, seen, changes)
            require_version(version, seen.version, _differing(seen, changed))
            require_over_thing(actor, MANAGE, changed.company)
            if changed == seen:
                return seen
            saved = tx.areas.save(changed)
            record_change(tx, caller, "area.change", "areas", seen.id, seen.record, saved.record)
        return saved

    def delete(self, caller: Caller, area: AreaId | str, version: int | None) -> None:
        """Delete an area; its holders lose its branches, and their assignments there (A2, A3)."""
        with self._admin(caller, area, bears_on_rights=True) as (tx, actor):
            seen = find_area(tx, actor, area, MANAGE)
            require_version(version, seen.version)
            holders = tx.areas.holders(seen.id)
            require_may_delete_area(actor, seen.id, tx.people.actors(holders).values())
            members = tx.organisation.members(seen.id)
            tx.areas.save(seen, deleted_at=self.clock.now())
            tx.limit_to(over_everything(actor.id))
            tx.officers.end_lost_assignments(holders, actor.id, self.clock.now())
            lost = {"branches": sorted(map(str, members))}
            record_rights(tx, caller, holders, "area", seen.id, lost)
            record_change(tx, caller, "area.delete", "areas", seen.id, seen.record, None)

    def show(self, caller: Caller, area: AreaId | str) -> Area:
        """Return an area. Raises NotFound for one that the caller may not see."""
        with self._admin(caller, area) as (tx, actor):
            return find_area(tx, actor, area, READ)

    def list(self, caller: Caller, *, after: str = "", at_most: int = 50) -> Sequence[Area]:
        """Return one page of the areas that the caller may see, by code, behind `after`."""
        with self._admin(caller) as (tx, actor):
            require_over_any_thing(actor, READ)
            return tx.areas.page(_companies(actor), after=after, at_most=at_most)

    def branches(
        self, caller: Caller, area: AreaId | str, *, after: str = "", at_most: int = 50
    ) -> Sequence[AreaBranch]:
        """Return one page of an area's branches by code, beginning behind `after`."""
        with self._admin(caller, area) as (tx, actor):
            seen = find_area(tx, actor, area, READ)
            return tx.areas.branches(seen.id, after=after, at_most=at_most)

    def place_branch(
        self,
        caller: Caller,
        area: AreaId | str,
        branch: BranchId | str,
        *,
        is_primary: bool | None = None,
    ) -> None:
        """Put a branch that the caller holds into an area, or change its primary area.

        If the caller holds the area, they must not see more by it than before (A6). A primary area
        takes that from another one, which the caller must manage, too.
        """
        with self._admin(caller, area, bears_on_rights=True) as (tx, actor):
            seen = find_area(tx, actor, area, MANAGE)
            placed = tx.organisation.branch(branch)
            require_may_place_branch(actor, placed, seen.id)
            if is_primary and (former := _other_primary(tx, seen.id, placed)):
                require_over_thing(actor, MANAGE, former.company)
            place_branch(tx, caller, seen.id, placed, is_primary=is_primary)

    def remove_branch(self, caller: Caller, area: AreaId | str, branch: BranchId | str) -> None:
        """Take a branch out of an area, and end its holders' assignments there (A3)."""
        with self._admin(caller, area, bears_on_rights=True) as (tx, actor):
            seen = find_area(tx, actor, area, MANAGE)
            removed = tx.organisation.branch(branch)
            remove_branch(tx, caller, actor, seen.id, removed, self.clock.now())

    def judge(self, caller: Caller, area: AreaId | str) -> None:
        """Refuse with NotFound or Forbidden a caller who may not manage it, and do nothing."""
        with self._admin(caller, area) as (tx, actor):
            find_area(tx, actor, area, MANAGE)

    def _admin(
        self, caller: Caller, area: AreaId | str | None = None, *, bears_on_rights: bool = False
    ) -> AbstractContextManager[tuple[Transaction, Actor]]:
        return organisation_admin(self.work, caller, "area", area, bears_on_rights=bears_on_rights)


def find_area(tx: Transaction, actor: Actor, area: AreaId | str, permission: Permission) -> Area:
    """Find an area over which the actor holds a permission."""
    seen = tx.areas.find(area)
    if seen is None:
        raise NotFound
    require_over_thing(actor, permission, seen.company, READ)
    return seen


def place_branch(
    tx: Transaction,
    caller: Caller,
    area: AreaId,
    branch: BranchId,
    *,
    is_primary: bool | None = None,
) -> ConfigurationChange | None:
    """Put a branch into an area, and audit what its holders gain; again, it changes nothing."""
    before = tx.areas.membership(area, branch)
    after = bool(before) if is_primary is None else is_primary
    if before == after:
        return None
    if after and (former := _other_primary(tx, area, branch)):
        tx.areas.place_branch(former.id, branch, is_primary=False)
        primary, plain = (member_record(branch, is_primary=each) for each in (True, False))
        _record_member(tx, caller, former.id, branch, primary, plain)
    tx.areas.place_branch(area, branch, is_primary=after)
    if before is None:
        holders = tx.areas.holders(area)
        record_rights(tx, caller, holders, "area", area, {"branch": str(branch)}, is_gained=True)
    was = None if before is None else member_record(branch, is_primary=before)
    now = member_record(branch, is_primary=after)
    return _record_member(tx, caller, area, branch, was, now)


def remove_branch(
    tx: Transaction, caller: Caller, actor: Actor, area: AreaId, branch: BranchId, now: datetime
) -> ConfigurationChange | None:
    """Take a branch out of an area, if the actor may and it is there, and end what is lost."""
    holders = tx.areas.holders(area)
    require_may_remove_branch(actor, branch, tx.people.actors(holders).values())
    before = tx.areas.membership(area, branch)
    if before is None:
        return None
    tx.areas.remove_branch(area, branch)
    tx.limit_to(over_everything(actor.id))
    tx.officers.end_lost_assignments(holders, actor.id, now)
    record_rights(tx, caller, holders, "area", area, {"branch": str(branch)})
    was = member_record(branch, is_primary=before)
    return _record_member(tx, caller, area, branch, was, None)


def _other_primary(tx: Transaction, area: AreaId, branch: BranchId) -> Area | None:
    """Find the primary area of a branch, if that is not this one."""
    seen = tx.branches.find(branch)
    former = seen and seen.primary_area
    return tx.areas.find(former) if former and former != area else None


def _record_member(
    tx: Transaction,
    caller: Caller,
    area: AreaId,
    branch: BranchId,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
) -> ConfigurationChange:
    """Log and audit a branch of an area; None: it is not in it."""
    action = "area.place_branch" if after else "area.remove_branch"
    record = f"{area}:{branch}"
    return record_change(tx, caller, action, "area_branches", record, before, after, branch=branch)


def member_record(branch: BranchId, *, is_primary: bool) -> Mapping[str, object]:
    return {"branch": branch, "is_primary": is_primary}


def _company(tx: Transaction, company: CompanyId | str | None) -> CompanyId | None:
    try:
        return tx.organisation.company(company) if company else None
    except NotFound:
        raise InvalidInput.of("/company", "does not exist") from None


def _companies(actor: Actor) -> list[CompanyId] | None:
    """Return the companies whose areas the actor may see; None: every company's."""
    grants = [grant for grant in actor.grants_of(READ) if grant.scope is Scope.ALL]
    companies = [grant.company for grant in grants if grant.company]
    return companies if len(companies) == len(grants) else None


def _applied(tx: Transaction, area: Area, changes: AreaChanges) -> Area:
    company = area.company if changes.company is None else _company(tx, changes.company)
    name = area.name if changes.name is None else changes.name.strip()
    return checked(evolve(area, name=name, company=company))


def _differing(seen: Area, changed: Area) -> list[str]:
    return [name for name in ("name", "company") if getattr(seen, name) != getattr(changed, name)]
