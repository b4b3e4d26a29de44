"""The state of each source, in one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.ids import SyncJobId
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.source_status import LastRun, SourceStatus

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connection import Connection

QUERIES = named_queries("sync/source_status.sql", named_queries("sync/jobs.sql"))


def read_source_statuses(
    connection: Connection, now: datetime, *, silence: float
) -> list[SourceStatus]:
    values = {"now": now, "silence": silence}
    return [_source_status(*row) for row in connection.execute(QUERIES["read"], values)]


def _source_status(source: str, *columns: Any) -> SourceStatus:
    *last, applied_at, read_up_to, held, dead = columns
    return SourceStatus(
        source=Source(source),
        last_run=_run(*last),
        applied_at=applied_at,
        read_up_to=read_up_to,
        held=held and SyncJobId(held),
        dead=dead and SyncJobId(dead),
    )


def _run(job: Any, state: Any, created_at: Any, completed_at: Any, error: Any) -> LastRun | None:
    if job is None:
        return None
    return LastRun(
        id=SyncJobId(job),
        state=JobStatus(state),
        created_at=created_at,
        completed_at=completed_at,
        error=error,
    )
