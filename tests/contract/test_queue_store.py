"""What every queue keeps to (J1, J2)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from clientupdater.domain.errors import AlreadyExists
from clientupdater.domain.jobs import JobStatus, Verdict
from clientupdater.ports.queue import Heartbeat, JobsAsked, NewJob, Progress, QueueDepth
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.runtime import trace_context
from tests.support.queue_fixture import LEASE, NOW, QueueFixture, at, held

if TYPE_CHECKING:
    from clientupdater.domain.ids import JobId

DEAD = Verdict(JobStatus.DEAD)


# --- putting down


def test_a_job_is_claimed_as_it_was_put_down_and_is_then_held(room: QueueFixture) -> None:
    room.put("count", arguments={"cycle": "monthly", "of": [1, 2]}, priority=3, company=room.fcash)
    (job,) = room.claim(by="worker 1")
    assert (job.name, job.queue, job.priority) == ("count", "default", 3)
    assert job.arguments == {"cycle": "monthly", "of": [1, 2]}
    assert (job.company, job.asked_by) == (room.fcash, None)
    assert (job.status, job.worker, job.attempts) == (JobStatus.PROCESSING, "worker 1", 1)
    assert (job.lease_expires_at, job.started_at) == (NOW + LEASE, NOW)
    assert room.claim(by="worker 2") == []


@pytest.mark.rule("J2")
def test_J2_what_is_rolled_back_was_never_put_down(room: QueueFixture) -> None:
    def go_wrong() -> None:
        with room.work.begin(SYSTEM) as tx:
            assert tx.jobs.enqueue(NewJob(name="count"), NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        go_wrong()
    assert room.claim() == []
    assert room.all() == []


@pytest.mark.rule("J2")
def test_J2_a_job_is_invisible_before_its_transaction_commits(room: QueueFixture) -> None:
    with room.work.begin(SYSTEM) as tx:
        tx.jobs.enqueue(NewJob(name="count"), NOW)
        assert room.claim() == []
    assert room.names() == ["count"]


@pytest.mark.rule("J2")
def test_J2_of_those_with_a_key_one_waits(room: QueueFixture) -> None:
    room.put(key="k")
    with room.work.begin(SYSTEM) as tx:
        assert tx.jobs.enqueue(NewJob(name="count", key="k"), NOW) is None
        assert tx.jobs.enqueue(NewJob(name="count", key="k", queue="other"), NOW)
        assert tx.jobs.enqueue(NewJob(name="count", key="other"), NOW)
        assert tx.jobs.enqueue(NewJob(name="count", key="other"), NOW) is None
    assert len(room.claim()) == 2


@pytest.mark.rule("J2")
def test_J2_while_one_with_a_key_is_worked_on_the_next_may_wait(room: QueueFixture) -> None:
    room.put(key="k")
    room.claim()
    room.put(key="k")
    assert len(room.claim()) == 1


@pytest.mark.rule("J2")
def test_J2_who_puts_down_the_same_key_waits_for_what_becomes_of_the_first(
    room: QueueFixture,
) -> None:
    second: list[JobId | None] = []

    def put_second() -> None:
        with room.work.begin(SYSTEM) as tx:
            second.append(tx.jobs.enqueue(NewJob(name="second", key="k"), NOW))

    thread = threading.Thread(target=put_second)

    def give_up() -> None:
        with room.work.begin(SYSTEM) as tx:
            assert tx.jobs.enqueue(NewJob(name="first", key="k"), NOW)
            thread.start()
            thread.join(0.05)
            assert second == []
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_up()
    thread.join()
    assert second
    assert room.names() == ["second"]


def test_a_job_goes_on_under_the_request_that_asked_for_it(room: QueueFixture) -> None:
    with trace_context.following(trace_context.Trace.begun("request-1")) as trace:
        room.put(arguments={"n": 1})
    room.put("by itself")
    asked, by_itself = room.claim()
    assert asked.trace == {"request_id": "request-1", "traceparent": trace.traceparent}
    assert asked.arguments == {"n": 1}
    assert by_itself.trace == {}


# --- claiming


def test_the_greater_priority_goes_first_then_the_older(room: QueueFixture) -> None:
    room.put("late", seconds=2)
    room.put("early", seconds=1)
    room.put("urgent", seconds=3, priority=10)
    room.put("idle", seconds=0, priority=-1)
    assert room.names(seconds=5, at_most=1) == ["urgent"]
    assert room.names(seconds=5) == ["early", "late", "idle"]


def test_no_more_are_claimed_than_asked_for_and_only_of_the_queues_named(
    room: QueueFixture,
) -> None:
    for _ in range(5):
        room.put()
    room.put("elsewhere", queue="other")
    assert len(room.claim(at_most=2)) == 2
    assert len(room.claim("default", "other")) == 4
    assert room.claim("third") == []


def test_a_job_is_not_claimed_before_its_time(room: QueueFixture) -> None:
    room.put("later", not_before=at(60))
    assert room.claim(seconds=59) == []
    assert room.names(seconds=60) == ["later"]


def test_companies_take_turns_however_many_jobs_one_of_them_has(room: QueueFixture) -> None:
    for number in range(6):
        room.put(f"big {number}", company=room.fcash)
    room.put("small", seconds=1, company=room.pcni)
    room.put("nobody's", seconds=2)
    assert set(room.names(seconds=3, at_most=3)) == {"big 0", "small", "nobody's"}


def test_what_a_company_has_under_way_counts_as_its_turn(room: QueueFixture) -> None:
    for number in range(4):
        room.put(f"big {number}", company=room.fcash)
    assert room.names(at_most=2) == ["big 0", "big 1"]
    room.put("small 0", seconds=1, company=room.pcni)
    room.put("small 1", seconds=1, company=room.pcni)
    assert room.names(seconds=2, at_most=2) == ["small 0", "small 1"]


def test_two_who_claim_at_once_never_get_the_same_job(room: QueueFixture) -> None:
    for _ in range(40):
        room.put()
    items: list[JobId] = []

    def take(worker: str) -> None:
        while jobs := room.claim(by=worker, at_most=3):
            items.extend(job.id for job in jobs)

    threads = [threading.Thread(target=take, args=(f"worker {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Who finds all of them locked for a moment gets none; nobody gets one twice.
    items.extend(job.id for job in room.claim(at_most=50))
    assert len(items) == len(set(items)) == 40


# --- ending


def test_what_is_completed_is_over(room: QueueFixture) -> None:
    job = room.put()
    (mine,) = room.claim()
    assert room.leases.endings.complete([held(mine)], at(1)) == {job}
    ended = room.look(job)
    assert (ended.status, ended.completed_at, ended.worker) == (JobStatus.COMPLETED, at(1), None)
    assert room.leases.endings.complete([held(mine)], at(2)) == set()


@pytest.mark.rule("J1")
def test_J1_what_failed_waits_again_with_its_error_until_its_attempts_are_used_up(
    room: QueueFixture,
) -> None:
    job = room.put()
    (first,) = room.claim()
    assert room.fail(first, seconds=10)
    assert (room.look(job).status, room.look(job).error) == (JobStatus.PENDING, "It broke.")
    assert room.claim(seconds=9) == []
    (second,) = room.claim(seconds=10)
    assert second.attempts == 2
    assert room.leases.endings.fail(held(second), "For good.", DEAD, at(11))
    dead = room.look(job)
    assert (dead.status, dead.error, dead.completed_at) == (JobStatus.DEAD, "For good.", at(11))


@pytest.mark.rule("J1", "J2")
def test_a_job_that_failed_gives_way_to_one_with_its_key_that_waits(room: QueueFixture) -> None:
    job = room.put(key="k")
    (mine,) = room.claim()
    later = room.put(key="k")
    assert room.fail(mine, seconds=10)
    assert room.look(job).status is JobStatus.CANCELLED
    assert room.look(job).error == "It broke."
    assert [each.id for each in room.claim(seconds=20)] == [later]


@pytest.mark.rule("J4")
def test_J4_what_is_given_back_waits_again_and_its_attempt_does_not_count(
    room: QueueFixture,
) -> None:
    job = room.put()
    (mine,) = room.claim(by="a")
    assert room.leases.endings.give_back([held(mine)], at(1)) == {job}
    (again,) = room.claim(by="b", seconds=1)
    assert (again.id, again.attempts) == (job, 1)


@pytest.mark.rule("J2", "J4")
def test_what_is_given_back_gives_way_to_one_with_its_key_that_waits(room: QueueFixture) -> None:
    job = room.put(key="k")
    (mine,) = room.claim()
    room.put(key="k")
    assert room.leases.endings.give_back([held(mine)], at(1)) == {job}
    assert room.look(job).status is JobStatus.CANCELLED


# --- holding


@pytest.mark.rule("J1")
def test_J1_a_beat_prolongs_the_lease_and_carries_how_far_it_is(room: QueueFixture) -> None:
    job = room.put()
    (mine,) = room.claim()
    far = Progress(done=3, total=10, step="opening")
    assert room.leases.beat([Heartbeat(held(mine), far)], at(60)) == {job}
    assert room.leases.recover(at(59), 0) is None
    assert room.leases.beat([Heartbeat(held(mine))], at(30)) == {job}
    assert room.look(job).progress == far
    assert room.look(job).lease_expires_at == at(60)


@pytest.mark.rule("J1")
def test_J1_what_a_dead_worker_held_comes_back_and_counts_as_an_attempt(room: QueueFixture) -> None:
    job = room.put(max_attempts=2)
    room.claim(by="a")
    assert room.leases.recover(at(29), 0) is None
    back = room.leases.recover(at(30), 0)
    assert back is not None
    assert (back.id, back.status, back.scheduled_at) == (job, JobStatus.PENDING, at(32))
    assert "did not report back" in (back.error or "")
    room.claim(by="b", seconds=32)
    dead = room.leases.recover(at(62), 0)
    assert dead is not None
    assert (dead.status, dead.attempts) == (JobStatus.DEAD, 2)
    assert room.leases.recover(at(90), 0) is None


@pytest.mark.rule("J1")
def test_J1_who_lost_a_job_may_neither_end_it_nor_beat_nor_give_it_back(room: QueueFixture) -> None:
    job = room.put()
    (lost,) = room.claim(by="a")
    room.leases.recover(at(30), 0)
    room.claim(by="a", seconds=32)  # the same worker, by another attempt
    endings = room.leases.endings
    assert endings.complete([held(lost)], at(33)) == set()
    assert room.fail(lost, seconds=33) is False
    assert endings.give_back([held(lost)], at(33)) == set()
    assert room.leases.beat([Heartbeat(held(lost))], at(99)) == set()
    assert room.look(job).status is JobStatus.PROCESSING
    assert room.look(job).lease_expires_at == at(62)


@pytest.mark.rule("J1", "J2")
def test_two_with_one_key_that_were_lost_do_not_hold_each_other_up(room: QueueFixture) -> None:
    room.put(key="k")
    room.claim()
    room.put(key="k")
    room.claim()
    stand = [room.leases.recover(at(30), 0), room.leases.recover(at(30), 0)]
    assert [job and job.status for job in stand] == [JobStatus.PENDING, JobStatus.CANCELLED]


# --- looking after them


def test_jobs_are_listed_the_newest_first_by_queue_and_status(room: QueueFixture) -> None:
    first, second, other = room.put(), room.put(), room.put(queue="other")
    room.claim(at_most=1)
    assert room.all() == [other, second, first]
    assert room.all(queue="default") == [second, first]
    assert room.all(status=JobStatus.PROCESSING) == [first]
    assert room.all(queue="other", status=JobStatus.PROCESSING) == []
    with room.work.begin(SYSTEM) as tx:
        page = tx.jobs.list(JobsAsked(), before=other, at_most=1)
    assert [job.id for job in page] == [second]


@pytest.mark.rule("J1")
def test_J1_a_dead_job_that_is_put_back_is_as_new(room: QueueFixture) -> None:
    job = room.put(max_attempts=1)
    (mine,) = room.claim()
    room.leases.endings.fail(held(mine), "For good.", DEAD, at(1))
    with room.work.begin(SYSTEM) as tx:
        tx.jobs.put_back(job, at(5))
    again = room.look(job)
    assert (again.status, again.attempts, again.completed_at) == (JobStatus.PENDING, 0, None)
    assert again.error == "For good."
    assert [each.id for each in room.claim(seconds=5)] == [job]


@pytest.mark.rule("J2")
def test_a_job_is_not_put_back_while_one_with_its_key_waits(room: QueueFixture) -> None:
    job = room.put(key="k")
    (mine,) = room.claim()
    room.leases.endings.fail(held(mine), "For good.", DEAD, at(1))
    room.put(key="k")
    with room.work.begin(SYSTEM) as tx:
        with pytest.raises(AlreadyExists):
            tx.jobs.put_back(job, at(2))
        tx.jobs.enqueue(NewJob(name="goes on"), NOW)
    assert room.look(job).status is JobStatus.DEAD
    assert len(room.claim()) == 2


def test_a_job_that_is_called_off_is_never_done(room: QueueFixture) -> None:
    job = room.put()
    with room.work.begin(SYSTEM) as tx:
        held_here = tx.jobs.lock(job)
        assert held_here
        assert room.claim() == []  # whoever looks after it has it
        tx.jobs.call_off(job, at(1))
    assert room.claim(seconds=2) == []
    assert (room.look(job).status, room.look(job).completed_at) == (JobStatus.CANCELLED, at(1))


def test_there_is_no_job_of_a_number_that_was_never_given(room: QueueFixture) -> None:
    job = room.put()
    with room.work.begin(SYSTEM) as tx:
        assert tx.jobs.lock(type(job)(job + 1000)) is None


def test_the_depths_tell_what_waits_is_worked_on_and_dead_and_since_when(
    room: QueueFixture,
) -> None:
    room.put(seconds=1)
    room.put(seconds=5)
    room.put(not_before=at(600))
    for each in (room.claim("default", seconds=6, at_most=1), room.claim("default", at_most=0)):
        for job in each:
            room.leases.endings.fail(held(job), "For good.", DEAD, at(7))
    room.put(queue="other")
    (done,) = room.claim("other")
    room.put(queue="other")
    room.claim("other", at_most=1)
    room.leases.endings.complete([held(done)], at(8))
    with room.work.begin(SYSTEM) as tx:
        depths = list(tx.jobs.depths(at(10)))
    assert depths == [
        QueueDepth(queue="default", pending=2, processing=0, dead=1, oldest_due_at=at(5)),
        QueueDepth(queue="other", pending=0, processing=1, dead=0, oldest_due_at=None),
    ]


# --- waking up


def test_who_listens_hears_of_jobs_put_down_and_given_back(room: QueueFixture) -> None:
    heard = threading.Event()
    with room.wake_ups(heard.set):
        _begun(room, heard)
        heard.clear()
        room.put()
        assert heard.wait(10)
        (mine,) = room.claim()
        heard.clear()
        room.leases.endings.give_back([held(mine)], NOW)
        assert heard.wait(10)


def _begun(room: QueueFixture, heard: threading.Event) -> None:
    """Put jobs down until the first is heard of: listening takes a moment to begin."""
    for number in range(200):
        room.put(queue=f"warming up {number}")
        if heard.wait(0.05):
            return
    raise AssertionError("nothing was ever heard")
