"""Administration of the eight lookups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access_scope import over_everything
from clientupdater.domain.errors import ConfigurationNotAllowed, NotFound
from clientupdater.domain.lookups import (
    FACTS,
    Lookup,
    LookupChanges,
    LookupTable,
    changed_lookup,
    company_of,
    created_lookup,
    find_lookup,
    refuse_deletion,
)
from clientupdater.domain.permissions import Permission
from clientupdater.domain.versions import changed_fields, require_version
from clientupdater.usecases.configuration.config_admin import (
    config_admin,
    config_reader,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.configuration_changes import RecordedChange
    from clientupdater.domain.lookups import Lookups, NewLookup
    from clientupdater.ports.audit import ConfigurationChange
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork
    from clientupdater.usecases.configuration.config_admin import ConfigAdmin


@frozen
class LookupAdministration:
    """An entry that belongs to one company takes the right over that company."""

    work: UnitsOfWork
    clock: Clock

    def list(self, caller: Caller, table: LookupTable) -> Sequence[Lookup]:
        """List a lookup in its order, with inactive entries."""
        with config_reader(self.work, self.clock, caller, table) as reader:
            reader.require(Permission.CONFIG_READ, None)
            return all_lookups(reader.tx)[table]

    def show(self, caller: Caller, table: LookupTable, code: str) -> Lookup:
        with config_reader(self.work, self.clock, caller, table) as reader:
            reader.require(Permission.CONFIG_READ, None)
            return known_entry(all_lookups(reader.tx), table, code)

    def create(self, caller: Caller, table: LookupTable, new: NewLookup) -> Lookup:
        with config_admin(self.work, self.clock, caller, table) as admin:
            lookups = all_lookups(admin.tx)
            _require_over(admin, lookups, table, new.facts)
            entry = created_lookup(lookups, table, new)
            admin.tx.configuration.add_lookup(table, entry, admin.actor.id)
            admin.record(table, entry.code, None, entry.values)
            return known_entry(all_lookups(admin.tx), table, entry.code)

    def change(
        self,
        caller: Caller,
        table: LookupTable,
        code: str,
        changes: LookupChanges,
        version: int | None,
    ) -> Lookup:
        """Change an entry at the version that the caller saw, or at any (None)."""
        with config_admin(self.work, self.clock, caller, table) as admin:
            lookups, seen = _judged_entry(admin, table, code)
            _, fields = changed_fields(seen.values, changes.applied(seen).values)
            require_version(version, seen.version, fields)
            changed = changed_lookup(lookups, table, seen, changes)
            if changed != seen:
                save_entry(admin, table, seen, changed)
            return known_entry(all_lookups(admin.tx), table, code)

    def delete(self, caller: Caller, table: LookupTable, code: str) -> None:
        """Refuse, and say what to do instead: no entry of a lookup is ever deleted."""
        with config_admin(self.work, self.clock, caller, table) as admin:
            _judged_entry(admin, table, code)
            refuse_deletion(table, code)

    def revert(self, admin: ConfigAdmin, change: RecordedChange) -> ConfigurationChange:
        """Undo a change; an entry that it created is deactivated, since none is deleted."""
        table = LookupTable(change.table)
        lookups, seen = _judged_entry(admin, table, change.record)
        change.require_last(seen.values, seen.version)
        before: dict[str, Any] = dict(change.before or {"is_active": False})
        facts = {fact.name: before.pop(fact.name) for fact in FACTS[table] if fact.name in before}
        changed = changed_lookup(lookups, table, seen, LookupChanges(**before, facts=facts))
        return save_entry(admin, table, seen, changed)


def all_lookups(tx: Transaction) -> Lookups:
    return tx.read_models.lookups(inactive=True)


def known_entry(lookups: Lookups, table: LookupTable, code: str) -> Lookup:
    entry = find_lookup(lookups, table, code)
    if entry is None:
        raise NotFound
    return entry


def save_entry(
    admin: ConfigAdmin, table: LookupTable, seen: Lookup, changed: Lookup
) -> ConfigurationChange:
    if table is LookupTable.COMPANIES and seen.is_active and not changed.is_active:
        _require_no_clients(admin, seen)
    admin.tx.configuration.save_lookup(table, changed)
    return admin.record(table, seen.code, seen.values, changed.values)


def _require_no_clients(admin: ConfigAdmin, company: Lookup) -> None:
    tx = admin.tx
    tx.limit_to(over_everything(admin.actor.id))
    if tx.configuration.has_clients(company.code):
        message = f"{company.code} has active clients, so it cannot be deactivated."
        raise ConfigurationNotAllowed(message)


def _judged_entry(admin: ConfigAdmin, table: LookupTable, code: str) -> tuple[Lookups, Lookup]:
    """Find an entry, and judge the caller over it; without any right, it is not looked for."""
    if not admin.actor.grants_of(Permission.CONFIG_MANAGE):
        admin.require(Permission.CONFIG_MANAGE, None)
    lookups = all_lookups(admin.tx)
    seen = known_entry(lookups, table, code)
    _require_over(admin, lookups, table, seen.facts)
    return lookups, seen


def _require_over(admin: ConfigAdmin, lookups: Lookups, table: LookupTable, facts: Any) -> None:
    company = company_of(lookups, table, facts)
    is_known = company is not None and find_lookup(lookups, LookupTable.COMPANIES, company)
    admin.require(Permission.CONFIG_MANAGE, company if is_known else None)
