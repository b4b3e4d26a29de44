"""Which old records are purged, and which are kept for good (J5, L2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Fault, Misconfigured

if TYPE_CHECKING:
    from collections.abc import Mapping


class Purgeable(StrEnum):
    """Everything that retention may remove; all other records stay (J5)."""

    ACTIVITY_LOGS = "activity_logs"
    COMPLETED_JOBS = "completed_jobs"
    EXPORT_FILES = "export_files"
    SYNC_SNAPSHOTS = "sync_snapshots"
    SYNC_REJECTS = "sync_rejects"
    SYNC_PLANS = "sync_plans"


class Expirable(StrEnum):
    """Records with an expiry of their own."""

    SESSIONS = "sessions"
    KEPT_ANSWERS = "kept_answers"


@frozen
class Retention:
    """How many days each kind is kept; rejects and plans go with their snapshots."""

    activity_logs: int = 90
    completed_jobs: int = 7
    export_files: int = 30
    sync_snapshots: int = 30

    def __attrs_post_init__(self) -> None:
        """Refuse less than a day: that is a slip, and a purge cannot be undone."""
        faults = [
            Fault(name, "must be one day or more")
            for name, days in self._days().items()
            if days < 1
        ]
        if faults:
            raise Misconfigured(faults)

    def cutoffs(self, now: datetime) -> Mapping[Purgeable, datetime]:
        """Give the moments before which records may be removed (J5)."""
        days = self._days()
        days[Purgeable.SYNC_REJECTS] = days[Purgeable.SYNC_PLANS] = self.sync_snapshots
        return {kind: now - timedelta(days=days[kind]) for kind in Purgeable}

    def _days(self) -> dict[str, int]:
        return {
            Purgeable.ACTIVITY_LOGS: self.activity_logs,
            Purgeable.COMPLETED_JOBS: self.completed_jobs,
            Purgeable.EXPORT_FILES: self.export_files,
            Purgeable.SYNC_SNAPSHOTS: self.sync_snapshots,
        }
