"""The application's face: one typed attribute for each capability, whose methods are verbs.

``composition`` plugs the adapters in. The HTTP server, the worker, a command and any program that
imports us hold the same ``App``.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.people import LockoutPolicy
from clientupdater.domain.rate_limits import Allowances
from clientupdater.domain.retention import Retention
from clientupdater.domain.sessions import Lifetimes
from clientupdater.domain.sync.fields import Source
from clientupdater.ports.job_run import Task, in_turn
from clientupdater.ports.queue import EXPORT_QUEUE, SYNC_QUEUE
from clientupdater.usecases.access.explanations import AccessExplanations
from clientupdater.usecases.access.giving_roles import GivingRoles
from clientupdater.usecases.access.grants import Grants
from clientupdater.usecases.access.roles import Roles
from clientupdater.usecases.access.territories import Territories
from clientupdater.usecases.audit.audits import Audits
from clientupdater.usecases.audit.dossiers import Dossiers
from clientupdater.usecases.clients.assignments import ClientAssignments
from clientupdater.usecases.clients.contacts import ContactCorrections
from clientupdater.usecases.clients.directory import ClientDirectory
from clientupdater.usecases.clients.filter_options import ClientFilterOptions
from clientupdater.usecases.clients.hand_overs import HandOvers
from clientupdater.usecases.clients.pension_numbers import PensionNumberAccess
from clientupdater.usecases.clients.stand_ins import StandIns
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
from clientupdater.usecases.jobs.retention import PurgeOld
from clientupdater.usecases.jobs.run import DoJob
from clientupdater.usecases.jobs.schedules import ScheduleAdministration
from clientupdater.usecases.jobs.service import JobAdministration
from clientupdater.usecases.operations.health import CheckSystem
from clientupdater.usecases.organisation.areas import Areas
from clientupdater.usecases.organisation.branch_import import BranchImport
from clientupdater.usecases.organisation.branches import Branches
from clientupdater.usecases.organisation.closing import BranchClosing
from clientupdater.usecases.organisation.contacts import BranchContacts
from clientupdater.usecases.people.authenticate import Authenticate
from clientupdater.usecases.people.deactivation import Deactivation
from clientupdater.usecases.people.operators import Operators
from clientupdater.usecases.people.passwords import PasswordChanges
from clientupdater.usecases.people.sessions import Sessions
from clientupdater.usecases.people.sign_in import SignIn
from clientupdater.usecases.people.staff_import import StaffImport
from clientupdater.usecases.people.users import Users
from clientupdater.usecases.requests.idempotency import Idempotency
from clientupdater.usecases.requests.rate_limits import AdmitRequest
from clientupdater.usecases.sync.authorization import TASK as SYNC_JOB
from clientupdater.usecases.sync.input import SyncInput
from clientupdater.usecases.sync.job import DoSyncJob
from clientupdater.usecases.sync.mappings import SyncMappings
from clientupdater.usecases.sync.one_client import OneClient
from clientupdater.usecases.sync.run import RunSync
from clientupdater.usecases.sync.service import SyncRuns
from clientupdater.usecases.sync.webhooks import TASK as REFRESH_JOB
from clientupdater.usecases.sync.webhooks import FollowNotice, Webhooks
from clientupdater.usecases.tracking.client_access import ClientAccess
from clientupdater.usecases.tracking.periods import Periods
from clientupdater.usecases.tracking.service import Tracking
from clientupdater.usecases.tracking.worklist import Worklist

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

    from clientupdater.domain.exports import ExportFormat
    from clientupdater.domain.lookups import Lookups
    from clientupdater.ports.cache import Cache, Form
    from clientupdater.ports.circuits import CircuitReader
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.exports import SheetForm
    from clientupdater.ports.file_store import FileStore
    from clientupdater.ports.filter_options import FilterOptions
    from clientupdater.ports.gauges import Gauges
    from clientupdater.ports.health import HealthCheck, ServiceCheck
    from clientupdater.ports.limits import RateLimits
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.people import VerifyToken
    from clientupdater.ports.schedules import Timetable
    from clientupdater.ports.sealing import Sealer
    from clientupdater.ports.sources import ClientSource
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen(kw_only=True)
class SyncSettings:
    """How sources are read."""

    overlap: timedelta = timedelta(hours=1)
    """How much further back than needed an incremental run reads (Y8)."""
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)


def _by_source(sources: Mapping[str, ClientSource]) -> Mapping[Source, ClientSource]:
    return {Source(name): source for name, source in sources.items()}


@frozen(kw_only=True)
class Dependencies:
    """Everything that an App is assembled from, beside a store, a clock and a time zone."""

    passwords: Passwords
    verify_token: VerifyToken | None = None
    lifetimes: Lifetimes = field(factory=Lifetimes)
    lockout: LockoutPolicy = field(factory=LockoutPolicy)
    limits: RateLimits
    probe_limits: RateLimits
    """In this process alone: the event loop asks it, and must not wait."""
    allowances: Allowances = field(factory=Allowances)
    cache: Cache
    near_cache: Cache
    """In this process alone: small values, known by the configuration's generation."""
    sealer: Sealer
    lookups_form: Form[Lookups]
    filter_options_form: Form[FilterOptions]
    timetable: Timetable
    files: FileStore
    sheet_forms: Mapping[ExportFormat, SheetForm]
    sync: SyncSettings = field(factory=SyncSettings)
    retention: Retention = field(factory=Retention)
    keep_responses_for: timedelta = timedelta(hours=24)
    """How long a response is stored under its idempotency key."""
    readiness: tuple[HealthCheck, ...] = ()
    services: Mapping[str, ServiceCheck] = field(factory=dict)
    circuits: tuple[CircuitReader, ...] = ()
    gauges: Gauges = tuple
    sources: Mapping[Source, ClientSource] = field(factory=dict, converter=_by_source)
    """The sources that are configured."""
    chance: Callable[[], float] = random.random
    """Spreads retries, so that jobs that failed together do not come back together."""


