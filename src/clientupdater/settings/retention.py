"""What the environment says of how long things are kept, and where files are."""

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
    """How long things are kept, and where files are."""

    retention_activity_logs: int = field(
        default=90,
        metadata=read_as(
            "RETENTION_ACTIVITY_LOGS",
            whole(1, 36_500),
            "days, from 1 to 36500",
            "How long it is kept what people did; status events and audits stay for ever.",
            default="90",
        ),
    )
    retention_completed_jobs: int = field(
        default=7,
        metadata=read_as(
            "RETENTION_COMPLETED_JOBS",
            whole(1, 36_500),
            "days, from 1 to 36500",
            "How long jobs are kept that are done or were called off; dead ones stay.",
            default="7",
        ),
    )
    retention_export_files: int = field(
        default=30,
        metadata=read_as(
            "RETENTION_EXPORT_FILES",
            whole(1, 36_500),
            "days, from 1 to 36500",
            "How long the file of an export can be fetched; then it is removed.",
            default="30",
        ),
    )
    retention_sync_snapshots: int = field(
        default=30,
        metadata=read_as(
            "RETENTION_SYNC_SNAPSHOTS",
            whole(1, 36_500),
            "days, from 1 to 36500",
            "For how many days what a source sent is kept, and what of it could not be taken.",
            default="30",
        ),
    )
    export_dir: Path = field(
        default=Path("exports"),
        metadata=read_as(
            "EXPORT_DIR",
            Path,
            "a directory",
            "Where exports are written: one that workers and servers share, and nobody else reads.",
            default="./exports",
        ),
    )
    export_s3_bucket: str | None = field(
        default=None,
        metadata=read_as(
            "EXPORT_S3_BUCKET",
            str,
            "the name of a bucket",
            "Keeps exports in a bucket instead (it needs the extra `s3`); credentials are found as "
            "the AWS tools find them.",
            example="exports",
        ),
    )
    export_s3_endpoint: str | None = field(
        default=None,
        metadata=read_as(
            "EXPORT_S3_ENDPOINT",
            url("https", "http"),
            "https://host",
            "Where the bucket is, if not at AWS.",
            example="https://s3.example.com",
        ),
    )
    export_s3_prefix: str = field(
        default="",
        metadata=read_as(
            "EXPORT_S3_PREFIX",
            str,
            "text such as exports/",
            "What the names of files in the bucket begin with.",
            example="exports/",
        ),
    )
