"""Assemble the use cases over any adapters; nothing is opened here."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.app import App
from clientupdater.ports.job_run import Task, in_turn
from clientupdater.ports.queue import EXPORT_QUEUE, SYNC_QUEUE
from clientupdater.usecases.access.capability import Access
from clientupdater.usecases.access.explanations import AccessExplanations
from clientupdater.usecases.access.giving_roles import GivingRoles
from clientupdater.usecases.access.grants import Grants
from clientupdater.usecases.access.roles import Roles
from clientupdater.usecases.access.territories import Territories
from clientupdater.usecases.audit.audits import Audits
from clientupdater.usecases.audit.capability import Audit
from clientupdater.usecases.audit.dossiers import Dossiers
from clientupdater.usecases.clients.assignments import ClientAssignments
from clientupdater.usecases.clients.capability import Clients
from clientupdater.usecases.clients.client_access import ClientAccess
from clientupdater.usecases.clients.contacts import ContactCorrections
from clientupdater.usecases.clients.directory import ClientDirectory
from clientupdater.usecases.clients.filter_options import ClientFilterOptions
from clientupdater.usecases.clients.hand_overs import HandOvers
from clientupdater.usecases.clients.pension_numbers import PensionNumberAccess
from clientupdater.usecases.clients.stand_ins import StandIns
from clientupdater.usecases.configuration.capability import Configuration
from clientupdater.usecases.configuration.lookup_admin import LookupAdministration
from clientupdater.usecases.configuration.lookups import ReadLookups
from clientupdater.usecases.configuration.names import LookUpNames
from clientupdater.usecases.configuration.options import (
    CategoryAdministration,
    OptionAdministration,
)
from clientupdater.usecases.configuration.par_statuses import JOB as PAR_STATUS_JOB
from clientupdater.usecases.configuration.par_statuses import ParStatusTracking
from clientupdater.usecases.configuration.settings import SettingAdministration
from clientupdater.usecases.configuration.undo import ConfigurationUndo
from clientupdater.usecases.exports.expiry import RemoveExpiredExports
from clientupdater.usecases.exports.service import JOB as EXPORT_JOB
from clientupdater.usecases.exports.service import Exports
from clientupdater.usecases.exports.write import WriteExport
from clientupdater.usecases.jobs.capability import Jobs
from clientupdater.usecases.jobs.retention import PurgeOld
from clientupdater.usecases.jobs.run import DoJob
from clientupdater.usecases.jobs.schedules import ScheduleAdministration
from clientupdater.usecases.jobs.service import JobAdministration
from clientupdater.usecases.operations.capability import Operations
from clientupdater.usecases.operations.health import CheckSystem
from clientupdater.usecases.organisation.areas import Areas
from clientupdater.usecases.organisation.branch_import import BranchImport
from clientupdater.usecases.organisation.branches import Branches
from clientupdater.usecases.organisation.capability import Organisation
from clientupdater.usecases.organisation.closing import BranchClosing
from clientupdater.usecases.organisation.contacts import BranchContacts
from clientupdater.usecases.people.authenticate import Authenticate
from clientupdater.usecases.people.capability import People
from clientupdater.usecases.people.deactivation import Deactivation
from clientupdater.usecases.people.operators import Operators
from clientupdater.usecases.people.passwords import PasswordChanges
from clientupdater.usecases.people.sessions import Sessions
from clientupdater.usecases.people.sign_in import SignIn
from clientupdater.usecases.people.staff_import import StaffImport
from clientupdater.usecases.people.users import Users
from clientupdater.usecases.reports.ageing import Ageing
from clientupdater.usecases.reports.balance import Balance
from clientupdater.usecases.reports.capability import Reports
from clientupdater.usecases.reports.completion import CompletionReport
from clientupdater.usecases.reports.count_check import CountCheck
from clientupdater.usecases.reports.dashboard import Dashboard
from clientupdater.usecases.reports.exported import report_readers
from clientupdater.usecases.reports.folding import FoldCounts
from clientupdater.usecases.reports.pace import Pace
from clientupdater.usecases.reports.past_clients import PastClients
from clientupdater.usecases.reports.signals import Signals
from clientupdater.usecases.reports.staff import Staff
from clientupdater.usecases.reports.trend import Trend
from clientupdater.usecases.reports.untouched import Untouched
from clientupdater.usecases.requests.capability import Requests
from clientupdater.usecases.requests.idempotency import Idempotency
from clientupdater.usecases.requests.rate_limits import AdmitRequest
from clientupdater.usecases.sync.authorization import TASK as SYNC_JOB
from clientupdater.usecases.sync.capability import Sync
from clientupdater.usecases.sync.input import SyncInput
from clientupdater.usecases.sync.job import DoSyncJob
from clientupdater.usecases.sync.mappings import SyncMappings
from clientupdater.usecases.sync.one_client import OneClient
from clientupdater.usecases.sync.run import RunSync
from clientupdater.usecases.sync.service import SyncRuns
from clientupdater.usecases.sync.webhooks import TASK as REFRESH_JOB
from clientupdater.usecases.sync.webhooks import FollowNotice, Webhooks
from clientupdater.usecases.tracking.changes import Changes
from clientupdater.usecases.tracking.periods import Periods
from clientupdater.usecases.tracking.seals import Seals
from clientupdater.usecases.tracking.service import Tracking
from clientupdater.usecases.tracking.worklist import Worklist

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.composition.dependencies import Dependencies
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.usecases.exports.report_table import ReportReaders


def assemble(work: UnitsOfWork, clock: Clock, zone: tzinfo, parts: Dependencies) -> App:
    """Give each capability its use cases, over these adapters."""
    at = _Ground(work, clock, zone, parts)
    client_access = ClientAccess(work, clock, zone)
    one_client = OneClient(work, clock, zone, parts.sources)
    run_sync = RunSync(work, clock, zone, SyncInput(work, clock, parts.sources, parts.sync.overlap))
    periods = Periods(work, clock, zone)
    seals = Seals(work, clock, zone)
    purge = PurgeOld(work, clock, parts.retention)
    par_statuses = ParStatusTracking(work, clock, zone)
    reports = at.reports()
    tasks = {
        SYNC_JOB: Task(DoSyncJob(work, clock, run_sync), SYNC_QUEUE),
        REFRESH_JOB: Task(FollowNotice(work, clock, zone, one_client), SYNC_QUEUE),
        EXPORT_JOB: Task(at.write_export(report_readers(reports)), EXPORT_QUEUE),
        PAR_STATUS_JOB: Task(par_statuses.settle_as_job),
        "fold_row_counts": Task(FoldCounts(work).fold_as_job),
        "open_period": Task(periods.open_due_as_job),
        "seal_periods": Task(seals.seal_due_as_job),
        "retention": Task(purge.as_retention),
        "expiry": Task(
            in_turn(purge.as_expiry, RemoveExpiredExports(work, clock, parts.files).as_job)
        ),
    }
    return App(
        tracking=Tracking(client_access),
        periods=periods,
        seals=seals,
        changes=Changes(work),
        worklist=Worklist(work, clock, zone),
        clients=at.clients(client_access),
        access=at.access(),
        organisation=at.organisation(),
        people=at.people(),
        sync=Sync(
            runs=SyncRuns(work, clock, run_sync, client_access, one_client),
            mappings=SyncMappings(work, clock, parts.sources.keys()),
            webhooks=Webhooks(work, clock, parts.sync.webhook_secrets),
        ),
        jobs=Jobs(
            administration=JobAdministration(work, clock, purge),
            schedules=ScheduleAdministration(work, clock, zone, parts.timetable, tasks),
            run=DoJob(tasks, clock, parts.chance),
        ),
        exports=Exports(work, clock, zone, parts.files),
        reports=reports,
        configuration=at.configuration(par_statuses),
        audit=Audit(logs=Audits(work), dossiers=Dossiers(work, clock)),
        requests=at.requests(),
        operations=at.operations(),
    )


@frozen
class _Ground:
    """What every capability stands on."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    parts: Dependencies

    def clients(self, access: ClientAccess) -> Clients:
        work, clock, zone, parts = self.work, self.clock, self.zone, self.parts
        return Clients(
            directory=ClientDirectory(work, clock, zone),
            filter_options=ClientFilterOptions(
                work, clock, zone, parts.cache, parts.filter_options_form
            ),
            contacts=ContactCorrections(access),
            assignments=ClientAssignments(access),
            hand_overs=HandOvers(work, clock, zone),
            stand_ins=StandIns(work, clock, zone),
            pension_numbers=PensionNumberAccess(access),
        )

    def access(self) -> Access:
        work, clock = self.work, self.clock
        return Access(
            grants=Grants(work, clock),
            roles=Roles(work, clock),
            giving_roles=GivingRoles(work, clock),
            territories=Territories(work, clock),
            explanations=AccessExplanations(work, clock),
        )

    def organisation(self) -> Organisation:
        work, clock = self.work, self.clock
        return Organisation(
            areas=Areas(work, clock),
            branches=Branches(work, clock),
            contacts=BranchContacts(work),
            closing=BranchClosing(work, clock),
            branch_import=BranchImport(work),
        )

    def people(self) -> People:
        work, clock, parts = self.work, self.clock, self.parts
        passwords = parts.passwords
        return People(
            users=Users(work, clock, passwords),
            staff_import=StaffImport(work, clock, passwords),
            deactivation=Deactivation(work, clock),
            operators=Operators(work, clock, passwords),
            passwords=PasswordChanges(work, clock, passwords, parts.lockout),
            sign_in=SignIn(work, clock, passwords, parts.lifetimes, parts.lockout),
            authenticate=Authenticate(work, clock, parts.lifetimes, parts.verify_token),
            sessions=Sessions(work, clock, parts.lifetimes),
        )

    def reports(self) -> Reports:
        ground = (self.work, self.clock, self.zone)
        return Reports(
            ageing=Ageing(*ground),
            balance=Balance(*ground),
            completion=CompletionReport(*ground),
            count_check=CountCheck(*ground),
            dashboard=Dashboard(*ground),
            pace=Pace(*ground),
            past_clients=PastClients(*ground),
            signals=Signals(*ground),
            staff=Staff(*ground),
            trend=Trend(*ground),
            untouched=Untouched(*ground),
        )

    def configuration(self, par_statuses: ParStatusTracking) -> Configuration:
        work, clock = self.work, self.clock
        settings = SettingAdministration(work, clock)
        categories, options = CategoryAdministration(work, clock), OptionAdministration(work, clock)
        lookup_admin = LookupAdministration(work, clock)
        return Configuration(
            settings=settings,
            categories=categories,
            options=options,
            lookups=ReadLookups(work, self.parts.near_cache, self.parts.lookups_form),
            lookup_admin=lookup_admin,
            par_statuses=par_statuses,
            names=LookUpNames(work),
            undo=ConfigurationUndo(
                work, clock, settings, categories, options, lookup_admin, par_statuses
            ),
        )

    def requests(self) -> Requests:
        parts = self.parts
        return Requests(
            admit=AdmitRequest(parts.limits, parts.allowances),
            admit_probe=AdmitRequest(parts.probe_limits, parts.allowances),
            idempotency=Idempotency(self.work, self.clock, parts.sealer, parts.keep_responses_for),
            one_connection=parts.one_connection,
        )

    def operations(self) -> Operations:
        parts = self.parts
        return Operations(
            check_system=CheckSystem(self.work, self.clock, parts.services, parts.sources.keys()),
            readiness=parts.readiness,
            circuits=parts.circuits,
            gauges=parts.gauges,
            cache=parts.cache,
            sealer=parts.sealer,
        )

    def write_export(self, reports: ReportReaders) -> WriteExport:
        return WriteExport(
            work=self.work,
            clock=self.clock,
            zone=self.zone,
            files=self.parts.files,
            forms=self.parts.sheet_forms,
            reports=reports,
            keep_for=timedelta(days=self.parts.retention.export_files),
        )
