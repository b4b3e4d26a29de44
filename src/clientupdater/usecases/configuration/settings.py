"""Settings: the value for each company, and changing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.administration import decide_over_thing
from clientupdater.domain.errors import NotFound
from clientupdater.domain.ids import CompanyId
from clientupdater.domain.permissions import Permission
from clientupdater.domain.settings_values import (
    KNOWN,
    KnownSetting,
    StoredSetting,
    check,
    known_setting,
)
from clientupdater.domain.versions import changed_fields, require_version
from clientupdater.usecases.configuration.config_admin import (
    config_admin,
    config_reader,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.configuration_changes import RecordedChange
    from clientupdater.ports.audit import ConfigurationChange
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.usecases.configuration.config_admin import ConfigAdmin

TABLE = "config_settings"


@frozen
class ShownSetting:
    """What a setting is for a company, or (None) for every company without a value of its own."""

    known: KnownSetting
    company: str | None
    value: str
    """The effective one."""
    is_public: bool
    stored: StoredSetting | None
    """The company's own row, or the general one; None: there is none, or the caller lacks
    config:read."""

    @property
    def version(self) -> int:
        """That of the row; 0 if there is none."""
        return self.stored.version if self.stored else 0


@frozen
class SettingAdministration:
    """A company's value wins over the general one, and that over the default."""

    work: UnitsOfWork
    clock: Clock

    def list(self, caller: Caller) -> Sequence[ShownSetting]:
        """List what the caller may read: everyone public values, others with config:read."""
        with config_reader(self.work, self.clock, caller, TABLE) as reader:
            rows = reader.tx.configuration.settings()
            names = reader.tx.organisation.names(frozenset()).companies
            places = sorted((code, CompanyId(company)) for company, code in names.items())
            looks = (
                _look(reader, _shown(rows, key, code), company)
                for key in sorted(KNOWN)
                for code, company in [(None, None), *places]
            )
            return [shown for shown in looks if shown]

    def show(self, caller: Caller, key: str, company: str | None) -> ShownSetting:
        known_setting(key)
        with config_reader(self.work, self.clock, caller, TABLE) as reader:
            over = reader.tx.organisation.company(company) if company else None
            shown = _look(reader, _shown(reader.tx.configuration.settings(), key, company), over)
            if shown is None:
                reader.require(Permission.CONFIG_READ, company)
                raise NotFound
            return shown

    def set(
        self,
        caller: Caller,
        key: str,
        company: str | None,
        value: str,
        *,
        is_public: bool | None = None,
        version: int | None = None,
    ) -> ShownSetting:
        """Store a value at the version that the caller saw, or at any (None); 0: there was none."""
        with config_admin(self.work, self.clock, caller, TABLE) as admin:
            admin.require(Permission.CONFIG_MANAGE, company)
            check(key, value)
            seen = _row(admin.tx.configuration.settings(), key, company)
            row = seen or StoredSetting(key=key, company=company, value="")
            public = row.is_public if is_public is None else is_public
            changed = evolve(row, value=value, is_public=public)
            before = seen.values if seen else {}
            require_version(version, row.version, changed_fields(before, changed.values)[1])
            if changed != seen:
                _store(admin, seen, changed)
            return _shown(admin.tx.configuration.settings(), key, company)

    def unset(
        self, caller: Caller, key: str, company: str | None, version: int | None = None
    ) -> None:
        """Delete a stored value, so that the general one, or the default, is in effect again."""
        with config_admin(self.work, self.clock, caller, TABLE) as admin:
            admin.require(Permission.CONFIG_MANAGE, company)
            known_setting(key)
            seen = _row(admin.tx.configuration.settings(), key, company)
            if seen is None:
                raise NotFound("No value is stored here, so there is none to delete.")
            require_version(version, seen.version)
            _store(admin, seen, None)

    def revert(self, admin: ConfigAdmin, change: RecordedChange) -> ConfigurationChange:
        """Store the value from before a change, or delete the one that it created."""
        key, _, company = change.record.partition(":")
        admin.require(Permission.CONFIG_MANAGE, company or None)
        seen = _row(admin.tx.configuration.settings(), key, company or None)
        change.require_last(seen.values if seen else None, seen.version if seen else 0)
        if change.before is None:
            return _store(admin, seen, None)
        row = seen or StoredSetting(key=key, company=company or None, value="")
        changed = evolve(row, **change.before)
        check(key, changed.value)
        return _store(admin, seen, changed)


def _store(
    admin: ConfigAdmin, seen: StoredSetting | None, changed: StoredSetting | None
) -> ConfigurationChange:
    row = changed or seen
    if row is None:
        raise NotFound
    if changed:
        admin.tx.configuration.save_setting(changed, admin.actor.id, admin.now)
    else:
        admin.tx.configuration.delete_setting(row)
    before, after = (each.values if each else None for each in (seen, changed))
    return admin.record(TABLE, row.record, before, after)


def _row(rows: Iterable[StoredSetting], key: str, company: str | None) -> StoredSetting | None:
    return next((row for row in rows if (row.key, row.company) == (key, company)), None)


def _shown(rows: Sequence[StoredSetting], key: str, company: str | None) -> ShownSetting:
    own, general = _row(rows, key, company), _row(rows, key, None)
    winner = own or general
    if winner is None:
        return ShownSetting(KNOWN[key], company, KNOWN[key].default, is_public=False, stored=None)
    return ShownSetting(KNOWN[key], company, winner.value, winner.is_public, own)


def _look(
    reader: ConfigAdmin, shown: ShownSetting, company: CompanyId | None
) -> ShownSetting | None:
    """Show a setting as far as the caller may read it; None: not at all."""
    if decide_over_thing(reader.actor, Permission.CONFIG_READ, company).allowed:
        return shown
    return evolve(shown, stored=None) if shown.is_public else None
