"""One run of a sync: its request, its progress and its result (Y2, Y5, Y7, Y9)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.errors import PlanChanged, SyncOver
from clientupdater.domain.jobs import JobStatus

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.domain.ids import CompanyId, PersonId, SyncJobId
    from clientupdater.domain.sync.fields import Source


class Mode(StrEnum):
    """Whether a run changes anything."""

    PREVIEW = "preview"
    APPLY = "apply"


class Step(StrEnum):
    """The steps of a run, in order."""

    FETCH = "fetch"
    STAGE = "stage"
    COMPARE = "compare"
    APPLY = "apply"


@frozen
class SyncRequest:
    source: Source
    company: CompanyId | None = None
    """Only this company's clients are taken; None: every company's."""
    mode: Mode = Mode.APPLY
    full: bool = True
    origin: SyncJobId | None = None
    """The run whose stored input is used in place of the source."""
    rejects_alone: bool = False
    """Only the rejects of that input (Y3)."""
    single: bool = False
    """One client alone, beside any other run of the source."""

    @property
    def reads_all_it_asks_for(self) -> bool:
        """Whether the next run may start where this one ends (Y8)."""
        return self.origin is None and not self.single


@frozen(kw_only=True)
class SyncCounts:
    """Counts of records by result; `vanished` counts the clients that the run deactivates."""

    received: int = 0
    created: int = 0
    updated: int = 0
    reappeared: int = 0
    rejected: int = 0
    missing: int = 0
    vanished: int = 0

    @property
    def unchanged(self) -> int:
        changed = self.created + self.updated + self.reappeared + self.rejected
        return self.received - changed


@frozen(kw_only=True)
class StepTime:
    records: int
    seconds: float


@frozen(kw_only=True)
class SyncJob:
    """A sync run."""

    id: SyncJobId
    request: SyncRequest
    state: JobStatus
    attempt: int = 0
    is_fetched: bool = False
    since: datetime | None = None
    """Only changes after this moment were requested; None: everything."""
    handle: str | None = field(default=None, repr=False)
    """The source's own name for this read."""
    as_of: datetime | None = None
    stated_count: int | None = None
    counts: SyncCounts = SyncCounts()
    steps: Mapping[str, StepTime] = field(factory=dict)
    consequences: Mapping[str, int] = field(factory=dict)
    plan_hash: str | None = None
    approved_by: PersonId | None = None
    error: str | None = None
    created_by: PersonId | None = None
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None

    @property
    def can_be_approved(self) -> bool:
        """Whether the run has a plan that waits for approval (Y5, Y7)."""
        waits = self.state is JobStatus.HELD or (
            self.state is JobStatus.COMPLETED and self.request.mode is Mode.PREVIEW
        )
        return waits and self.plan_hash is not None

    @property
    def is_over(self) -> bool:
        """Whether the run does nothing more by itself."""
        return self.state not in {JobStatus.PENDING, JobStatus.PROCESSING}

    def require_approvable(self, seen: str | None) -> None:
        """Raise unless a plan waits for approval and is the one with the hash `seen`."""
        if not self.can_be_approved:
            raise SyncOver(f"This run is {self.state}: there is no plan of it to approve.")
        if seen is not None and seen != self.plan_hash:
            raise PlanChanged

    def require_cancellable(self) -> None:
        """Raise if the run is over; a held run can be cancelled."""
        if self.is_over and self.state is not JobStatus.HELD:
            raise SyncOver(f"This run is {self.state} already.")
