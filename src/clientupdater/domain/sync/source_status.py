"""The state of each source: its last run, and the age of its data."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from clientupdater.domain.ids import SyncJobId
    from clientupdater.domain.jobs import JobStatus
    from clientupdater.domain.sync.fields import Source

#: Sources are read every night. After 36 hours one night was missed, and half a day is left to fix
#: it before the next.
STALE_AFTER = timedelta(hours=36)

#: A run sends a heartbeat every few seconds; after this many seconds without one it is dead.
SILENCE = 45.0


@frozen(kw_only=True)
class LastRun:
    """The last run in apply mode, however it ended."""

    id: SyncJobId
    state: JobStatus
    created_at: datetime
    completed_at: datetime | None = None
    error: str | None = None


@frozen(kw_only=True)
class SourceStatus:
    """The state of one source. Previews, replays and single clients do not count."""

    source: Source
    is_known: bool = True
    """Whether the database can store clients of it; `sync add-source` makes it so."""
    last_run: LastRun | None = None
    applied_at: datetime | None = None
    """When a run was last applied."""
    read_up_to: datetime | None = None
    """The time of the applied data; of several companies, the oldest (Y8)."""
    held: SyncJobId | None = None
    """The run that waits for a decision (Y7)."""
    dead: SyncJobId | None = None
    """The run whose process is gone, until a worker fails it (Y9)."""

    def is_stale(self, now: datetime) -> bool:
        """Whether the last applied run, or its data, is too old."""
        moments = (self.applied_at, self.read_up_to)
        return any(each is None or now - each > STALE_AFTER for each in moments)


def configured_statuses(
    statuses: Iterable[SourceStatus], configured: Collection[Source]
) -> Sequence[SourceStatus]:
    """Give the states of the configured sources, also of those that the database does not know."""
    known = [each for each in statuses if each.source in configured]
    unknown = set(configured).difference(each.source for each in known)
    return [*known, *(SourceStatus(source=each, is_known=False) for each in sorted(unknown))]
