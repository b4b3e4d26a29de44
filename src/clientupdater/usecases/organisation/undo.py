"""Undoing changes of areas, branches and contacts: by the rights that the changes take (A6, A6a).

A deleted area or branch that is restored belongs to its people again. Assignments that ended stay
ended, because their clients may have another officer by now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import evolve

from clientupdater.domain.access_scope import over_branches
from clientupdater.domain.delegation import (
    require_may_give_area,
    require_may_give_branch,
    require_may_place_branch,
)
from clientupdater.domain.errors import ConfigurationNotAllowed, NotFound, VersionConflict
from clientupdater.domain.ids import AreaId, BranchId, CompanyId
from clientupdater.domain.organisation import BranchContact, checked, require_no_clients
from clientupdater.usecases.access.user_admin import require_over_thing
from clientupdater.usecases.organisation import areas, branches
from clientupdater.usecases.organisation.areas import (
    find_area,
    member_record,
    place_branch,
    remove_branch,
)
from clientupdater.usecases.organisation.branches import delete_branch, find_branch
from clientupdater.usecases.organisation.changes import record_change, record_rights
from clientupdater.usecases.organisation.contacts import record_contact, require_room

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clientupdater.domain.configuration_changes import RecordedChange
    from clientupdater.ports.audit import ConfigurationChange
    from clientupdater.usecases.configuration.config_admin import ConfigAdmin


def revert_area(admin: ConfigAdmin, change: RecordedChange) -> ConfigurationChange:
    """Undo a change of an area; one that is in use is not deleted."""
    tx, caller, identity = admin.tx, admin.caller, AreaId(UUID(change.record))
    tx.people.lock_rights()
    if tx.areas.find(identity) is None:
        return _restored_area(admin, identity, change)
    seen = find_area(tx, admin.actor, identity, areas.MANAGE)
    _require_last(change, seen.record, seen.version)
    if change.before is None:
        _require_unused(tx.areas.holders(identity), tx.organisation.members(identity), "area")
        tx.areas.save(seen, deleted_at=admin.now)
        return record_change(tx, caller, "area.delete", "areas", identity, seen.record, None)
    values = dict(change.before)
    if "company" in values:
        values["company"] = values["company"] and CompanyId(UUID(values["company"]))
    changed = checked(evolve(seen, **values))
    require_over_thing(admin.actor, areas.MANAGE, changed.company)
    saved = tx.areas.save(changed)
    return record_change(tx, caller, "area.change", "areas", identity, seen.record, saved.record)


def _restored_area(
    admin: ConfigAdmin, identity: AreaId, change: RecordedChange
) -> ConfigurationChange:
    tx, company = admin.tx, (change.before or change.after or {}).get("company")
    over = CompanyId(UUID(company)) if company else None
    require_over_thing(admin.actor, areas.MANAGE, over, areas.READ)
    _require_last(change, None, 0)
    restored = tx.areas.restore(identity)
    holders, members = tx.areas.holders(identity), tx.organisation.members(identity)
    for holder in holders:
        require_may_give_area(admin.actor, holder, identity, members)
    gained = {"branches": sorted(map(str, members))}
    record_rights(tx, admin.caller, holders, "area", identity, gained, is_gained=True)
    return record_change(tx, admin.caller, "area.restore", "areas", identity, None, restored.record)


def revert_branch(admin: ConfigAdmin, change: RecordedChange) -> ConfigurationChange:
    """Undo a change of a branch; one that is in use is not deleted, a closed one not restored."""
    tx, caller, identity = admin.tx, admin.caller, BranchId(UUID(change.record))
    tx.people.lock_rights()
    if tx.branches.find(identity) is None:
        return _restored_branch(admin, identity, change)
    seen = find_branch(tx, admin.actor, identity, branches.MANAGE)
    _require_last(change, seen.record, seen.version)
    if change.before is None:
        tx.limit_to(over_branches(admin.actor.id, identity))
        require_no_clients(tx.branches.count_clients(identity))
        _require_unused(tx.branches.holders(identity), seen.areas, "branch")
        return delete_branch(tx, caller, seen, admin.now, "branch.delete")
    saved = tx.branches.save(checked(evolve(seen, **change.before)))
    return record_change(
        tx, caller, "branch.change", "branches", identity, seen.record, saved.record
    )


def _restored_branch(
    admin: ConfigAdmin, identity: BranchId, change: RecordedChange
) -> ConfigurationChange:
    tx = admin.tx
    require_over_thing(admin.actor, branches.MANAGE, None, branches.READ)
    _require_last(change, None, 0)
    try:
        restored = tx.branches.restore(identity)
    except NotFound:
        message = "The branch was closed, and another one has its clients; add a new branch."
        raise ConfigurationNotAllowed(message) from None
    holders = tx.branches.holders(identity)
    for holder in holders:
        require_may_give_branch(admin.actor, holder, identity)
    gained = {"branch": str(identity)}
    record_rights(tx, admin.caller, holders, "branch", identity, gained, is_gained=True)
    return record_change(
        tx, admin.caller, "branch.restore", "branches", identity, None, restored.record
    )


def revert_member(admin: ConfigAdmin, change: RecordedChange) -> ConfigurationChange:
    """Undo that a branch was put into an area, taken out of it, or got its primary area."""
    tx, caller, actor = admin.tx, admin.caller, admin.actor
    area, branch = (UUID(each) for each in change.record.split(":"))
    tx.people.lock_rights()
    seen = find_area(tx, actor, AreaId(area), areas.MANAGE)
    member = tx.organisation.branch(BranchId(branch))
    is_primary = tx.areas.membership(seen.id, member)
    now = None if is_primary is None else member_record(member, is_primary=is_primary)
    _require_last(change, now, 0)
    if change.before is None:
        undone = remove_branch(tx, caller, actor, seen.id, member, admin.now)
    else:
        require_may_place_branch(actor, member, seen.id)
        was = bool(change.before["is_primary"])
        undone = place_branch(tx, caller, seen.id, member, is_primary=was)
    if undone is None:
        raise VersionConflict(provided=0, current=0, fields=("is_primary",))
    return undone


def revert_contact(admin: ConfigAdmin, change: RecordedChange) -> ConfigurationChange:
    """Undo a change of a branch's contact."""
    tx, caller, identity = admin.tx, admin.caller, UUID(change.record)
    seen = tx.branches.contact(identity)
    values = change.before or change.after or {}
    if seen is None and "branch" not in values:
        require_over_thing(admin.actor, branches.MANAGE, None, branches.READ)
        raise NotFound
    place = seen.branch if seen else BranchId(UUID(values["branch"]))
    owner = find_branch(tx, admin.actor, place, branches.MANAGE)
    tx.branches.lock(owner.id)
    seen = tx.branches.contact(identity)
    _require_last(change, seen.record if seen else None, seen.version if seen else 0)
    if seen is None:
        require_room(tx.branches.contacts(owner.id))
        restored = checked(BranchContact(id=identity, **{**values, "branch": owner.id}))
        tx.branches.add_contact(restored)
        return record_contact(tx, caller, "branch.add_contact", restored, None, restored.record)
    if change.before is None:
        tx.branches.remove_contact(seen)
        return record_contact(tx, caller, "branch.remove_contact", seen, seen.record, None)
    saved = tx.branches.save_contact(checked(evolve(seen, **change.before)))
    return record_contact(tx, caller, "branch.change_contact", saved, seen.record, saved.record)


REVERTS: Mapping[str, Callable[[ConfigAdmin, RecordedChange], ConfigurationChange]] = {
    "areas": revert_area,
    "branches": revert_branch,
    "area_branches": revert_member,
    "branch_contacts": revert_contact,
}


def _require_last(
    change: RecordedChange, record: Mapping[str, object] | None, version: int
) -> None:
    """Compare as the audit keeps it: ids are texts there."""
    kept: dict[str, Any] | None = None
    if record is not None:
        kept = {
            name: str(value) if isinstance(value, UUID) else value for name, value in record.items()
        }
    change.require_last(kept, version)


def _require_unused(holders: object, others: object, what: str) -> None:
    if holders or others:
        message = (
            f"The {what} is in use by now. Take it from its users first, and"
            f" {'the branches out of it' if what == 'area' else 'out of its areas'}; or delete it."
        )
        raise ConfigurationNotAllowed(message)