@frozen(kw_only=True)
class App:
    """What the software can do, for as long as it is open."""

    tracking: Tracking
    periods: Periods
    worklist: Worklist
    clients: ClientDirectory
    filter_options: ClientFilterOptions
    contacts: ContactCorrections
    assignments: ClientAssignments
    hand_overs: HandOvers
    stand_ins: StandIns
    pension_numbers: PensionNumberAccess
    access: Grants
    roles: Roles
    giving_roles: GivingRoles
    territories: Territories
    areas: Areas
    branches: Branches
    branch_contacts: BranchContacts
    branch_closing: BranchClosing
    branch_import: BranchImport
    explanations: AccessExplanations
    audits: Audits
    dossiers: Dossiers
    people: Users
    staff_import: StaffImport
    deactivation: Deactivation
    operators: Operators
    passwords: PasswordChanges
    sign_in: SignIn
    authenticate: Authenticate
    sessions: Sessions
    sync: SyncRuns
    sync_mappings: SyncMappings
    webhooks: Webhooks
    jobs: JobAdministration
    do_job: DoJob
    schedules: ScheduleAdministration
    exports: Exports
    lookups: ReadLookups
    lookup_admin: LookupAdministration
    par_status_tracking: ParStatusTracking
    settings: SettingAdministration
    categories: CategoryAdministration
    options: OptionAdministration
    undo_configuration: ConfigurationUndo
    look_up_names: LookUpNames
    admit_request: AdmitRequest
    admit_probe: AdmitRequest
    idempotency: Idempotency
    check_system: CheckSystem
    readiness: tuple[HealthCheck, ...]
    circuits: tuple[CircuitReader, ...]
    gauges: Gauges
    cache: Cache
    sealer: Sealer


