"""The settings of retention, and of where export files are."""

from __future__ import annotations

from pathlib import Path

from attrs import field, frozen

from clientupdater.settings.readers import (
    read_as,
    url,
    whole,
)


@frozen(kw_only=True, slots=False)
class KeepingSettings:
    """How long data is kept, and where export files are."""

    retention_activity_logs: int = field(
        default=90,
        metadata=read_as(
            "RETENTION_ACTIVITY_LOGS",
            whole(1, 36_500),
            "days, from 1 to 36500",
            "How long activity logs are kept. Status events and audits are never removed.",
            default="90",
        ),
    )
    retention_completed_jobs: int = field(
        default=7,
        metadata=read_as(
            "RETENTION_COMPLETED_JOBS",
            whole(1, 36_500),
            "days, from 1 to 36500",
            "How long completed and cancelled jobs are kept. Dead ones stay.",
            default="7",
        ),
    )
    retention_export_files: int = field(
        default=30,
        metadata=read_as(
            "RETENTION_EXPORT_FILES",
            whole(1, 36_500),
            "days, from 1 to 36500",
            "How long the file of an export is kept.",
            default="30",
        ),
    )
    retention_sync_snapshots: int = field(
        default=30,
        metadata=read_as(
            "RETENTION_SYNC_SNAPSHOTS",
            whole(1, 36_500),
            "days, from 1 to 36500",
            "How long the records of sync runs and their rejects are kept.",
            default="30",
        ),
    )
    export_dir: Path = field(
        default=Path("exports"),
        metadata=read_as(
            "EXPORT_DIR",
            Path,
            "a directory",
            "The directory of export files. Workers and servers must share it; nobody else should "
            "be able to read it.",
            default="./exports",
        ),
    )
    export_s3_bucket: str | None = field(
        default=None,
        metadata=read_as(
            "EXPORT_S3_BUCKET",
            str,
            "the name of a bucket",
            "An S3 bucket for export files, instead of the directory. Needs the extra `s3`; "
            "credentials come from the usual AWS places.",
            example="exports",
        ),
    )
    export_s3_endpoint: str | None = field(
        default=None,
        metadata=read_as(
            "EXPORT_S3_ENDPOINT",
            url("https", "http"),
            "https://host",
            "The address of the bucket's service, if it is not AWS.",
            example="https://s3.example.com",
        ),
    )
    export_s3_prefix: str = field(
        default="",
        metadata=read_as(
            "EXPORT_S3_PREFIX",
            str,
            "text such as exports/",
            "The prefix of file names in the bucket.",
            example="exports/",
        ),
    )
