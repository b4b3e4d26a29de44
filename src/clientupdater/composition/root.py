"""The one place that names concrete adapters.

Whatever runs (the server, the worker, a command, another program that imports us) opens the same
``App`` here and closes it in reverse order. Nothing is opened at import.
"""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from clientupdater.adapters.cache_codecs.filter_options import JsonFilterOptions
from clientupdater.adapters.cache_codecs.lookups import JsonLookups
from clientupdater.adapters.files.local import LocalFileStore
from clientupdater.adapters.local.cache import LocalCacheStore
from clientupdater.adapters.local.clock import MachineClock
from clientupdater.adapters.local.file_store import MemoryFileStore
from clientupdater.adapters.local.limits import MemoryRateLimits
from clientupdater.adapters.local.timetable import CronTimetable
from clientupdater.adapters.postgres.admin.backups import PostgresBackups
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.core.pool import (
    PoolSize,
    PostgresHealth,
    open_pool,
    pool_readings,
    refuse_unsafe_role,
)
from clientupdater.adapters.postgres.core.rate_limits import PostgresRateLimits
from clientupdater.adapters.postgres.core.unit_of_work import PostgresWork
from clientupdater.adapters.postgres.jobs.leases import PostgresLeases
from clientupdater.adapters.postgres.jobs.wakeups import PostgresWakeUps
from clientupdater.adapters.redis.cache import RedisCacheStore
from clientupdater.adapters.redis.circuits import RedisCircuits
from clientupdater.adapters.redis.client import RedisClient
from clientupdater.adapters.redis.connect import redis_health
from clientupdater.adapters.redis.limits import RedisRateLimits
from clientupdater.adapters.resilience.circuits import Alone, Circuit, Threshold
from clientupdater.adapters.resilience.fallback import (
    DurableRateLimits,
    FallbackCacheStore,
    FallbackRateLimits,
)
from clientupdater.adapters.resilience.service_checks import Absent, OfSource, Timed
from clientupdater.adapters.resilience.single_flight import SingleFlight
from clientupdater.adapters.resilience.time_limit import Bounded
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.keyed_hash import KeyedHash
from clientupdater.adapters.security.passwords import Argon2Passwords, OneAtATime
from clientupdater.adapters.security.random_secrets import RandomSecrets
from clientupdater.adapters.security.vault import Vault
from clientupdater.adapters.sheets.csv_sheet import CsvSheet
from clientupdater.adapters.sheets.xlsx_sheet import XlsxSheet
from clientupdater.app import App, Dependencies, SharedState, SignInPolicy, SyncSettings, assemble
from clientupdater.composition.diagnosis import diagnosed
from clientupdater.composition.sources import open_sources
from clientupdater.composition.worker import WorkerContext
from clientupdater.domain.errors import Fault, Misconfigured
from clientupdater.domain.exports import ExportFormat
from clientupdater.domain.people import LockoutPolicy
from clientupdater.domain.rate_limits import Allowances
from clientupdater.domain.retention import Retention
from clientupdater.domain.sessions import Lifetimes
from clientupdater.ports.health import Health, HealthCheck, Standing
from clientupdater.settings.serving import Serving
from clientupdater.usecases.operations.gauges import ReadGauges

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import tzinfo

    from clientupdater.adapters.postgres.core.unit_of_work import Pool
    from clientupdater.app import App, AppWork
    from clientupdater.ports.cache import Cache, CacheStore
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.file_store import FileStore
    from clientupdater.ports.health import ServiceCheck
    from clientupdater.ports.limits import RateLimits
    from clientupdater.ports.maintenance import DatabaseBackups, DatabaseMaintenance
    from clientupdater.ports.tokens import Tokens
    from clientupdater.settings import Settings


def build_app(work: AppWork, clock: Clock, zone: tzinfo, **others: Any) -> App:
    """Put an App together over any store; `others` are parts of its `Dependencies`.

    What is not given needs nothing else to run: it is kept by this process alone.
    """
    values: dict[str, Any] = {
        "sign_in": default_sign_in(),
        "shared": default_shared_state(),
        "sealer": KeyRing.made_up(),
        "lookups_form": JsonLookups(),
        "filter_options_form": JsonFilterOptions(),
        "timetable": CronTimetable(),
        "files": MemoryFileStore(),
        "sheet_forms": {ExportFormat.CSV: CsvSheet(), ExportFormat.XLSX: XlsxSheet()},
    }
    return assemble(work, clock, zone, Dependencies(**{**values, **others}))


def default_sign_in(**others: Any) -> SignInPolicy:
    """Give a guard that hashes passwords one at a time."""
    return SignInPolicy(
        **{"passwords": OneAtATime(Argon2Passwords()), "secrets": RandomSecrets(), **others}
    )


def default_shared_state(**others: Any) -> SharedState:
    """Give what this process's requests have in common, and no other process knows."""
    values = {"limits": MemoryRateLimits(), "probe_limits": MemoryRateLimits()}
    return SharedState(**{**values, "cache": _near(), "near": _near(), **others})


