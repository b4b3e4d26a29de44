"""Runs as workers do them: requested by a person, or by a schedule (J1, Y9)."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, evolve, field

from clientupdater.domain.errors import InvalidInput, SourceRefused, SyncOver, Unavailable
from clientupdater.domain.jobs import JobStatus, is_lasting
from clientupdater.domain.sync.jobs import Step
from clientupdater.ports.job_run import Interrupted
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.sync.job import DoSyncJob
from tests.integration.test_sync_faults import Breaking
from tests.support.sync_fixture import record

if TYPE_CHECKING:
    from clientupdater.ports.queue import Progress
    from clientupdater.ports.sources import ClientSource
    from tests.support.sync_fixture import Syncing


@define
class QueuedJob:
    """A job that a worker claimed."""

    arguments: dict[str, Any]
    attempts: int = 1
    max_attempts: int = 3


@define
class StubJobRun:
    """What a worker passes to a job; it may interrupt the job at a report."""

    job: Any
    wants_it_back_at: str = ""
    heard: list[tuple[str, int]] = field(factory=list)

    def report(self, progress: Progress) -> None:
        self.heard.append((progress.step, progress.done))
        if progress.step == self.wants_it_back_at:
            raise Interrupted

    def finishing(self) -> Any:
        return nullcontext()


def doer(syncing: Syncing, source: ClientSource | None = None) -> DoSyncJob:
    return DoSyncJob(syncing.work, syncing.clock, syncing.runner(source))


def test_a_schedule_starts_a_run_of_its_source_and_a_worker_does_it(syncing: Syncing) -> None:
    syncing.says(record("FC-1"))
    doer(syncing)(StubJobRun(QueuedJob({"source": "snowflake"})))
    assert syncing.one("select status::text from sync_jobs") == "pending"
    job_run = StubJobRun(
        QueuedJob(syncing.one("select payload from job_queue where job_name = 'sync'"))
    )
    doer(syncing)(job_run)
    assert syncing.one("select status::text from sync_jobs") == "completed"
    assert [step for step, done in job_run.heard if not done] == [
        "fetch",
        "stage",
        "compare",
        "apply",
    ]


def test_a_schedule_of_a_source_that_is_not_set_up_or_is_being_read_has_nothing_to_do(
    syncing: Syncing,
) -> None:
    reads = doer(syncing)
    without = evolve(reads, run=evolve(reads.run, input=evolve(reads.run.input, sources={})))
    asked = StubJobRun(QueuedJob({"source": "snowflake"}))
    without(asked)
    assert syncing.rows("select * from sync_jobs") == []
    syncing.do(
        "insert into sync_jobs (type, status, heartbeat_at) values ('snowflake', 'processing', %s)",
        syncing.clock.now(),
    )
    reads(asked)
    assert syncing.rows("select * from job_queue") == []
    assert [step for step, _ in asked.heard] == [
        "this source is not set up here",
        "another run reads this source",
    ]


def test_an_unknown_source_is_refused(syncing: Syncing) -> None:
    with pytest.raises(InvalidInput):
        doer(syncing)(StubJobRun(QueuedJob({"source": "ledger"})))


def test_a_job_that_comes_again_after_its_run_is_over_does_nothing(syncing: Syncing) -> None:
    syncing.says(record("FC-1"))
    job = syncing.ask()
    held = QueuedJob({"sync_job": str(job)})
    for _ in range(2):
        doer(syncing)(StubJobRun(held))
    assert syncing.look(job).attempt == 1


def test_retrying_the_job_of_a_failed_run_reports_that_the_run_is_over(
    syncing: Syncing,
) -> None:
    job = syncing.ask()
    source = Breaking(syncing.source(), SourceRefused("the door is shut"), at=None)
    held = QueuedJob({"sync_job": str(job)})
    with pytest.raises(SourceRefused):
        doer(syncing, source)(StubJobRun(held))
    with pytest.raises(
        SyncOver, match=r"ask for another one\. Its error: the door is shut"
    ) as caught:
        doer(syncing)(StubJobRun(held))
    assert is_lasting(caught.value), "no other attempt would find it otherwise"
    assert syncing.look(job).attempt == 1


def test_a_run_that_was_called_off_is_not_begun(syncing: Syncing) -> None:
    job = syncing.ask()
    with syncing.work.begin(SYSTEM) as tx:
        tx.sync_jobs.cancel(syncing.look(job), syncing.clock.now())
    doer(syncing)(StubJobRun(QueuedJob({"sync_job": str(job)})))
    assert syncing.look(job).state is JobStatus.CANCELLED


@pytest.mark.parametrize("step", ["fetch", "stage", "compare", "apply"])
def test_a_worker_that_has_to_let_go_leaves_the_run_to_be_taken_up(
    syncing: Syncing, step: str
) -> None:
    syncing.says(*(record(f"FC-{n}") for n in range(7)))
    job = syncing.ask()
    held = QueuedJob({"sync_job": str(job)})
    with pytest.raises(Interrupted):
        doer(syncing)(StubJobRun(held, wants_it_back_at=step))
    assert syncing.rows("select * from clients") == []
    doer(syncing)(StubJobRun(held))
    done = syncing.look(job)
    assert done.state is JobStatus.COMPLETED
    assert done.steps[Step.FETCH].records == 7, "also where it was read before"
    assert syncing.one("select count(*) from clients") == 7


def test_a_source_that_does_not_answer_is_asked_again_until_the_last_attempt(
    syncing: Syncing,
) -> None:
    syncing.says(record("FC-1"))
    job = syncing.ask()
    source = Breaking(syncing.source(), Unavailable("the source"), at=None, times=2)
    for attempts, state in ((2, JobStatus.PENDING), (3, JobStatus.FAILED)):
        with pytest.raises(Unavailable):
            doer(syncing, source)(StubJobRun(QueuedJob({"sync_job": str(job)}, attempts)))
        assert syncing.look(job).state is state
