"""What the software can do, put together over ports: nothing here knows what stands behind them.

``composition`` plugs adapters in; whoever serves, works or imports us holds an ``App``.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from clientupdater.domain.allowances import Allowances
from clientupdater.domain.people import LockoutPolicy
from clientupdater.domain.retention import Retention
from clientupdater.domain.sessions import Lifetimes
from clientupdater.exporting import Exporting
from clientupdater.jobs import Jobs
from clientupdater.ports.doing import Task, in_turn
from clientupdater.ports.exports import ExportTransaction
from clientupdater.ports.notices import NoticesTransaction
from clientupdater.ports.old_things import PurgingTransaction
from clientupdater.ports.queue import EXPORT_QUEUE
from clientupdater.serving import Serving
from clientupdater.syncing import Syncing, SyncSettings
from clientupdater.usecases._client_files import ClientFiles
from clientupdater.usecases.admit_request import AdmitRequest
from clientupdater.usecases.answer_once import AnswerOnce
from clientupdater.usecases.assign_client import AssignClient
from clientupdater.usecases.assign_clients import AssignClients
from clientupdater.usecases.authenticate import Authenticate
from clientupdater.usecases.bootstrap_administrator import BootstrapAdministrator
from clientupdater.usecases.change_password import ChangePassword
from clientupdater.usecases.change_user import ChangeUser
from clientupdater.usecases.check_system import CheckSystem
from clientupdater.usecases.correct_contacts import CorrectContacts
from clientupdater.usecases.create_export import JOB as EXPORT_JOB
from clientupdater.usecases.create_user import CreateUser
from clientupdater.usecases.delete_user import DeleteUser
from clientupdater.usecases.explain_access import ExplainAccess
from clientupdater.usecases.find_missed_openings import FindMissedOpenings
from clientupdater.usecases.find_missing_keys import FindMissingKeys
from clientupdater.usecases.give_area import GiveArea
from clientupdater.usecases.give_branch import GiveBranch
from clientupdater.usecases.grant_permission import GrantPermission
from clientupdater.usecases.identify_operator import IdentifyOperator
from clientupdater.usecases.issue_service_token import IssueServiceToken
from clientupdater.usecases.judge_updates import JudgeUpdates
from clientupdater.usecases.judge_user import JudgeUser
from clientupdater.usecases.list_clients import ListClients
from clientupdater.usecases.list_openings import ListOpenings
from clientupdater.usecases.list_rows import ListRows
from clientupdater.usecases.list_sessions import ListSessions
from clientupdater.usecases.list_users import ListUsers
from clientupdater.usecases.lock_user import LockUser
from clientupdater.usecases.look_up_names import LookUpNames
from clientupdater.usecases.open_due_periods import OpenDuePeriods
from clientupdater.usecases.open_period import OpenPeriod
from clientupdater.usecases.place_branch import PlaceBranch
from clientupdater.usecases.purge_old import PurgeOld
from clientupdater.usecases.read_lookups import ReadLookups
from clientupdater.usecases.read_queues import ReadQueues
from clientupdater.usecases.read_worklist import ReadWorklist
from clientupdater.usecases.record_update import RecordUpdate
from clientupdater.usecases.record_updates import RecordUpdates
from clientupdater.usecases.redeem_reset import RedeemReset
from clientupdater.usecases.remove_branch import RemoveBranch
from clientupdater.usecases.renew_pension_numbers import RenewPensionNumbers
from clientupdater.usecases.reopen_row import ReopenRow
from clientupdater.usecases.reset_password import ResetPassword
from clientupdater.usecases.reveal_pension_number import RevealPensionNumber
from clientupdater.usecases.revive_client import ReviveClient
from clientupdater.usecases.revoke_grant import RevokeGrant
from clientupdater.usecases.revoke_session import RevokeSession
from clientupdater.usecases.revoke_sessions import RevokeSessions
from clientupdater.usecases.search_clients import SearchClients
from clientupdater.usecases.set_initial_password import SetInitialPassword
from clientupdater.usecases.settle_contact_conflict import SettleContactConflict
from clientupdater.usecases.show_client import ShowClient
from clientupdater.usecases.show_client_history import ShowClientHistory
from clientupdater.usecases.show_current_periods import ShowCurrentPeriods
from clientupdater.usecases.show_filter_options import ShowFilterOptions
from clientupdater.usecases.show_history import ShowHistory
from clientupdater.usecases.show_row import ShowRow
from clientupdater.usecases.show_user import ShowUser
from clientupdater.usecases.sign_in import SignIn
from clientupdater.usecases.sign_out import SignOut
from clientupdater.usecases.take_area import TakeArea
from clientupdater.usecases.take_branch import TakeBranch
from clientupdater.usecases.unlock_user import UnlockUser
from clientupdater.usecases.void_event import VoidEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import tzinfo

    from clientupdater.domain.exports import ExportFormat
    from clientupdater.domain.sync.fields import Source
    from clientupdater.ports.answers import Whole
    from clientupdater.ports.cache import Cache, Form
    from clientupdater.ports.circuits import CircuitReader
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.exports import SheetForm, Snapshot
    from clientupdater.ports.file_store import FileStore
    from clientupdater.ports.filter_options import FilterOptions
    from clientupdater.ports.health import HealthCheck, ServiceCheck
    from clientupdater.ports.limits import RateLimits
    from clientupdater.ports.passwords import Passwords, Secrets
    from clientupdater.ports.reading import Lookups
    from clientupdater.ports.readings import Readings
    from clientupdater.ports.schedules import Timetable
    from clientupdater.ports.sealing import Sealer
    from clientupdater.ports.sources import ClientSource
    from clientupdater.ports.tokens import Tokens
    from clientupdater.ports.work import Sight, UnitsOfWork


class ServingTransaction(NoticesTransaction, ExportTransaction, PurgingTransaction, Protocol):
    """A unit of work with all that serving needs."""


class ServingWork(Protocol):
    """Where units of work begin that have it."""

    def begin(self, sight: Sight) -> AbstractContextManager[ServingTransaction]:
        """Begin one, as `UnitsOfWork` does."""
        ...

    def snapshot(self, sight: Sight) -> AbstractContextManager[Snapshot]:
        """Look at one moment, as `ExportWork` does."""
        ...

    def together(self) -> AbstractContextManager[Whole]:
        """Make several of them one, as `WholeWork` does."""
        ...


@frozen(kw_only=True)
class Guard:
    """How people are let in: what it costs to guess, and how long a session lives."""

    passwords: Passwords
    secrets: Secrets
    lifetimes: Lifetimes = field(factory=Lifetimes)
    policy: LockoutPolicy = field(factory=LockoutPolicy)
    tokens: Tokens | None = None


@frozen(kw_only=True)
class Shared:
    """What requests have in common: how often they may come, and what was made before."""

    limits: RateLimits
    allowances: Allowances = field(factory=Allowances)
    cache: Cache
    near: Cache
    """In this process alone: for what is small, and known by the configuration's generation."""
    probe_limits: RateLimits
    """In this process alone: the event loop asks it, and must not wait."""