def _near() -> Cache:
    return SingleFlight(LocalCacheStore())


@contextmanager
def open_app(settings: Settings) -> Iterator[App]:
    """Open what serving needs; refuse a login that row security does not bind."""
    url = settings.serving_url
    with _opened(settings, url, prepares=settings.prepares_when_serving) as (app, _):
        yield app


@contextmanager
def open_worker(settings: Settings) -> Iterator[WorkerContext]:
    """Open what a worker needs: an App, and a way to the queue of its own."""
    url, prepares = settings.worker_url, settings.database_prepared_statements
    with (
        _opened(settings, url, prepares=prepares) as (app, work),
        closing(PostgresLeases(url)) as leases,
    ):
        yield WorkerContext(
            app=app,
            work=work,
            leases=leases,
            wake_ups=PostgresWakeUps(url),
            clock=MachineClock(),
        )


@contextmanager
def _opened(
    settings: Settings, url: str, *, prepares: bool | None
) -> Iterator[tuple[App, PostgresWork]]:
    refuse_unsafe_role(url, settings.name_of(url))
    with ExitStack() as stack:
        size = PoolSize(
            settings.database_pool_min,
            settings.database_pool_max,
            settings.database_pool_timeout_ms / 1000,
        )
        pool = stack.enter_context(open_pool(url, size, prepares=prepares))
        redis_client = stack.enter_context(_gate(settings.redis_url))
        shared, circuits = _shared(settings, pool, redis_client), _circuits(settings, redis_client)
        readers = tuple(circuit.read for circuit in circuits)
        work = PostgresWork(pool, vault_of(settings))
        app = build_app(
            work,
            MachineClock(),
            settings.business_timezone,
            readiness=_readiness(url, settings.health_check_timeout_ms / 1000),
            services=_services(settings, circuits),
            circuits=readers,
            sources=stack.enter_context(open_sources(settings, circuits)),
            sync=SyncSettings(
                overlap=timedelta(minutes=settings.sync_overlap_minutes),
                webhook_secrets=settings.nextbank_webhook_secrets,
            ),
            serving=Serving.of(settings),
            gauges=ReadGauges(
                shared.limits,
                (shared.cache, shared.near),
                readers,
                others=(partial(pool_readings, pool),),
            ),
            sign_in=sign_in_of(settings, MachineClock()),
            sealer=_key_ring(settings),
            shared=shared,
            retention=Retention(
                activity_logs=settings.retention_activity_logs,
                completed_jobs=settings.retention_completed_jobs,
                export_files=settings.retention_export_files,
                sync_snapshots=settings.retention_sync_snapshots,
            ),
            files=_file_store(settings),
        )
        yield app, work


def _file_store(settings: Settings) -> FileStore:
    """Keep exports in the bucket where one is named, else in a directory."""
    if settings.export_s3_bucket is None:
        return LocalFileStore(settings.export_dir)
    try:
        from clientupdater.adapters.files.bucket import (  # noqa: PLC0415 — an extra
            BucketFileStore,
        )
    except ImportError as error:
        message = "needs the extra s3: pip install 'clientupdater[s3]'"
        raise Misconfigured([Fault("EXPORT_S3_BUCKET", message)]) from error
    return BucketFileStore(
        settings.export_s3_bucket, settings.export_s3_prefix, settings.export_s3_endpoint
    )


def _key_ring(settings: Settings) -> KeyRing:
    keys = settings.encryption_keys
    return KeyRing(keys) if keys else KeyRing.made_up()


def sign_in_of(settings: Settings, clock: Clock) -> SignInPolicy:
    """Let people in as the environment says."""
    return default_sign_in(
        lifetimes=Lifetimes(
            idle=timedelta(minutes=settings.session_idle_minutes),
            absolute=timedelta(hours=settings.session_absolute_hours),
        ),
        lockout=LockoutPolicy(
            max_failures=settings.login_max_failures,
            lock_for=timedelta(minutes=settings.login_lock_minutes),
        ),
        tokens=_tokens(settings, clock),
    )


@contextmanager
def _gate(url: str | None) -> Iterator[RedisClient | None]:
    """Open the one way to Redis, where there is one."""
    if url is None:
        yield None
        return
    redis_client = RedisClient.to(url)
    try:
        yield redis_client
    finally:
        redis_client.close()


def _shared(settings: Settings, pool: Pool, redis_client: RedisClient | None) -> SharedState:
    """Share by Redis where there is one; what must not be forgotten is counted in the database."""
    hashed = _hash_of_askers(settings)
    limits: RateLimits = MemoryRateLimits(hashed)
    store: CacheStore = LocalCacheStore()
    if redis_client:
        limits = FallbackRateLimits(RedisRateLimits(redis_client, hashed), limits)
        store = FallbackCacheStore(RedisCacheStore(redis_client, _key_ring(settings)), store)
    return SharedState(
        limits=DurableRateLimits(limits, PostgresRateLimits(pool, hashed)),
        allowances=_allowances(settings),
        cache=SingleFlight(store),
        near=_near(),
        probe_limits=MemoryRateLimits(hashed),
    )


