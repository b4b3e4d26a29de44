"""How taking over the sources stands, over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.adapters.postgres.named_queries import named_queries
from clientupdater.domain.ids import SyncJobId
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.standing import LastRun, SyncStanding

if TYPE_CHECKING:
    from clientupdater.adapters.postgres.connect import Connection

QUERIES = named_queries("sync_standings.sql")


@frozen
class PostgresSyncStandings:
    """How taking over the sources stands."""

    _connection: Connection

    def read(self) -> list[SyncStanding]:
        """Tell of every source there can be."""
        return [_standing(*columns) for columns in self._connection.execute(QUERIES["read"])]


def _standing(source: str, *columns: Any) -> SyncStanding:
    *last, applied_at, read_up_to, held = columns
    return SyncStanding(
        source=Source(source),
        last_run=_run(*last),
        applied_at=applied_at,
        read_up_to=read_up_to,
        held=held and SyncJobId(held),
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
