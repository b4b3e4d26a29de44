"""Runs whose process is gone: no other run waits for them for ever (Y9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from attrs import define, field

from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.source_status import SILENCE
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.sync.diagnosis import diagnose_sources
from clientupdater.usecases.sync.service import job_of
from tests.support.sync_fixture import record
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.ids import SyncJobId
    from clientupdater.ports.sources import Fetch, SourcePage
    from clientupdater.testing.source import MemorySource
    from tests.support.sync_fixture import Syncing

pytestmark = pytest.mark.rule("Y9")


def begun(syncing: Syncing) -> SyncJobId:
    """Begin a run, and let its process be killed at once."""
    job = syncing.ask()
    with syncing.work.begin(SYSTEM) as tx:
        tx.sync_jobs.begin(job, syncing.clock.now(), patience=60)
    return job


def fail_dead(syncing: Syncing) -> Sequence[SyncJobId]:
    return syncing.runs().fail_dead()


def found_dead(syncing: Syncing) -> SyncJobId | None:
    (result,) = diagnose_sources(syncing.work, syncing.clock, [Source.SNOWFLAKE])
    return result.status.dead


def test_a_run_whose_process_is_gone_is_failed_and_says_what_happened_and_what_to_do(
    syncing: Syncing,
) -> None:
    job = begun(syncing)
    syncing.clock.forward(seconds=SILENCE - 1)
    assert (fail_dead(syncing), found_dead(syncing)) == ([], None)
    syncing.clock.forward(seconds=1)
    assert found_dead(syncing) == job
    assert fail_dead(syncing) == [job]
    failed = syncing.look(job)
    assert failed.state is JobStatus.FAILED
    assert failed.error == (
        "The process that did this run is gone: it was last heard of at 2026-11-20 09:00 UTC. "
        "Nothing was applied; run it again."
    )
    assert failed.completed_at == syncing.clock.now()
    assert (fail_dead(syncing), found_dead(syncing)) == ([], None)
    syncing.says(record("FC-1"))
    assert syncing.run().state is JobStatus.COMPLETED


def test_a_run_that_no_process_began_is_failed_too(syncing: Syncing) -> None:
    job = syncing.ask()
    syncing.clock.forward(minutes=1)
    assert fail_dead(syncing) == [job]


def test_a_run_that_a_job_of_the_queue_comes_back_to_is_left_to_it(syncing: Syncing) -> None:
    job = begun(syncing)
    with syncing.work.begin(SYSTEM) as tx:
        tx.jobs.enqueue(job_of(syncing.look(job)), syncing.clock.now())
    syncing.clock.forward(hours=1)
    assert (fail_dead(syncing), found_dead(syncing)) == ([], None)
    syncing.do("update job_queue set status = 'processing', worker = 'w', lease_expires_at = now()")
    assert (fail_dead(syncing), found_dead(syncing)) == ([], None)
    syncing.do("update job_queue set status = 'dead', worker = null, lease_expires_at = null")
    assert fail_dead(syncing) == [job]


def test_while_a_run_applies_no_run_is_failed_and_no_call_waits(syncing: Syncing) -> None:
    job = begun(syncing)
    syncing.clock.forward(minutes=5)
    with psycopg.connect(syncing.url) as applying:
        applying.execute("select pg_advisory_xact_lock(1667856208, 2)")
        assert fail_dead(syncing) == []
    assert fail_dead(syncing) == [job]


def test_of_two_who_look_at_once_one_fails_it_and_the_other_does_not_wait(
    syncing: Syncing,
) -> None:
    job = begun(syncing)
    syncing.clock.forward(minutes=5)
    with psycopg.connect(syncing.url) as other:
        other.execute("select from sync_jobs where id = %s for no key update", (job,))
        assert fail_dead(syncing) == []


@define
class Slow:
    """A source that answers only after the run was heard of again, while it still asks."""

    within: MemorySource
    syncing: Syncing
    beaten: bool = field(default=False)

    def begin(self, *asked: Any) -> Fetch:
        job = self.syncing.one("select id from sync_jobs")
        self.syncing.clock.forward(minutes=5)
        heard = "select heartbeat_at from sync_jobs where id = %s"
        now = self.syncing.clock.now()
        wait_until(lambda: self.syncing.one(heard, job) == now)
        self.beaten = True
        assert fail_dead(self.syncing) == []
        return self.within.begin(*asked)

    def page(self, *asked: Any) -> SourcePage:
        return self.within.page(*asked)


def test_a_run_says_that_it_lives_while_its_source_takes_long_to_answer(syncing: Syncing) -> None:
    syncing.says(record("FC-1"))
    source = Slow(syncing.source(), syncing)
    job = syncing.ask()
    runner = syncing.runner(source, beat_s=0.01)  # type: ignore[arg-type] # as much as a run asks
    assert runner(job).state is JobStatus.COMPLETED
    assert source.beaten
