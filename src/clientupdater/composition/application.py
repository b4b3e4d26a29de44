"""Opening an App over its adapters, for a server, a worker or a program that imports us."""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, TypedDict, Unpack

from clientupdater.adapters.cache_codecs.filter_options import JsonFilterOptions
from clientupdater.adapters.cache_codecs.lookups import JsonLookups
from clientupdater.adapters.files.local import LocalFileStore
from clientupdater.adapters.local.clock import MachineClock
from clientupdater.adapters.local.file_store import MemoryFileStore
from clientupdater.adapters.local.timetable import cron_times
from clientupdater.adapters.postgres.core.pool import (
    PoolSize,
    open_pool,
    pool_readings,
    refuse_unsafe_role,
)
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.adapters.postgres.jobs.leases import PostgresLeases
from clientupdater.adapters.postgres.jobs.wakeups import PostgresWakeUps
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.sheets.csv_sheet import write_csv
from clientupdater.adapters.sheets.xlsx_sheet import write_xlsx
from clientupdater.app import App, Dependencies, SyncSettings, assemble
from clientupdater.composition.health import readiness, service_checks
from clientupdater.composition.keys import key_ring, vault
from clientupdater.composition.people import default_sign_in, sign_in_of
from clientupdater.composition.resilience import (
    circuits,
    default_shared_state,
    open_redis,
    shared_state,
)
from clientupdater.composition.sources import open_sources
from clientupdater.composition.worker import WorkerContext
from clientupdater.domain.errors import Fault, Misconfigured
from clientupdater.domain.exports import ExportFormat
from clientupdater.domain.retention import Retention
from clientupdater.usecases.operations.gauges import ReadGauges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import tzinfo

    from clientupdater.app import SharedState, SignInPolicy
    from clientupdater.domain.sync.fields import Source
    from clientupdater.ports.circuits import CircuitReader
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.file_store import FileStore
    from clientupdater.ports.gauges import Gauges
    from clientupdater.ports.health import HealthCheck, ServiceCheck
    from clientupdater.ports.schedules import Timetable
    from clientupdater.ports.sealing import Sealer
    from clientupdater.ports.sources import ClientSource
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.settings import Settings


class Parts(TypedDict, total=False):
    """Implementations that a caller gives in place of ours, by name."""

    sign_in: SignInPolicy
    shared: SharedState
    sealer: Sealer
    timetable: Timetable
    files: FileStore
    sync: SyncSettings
    retention: Retention
    keep_responses_for: timedelta
    readiness: tuple[HealthCheck, ...]
    services: Mapping[str, ServiceCheck]
    circuits: tuple[CircuitReader, ...]
    gauges: Gauges
    sources: Mapping[Source, ClientSource]
    chance: Callable[[], float]


def build_app(work: UnitsOfWork, clock: Clock, zone: tzinfo, **parts: Unpack[Parts]) -> App:
    """Assemble an App over any store; what is not given needs nothing else to run."""
    chosen: Parts = {
        "sign_in": default_sign_in(),
        "shared": default_shared_state(),
        "sealer": KeyRing.made_up(),
        "timetable": cron_times,
        "files": MemoryFileStore(),
        **parts,
    }
    dependencies = Dependencies(
        lookups_form=JsonLookups(),
        filter_options_form=JsonFilterOptions(),
        sheet_forms={ExportFormat.CSV: write_csv, ExportFormat.XLSX: write_xlsx},
        **chosen,
    )
    return assemble(work, clock, zone, dependencies)


@contextmanager
def open_app(
    settings: Settings, *, clock: Clock | None = None, **parts: Unpack[Parts]
) -> Iterator[App]:
    """Open what serving needs; refuse a login that row security does not bind.

    `parts` take the place of what the settings would give: a source of one's own, a file store.
    """
    url = settings.serving_url
    clock = clock or MachineClock()
    with _opened(settings, url, clock, parts, prepares=settings.prepares_when_serving) as (app, _):
        yield app


@contextmanager
def open_worker(settings: Settings, **parts: Unpack[Parts]) -> Iterator[WorkerContext]:
    """Open what a worker needs: an App, and a way to the queue of its own."""
    url, clock = settings.worker_url, MachineClock()
    with (
        _opened(settings, url, clock, parts, prepares=settings.database_prepared_statements) as (
            app,
            work,
        ),
        closing(PostgresLeases(url)) as leases,
    ):
        yield WorkerContext(
            app=app, work=work, leases=leases, wake_ups=PostgresWakeUps(url).listening, clock=clock
        )


@contextmanager
def _opened(
    settings: Settings, url: str, clock: Clock, parts: Parts, *, prepares: bool | None
) -> Iterator[tuple[App, PostgresUnitsOfWork]]:
    refuse_unsafe_role(url, settings.name_of(url))
    with ExitStack() as stack:
        size = PoolSize(
            settings.database_pool_min,
            settings.database_pool_max,
            settings.database_pool_timeout_ms / 1000,
        )
        pool = stack.enter_context(open_pool(url, size, prepares=prepares))
        redis_client = stack.enter_context(open_redis(settings.redis_url))
        shared = parts.get("shared") or shared_state(settings, pool, redis_client)
        breakers = circuits(settings, redis_client)
        readers = tuple(circuit.read for circuit in breakers)
        work = PostgresUnitsOfWork(pool, vault(settings))
        configured: Parts = {
            "readiness": readiness(url, settings.health_check_timeout_ms / 1000),
            "services": service_checks(settings, breakers),
            "circuits": readers,
            "sync": SyncSettings(
                overlap=timedelta(minutes=settings.sync_overlap_minutes),
                webhook_secrets=settings.nextbank_webhook_secrets,
            ),
            "keep_responses_for": timedelta(hours=settings.idempotency_hours),
            "gauges": ReadGauges(
                shared.limits,
                (shared.cache, shared.near),
                readers,
                others=(partial(pool_readings, pool),),
            ),
            "sign_in": sign_in_of(settings, clock),
            "sealer": key_ring(settings),
            "shared": shared,
            "retention": _retention(settings),
            "files": _file_store(settings),
        }
        sources = {
            **stack.enter_context(open_sources(settings, breakers)),
            **parts.get("sources", {}),
        }
        every: Parts = {**configured, **parts, "sources": sources}
        yield build_app(work, clock, settings.business_timezone, **every), work


def _retention(settings: Settings) -> Retention:
    return Retention(
        activity_logs=settings.retention_activity_logs,
        completed_jobs=settings.retention_completed_jobs,
        export_files=settings.retention_export_files,
        sync_snapshots=settings.retention_sync_snapshots,
    )


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
