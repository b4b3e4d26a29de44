"""How runs, their plans and their rejects are shown."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import field, frozen

from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.jobs import Mode, Step

if TYPE_CHECKING:
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.domain.sync.outcome import Outcome
    from clientupdater.ports.codes import Names
    from clientupdater.ports.sync import KeptReject


@frozen
class SyncStepProgress:
    """How a step goes: records by now, and seconds."""

    records: int
    seconds: float


@frozen
class SyncCounts:
    """What became of the records; received is the sum of the five after it."""

    received: int
    created: int
    updated: int
    unchanged: int
    reappeared: int
    rejected: int
    missing: int
    vanished: int


@frozen(kw_only=True)
class SyncRun:
    """A run; its numbers tell of nobody."""

    id: UUID
    source: Source
    company: str | None
    mode: Mode
    full: bool
    state: str
    progress: dict[str, SyncStepProgress]
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
    def of(cls, job: SyncJob, names: Names) -> SyncRun:
        """Show a run with its company's code."""
        asked, counts = job.asked, job.counts
        return cls(
            id=job.id,
            source=asked.source,
            company=names.companies[asked.company] if asked.company else None,
            mode=asked.mode,
            full=asked.full,
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
            replays=asked.origin,
            error=job.error,
            created_by=job.created_by,
            created_at=job.created_at,
            started_at=job.started_at,
            completed_at=job.completed_at,
        )


@frozen
class SyncEffect:
    """One thing that a run does to one client; pension numbers masked."""

    client_code: str
    what: str
    before: str | None = field(repr=False)
    after: str | None = field(repr=False)


@frozen(kw_only=True)
class SyncPlan:
    """What a run would do, or did: numbers, and some examples of each kind."""

    hash: str
    counts: SyncCounts
    updates_by_field: dict[str, int]
    consequences: dict[str, int]
    rejects_by_reason: dict[str, int]
    examples: dict[str, tuple[SyncEffect, ...]]
    held_for: tuple[str, ...]
    """Companies of which it would deactivate more clients than the guard lets pass."""

    @classmethod
    def of(cls, outcome: Outcome) -> SyncPlan:
        """Show it."""
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
    """Which column, and what is wrong with it; never what was in it."""

    column: str
    message: str


@frozen
class RejectedRow:
    """A row that could not be taken."""

    row: int
    client_code: str | None
    reasons: tuple[RejectReason, ...]
    replayed_by: UUID | None
    """The run that took it after all."""

    @classmethod
    def of(cls, reject: KeptReject) -> RejectedRow:
        """Show it with every reason."""
        reasons = tuple(RejectReason(each.pointer, each.message) for each in reject.faults)
        return cls(reject.row, reject.code, reasons, reject.replayed_by)


@frozen
class SyncRunsPage:
    """A page of runs, the newest first."""

    items: tuple[SyncRun, ...]
    next_cursor: str | None
    has_more: bool


@frozen
class RejectedRowsPage:
    """A page of the rows that could not be taken, as they came."""

    items: tuple[RejectedRow, ...]
    next_cursor: str | None
    has_more: bool
