"""One run of one source: what was asked for, how far it is, what came of it (Y2, Y5, Y7, Y9)."""

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
    """Whether a run is to change anything."""

    PREVIEW = "preview"
    APPLY = "apply"


class Step(StrEnum):
    """What a run does, one after the other."""

    FETCH = "fetch"
    STAGE = "stage"
    COMPARE = "compare"
    APPLY = "apply"


@frozen
class SyncRequest:
    """What is asked for."""

    source: Source
    company: CompanyId | None = None
    """Whose clients alone are taken; None: every company's."""
    mode: Mode = Mode.APPLY
    full: bool = True
    origin: SyncJobId | None = None
    """The run whose input is taken instead of asking the source."""
    rejects_alone: bool = False
    """Of that input only what could not be taken (Y3)."""
    single: bool = False
    """One client alone, whatever else is read of its source meanwhile."""

    @property
    def reads_all_it_asks_for(self) -> bool:
        """Whether the next run may start where this one ends (Y8)."""
        return self.origin is None and not self.single


@frozen(kw_only=True)
class SyncCounts:
    """What became of the records; `vanished` counts whom this run deactivates."""

    received: int = 0
    created: int = 0
    updated: int = 0
    reappeared: int = 0
    rejected: int = 0
    missing: int = 0
    vanished: int = 0

    @property
    def unchanged(self) -> int:
        """How many records changed nothing."""
        taken = self.created + self.updated + self.reappeared + self.rejected
        return self.received - taken


@frozen(kw_only=True)
class StepTime:
    """How a step went."""

    records: int
    seconds: float


@frozen(kw_only=True)
class SyncJob:
    """A run as it stands."""

    id: SyncJobId
    asked: SyncRequest
    state: JobStatus
    attempt: int = 0
    is_fetched: bool = False
    since: datetime | None = None
    """From when on changes were asked for; None: everything."""
    handle: str | None = field(default=None, repr=False)
    """What the source itself knows this reading by."""
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
        """Whether there is a plan that waits for somebody's word (Y5, Y7)."""
        waits = self.state is JobStatus.HELD or (
            self.state is JobStatus.COMPLETED and self.asked.mode is Mode.PREVIEW
        )
        return waits and self.plan_hash is not None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it by itself."""
        return self.state not in {JobStatus.PENDING, JobStatus.PROCESSING}

    def require_approvable(self, seen: str | None) -> None:
        """Refuse to approve what waits for nobody, or is not the plan that was seen."""
        if not self.can_be_approved:
            raise SyncOver(f"This run is {self.state}: there is no plan of it to approve.")
        if seen is not None and seen != self.plan_hash:
            raise PlanChanged

    def require_cancellable(self) -> None:
        """Refuse to call off what is over; what is held still can be."""
        if self.is_over and self.state is not JobStatus.HELD:
            raise SyncOver(f"This run is {self.state} already.")
