"""Changing whether the clients of a PAR status are tracked: a previewed job (P6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.access_scope import over_everything
from clientupdater.domain.errors import InvalidInput, PlanChanged
from clientupdater.domain.ids import CompanyId
from clientupdater.domain.lookups import Lookup, LookupTable
from clientupdater.domain.periods import business_day, due_for_opening
from clientupdater.domain.permissions import Permission
from clientupdater.domain.versions import changed_fields, require_version
from clientupdater.domain.write_context import WriteContext
from clientupdater.ports.queue import NewJob, Progress
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.configuration.config_admin import (
    config_admin,
    config_reader,
)
from clientupdater.usecases.configuration.lookup_admin import (
    all_lookups,
    known_entry,
    save_entry,
)
from clientupdater.usecases.tracking.opening import BATCH
from clientupdater.usecases.tracking.writable import writable_periods

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.configuration_changes import RecordedChange
    from clientupdater.domain.ids import ClientId, JobId
    from clientupdater.ports.audit import ConfigurationChange
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.configuration import SettledBatch, TrackingPlan
    from clientupdater.ports.job_run import JobRun
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork
    from clientupdater.usecases.configuration.config_admin import ConfigAdmin

JOB = "par_status_tracking"
TABLE = LookupTable.PAR_STATUSES


@frozen
class TrackingPreview:
    """What a change would do, to the entry as it is now."""

    entry: Lookup
    is_trackable: bool
    plan: TrackingPlan


@frozen
class StartedTracking:
    """A changed entry, and the job that brings its clients' rows into line."""

    entry: Lookup
    job: JobId | None


@frozen
class ParStatusTracking:
    """A PAR status is of every company, so each verb asks for scope all over every one."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    batch: int = BATCH

    def preview(self, caller: Caller, code: str, *, is_trackable: bool) -> TrackingPreview:
        """Find the clients that would begin or cease to be tracked. Changes nothing."""
        with config_reader(self.work, self.clock, caller, TABLE) as reader:
            reader.require(Permission.CONFIG_MANAGE, None)
            entry = known_entry(all_lookups(reader.tx), TABLE, code)
            _require_other(entry, is_trackable=is_trackable)
            reader.tx.limit_to(over_everything(reader.actor.id))
            plan = reader.tx.configuration.plan_tracking(code, is_trackable=is_trackable)
            return TrackingPreview(entry, is_trackable, plan)

    def change(
        self,
        caller: Caller,
        code: str,
        *,
        is_trackable: bool,
        plan_hash: str,
        version: int | None = None,
    ) -> StartedTracking:
        """Change it as previewed, and queue the job for its clients in the same transaction.

        Raises PlanChanged if other clients are touched by now.
        """
        with config_admin(self.work, self.clock, caller, TABLE) as admin:
            admin.require(Permission.CONFIG_MANAGE, None)
            seen = known_entry(all_lookups(admin.tx), TABLE, code)
            _require_other(seen, is_trackable=is_trackable)
            changed = _with(seen, is_trackable=is_trackable)
            require_version(version, seen.version, changed_fields(seen.values, changed.values)[1])
            _, job = self._start(admin, seen, changed, plan_hash)
            return StartedTracking(known_entry(all_lookups(admin.tx), TABLE, code), job)

    def revert(
        self, admin: ConfigAdmin, change: RecordedChange, plan_hash: str | None
    ) -> tuple[ConfigurationChange, JobId | None]:
        """Undo such a change, as previewed."""
        admin.require(Permission.CONFIG_MANAGE, None)
        seen = known_entry(all_lookups(admin.tx), TABLE, change.record)
        change.require_last(seen.values, seen.version)
        changed = _with(seen, is_trackable=bool((change.before or {})["is_trackable"]))
        return self._start(admin, seen, changed, plan_hash)

    def _start(
        self, admin: ConfigAdmin, seen: Lookup, changed: Lookup, plan_hash: str | None
    ) -> tuple[ConfigurationChange, JobId | None]:
        is_trackable = bool(changed.facts["is_trackable"])
        admin.tx.limit_to(over_everything(admin.actor.id))
        plan = admin.tx.configuration.plan_tracking(seen.code, is_trackable=is_trackable)
        if plan.hash != plan_hash:
            raise PlanChanged
        recorded = save_entry(admin, TABLE, seen, changed)
        job = NewJob(name=JOB, arguments={"par_status": seen.code}, requested_by=admin.actor.id)
        return recorded, admin.tx.jobs.enqueue(job, admin.now)

    def settle_as_job(self, job_run: JobRun) -> None:
        """Exempt, restore and open the rows of the PAR status's clients, in batches.

        It goes by the PAR status of this moment, so that a repeated job finds nothing left to do,
        and two jobs for two changes end at the last one.
        """
        code = str(job_run.job.arguments["par_status"])
        rows, after = 0, None
        while True:
            job_run.report(Progress(done=rows, step=f"periods of the clients at {code}"))
            batch = self._settle(code, after)
            rows, after = rows + batch.rows, batch.last
            if after is None:
                job_run.report(Progress(done=rows, step="done"))
                return

    def _settle(self, code: str, after: ClientId | None) -> SettledBatch:
        now = self.clock.now()
        with self.work.begin(SYSTEM) as tx:
            return tx.configuration.settle_tracking(
                code,
                due_for_opening(now, self.zone),
                writable_periods(tx.settings, _companies(tx), business_day(now, self.zone)),
                WriteContext(now=now, zone=self.zone),
                after=after,
                at_most=self.batch,
            )


def _companies(tx: Transaction) -> list[CompanyId]:
    return [CompanyId(each) for each in tx.organisation.names(frozenset()).companies]


def _with(entry: Lookup, *, is_trackable: bool) -> Lookup:
    return evolve(entry, facts={**entry.facts, "is_trackable": is_trackable})


def _require_other(entry: Lookup, *, is_trackable: bool) -> None:
    if entry.facts["is_trackable"] is is_trackable:
        raise InvalidInput.of("/is_trackable", f"is {str(is_trackable).lower()} already")
