"""The one place that names concrete adapters.

Whatever runs (the server, the worker, a command, another program that imports us) opens the same
``App`` here and closes it in reverse order. Nothing is opened at import.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import field, frozen

from clientupdater.adapters.fallback import FallingBackLimits, FallingBackShelf, LastingLimits
from clientupdater.adapters.lookups_form import JsonLookups
from clientupdater.adapters.madeup import KeptAccounts, MadeUpAccount, fill
from clientupdater.adapters.memory.clock import MachineClock
from clientupdater.adapters.memory.limits import MemoryRateLimits
from clientupdater.adapters.memory.shelf import MemoryShelf
from clientupdater.adapters.postgres.embedded import EmbeddedPostgres
from clientupdater.adapters.postgres.limits import PostgresRateLimits
from clientupdater.adapters.postgres.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.serving import (
    PoolSize,
    PostgresHealth,
    open_pool,
    refuse_unsafe_role,
)
from clientupdater.adapters.postgres.work import PostgresWork
from clientupdater.adapters.redis.connect import redis_health
from clientupdater.adapters.redis.gate import RedisGate
from clientupdater.adapters.redis.limits import RedisRateLimits
from clientupdater.adapters.redis.shelf import RedisShelf
from clientupdater.adapters.resilience import Bounded
from clientupdater.adapters.security.kept_keys import kept_keys
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.key_set import KeySet
from clientupdater.adapters.security.keyed_hash import KeyedHash
from clientupdater.adapters.security.oidc import OidcTokens
from clientupdater.adapters.security.passwords import Argon2Passwords, OneAtATime
from clientupdater.adapters.security.published_keys import PublishedKeys
from clientupdater.adapters.security.random_secrets import RandomSecrets
from clientupdater.adapters.security.vault import Vault
from clientupdater.adapters.single_flight import SingleFlight
from clientupdater.domain.allowances import Allowances
from clientupdater.domain.errors import AlreadyExists
from clientupdater.domain.people import LockoutPolicy
from clientupdater.domain.sessions import Lifetimes
from clientupdater.ports.health import Health, HealthCheck
from clientupdater.ports.people import StaffTransaction
from clientupdater.ports.reading import ReadingTransaction
from clientupdater.usecases._client_files import ClientFiles
from clientupdater.usecases.admit_request import AdmitRequest
from clientupdater.usecases.assign_client import AssignClient
from clientupdater.usecases.assign_clients import AssignClients
from clientupdater.usecases.authenticate import Authenticate
from clientupdater.usecases.bootstrap_administrator import BootstrapAdministrator
from clientupdater.usecases.change_password import ChangePassword
from clientupdater.usecases.change_user import ChangeUser
from clientupdater.usecases.create_user import CreateUser
from clientupdater.usecases.delete_user import DeleteUser
from clientupdater.usecases.explain_access import ExplainAccess
from clientupdater.usecases.find_missed_openings import FindMissedOpenings
from clientupdater.usecases.give_area import GiveArea
from clientupdater.usecases.give_branch import GiveBranch
from clientupdater.usecases.grant_permission import GrantPermission
from clientupdater.usecases.identify_operator import IdentifyOperator
from clientupdater.usecases.issue_service_token import IssueServiceToken
from clientupdater.usecases.judge_updates import JudgeUpdates
from clientupdater.usecases.judge_user import JudgeUser
from clientupdater.usecases.list_clients import ListClients
from clientupdater.usecases.list_rows import ListRows
from clientupdater.usecases.list_sessions import ListSessions
from clientupdater.usecases.list_users import ListUsers
from clientupdater.usecases.lock_user import LockUser
from clientupdater.usecases.look_up_names import LookUpNames
from clientupdater.usecases.open_due_periods import OpenDuePeriods
from clientupdater.usecases.open_period import OpenPeriod
from clientupdater.usecases.place_branch import PlaceBranch
from clientupdater.usecases.read_lookups import ReadLookups
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
from clientupdater.usecases.show_client import ShowClient
from clientupdater.usecases.show_current_periods import ShowCurrentPeriods
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
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import tzinfo
    from pathlib import Path

    from clientupdater.adapters.postgres.work import Pool
    from clientupdater.ports.cache import Cache, Shelf
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.limits import RateLimits
    from clientupdater.ports.maintenance import DatabaseMaintenance
    from clientupdater.ports.passwords import Passwords, Secrets
    from clientupdater.ports.sealing import Sealer
    from clientupdater.ports.tokens import Tokens
    from clientupdater.ports.work import Sight, UnitsOfWork
    from clientupdater.settings import Settings


class ServingTransaction(StaffTransaction, ReadingTransaction, Protocol):
    """A unit of work with all that serving needs."""


class ServingWork(Protocol):
    """Where units of work begin that have it."""

    def begin(self, sight: Sight) -> AbstractContextManager[ServingTransaction]:
        """Begin one, as `UnitsOfWork` does."""
        ...


@frozen
class Reading:
    """What people page through."""

    worklist: ReadWorklist
    list_clients: ListClients
    search_clients: SearchClients
    show_client: ShowClient
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
class Guard:
    """How people are let in: what it costs to guess, and how long a session lives."""

    passwords: Passwords = field(factory=lambda: OneAtATime(Argon2Passwords()))
    secrets: Secrets = field(factory=RandomSecrets)
    lifetimes: Lifetimes = field(factory=Lifetimes)
    policy: LockoutPolicy = field(factory=LockoutPolicy)
    tokens: Tokens | None = None

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> Guard:
        """Take it from what the environment says."""
        return cls(
            lifetimes=Lifetimes(
                idle=timedelta(minutes=settings.session_idle_minutes),
                absolute=timedelta(hours=settings.session_absolute_hours),
            ),
            policy=LockoutPolicy(
                max_failures=settings.login_max_failures,
                lock_for=timedelta(minutes=settings.login_lock_minutes),
            ),
            tokens=_tokens(settings, clock),
        )


@frozen
class Shared:
    """What requests have in common: how often they may come, and what was made before."""

    limits: RateLimits = field(factory=MemoryRateLimits)
    allowances: Allowances = field(factory=Allowances)
    cache: Cache = field(factory=lambda: SingleFlight(MemoryShelf()))
    near: Cache = field(factory=lambda: SingleFlight(MemoryShelf()))
    """In this process alone: for what is small, and known by the configuration's generation."""


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
    show_current_periods: ShowCurrentPeriods
    reveal_pension_number: RevealPensionNumber

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
            show_current_periods=ShowCurrentPeriods(clock, zone),
            reveal_pension_number=RevealPensionNumber(files),
        )