@frozen(kw_only=True)
class Surroundings:
    """What an App needs beside a store, a clock and a zone."""

    guard: Guard
    shared: Shared
    sealer: Sealer
    lookups_form: Form[Lookups]
    filter_options_form: Form[FilterOptions]
    timetable: Timetable
    files: FileStore
    sheet_forms: Mapping[ExportFormat, SheetForm]
    retention: Retention = field(factory=Retention)
    serving: Serving = field(factory=Serving)
    readiness: tuple[HealthCheck, ...] = ()
    services: Mapping[str, ServiceCheck] = field(factory=dict)
    circuits: tuple[CircuitReader, ...] = ()
    readings: Readings = tuple
    sources: Mapping[Source, ClientSource] = field(factory=dict)
    """Those that are set up here."""
    sync: SyncSettings = field(factory=SyncSettings)
    chance: Callable[[], float] = random.random
    """Keeps what failed together from coming back together."""


@frozen
class Reading:
    """What people page through."""

    worklist: ReadWorklist
    list_clients: ListClients
    search_clients: SearchClients
    show_client: ShowClient
    client_history: ShowClientHistory
    filter_options: ShowFilterOptions
    lookups: ReadLookups


@frozen
class People:
    """What can be done with people: how they come in, and what they may do."""

    authenticate: Authenticate
    sign_in: SignIn
    sign_out: SignOut
    list_sessions: ListSessions
    revoke_session: RevokeSession
    revoke_sessions: RevokeSessions
    change_password: ChangePassword
    reset_password: ResetPassword
    redeem_reset: RedeemReset
    create_user: CreateUser
    change_user: ChangeUser
    delete_user: DeleteUser
    lock_user: LockUser
    unlock_user: UnlockUser
    show_user: ShowUser
    judge_user: JudgeUser
    list_users: ListUsers
    grant_permission: GrantPermission
    revoke_grant: RevokeGrant
    give_branch: GiveBranch
    take_branch: TakeBranch
    give_area: GiveArea
    take_area: TakeArea
    place_branch: PlaceBranch
    remove_branch: RemoveBranch
    issue_service_token: IssueServiceToken
    set_initial_password: SetInitialPassword
    identify_operator: IdentifyOperator
    bootstrap_administrator: BootstrapAdministrator


