"""Categories and options: lists that administrators make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from attrs import asdict, evolve, field, frozen

from clientupdater.domain.administration import decide_over_thing
from clientupdater.domain.errors import NotFound
from clientupdater.domain.ids import OptionId
from clientupdater.domain.options import (
    Category,
    Option,
    checked_category,
    checked_option,
    require_no_children,
    require_no_options,
)
from clientupdater.domain.permissions import Permission
from clientupdater.domain.versions import changed_fields, require_version
from clientupdater.usecases.configuration.config_admin import (
    config_admin,
    config_reader,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.configuration_changes import RecordedChange
    from clientupdater.ports.audit import ConfigurationChange
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork
    from clientupdater.usecases.configuration.config_admin import ConfigAdmin

CATEGORIES, OPTIONS = "config_categories", "config_options"
_READ, _MANAGE = Permission.CONFIG_READ, Permission.CONFIG_MANAGE


@frozen(kw_only=True)
class NewOption:
    """An option to create."""

    category: str
    company: str | None = None
    code: str
    label: str
    value: str | None = None
    metadata: Mapping[str, Any] = field(factory=dict)
    is_default: bool = False
    sort_order: int = 0
    parent: OptionId | None = None


@frozen
class CategoryAdministration:
    """Categories are of every company."""

    work: UnitsOfWork
    clock: Clock

    def list(self, caller: Caller) -> Sequence[Category]:
        with config_reader(self.work, self.clock, caller, CATEGORIES) as reader:
            reader.require(_READ, None)
            return reader.tx.configuration.categories()

    def show(self, caller: Caller, code: str) -> Category:
        with config_reader(self.work, self.clock, caller, CATEGORIES) as reader:
            reader.require(_READ, None)
            return _category(reader.tx, code)

    def create(self, caller: Caller, category: Category) -> Category:
        with config_admin(self.work, self.clock, caller, CATEGORIES) as admin:
            admin.require(_MANAGE, None)
            _add_category(admin, category)
            return _category(admin.tx, category.code)

    def change(
        self, caller: Caller, code: str, changes: Mapping[str, Any], version: int | None
    ) -> Category:
        """Change values by name, at the version that the caller saw, or at any (None)."""
        with config_admin(self.work, self.clock, caller, CATEGORIES) as admin:
            admin.require(_MANAGE, None)
            seen = _category(admin.tx, code)
            changed = evolve(seen, **changes)
            require_version(version, seen.version, changed_fields(seen.values, changed.values)[1])
            if changed != seen:
                _save_category(admin, seen, changed)
            return _category(admin.tx, code)

    def delete(self, caller: Caller, code: str, version: int | None) -> None:
        """Delete a category without options."""
        with config_admin(self.work, self.clock, caller, CATEGORIES) as admin:
            admin.require(_MANAGE, None)
            seen = _category(admin.tx, code)
            require_version(version, seen.version)
            require_no_options(seen, admin.tx.configuration.options(code))
            _delete_category(admin, seen)

    def revert(self, admin: ConfigAdmin, change: RecordedChange) -> ConfigurationChange:
        """Undo a change; a new category that has options by now is deactivated instead."""
        admin.require(_MANAGE, None)
        listed = admin.tx.configuration.categories()
        seen = next((each for each in listed if each.code == change.record), None)
        change.require_last(seen.values if seen else None, seen.version if seen else 0)
        if seen is None:
            return _add_category(admin, Category(**(change.before or {})))
        if change.before is not None:
            return _save_category(admin, seen, evolve(seen, **change.before))
        if admin.tx.configuration.options(seen.code):
            return _save_category(admin, seen, evolve(seen, is_active=False))
        return _delete_category(admin, seen)


@frozen
class OptionAdministration:
    """An option belongs to every company, or to one."""

    work: UnitsOfWork
    clock: Clock

    def list(self, caller: Caller, category: str) -> Sequence[Option]:
        """List the options of a category: the general ones, and those of one's companies."""
        with config_reader(self.work, self.clock, caller, OPTIONS) as reader:
            reader.require(_READ, None)
            _category(reader.tx, category)
            return [
                option
                for option in reader.tx.configuration.options(category)
                if option.company is None or _reads(reader, option.company)
            ]

    def show(self, caller: Caller, option: OptionId) -> Option:
        with config_reader(self.work, self.clock, caller, OPTIONS) as reader:
            return _option(reader, option, _READ)

    def create(self, caller: Caller, new: NewOption) -> Option:
        with config_admin(self.work, self.clock, caller, OPTIONS) as admin:
            admin.require(_MANAGE, new.company)
            _category(admin.tx, new.category)
            option = Option(id=OptionId(uuid4()), **asdict(new, recurse=False))
            _add_option(admin, option)
            return _found(admin.tx, option.id)

    def change(
        self, caller: Caller, option: OptionId, changes: Mapping[str, Any], version: int | None
    ) -> Option:
        """Change values by name, at the version that the caller saw, or at any (None)."""
        with config_admin(self.work, self.clock, caller, OPTIONS) as admin:
            seen = _option(admin, option, _MANAGE)
            changed = evolve(seen, **changes)
            require_version(version, seen.version, changed_fields(seen.values, changed.values)[1])
            if changed != seen:
                _save_option(admin, seen, changed)
            return _found(admin.tx, option)

    def delete(self, caller: Caller, option: OptionId, version: int | None) -> None:
        """Delete an option that none is below."""
        with config_admin(self.work, self.clock, caller, OPTIONS) as admin:
            seen = _option(admin, option, _MANAGE)
            require_version(version, seen.version)
            require_no_children(seen, _others(admin.tx, seen))
            _delete_option(admin, seen)

    def revert(self, admin: ConfigAdmin, change: RecordedChange) -> ConfigurationChange:
        """Undo a change; a new option that others are below by now is deactivated instead."""
        identity = OptionId(UUID(change.record))
        seen = admin.tx.configuration.option(identity)
        if seen is None:
            return self._restored(admin, identity, change)
        admin.require(_MANAGE, seen.company, _READ)
        change.require_last(seen.values, seen.version)
        if change.before is not None:
            return _save_option(admin, seen, evolve(seen, **_from_audit(change.before)))
        if any(each.parent == seen.id for each in _others(admin.tx, seen)):
            return _save_option(admin, seen, evolve(seen, is_active=False, is_default=False))
        return _delete_option(admin, seen)

    def _restored(
        self, admin: ConfigAdmin, identity: OptionId, change: RecordedChange
    ) -> ConfigurationChange:
        kept = change.before if change.after is None else change.left
        if not kept:
            admin.require(_MANAGE, None)
            raise NotFound
        option = Option(id=identity, **_from_audit(kept))
        admin.require(_MANAGE, option.company, _READ)
        change.require_last(None, 0)
        _category(admin.tx, option.category)
        return _add_option(admin, option)