@frozen
class App:
    """What the software can do, for as long as it is open."""

    open_due_periods: OpenDuePeriods
    find_missed_openings: FindMissedOpenings
    renew_pension_numbers: RenewPensionNumbers
    tracking: Tracking
    people: People
    reading: Reading
    look_up_names: LookUpNames
    admit_request: AdmitRequest
    """Counts who comes; it is asked before anything dear is done."""
    cache: Cache
    """What was made before, in Redis where there is one."""
    readiness: tuple[HealthCheck, ...]
    """What has to be well for requests to be sent here; each answers within its time."""
    at_once: int
    """How many can be served at the same time: as many as there are connections."""
    sealer: Sealer
    """Seals what leaves us and comes back, such as cursors."""


def build_app(
    work: ServingWork,
    clock: Clock,
    zone: tzinfo,
    readiness: tuple[HealthCheck, ...] = (),
    at_once: int = 4,
    sealer: Sealer | None = None,
    guard: Guard | None = None,
    shared: Shared | None = None,
) -> App:
    """Put the use cases together over any adapters; nothing is opened here."""
    shared = shared or Shared()
    return App(
        open_due_periods=OpenDuePeriods(work, clock, zone),
        find_missed_openings=FindMissedOpenings(work, clock, zone),
        renew_pension_numbers=RenewPensionNumbers(work),
        tracking=Tracking.over(work, clock, zone),
        people=_people(work, clock, guard or Guard()),
        reading=_reading(work, clock, zone, shared.near),
        look_up_names=LookUpNames(work),
        admit_request=AdmitRequest(shared.limits, shared.allowances),
        cache=shared.cache,
        readiness=readiness,
        at_once=at_once,
        sealer=sealer or KeyRing.made_up(),
    )


