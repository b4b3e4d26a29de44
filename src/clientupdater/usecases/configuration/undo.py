"""Undo one change of the configuration: its old values become a new change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import ConfigurationNotAllowed, NotFound
from clientupdater.domain.lookups import LookupTable
from clientupdater.domain.permissions import Permission
from clientupdater.usecases.configuration import options, settings
from clientupdater.usecases.configuration.config_admin import config_admin
from clientupdater.usecases.organisation import undo as organisation

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.configuration_changes import RecordedChange
    from clientupdater.domain.ids import ChangeId, JobId
    from clientupdater.ports.audit import ConfigurationChange
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.usecases.configuration.config_admin import ConfigAdmin
    from clientupdater.usecases.configuration.lookup_admin import LookupAdministration
    from clientupdater.usecases.configuration.options import (
        CategoryAdministration,
        OptionAdministration,
    )
    from clientupdater.usecases.configuration.par_statuses import ParStatusTracking
    from clientupdater.usecases.configuration.settings import SettingAdministration

_MANAGING = (Permission.CONFIG_MANAGE, Permission.AREAS_MANAGE, Permission.BRANCHES_MANAGE)


@frozen
class Undone:
    """The change that undid another, and the job that it queued, if any."""

    change: ConfigurationChange
    job: JobId | None = None


@frozen
class ConfigurationUndo:
    """It takes the right to make the change, and the row still as the change left it.

    A caller without any such right does not learn which changes there are.
    """

    work: UnitsOfWork
    clock: Clock
    settings: SettingAdministration
    categories: CategoryAdministration
    options: OptionAdministration
    lookups: LookupAdministration
    par_statuses: ParStatusTracking

    def __call__(self, caller: Caller, change_id: ChangeId, plan_hash: str | None = None) -> Undone:
        """Undo a change. Raises VersionConflict, which names the fields, if the row moved on.

        `plan_hash` is the preview's, for a change of a PAR status's `is_trackable` alone (P6).
        """
        with config_admin(self.work, self.clock, caller, "config_audit_log") as admin:
            if not any(map(admin.actor.grants_of, _MANAGING)):
                admin.require(Permission.CONFIG_MANAGE, None)
            change = admin.tx.configuration.change(change_id)
            if change is None:
                raise NotFound("There is no such change.")
            if change.table == LookupTable.PAR_STATUSES and _changes_tracking(change):
                return Undone(*self.par_statuses.revert(admin, change, plan_hash))
            return Undone(self._revert_of(admin, change)(admin, change))

    def _revert_of(
        self, admin: ConfigAdmin, change: RecordedChange
    ) -> Callable[[ConfigAdmin, RecordedChange], ConfigurationChange]:
        """Find what undoes the changes of a table."""
        reverts = {
            settings.TABLE: self.settings.revert,
            options.CATEGORIES: self.categories.revert,
            options.OPTIONS: self.options.revert,
            **{str(table): self.lookups.revert for table in LookupTable},
            **organisation.REVERTS,
        }
        if change.table not in reverts:
            admin.require(Permission.CONFIG_MANAGE, None)
            message = f"Changes of {change.table} are not undone here; change the row back itself."
            raise ConfigurationNotAllowed(message)
        return reverts[change.table]


def _changes_tracking(change: RecordedChange) -> bool:
    return change.before is not None and "is_trackable" in change.before
