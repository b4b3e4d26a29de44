"""The parts that the settings alone decide: nothing here opens a connection."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from clientupdater.adapters.files.local import LocalFileStore
from clientupdater.composition.dependencies import SyncSettings
from clientupdater.composition.keys import key_ring
from clientupdater.composition.people import sign_in_parts
from clientupdater.domain.errors import Fault, Misconfigured
from clientupdater.domain.rate_limits import Allowances
from clientupdater.domain.retention import Retention

if TYPE_CHECKING:
    from clientupdater.composition.parts import Parts
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.file_store import FileStore
    from clientupdater.settings import Settings


def configured_parts(settings: Settings, clock: Clock) -> Parts:
    return {
        **sign_in_parts(settings, clock),
        "allowances": _allowances(settings),
        "sealer": key_ring(settings),
        "files": _file_store(settings),
        "sync": SyncSettings(
            overlap=timedelta(minutes=settings.sync_overlap_minutes),
            webhook_secrets=settings.nextbank_webhook_secrets,
        ),
        "retention": _retention(settings),
        "keep_responses_for": timedelta(hours=settings.idempotency_hours),
    }


def _allowances(settings: Settings) -> Allowances:
    return Allowances.of(
        read=settings.rate_limit_read_requests,
        write=settings.rate_limit_write_requests,
        export=settings.rate_limit_export_requests,
        sign_in=settings.rate_limit_login_attempts,
        webhook=settings.rate_limit_webhook_requests,
    )


def _retention(settings: Settings) -> Retention:
    return Retention(
        activity_logs=settings.retention_activity_logs,
        completed_jobs=settings.retention_completed_jobs,
        export_files=settings.retention_export_files,
        sync_snapshots=settings.retention_sync_snapshots,
    )


def _file_store(settings: Settings) -> FileStore:
    """Keep export files in the bucket, if one is named; otherwise in a directory."""
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