def _reading(work: ServingWork, clock: Clock, zone: tzinfo, cache: Cache) -> Reading:
    return Reading(
        worklist=ReadWorklist(work, clock, zone),
        list_clients=ListClients(work, clock, zone),
        search_clients=SearchClients(work, clock, zone),
        show_client=ShowClient(work, clock, zone),
        lookups=ReadLookups(work, cache, JsonLookups()),
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


@contextmanager
def open_app(settings: Settings) -> Iterator[App]:
    """Open what serving needs; refuse a login that row security does not bind."""
    url = settings.serving_url
    refuse_unsafe_role(url)
    with ExitStack() as stack:
        size = PoolSize(
            settings.database_pool_min,
            settings.database_pool_max,
            settings.database_pool_timeout_ms / 1000,
        )
        pool = stack.enter_context(open_pool(url, size))
        yield build_app(
            PostgresWork(pool, _vault(settings)),
            MachineClock(),
            settings.business_timezone,
            _readiness(url, settings.health_check_timeout_ms / 1000),
            at_once=settings.database_pool_max,
            guard=Guard.of(settings, MachineClock()),
            sealer=KeyRing(settings.encryption_keys) if settings.encryption_keys else None,
            shared=stack.enter_context(_shared(settings, pool)),
        )


@contextmanager
def _shared(settings: Settings, pool: Pool) -> Iterator[Shared]:
    """Share by Redis where there is one; what must not be forgotten is counted in the database."""
    keys, hashed = settings.encryption_keys, _hash_of_askers(settings)
    limits: RateLimits = MemoryRateLimits(hashed)
    shelf: Shelf = MemoryShelf()
    with ExitStack() as stack:
        if settings.redis_url:
            gate = RedisGate.to(settings.redis_url)
            stack.callback(gate.close)
            ring = KeyRing(keys) if keys else KeyRing.made_up()
            limits = FallingBackLimits(RedisRateLimits(gate, hashed), limits)
            shelf = FallingBackShelf(RedisShelf(gate, ring), shelf)
        yield Shared(
            limits=LastingLimits(limits, PostgresRateLimits(pool, hashed)),
            allowances=_allowances(settings),
            cache=SingleFlight(shelf),
        )


def _allowances(settings: Settings) -> Allowances:
    return Allowances.of(
        read=settings.rate_limit_read_requests,
        write=settings.rate_limit_write_requests,
        export=settings.rate_limit_export_requests,
        sign_in=settings.rate_limit_login_attempts,
    )


def _hash_of_askers(settings: Settings) -> KeyedHash:
    """Hash with what never changes: with another key, everybody would be counted anew."""
    if settings.blind_index_key is None:
        return KeyedHash()
    return KeyedHash(KeyRing({"index": settings.blind_index_key}).derived("rate limits"))


def _tokens(settings: Settings, clock: Clock) -> Tokens | None:
    """Believe the issuer that is configured; without one, no token of anybody (U1)."""
    if settings.oidc_issuer is None:
        return None
    published = f"{settings.oidc_issuer.rstrip('/')}/.well-known/jwks.json"
    url, algorithms = settings.oidc_jwks_url or published, settings.oidc_algorithms
    return OidcTokens(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        parties=settings.oidc_authorized_parties,
        algorithms=algorithms,
        keys=KeySet(PublishedKeys(url, algorithms), clock),
        clock=clock,
    )


def _vault(settings: Settings) -> Vault | None:
    """Hold the keys for pension numbers; without them, none is sealed or shown."""
    if settings.encryption_keys is None or settings.blind_index_key is None:
        return None
    return Vault(KeyRing(settings.encryption_keys), settings.blind_index_key)


def maintenance_of(settings: Settings) -> DatabaseMaintenance:
    """Give what operations do to the database, as its owner; serving needs none of it."""
    return PostgresMaintenance(settings.migration_url)


def diagnose(settings: Settings) -> Sequence[Health]:
    """Look at everything that has to be well, whether or not the App could be opened."""
    postgres = PostgresHealth(settings.serving_url)
    patience = settings.health_check_timeout_ms / 1000
    found = [postgres.database()]
    if found[0].ok:
        found += [postgres.role(), postgres.schema()]
    if all(each.ok for each in found):
        found.append(_openings(settings))
    if settings.redis_url:
        found.append(redis_health(settings.redis_url, patience=patience))
    return found


def _openings(settings: Settings) -> Health:
    """Tell whether every client that is due has its row."""
    with open_app(settings) as app:
        missed = app.find_missed_openings()
    unmapped = f"; {missed.unmapped} clients have no product, so no cycle" * bool(missed.unmapped)
    if missed.without_row:
        told = ", ".join(f"{rows} in {period}" for period, rows in missed.without_row.items())
        found = f"clients without their row: {told}{unmapped}"
        return Health("periods", ok=False, found=found, remedy="run: clientupdater worker")
    return Health("periods", ok=True, found=f"every row that is due is open{unmapped}")


DemoAccount: TypeAlias = MadeUpAccount
"""Somebody to sign in as in the demo."""


@frozen
class DemoDatabase:
    """A PostgreSQL that the demo brings along, migrated and seeded."""

    owner_url: str
    app_url: str
    is_running: Callable[[], bool]


@contextmanager
def open_demo_database(directory: Path, *, reset: bool = False) -> Iterator[DemoDatabase]:
    """Run it for as long as the demo does, from the main thread; its data is kept."""
    server = EmbeddedPostgres(directory)
    server.start(fresh=reset)
    with ExitStack() as stack:
        stack.callback(server.stop)
        maintenance = PostgresMaintenance(server.owner_url)
        maintenance.migrate()
        maintenance.seed()
        yield DemoDatabase(server.owner_url, server.app_url, server.is_running)


def demo_settings(database: DemoDatabase, folder: Path) -> Mapping[str, str]:
    """Give what the environment has to say for the demo to run: its database and its keys."""
    return {"DATABASE_URL": database.app_url, **kept_keys(folder / "keys.json")}


def fill_demo(
    settings: Settings, database: DemoDatabase, folder: Path, *, clients: int
) -> Sequence[DemoAccount]:
    """Fill the demo's database with made-up people, once; say whom to sign in as."""
    accounts = KeptAccounts(folder / "accounts.json")
    try:
        fill(
            settings.serving_url,
            clients=clients,
            now=MachineClock().now(),
            zone=settings.business_timezone,
            vault=_vault(settings),
            before_commit=accounts.keep,
        )
    except AlreadyExists:
        return accounts.read()
    PostgresMaintenance(database.owner_url).analyze()
    return accounts.read()


def _readiness(url: str, patience: float) -> tuple[HealthCheck, ...]:
    postgres = PostgresHealth(url)
    return (
        Bounded("database", postgres.database, patience),
        Bounded("schema", postgres.schema, patience),
    )
