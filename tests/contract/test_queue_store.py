"""Every store enqueues, lists, retries and cancels jobs alike (J1, J2)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from clientupdater.domain.errors import AlreadyExists
from clientupdater.domain.jobs import JobStatus
from clientupdater.ports.queue import JobFilter, NewJob, QueueDepth
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.runtime import trace_context
from tests.support.queue_fixture import NOW, at

if TYPE_CHECKING:
    from clientupdater.domain.ids import JobId
    from tests.support.queue_fixture import JobQueue


def test_a_job_is_found_as_it_was_put_down(queue: JobQueue) -> None:
    arguments = {"cycle": "monthly", "of": [1, 2]}
    job = queue.look(queue.put("count", arguments=arguments, priority=3, company=queue.fcash))
    assert (job.name, job.queue, job.priority) == ("count", "default", 3)
    assert (job.arguments, job.company, job.requested_by) == (arguments, queue.fcash, None)
    assert (job.status, job.worker, job.attempts) == (JobStatus.PENDING, None, 0)
    assert (job.scheduled_at, job.created_at) == (NOW, NOW)


@pytest.mark.rule("J2")
def test_J2_what_is_rolled_back_was_never_put_down(queue: JobQueue) -> None:
    def go_wrong() -> None:
        with queue.work.begin(SYSTEM) as tx:
            assert tx.jobs.enqueue(NewJob(name="count"), NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        go_wrong()
    assert queue.all() == []


@pytest.mark.rule("J2")
def test_J2_of_those_with_a_key_one_waits(queue: JobQueue) -> None:
    queue.put(key="k")
    with queue.work.begin(SYSTEM) as tx:
        assert tx.jobs.enqueue(NewJob(name="count", key="k"), NOW) is None
        assert tx.jobs.enqueue(NewJob(name="count", key="k", queue="other"), NOW)
        assert tx.jobs.enqueue(NewJob(name="count", key="other"), NOW)
        assert tx.jobs.enqueue(NewJob(name="count", key="other"), NOW) is None
    assert len(queue.all(queue="default")) == 2


@pytest.mark.rule("J2")
def test_J2_who_puts_down_the_same_key_waits_for_what_becomes_of_the_first(queue: JobQueue) -> None:
    second: list[JobId | None] = []

    def put_second() -> None:
        with queue.work.begin(SYSTEM) as tx:
            second.append(tx.jobs.enqueue(NewJob(name="second", key="k"), NOW))

    thread = threading.Thread(target=put_second)

    def give_up() -> None:
        with queue.work.begin(SYSTEM) as tx:
            assert tx.jobs.enqueue(NewJob(name="first", key="k"), NOW)
            thread.start()
            thread.join(0.05)
            assert second == []
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_up()
    thread.join()
    assert second
    assert queue.all() == second
    assert queue.look(queue.all()[0]).name == "second"


def test_a_job_goes_on_under_the_request_that_asked_for_it(queue: JobQueue) -> None:
    with trace_context.following(trace_context.Trace.begun("request-1")) as trace:
        asked = queue.look(queue.put(arguments={"n": 1}))
    by_itself = queue.look(queue.put("by itself"))
    assert asked.trace == {"request_id": "request-1", "traceparent": trace.traceparent}
    assert asked.arguments == {"n": 1}
    assert by_itself.trace == {}


def test_jobs_are_listed_the_newest_first_by_queue_and_status(queue: JobQueue) -> None:
    first, second, other = queue.put(), queue.put(), queue.put(queue="other")
    queue.kill(first, "For good.", NOW)
    assert queue.all() == [other, second, first]
    assert queue.all(queue="default") == [second, first]
    assert queue.all(status=JobStatus.DEAD) == [first]
    assert queue.all(queue="other", status=JobStatus.DEAD) == []
    with queue.work.begin(SYSTEM) as tx:
        page = tx.jobs.list(JobFilter(), before=other, at_most=1)
    assert [job.id for job in page] == [second]


@pytest.mark.rule("J1")
def test_J1_a_dead_job_that_is_put_back_is_as_new(queue: JobQueue) -> None:
    job = queue.put(max_attempts=1)
    queue.kill(job, "For good.", at(1))
    with queue.work.begin(SYSTEM) as tx:
        tx.jobs.put_back(job, at(5))
    again = queue.look(job)
    assert (again.status, again.attempts, again.completed_at) == (JobStatus.PENDING, 0, None)
    assert again.error == "For good."


@pytest.mark.rule("J2")
def test_a_job_is_not_put_back_while_one_with_its_key_waits(queue: JobQueue) -> None:
    job = queue.put(key="k")
    queue.kill(job, "For good.", at(1))
    queue.put(key="k")
    with queue.work.begin(SYSTEM) as tx:
        with pytest.raises(AlreadyExists):
            tx.jobs.put_back(job, at(2))
        tx.jobs.enqueue(NewJob(name="goes on"), NOW)
    assert queue.look(job).status is JobStatus.DEAD
    assert len(queue.all(status=JobStatus.PENDING)) == 2


def test_there_is_no_job_of_a_number_that_was_never_given(queue: JobQueue) -> None:
    job = queue.put()
    with queue.work.begin(SYSTEM) as tx:
        assert tx.jobs.lock(type(job)(job + 1000)) is None


def test_a_cancelled_job_is_over(queue: JobQueue) -> None:
    job = queue.put()
    with queue.work.begin(SYSTEM) as tx:
        tx.jobs.call_off(job, at(1))
    cancelled = queue.look(job)
    assert (cancelled.status, cancelled.completed_at) == (JobStatus.CANCELLED, at(1))


def test_the_depths_count_pending_and_dead_jobs_and_show_the_oldest_due(queue: JobQueue) -> None:
    dead = queue.put()
    queue.kill(dead, "For good.", at(0))
    queue.put(seconds=1)
    queue.put(not_before=at(600))
    queue.put(queue="other", seconds=5)
    with queue.work.begin(SYSTEM) as tx:
        depths = list(tx.jobs.depths(at(10)))
    assert depths == [
        QueueDepth(queue="default", pending=2, processing=0, dead=1, oldest_due_at=at(1)),
        QueueDepth(queue="other", pending=1, processing=0, dead=0, oldest_due_at=at(5)),
    ]