@frozen
class Tracking:
    """What can be done with the clients' rows: recorded, corrected, looked at, assigned."""

    record_update: RecordUpdate
    record_updates: RecordUpdates
    judge_updates: JudgeUpdates
    reopen_row: ReopenRow
    void_event: VoidEvent
    revive_client: ReviveClient
    assign_client: AssignClient
    assign_clients: AssignClients
    show_row: ShowRow
    list_rows: ListRows
    show_history: ShowHistory
    explain_access: ExplainAccess
    open_period: OpenPeriod
    list_openings: ListOpenings
    show_current_periods: ShowCurrentPeriods
    reveal_pension_number: RevealPensionNumber
    correct_contacts: CorrectContacts
    settle_contact_conflict: SettleContactConflict

    @classmethod
    def over(cls, work: UnitsOfWork, clock: Clock, zone: tzinfo) -> Tracking:
        """Put them together over any store."""
        files = ClientFiles(work, clock, zone)
        return cls(
            record_update=RecordUpdate(files),
            record_updates=RecordUpdates(files),
            judge_updates=JudgeUpdates(files),
            reopen_row=ReopenRow(files),
            void_event=VoidEvent(files),
            revive_client=ReviveClient(files),
            assign_client=AssignClient(files),
            assign_clients=AssignClients(files),
            show_row=ShowRow(files),
            list_rows=ListRows(files),
            show_history=ShowHistory(files),
            explain_access=ExplainAccess(work),
            open_period=OpenPeriod(work, clock, zone),
            list_openings=ListOpenings(work),
            show_current_periods=ShowCurrentPeriods(clock, zone),
            reveal_pension_number=RevealPensionNumber(files),
            correct_contacts=CorrectContacts(files),
            settle_contact_conflict=SettleContactConflict(files),
        )


@frozen
class App:
    """What the software can do, for as long as it is open."""

    open_due_periods: OpenDuePeriods
    find_missed_openings: FindMissedOpenings
    find_missing_keys: FindMissingKeys
    renew_pension_numbers: RenewPensionNumbers
    tracking: Tracking
    people: People
    reading: Reading
    syncing: Syncing
    exporting: Exporting
    look_up_names: LookUpNames
    admit_request: AdmitRequest
    """Counts who comes; it is asked before anything dear is done."""
    admit_probe: AdmitRequest
    """Counts who looks whether we are well, without waiting for anything."""
    cache: Cache
    """What was made before, in Redis where there is one."""
    readiness: tuple[HealthCheck, ...]
    """What has to be well for requests to be sent here; each answers within its time."""
    check_system: CheckSystem
    """How everything stands that we need."""
    answer_once: AnswerOnce
    circuits: tuple[CircuitReader, ...]
    """Whether the services outside are being asked at all."""
    read_queues: ReadQueues
    readings: Readings
    """How things stand inside, for whoever watches."""
    jobs: Jobs
    serving: Serving
    sealer: Sealer
    """Seals what leaves us and comes back, such as cursors."""