def _circuits(settings: Settings, redis_client: RedisClient | None) -> tuple[Circuit, ...]:
    """Make one for each source; how many successes close it is no setting (Y12)."""
    shared = RedisCircuits(redis_client) if redis_client else Alone()
    values = {
        "snowflake": (
            settings.circuit_snowflake_threshold,
            settings.circuit_snowflake_cooldown_ms,
            3,
        ),
        "nextbank": (settings.circuit_nextbank_threshold, settings.circuit_nextbank_cooldown_ms, 2),
    }
    return tuple(
        Circuit(name, Threshold(failures, timedelta(milliseconds=cooldown_ms), successes), shared)
        for name, (failures, cooldown_ms, successes) in values.items()
    )


def _allowances(settings: Settings) -> Allowances:
    return Allowances.of(
        read=settings.rate_limit_read_requests,
        write=settings.rate_limit_write_requests,
        export=settings.rate_limit_export_requests,
        sign_in=settings.rate_limit_login_attempts,
        webhook=settings.rate_limit_webhook_requests,
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
    from clientupdater.adapters.security.key_set import KeySet  # noqa: PLC0415 — few need it
    from clientupdater.adapters.security.oidc import OidcTokens  # noqa: PLC0415
    from clientupdater.adapters.security.published_keys import PublishedKeys  # noqa: PLC0415

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


def vault_of(settings: Settings) -> Vault | None:
    """Hold the keys for pension numbers; without them, none is sealed or shown."""
    if settings.encryption_keys is None or settings.blind_index_key is None:
        return None
    return Vault(KeyRing(settings.encryption_keys), settings.blind_index_key)


def maintenance_of(settings: Settings) -> DatabaseMaintenance:
    """Give what operations do to the database, as its owner; serving needs none of it."""
    return PostgresMaintenance(settings.migration_url)


def backups_of(settings: Settings) -> DatabaseBackups:
    """Give what copies the whole database into a file and back, as its owner."""
    return PostgresBackups(settings.migration_url)


def diagnose(settings: Settings) -> Sequence[Health]:
    """Look at everything that has to be well, whether or not the App could be opened."""
    postgres = PostgresHealth(settings.serving_url)
    patience = settings.health_check_timeout_ms / 1000
    items = [postgres.database()]
    if items[0].ok:
        items += [postgres.role(), *_poolers(settings), postgres.schema()]
    if all(each.ok for each in items):
        with open_app(settings) as app:
            items += diagnosed(app)
    if settings.redis_url:
        redis = redis_health(settings.redis_url, patience=patience)
        items += [redis, *(_left_alone(settings) if redis.ok else ())]
    return items


def _poolers(settings: Settings) -> Iterator[Health]:
    """Tell of each address that the settings name whether it leads past a pooler."""
    is_declared = settings.database_direct_url is not None
    yield PostgresHealth(settings.serving_url).pooler("DATABASE_URL", is_expected=is_declared)
    for url, setting in (
        (settings.database_direct_url, "DATABASE_DIRECT_URL"),
        (settings.database_worker_url, "DATABASE_WORKER_URL"),
    ):
        if url:
            yield PostgresHealth(url).pooler(setting, is_expected=False)


def _left_alone(settings: Settings) -> Iterator[Health]:
    """Tell which sources some process leaves alone; each process knows its own circuits alone."""
    with _gate(settings.redis_url) as redis_client:
        shared = RedisCircuits(redis_client) if redis_client else Alone()
        for circuit in _circuits(settings, redis_client):
            until = shared.open_until(circuit.name)
            if until:
                message = f"it did not answer, and is left alone until {until:%H:%M:%S} UTC"
                remedy = "see whether it is up; it is asked again by itself after that"
                yield Health(f"circuit of {circuit.name}", ok=False, found=message, remedy=remedy)


def _services(settings: Settings, circuits: Iterable[Circuit]) -> Mapping[str, ServiceCheck]:
    """Look at the database and Redis; the sources are never asked for their health."""
    patience = settings.health_check_timeout_ms / 1000
    database = Bounded("database", PostgresHealth(settings.serving_url).database, patience)
    return {
        "database": Timed(database),
        "redis": _redis_check(settings.redis_url, patience),
        **{each.name: OfSource(each.read, each.name in settings.sources) for each in circuits},
    }


def _redis_check(url: str | None, patience: float) -> ServiceCheck:
    if url is None:
        return Absent(Standing.MISSING)
    return Timed(Bounded("redis", partial(redis_health, url, patience=patience), patience))


def _readiness(url: str, patience: float) -> tuple[HealthCheck, ...]:
    postgres = PostgresHealth(url)
    return (
        Bounded("database", postgres.database, patience),
        Bounded("schema", postgres.schema, patience),
    )