def _from_audit(values: Mapping[str, Any]) -> dict[str, Any]:
    parent = values.get("parent")
    return {**values, "parent": OptionId(UUID(parent))} if parent else dict(values)


def _reads(reader: ConfigAdmin, company: str) -> bool:
    over = reader.tx.organisation.company(company)
    return decide_over_thing(reader.actor, _READ, over).allowed


def _category(tx: Transaction, code: str) -> Category:
    category = next((each for each in tx.configuration.categories() if each.code == code), None)
    if category is None:
        raise NotFound("There is no such category.")
    return category


def _found(tx: Transaction, option: OptionId) -> Option:
    row = tx.configuration.option(option)
    if row is None:
        raise NotFound
    return row


def _option(admin: ConfigAdmin, option: OptionId, permission: Permission) -> Option:
    """Find an option and judge the caller; where they may not see it, it is not found."""
    if not admin.actor.grants_of(permission):
        admin.require(permission, None)
    row = _found(admin.tx, option)
    admin.require(permission, row.company, _READ)
    return row


def _others(tx: Transaction, option: Option) -> list[Option]:
    return [each for each in tx.configuration.options(option.category) if each.id != option.id]


def _add_category(admin: ConfigAdmin, category: Category) -> ConfigurationChange:
    checked = checked_category(category, admin.tx.configuration.categories())
    admin.tx.configuration.add_category(checked)
    return admin.record(CATEGORIES, checked.code, None, checked.values)


def _save_category(admin: ConfigAdmin, seen: Category, changed: Category) -> ConfigurationChange:
    others = [each for each in admin.tx.configuration.categories() if each.code != seen.code]
    checked = checked_category(changed, others)
    admin.tx.configuration.save_category(checked)
    return admin.record(CATEGORIES, seen.code, seen.values, checked.values)


def _delete_category(admin: ConfigAdmin, seen: Category) -> ConfigurationChange:
    admin.tx.configuration.delete_category(seen)
    return admin.record(CATEGORIES, seen.code, seen.values, None)


def _add_option(admin: ConfigAdmin, option: Option) -> ConfigurationChange:
    checked = checked_option(option, _others(admin.tx, option))
    admin.tx.configuration.add_option(checked, admin.actor.id)
    return admin.record(OPTIONS, str(checked.id), None, checked.values)


def _save_option(admin: ConfigAdmin, seen: Option, changed: Option) -> ConfigurationChange:
    checked = checked_option(changed, _others(admin.tx, seen))
    admin.tx.configuration.save_option(checked)
    return admin.record(OPTIONS, str(seen.id), seen.values, checked.values)


def _delete_option(admin: ConfigAdmin, seen: Option) -> ConfigurationChange:
    admin.tx.configuration.delete_option(seen)
    return admin.record(OPTIONS, str(seen.id), seen.values, None)