def put_together(work: ServingWork, clock: Clock, zone: tzinfo, around: Surroundings) -> App:
    """Put the use cases together over any adapters; nothing is opened here."""
    shared, serving = around.shared, around.serving
    open_due_periods = OpenDuePeriods(work, clock, zone)
    syncing = Syncing.over(work, clock, zone, around.sources, around.sync)
    exporting = Exporting.over(
        work, clock, zone, around.files, around.sheet_forms, around.retention
    )
    purge_old = PurgeOld(work, clock, around.retention)
    tasks = {
        **syncing.tasks(),
        EXPORT_JOB: Task(exporting.write, EXPORT_QUEUE),
        "open_period": Task(open_due_periods.as_job),
        "retention": Task(purge_old.as_retention),
        "expiry": Task(in_turn(purge_old.as_expiry, exporting.remove_expired.as_job)),
    }
    return App(
        open_due_periods=open_due_periods,
        find_missed_openings=FindMissedOpenings(work, clock, zone),
        find_missing_keys=FindMissingKeys(work),
        renew_pension_numbers=RenewPensionNumbers(work),
        tracking=Tracking.over(work, clock, zone),
        people=_people(work, clock, around.guard),
        reading=_reading(work, clock, zone, around),
        syncing=syncing,
        exporting=exporting,
        look_up_names=LookUpNames(work),
        admit_request=AdmitRequest(shared.limits, shared.allowances),
        admit_probe=AdmitRequest(shared.probe_limits, shared.allowances),
        cache=shared.cache,
        readiness=around.readiness,
        check_system=CheckSystem(work, clock, around.services, around.sources.keys()),
        circuits=around.circuits,
        read_queues=ReadQueues(work, clock),
        answer_once=AnswerOnce(work, clock, around.sealer, serving.keep_answers_for),
        readings=around.readings,
        jobs=Jobs.over(work, clock, zone, around.timetable, around.chance, tasks, purge_old),
        serving=serving,
        sealer=around.sealer,
    )


def _reading(work: ServingWork, clock: Clock, zone: tzinfo, around: Surroundings) -> Reading:
    return Reading(
        worklist=ReadWorklist(work, clock, zone),
        list_clients=ListClients(work, clock, zone),
        search_clients=SearchClients(work, clock, zone),
        show_client=ShowClient(work, clock, zone),
        client_history=ShowClientHistory(work, clock, zone),
        filter_options=ShowFilterOptions(
            work, clock, zone, around.shared.cache, around.filter_options_form
        ),
        lookups=ReadLookups(work, around.shared.near, around.lookups_form),
    )


def _people(work: ServingWork, clock: Clock, guard: Guard) -> People:
    words, secrets = guard.passwords, guard.secrets
    return People(
        authenticate=Authenticate(work, clock, guard.lifetimes, guard.tokens),
        sign_in=SignIn(work, clock, words, secrets, guard.lifetimes, guard.policy),
        sign_out=SignOut(work, clock),
        list_sessions=ListSessions(work, clock, guard.lifetimes),
        revoke_session=RevokeSession(work, clock),
        revoke_sessions=RevokeSessions(work, clock),
        change_password=ChangePassword(work, clock, words, guard.policy),
        reset_password=ResetPassword(work, clock, secrets),
        redeem_reset=RedeemReset(work, clock, words),
        create_user=CreateUser(work, clock, words, secrets),
        change_user=ChangeUser(work, clock),
        delete_user=DeleteUser(work, clock),
        lock_user=LockUser(work),
        unlock_user=UnlockUser(work),
        show_user=ShowUser(work),
        judge_user=JudgeUser(work),
        list_users=ListUsers(work),
        grant_permission=GrantPermission(work, clock),
        revoke_grant=RevokeGrant(work),
        give_branch=GiveBranch(work, clock),
        take_branch=TakeBranch(work, clock),
        give_area=GiveArea(work, clock),
        take_area=TakeArea(work, clock),
        place_branch=PlaceBranch(work),
        remove_branch=RemoveBranch(work, clock),
        issue_service_token=IssueServiceToken(work, clock, secrets),
        set_initial_password=SetInitialPassword(work, clock, words),
        identify_operator=IdentifyOperator(work),
        bootstrap_administrator=BootstrapAdministrator(work, clock, words, secrets),
    )
