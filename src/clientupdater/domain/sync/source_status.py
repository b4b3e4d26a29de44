"""How taking over one source stands: what its last run came to, and how old what we know is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.domain.ids import SyncJobId
    from clientupdater.domain.jobs import JobStatus
    from clientupdater.domain.sync.fields import Source

#: Sources are read every night; so long after the last time a night was missed, and half a day is
#: left to mend it before the next.
STALE_AFTER = timedelta(hours=36)

#: A run says that it lives every few seconds; one that has not for so long, in seconds, is dead.
SILENCE = 45.0


@frozen(kw_only=True)
class LastRun:
    """The last run that was to apply something, however it ended."""

    id: SyncJobId
    state: JobStatus
    created_at: datetime
    completed_at: datetime | None = None
    error: str | None = None


@frozen(kw_only=True)
class SourceStatus:
    """How one source stands. Previews, replays and single clients say nothing about it."""

    source: Source
    last_run: LastRun | None = None
    applied_at: datetime | None = None
    """When a run of it was last applied."""
    read_up_to: datetime | None = None
    """Of when the data is that was applied; of several companies, the oldest (Y8)."""
    held: SyncJobId | None = None
    """The run that waits for somebody's decision (Y7)."""
    dead: SyncJobId | None = None
    """The run whose process is gone, as long as no worker has failed it (Y9)."""

    def is_stale(self, now: datetime) -> bool:
        """Whether nothing was applied for too long, or what was applied was old already."""
        moments = (self.applied_at, self.read_up_to)
        return any(each is None or now - each > STALE_AFTER for each in moments)
