"""When a run's plan can be approved, and when it can be called off (Y5, Y7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from clientupdater.domain.errors import PlanChanged, SyncOver
from clientupdater.domain.ids import SyncJobId
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.jobs import Mode, SyncCounts, SyncJob, SyncRequest

HASH = "a" * 64


def a_run(state: JobStatus, mode: Mode = Mode.APPLY, **facts: Any) -> SyncJob:
    return SyncJob(
        id=SyncJobId(uuid4()),
        request=SyncRequest(Source.CSV, mode=mode),
        state=state,
        created_at=datetime(2026, 11, 20, tzinfo=UTC),
        **{"plan_hash": HASH, **facts},
    )


@pytest.mark.rule("Y5")
@pytest.mark.rule("Y7")
@pytest.mark.parametrize(
    "run", [a_run(JobStatus.HELD), a_run(JobStatus.COMPLETED, mode=Mode.PREVIEW)]
)
@pytest.mark.parametrize("seen", [None, HASH])
def test_a_held_run_and_a_preview_wait_for_approval(run: SyncJob, seen: str | None) -> None:
    run.require_approvable(seen)


@pytest.mark.rule("Y5")
def test_another_plan_than_the_one_that_was_seen_is_not_approved() -> None:
    with pytest.raises(PlanChanged):
        a_run(JobStatus.HELD).require_approvable("b" * 64)


@pytest.mark.parametrize(
    "run",
    [
        a_run(JobStatus.COMPLETED),
        a_run(JobStatus.PROCESSING),
        a_run(JobStatus.CANCELLED, mode=Mode.PREVIEW),
        a_run(JobStatus.HELD, plan_hash=None),
    ],
)
def test_a_run_that_waits_for_no_approval_is_not_approved(run: SyncJob) -> None:
    with pytest.raises(SyncOver, match=str(run.state)):
        run.require_approvable(None)


@pytest.mark.parametrize("state", [JobStatus.PENDING, JobStatus.PROCESSING, JobStatus.HELD])
def test_a_run_that_is_not_over_can_be_cancelled(state: JobStatus) -> None:
    a_run(state).require_cancellable()


@pytest.mark.parametrize("state", [JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED])
def test_a_run_that_is_over_cannot_be_cancelled(state: JobStatus) -> None:
    with pytest.raises(SyncOver, match="already"):
        a_run(state).require_cancellable()


def test_unchanged_records_are_the_rest_of_the_received_ones() -> None:
    counts = SyncCounts(received=10, created=1, updated=2, reappeared=3, rejected=1, vanished=9)
    assert counts.unchanged == 3


@pytest.mark.rule("Y8")
def test_only_a_run_that_reads_its_source_to_the_end_moves_where_the_next_begins() -> None:
    assert SyncRequest(Source.CSV).reads_all_it_asks_for
    assert not SyncRequest(Source.CSV, single=True).reads_all_it_asks_for
    assert not SyncRequest(Source.CSV, origin=SyncJobId(uuid4())).reads_all_it_asks_for