def assemble(work: UnitsOfWork, clock: Clock, zone: tzinfo, parts: Dependencies) -> App:
    """Assemble the use cases over any adapters; nothing is opened here."""
    passwords = parts.passwords
    clients = ClientAccess(work, clock, zone)
    one_client = OneClient(work, clock, zone, parts.sources)
    run_sync = RunSync(work, clock, zone, SyncInput(work, clock, parts.sources, parts.sync.overlap))
    periods = Periods(work, clock, zone)
    purge = PurgeOld(work, clock, parts.retention)
    write_export = WriteExport(
        work=work,
        clock=clock,
        zone=zone,
        files=parts.files,
        forms=parts.sheet_forms,
        keep_for=timedelta(days=parts.retention.export_files),
    )
    remove_expired = RemoveExpiredExports(work, clock, parts.files)
    settings = SettingAdministration(work, clock)
    categories, options = CategoryAdministration(work, clock), OptionAdministration(work, clock)
    lookup_admin = LookupAdministration(work, clock)
    par_status_tracking = ParStatusTracking(work, clock, zone)
    tasks = {
        SYNC_JOB: Task(DoSyncJob(work, clock, run_sync), SYNC_QUEUE),
        REFRESH_JOB: Task(FollowNotice(work, clock, zone, one_client), SYNC_QUEUE),
        EXPORT_JOB: Task(write_export, EXPORT_QUEUE),
        PAR_STATUS_JOB: Task(par_status_tracking.settle_as_job),
        "open_period": Task(periods.open_due_as_job),
        "retention": Task(purge.as_retention),
        "expiry": Task(in_turn(purge.as_expiry, remove_expired.as_job)),
    }
    return App(
        tracking=Tracking(clients),
        periods=periods,
        worklist=Worklist(work, clock, zone),
        clients=ClientDirectory(work, clock, zone),
        filter_options=ClientFilterOptions(
            work, clock, zone, parts.cache, parts.filter_options_form
        ),
        contacts=ContactCorrections(clients),
        assignments=ClientAssignments(clients),
        hand_overs=HandOvers(work, clock, zone),
        stand_ins=StandIns(work, clock, zone),
        pension_numbers=PensionNumberAccess(clients),
        access=Grants(work, clock),
        roles=Roles(work, clock),
        giving_roles=GivingRoles(work, clock),
        territories=Territories(work, clock),
        areas=Areas(work, clock),
        branches=Branches(work, clock),
        branch_contacts=BranchContacts(work),
        branch_closing=BranchClosing(work, clock),
        branch_import=BranchImport(work),
        explanations=AccessExplanations(work, clock),
        audits=Audits(work),
        dossiers=Dossiers(work, clock),
        people=Users(work, clock, passwords),
        staff_import=StaffImport(work, clock, passwords),
        deactivation=Deactivation(work, clock),
        operators=Operators(work, clock, passwords),
        passwords=PasswordChanges(work, clock, passwords, parts.lockout),
        sign_in=SignIn(work, clock, passwords, parts.lifetimes, parts.lockout),
        authenticate=Authenticate(work, clock, parts.lifetimes, parts.verify_token),
        sessions=Sessions(work, clock, parts.lifetimes),
        sync=SyncRuns(work, clock, run_sync, clients, one_client),
        sync_mappings=SyncMappings(work, clock, parts.sources.keys()),
        webhooks=Webhooks(work, clock, parts.sync.webhook_secrets),
        jobs=JobAdministration(work, clock, purge),
        do_job=DoJob(tasks, clock, parts.chance),
        schedules=ScheduleAdministration(work, clock, zone, parts.timetable, tasks),
        exports=Exports(work, clock, zone, parts.files),
        lookups=ReadLookups(work, parts.near_cache, parts.lookups_form),
        lookup_admin=lookup_admin,
        par_status_tracking=par_status_tracking,
        settings=settings,
        categories=categories,
        options=options,
        undo_configuration=ConfigurationUndo(
            work, clock, settings, categories, options, lookup_admin, par_status_tracking
        ),
        look_up_names=LookUpNames(work),
        admit_request=AdmitRequest(parts.limits, parts.allowances),
        admit_probe=AdmitRequest(parts.probe_limits, parts.allowances),
        idempotency=Idempotency(work, clock, parts.sealer, parts.keep_responses_for),
        check_system=CheckSystem(work, clock, parts.services, parts.sources.keys()),
        readiness=parts.readiness,
        circuits=parts.circuits,
        gauges=parts.gauges,
        cache=parts.cache,
        sealer=parts.sealer,
    )
