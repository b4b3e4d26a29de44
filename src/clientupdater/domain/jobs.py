"""Jobs: when one is tried again, which worker has it, when a schedule is due (J1, J3, J4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from attrs import frozen

from clientupdater.domain.errors import (
    Error,
    Gone,
    InvalidInput,
    Misconfigured,
    NotFound,
    PlanChanged,
    Refused,
    RuleBroken,
    SourceFailed,
    SyncOver,
)

#: What no other attempt would find otherwise; a person may still retry it by hand.
_LASTING = (
    *(InvalidInput, NotFound, Gone, Refused, RuleBroken, Misconfigured, SourceFailed),
    *(PlanChanged, SyncOver),
)
#: Beyond this many doublings every delay is at its limit anyway.
_MOST_DOUBLINGS = 64
_TICK = timedelta(microseconds=1)


class JobStatus(StrEnum):
    """A job's state. A dead job is kept, listed, and can be retried by hand (J1)."""

    PENDING = "pending"
    PROCESSING = "processing"
    HELD = "held"
    COMPLETED = "completed"
    FAILED = "failed"
    DEAD = "dead"
    CANCELLED = "cancelled"


@frozen
class RetryPolicy:
    """How long to wait before the next attempt: twice as long each time, up to a limit (J1)."""

    first: timedelta = timedelta(seconds=10)
    longest: timedelta = timedelta(hours=1)

    def delay(self, attempt: int, fraction: float) -> timedelta:
        """Wait after this attempt, counted from 1: half of it surely, half of it by chance.

        The chance (a fraction between 0 and 1) is an argument; it keeps jobs that failed
        together from coming back together.
        """
        doublings = min(attempt - 1, _MOST_DOUBLINGS)
        whole = min((self.first // _TICK) << doublings, self.longest // _TICK)
        return timedelta(microseconds=whole) * (1 + fraction) / 2


#: The first time within four seconds: who was killed is no reason to let the job wait.
_AFTER_A_DEATH = RetryPolicy(first=timedelta(seconds=4), longest=timedelta(minutes=2))


@frozen
class Verdict:
    """What becomes of a job: it waits until then, or it is dead."""

    status: JobStatus
    not_before: datetime | None = None


def after_failure(
    attempts: int, max_attempts: int, now: datetime, fraction: float, policy: RetryPolicy
) -> Verdict:
    """Try again later, unless the attempts are used up (J1)."""
    if attempts >= max_attempts:
        return Verdict(JobStatus.DEAD)
    return Verdict(JobStatus.PENDING, now + policy.delay(attempts, fraction))


def after_lost_lease(attempts: int, max_attempts: int, now: datetime, fraction: float) -> Verdict:
    """Take back what a dead worker held: soon, since nothing says that the job failed (J1).

    Its attempt counts all the same, or a job that kills its worker would do so for ever. Those
    that were held beside it come back scattered, more so the second time, or they would be taken
    up together with it once more, and lose their attempts to it as well.
    """
    return after_failure(attempts, max_attempts, now, fraction, _AFTER_A_DEATH)


def is_lasting(error: Error) -> bool:
    """Whether trying again is no use until a person changes something (J1)."""
    return isinstance(error, _LASTING)


def can_be_retried(status: JobStatus) -> bool:
    """Whether a person may have it tried once more; its attempts then count anew (J1)."""
    return status in {JobStatus.DEAD, JobStatus.FAILED}


def can_be_cancelled(status: JobStatus) -> bool:
    """Whether a person may call it off: it is not over yet, or it was given up.

    What came of a dead job may long have been done otherwise; nobody should have to try it again
    to be rid of it.
    """
    return status in {JobStatus.PENDING, JobStatus.HELD, JobStatus.PROCESSING, JobStatus.DEAD}


# --- schedules


@frozen
class Schedule:
    """When a scheduled job ran last, and is due next."""

    last_run_at: datetime | None = None
    next_run_at: datetime | None = None

    def due_at(self, next_after: Callable[[datetime], datetime], now: datetime) -> datetime:
        """Say for when it is due; a schedule that is new waits for its next time (J3)."""
        return self.next_run_at or next_after(self.last_run_at or now)


@frozen
class Firing:
    """A schedule fires: for which due time, and what it looks like afterwards."""

    due_at: datetime
    schedule: Schedule


def firing(
    schedule: Schedule, next_after: Callable[[datetime], datetime], now: datetime
) -> Firing | None:
    """Fire if a due time has come: once, however many were missed (J3).

    Workers that see the same schedule find the same due time, so that it can be the key by
    which only one of them enqueues the job.
    """
    due_at = schedule.due_at(next_after, now)
    if due_at > now:
        return None
    return Firing(due_at, Schedule(last_run_at=now, next_run_at=next_after(now)))


def resumed(next_after: Callable[[datetime], datetime], now: datetime) -> Schedule:
    """Start a schedule that is switched on: what passed while it was off is not made up for."""
    return Schedule(next_run_at=next_after(now))


# --- stopping


@frozen
class Stopping:
    """A worker was asked to stop, and has this much time for what it holds (J4)."""

    asked_at: datetime
    grace: timedelta

    def time_left(self, now: datetime) -> timedelta:
        """How long it may still work before it returns what it holds."""
        return max(timedelta(0), self.asked_at + self.grace - now)

    def must_return(self, now: datetime) -> bool:
        """Whether the grace is over: what is not finished goes back."""
        return not self.time_left(now)


def may_claim(stopping: Stopping | None) -> bool:
    """Whether a worker may take another job: none once it was asked to stop (J4)."""
    return stopping is None
