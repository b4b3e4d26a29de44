"""Workers claim, hold and end jobs alike in every store that has leases (J1, J2)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from clientupdater.domain.jobs import JobStatus, Verdict
from clientupdater.ports.queue import Heartbeat, NewJob, Progress, QueueDepth
from clientupdater.ports.unit_of_work import SYSTEM
from tests.support.queue_fixture import LEASE, NOW, WorkedQueue, at, held
from tests.support.stores import Capability, stores_with

if TYPE_CHECKING:
    from clientupdater.domain.ids import JobId

DEAD = Verdict(JobStatus.DEAD)
pytestmark = pytest.mark.parametrize("store", stores_with(Capability.LEASES), indirect=True)


# --- putting down


def test_a_job_is_claimed_as_it_was_put_down_and_is_then_held(worked_queue: WorkedQueue) -> None:
    worked_queue.put(
        "count",
        arguments={"cycle": "monthly", "of": [1, 2]},
        priority=3,
        company=worked_queue.fcash,
    )
    (job,) = worked_queue.claim(by="worker 1")
    assert (job.name, job.queue, job.priority) == ("count", "default", 3)
    assert job.arguments == {"cycle": "monthly", "of": [1, 2]}
    assert (job.company, job.requested_by) == (worked_queue.fcash, None)
    assert (job.status, job.worker, job.attempts) == (JobStatus.PROCESSING, "worker 1", 1)
    assert (job.lease_expires_at, job.started_at) == (NOW + LEASE, NOW)
    assert worked_queue.claim(by="worker 2") == []


@pytest.mark.rule("J2")
def test_J2_a_job_is_visible_once_its_transaction_commits(worked_queue: WorkedQueue) -> None:
    with worked_queue.work.begin(SYSTEM) as tx:
        tx.jobs.enqueue(NewJob(name="count"), NOW)
        assert worked_queue.claim() == []
    assert worked_queue.names() == ["count"]


@pytest.mark.rule("J2")
def test_J2_while_one_with_a_key_is_worked_on_the_next_may_wait(worked_queue: WorkedQueue) -> None:
    worked_queue.put(key="k")
    worked_queue.claim()
    worked_queue.put(key="k")
    assert len(worked_queue.claim()) == 1


# --- claiming


def test_the_greater_priority_goes_first_then_the_older(worked_queue: WorkedQueue) -> None:
    worked_queue.put("late", seconds=2)
    worked_queue.put("early", seconds=1)
    worked_queue.put("urgent", seconds=3, priority=10)
    worked_queue.put("idle", seconds=0, priority=-1)
    assert worked_queue.names(seconds=5, at_most=1) == ["urgent"]
    assert worked_queue.names(seconds=5) == ["early", "late", "idle"]


def test_no_more_are_claimed_than_asked_for_and_only_of_the_queues_named(
    worked_queue: WorkedQueue,
) -> None:
    for _ in range(5):
        worked_queue.put()
    worked_queue.put("elsewhere", queue="other")
    assert len(worked_queue.claim(at_most=2)) == 2
    assert len(worked_queue.claim("default", "other")) == 4
    assert worked_queue.claim("third") == []


def test_a_job_is_not_claimed_before_its_time(worked_queue: WorkedQueue) -> None:
    worked_queue.put("later", not_before=at(60))
    assert worked_queue.claim(seconds=59) == []
    assert worked_queue.names(seconds=60) == ["later"]


def test_companies_take_turns_however_many_jobs_one_of_them_has(worked_queue: WorkedQueue) -> None:
    for number in range(6):
        worked_queue.put(f"big {number}", company=worked_queue.fcash)
    worked_queue.put("small", seconds=1, company=worked_queue.pcni)
    worked_queue.put("nobody's", seconds=2)
    assert set(worked_queue.names(seconds=3, at_most=3)) == {"big 0", "small", "nobody's"}


def test_running_jobs_of_a_company_count_as_its_turn(worked_queue: WorkedQueue) -> None:
    for number in range(4):
        worked_queue.put(f"big {number}", company=worked_queue.fcash)
    assert worked_queue.names(at_most=2) == ["big 0", "big 1"]
    worked_queue.put("small 0", seconds=1, company=worked_queue.pcni)
    worked_queue.put("small 1", seconds=1, company=worked_queue.pcni)
    assert worked_queue.names(seconds=2, at_most=2) == ["small 0", "small 1"]


def test_two_workers_that_claim_at_once_never_get_the_same_job(worked_queue: WorkedQueue) -> None:
    for _ in range(40):
        worked_queue.put()
    items: list[JobId] = []

    def take(worker: str) -> None:
        while jobs := worked_queue.claim(by=worker, at_most=3):
            items.extend(job.id for job in jobs)

    threads = [threading.Thread(target=take, args=(f"worker {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Who finds all of them locked for a moment gets none; nobody gets one twice.
    items.extend(job.id for job in worked_queue.claim(at_most=50))
    assert len(items) == len(set(items)) == 40


# --- ending


def test_a_completed_job_is_over(worked_queue: WorkedQueue) -> None:
    job = worked_queue.put()
    (mine,) = worked_queue.claim()
    assert worked_queue.leases.complete([held(mine)], at(1)) == {job}
    ended = worked_queue.look(job)
    assert (ended.status, ended.completed_at, ended.worker) == (JobStatus.COMPLETED, at(1), None)
    assert worked_queue.leases.complete([held(mine)], at(2)) == set()


@pytest.mark.rule("J1")
def test_J1_a_failed_job_waits_again_with_its_error_until_its_attempts_are_used_up(
    worked_queue: WorkedQueue,
) -> None:
    job = worked_queue.put()
    (first,) = worked_queue.claim()
    assert worked_queue.fail(first, seconds=10)
    assert (worked_queue.look(job).status, worked_queue.look(job).error) == (
        JobStatus.PENDING,
        "It broke.",
    )
    assert worked_queue.claim(seconds=9) == []
    (second,) = worked_queue.claim(seconds=10)
    assert second.attempts == 2
    assert worked_queue.leases.fail(held(second), "For good.", DEAD, at(11))
    dead = worked_queue.look(job)
    assert (dead.status, dead.error, dead.completed_at) == (JobStatus.DEAD, "For good.", at(11))


@pytest.mark.rule("J1", "J2")
def test_a_job_that_failed_gives_way_to_one_with_its_key_that_waits(
    worked_queue: WorkedQueue,
) -> None:
    job = worked_queue.put(key="k")
    (mine,) = worked_queue.claim()
    later = worked_queue.put(key="k")
    assert worked_queue.fail(mine, seconds=10)
    assert worked_queue.look(job).status is JobStatus.CANCELLED
    assert worked_queue.look(job).error == "It broke."
    assert [each.id for each in worked_queue.claim(seconds=20)] == [later]


@pytest.mark.rule("J4")
def test_J4_a_returned_job_waits_again_and_its_attempt_does_not_count(
    worked_queue: WorkedQueue,
) -> None:
    job = worked_queue.put()
    (mine,) = worked_queue.claim(by="a")
    assert worked_queue.leases.give_back([held(mine)], at(1)) == {job}
    (again,) = worked_queue.claim(by="b", seconds=1)
    assert (again.id, again.attempts) == (job, 1)


@pytest.mark.rule("J2", "J4")
def test_a_returned_job_gives_way_to_a_waiting_job_with_its_key(
    worked_queue: WorkedQueue,
) -> None:
    job = worked_queue.put(key="k")
    (mine,) = worked_queue.claim()
    worked_queue.put(key="k")
    assert worked_queue.leases.give_back([held(mine)], at(1)) == {job}
    assert worked_queue.look(job).status is JobStatus.CANCELLED


# --- holding


@pytest.mark.rule("J1")
def test_J1_a_beat_prolongs_the_lease_and_carries_how_far_it_is(worked_queue: WorkedQueue) -> None:
    job = worked_queue.put()
    (mine,) = worked_queue.claim()
    far = Progress(done=3, total=10, step="opening")
    assert worked_queue.leases.beat([Heartbeat(held(mine), far)], at(60)) == {job}
    assert worked_queue.leases.recover(at(59), 0) is None
    assert worked_queue.leases.beat([Heartbeat(held(mine))], at(30)) == {job}
    assert worked_queue.look(job).progress == far
    assert worked_queue.look(job).lease_expires_at == at(60)


@pytest.mark.rule("J1")
def test_J1_the_job_of_a_dead_worker_comes_back_and_counts_as_an_attempt(
    worked_queue: WorkedQueue,
) -> None:
    job = worked_queue.put(max_attempts=2)
    worked_queue.claim(by="a")
    assert worked_queue.leases.recover(at(29), 0) is None
    back = worked_queue.leases.recover(at(30), 0)
    assert back is not None
    assert (back.id, back.status, back.scheduled_at) == (job, JobStatus.PENDING, at(32))
    assert "did not report back" in (back.error or "")
    worked_queue.claim(by="b", seconds=32)
    dead = worked_queue.leases.recover(at(62), 0)
    assert dead is not None
    assert (dead.status, dead.attempts) == (JobStatus.DEAD, 2)
    assert worked_queue.leases.recover(at(90), 0) is None


@pytest.mark.rule("J1")
def test_J1_a_worker_that_lost_a_job_can_neither_end_it_nor_beat_nor_return_it(
    worked_queue: WorkedQueue,
) -> None:
    job = worked_queue.put()
    (lost,) = worked_queue.claim(by="a")
    worked_queue.leases.recover(at(30), 0)
    worked_queue.claim(by="a", seconds=32)  # the same worker, by another attempt
    leases = worked_queue.leases
    assert leases.complete([held(lost)], at(33)) == set()
    assert worked_queue.fail(lost, seconds=33) is False
    assert leases.give_back([held(lost)], at(33)) == set()
    assert worked_queue.leases.beat([Heartbeat(held(lost))], at(99)) == set()
    assert worked_queue.look(job).status is JobStatus.PROCESSING
    assert worked_queue.look(job).lease_expires_at == at(62)


@pytest.mark.rule("J1", "J2")
def test_two_with_one_key_that_were_lost_do_not_hold_each_other_up(
    worked_queue: WorkedQueue,
) -> None:
    worked_queue.put(key="k")
    worked_queue.claim()
    worked_queue.put(key="k")
    worked_queue.claim()
    stand = [worked_queue.leases.recover(at(30), 0), worked_queue.leases.recover(at(30), 0)]
    assert [job and job.status for job in stand] == [JobStatus.PENDING, JobStatus.CANCELLED]


# --- read_context after them


@pytest.mark.rule("J1")
def test_J1_a_dead_job_that_is_put_back_is_claimed_again(worked_queue: WorkedQueue) -> None:
    job = worked_queue.put(max_attempts=1)
    worked_queue.kill(job, "For good.", at(1))
    with worked_queue.work.begin(SYSTEM) as tx:
        tx.jobs.put_back(job, at(5))
    assert [each.id for each in worked_queue.claim(seconds=5)] == [job]


def test_a_job_that_is_called_off_is_never_done(worked_queue: WorkedQueue) -> None:
    job = worked_queue.put()
    with worked_queue.work.begin(SYSTEM) as tx:
        held_here = tx.jobs.lock(job)
        assert held_here
        assert worked_queue.claim() == []  # a person decides about it now
        tx.jobs.call_off(job, at(1))
    assert worked_queue.claim(seconds=2) == []
    assert (worked_queue.look(job).status, worked_queue.look(job).completed_at) == (
        JobStatus.CANCELLED,
        at(1),
    )


def test_the_depths_count_waiting_running_and_dead_jobs_and_the_oldest_due_time(
    worked_queue: WorkedQueue,
) -> None:
    worked_queue.put(seconds=1)
    worked_queue.put(seconds=5)
    worked_queue.put(not_before=at(600))
    for each in (
        worked_queue.claim("default", seconds=6, at_most=1),
        worked_queue.claim("default", at_most=0),
    ):
        for job in each:
            worked_queue.leases.fail(held(job), "For good.", DEAD, at(7))
    worked_queue.put(queue="other")
    (done,) = worked_queue.claim("other")
    worked_queue.put(queue="other")
    worked_queue.claim("other", at_most=1)
    worked_queue.leases.complete([held(done)], at(8))
    with worked_queue.work.begin(SYSTEM) as tx:
        depths = list(tx.jobs.depths(at(10)))
    assert depths == [
        QueueDepth(queue="default", pending=2, processing=0, dead=1, oldest_due_at=at(5)),
        QueueDepth(queue="other", pending=0, processing=1, dead=0, oldest_due_at=None),
    ]


# --- waking up


def test_a_listener_is_notified_of_queued_and_returned_jobs(worked_queue: WorkedQueue) -> None:
    heard = threading.Event()
    with worked_queue.wake_ups(heard.set):
        _begun(worked_queue, heard)
        heard.clear()
        worked_queue.put()
        assert heard.wait(10)
        (mine,) = worked_queue.claim()
        heard.clear()
        worked_queue.leases.give_back([held(mine)], NOW)
        assert heard.wait(10)


def _begun(worked_queue: WorkedQueue, heard: threading.Event) -> None:
    """Put jobs down until the first is heard of: listening takes a moment to begin."""
    for number in range(200):
        worked_queue.put(queue=f"warming up {number}")
        if heard.wait(0.05):
            return
    raise AssertionError("nothing was ever heard")
