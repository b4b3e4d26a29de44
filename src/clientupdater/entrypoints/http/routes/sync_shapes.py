"""Answers about sync jobs, their plans and rejected rows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from attrs import field, frozen

from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.jobs import Mode, Step
from clientupdater.entrypoints.http.descriptions.about import About

if TYPE_CHECKING:
    from clientupdater.domain.sync.jobs import SyncJob as SourceSyncJob
    from clientupdater.domain.sync.outcome import Outcome
    from clientupdater.ports.codes import Names
    from clientupdater.ports.sync import KeptReject


@frozen
class SyncStepProgress:
    """How far a step is."""

    records: int
    seconds: float


@frozen
class SyncCounts:
    """What happened to the records. `received` is the sum of the five counts after it."""

    received: int
    created: int
    updated: int
    unchanged: int
    reappeared: int
    rejected: int
    missing: int
    vanished: int


@frozen(kw_only=True)
class SyncJob:
    """A sync job."""

    id: UUID
    source: Source
    company: str | None
    mode: Mode
    full: bool
    state: str
    progress: Annotated[dict[str, SyncStepProgress], About("How far each step is, by its name.")]
    counts: SyncCounts
    consequences: dict[str, int]
    plan_hash: str | None
    replays: UUID | None
    error: str | None
    created_by: UUID | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None

    @classmethod
    def of(cls, job: SourceSyncJob, names: Names) -> SyncJob:
        request, counts = job.request, job.counts
        return cls(
            id=job.id,
            source=request.source,
            company=names.companies[request.company] if request.company else None,
            mode=request.mode,
            full=request.full,
            state=str(job.state),
            progress={
                str(step): SyncStepProgress(done.records, done.seconds)
                for step in Step
                if (done := job.steps.get(step))
            },
            counts=SyncCounts(
                received=counts.received,
                created=counts.created,
                updated=counts.updated,
                unchanged=max(0, counts.unchanged),
                reappeared=counts.reappeared,
                rejected=counts.rejected,
                missing=counts.missing,
                vanished=counts.vanished,
            ),
            consequences=dict(job.consequences),
            plan_hash=job.plan_hash,
            replays=request.origin,
            error=job.error,
            created_by=job.created_by,
            created_at=job.created_at,
            started_at=job.started_at,
            completed_at=job.completed_at,
        )


@frozen
class SyncEffect:
    """A change that a sync job makes to a client. Pension numbers are masked."""

    client_code: str
    what: str
    before: str | None = field(repr=False)
    after: str | None = field(repr=False)


@frozen(kw_only=True)
class SyncPlan:
    """What a sync job would do, or did."""

    hash: str
    counts: SyncCounts
    updates_by_field: dict[str, int]
    consequences: dict[str, int]
    rejects_by_reason: dict[str, int]
    examples: dict[str, tuple[SyncEffect, ...]]
    held_for: tuple[str, ...]

    @classmethod
    def of(cls, outcome: Outcome) -> SyncPlan:
        counts = outcome.counts
        return cls(
            hash=outcome.hash,
            counts=SyncCounts(
                counts.received,
                counts.created,
                counts.updated,
                counts.unchanged,
                counts.reappeared,
                counts.rejected,
                counts.missing,
                counts.vanished,
            ),
            updates_by_field=dict(outcome.by_field),
            consequences=dict(outcome.consequences),
            rejects_by_reason=dict(outcome.rejects),
            examples={
                kind: tuple(SyncEffect(e.code, e.what, e.before, e.after) for e in effects)
                for kind, effects in outcome.examples.items()
            },
            held_for=outcome.held_for,
        )


@frozen
class RejectReason:
    """A column and what is wrong with it. The value itself is never shown."""

    column: str
    message: str


@frozen
class RejectedRow:
    """A row that could not be read."""

    row: int
    client_code: str | None
    reasons: tuple[RejectReason, ...]
    replayed_by: Annotated[
        UUID | None, About("The sync job that accepted the row later; null: none.", None)
    ]

    @classmethod
    def of(cls, reject: KeptReject) -> RejectedRow:
        reasons = tuple(RejectReason(each.pointer, each.message) for each in reject.faults)
        return cls(reject.row, reject.code, reasons, reject.replayed_by)


@frozen
class SyncJobsPage:
    """A page of sync jobs, the newest first."""

    items: tuple[SyncJob, ...]
    next_cursor: str | None
    has_more: bool


@frozen
class RejectedRowsPage:
    """A page of rejected rows, in the order of the source."""

    items: tuple[RejectedRow, ...]
    next_cursor: str | None
    has_more: bool
