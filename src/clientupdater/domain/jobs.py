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

#: Another attempt would fail in the same way; a person may still retry the job by hand.
_LASTING = (
    *(InvalidInput, NotFound, Gone, Refused, RuleBroken, Misconfigured, SourceFailed),
    *(PlanChanged, SyncOver),
)
#: More doublings than these exceed every limit.
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
        """Compute the wait after this attempt, counted from 1: half is fixed, half is random.

        `fraction`, random between 0 and 1, spreads jobs that failed together.
        """
        doublings = min(attempt - 1, _MOST_DOUBLINGS)
        longest = min((self.first // _TICK) << doublings, self.longest // _TICK)
        return timedelta(microseconds=longest) * (1 + fraction) / 2


#: The first retry comes within four seconds: the job is not to blame for its worker's death.
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
    """Return a dead worker's job to the queue soon, since the job itself may be sound (J1).

    The attempt counts, or a job that kills its worker would do so for ever. The jobs that the
    worker had beside it return at scattered times, more so the second time; otherwise they would
    meet the deadly job again and lose their attempts too.
    """
    return after_failure(attempts, max_attempts, now, fraction, _AFTER_A_DEATH)


def is_lasting(error: Error) -> bool:
    """Whether another attempt fails until a person changes something (J1)."""
    return isinstance(error, _LASTING)


def can_be_retried(status: JobStatus) -> bool:
    """Whether a person may retry the job; its attempts then count from zero (J1)."""
    return status in {JobStatus.DEAD, JobStatus.FAILED}


def can_be_cancelled(status: JobStatus) -> bool:
    """Whether a person may cancel the job: it has not ended, or it is dead.

    A dead job's work may have been done in another way, so it can be cleared without a retry.
    """
    return status in {JobStatus.PENDING, JobStatus.HELD, JobStatus.PROCESSING, JobStatus.DEAD}


# --- schedules


@frozen
class Schedule:
    """When a scheduled job ran last, and is due next."""

    last_run_at: datetime | None = None
    next_run_at: datetime | None = None

    def due_at(self, next_after: Callable[[datetime], datetime], now: datetime) -> datetime:
        """Say when the schedule is due; a new one waits for its next time (J3)."""
        return self.next_run_at or next_after(self.last_run_at or now)


@frozen
class Firing:
    """The due time for which a schedule fires, and the schedule's next state."""

    due_at: datetime
    schedule: Schedule


def firing(
    schedule: Schedule, next_after: Callable[[datetime], datetime], now: datetime
) -> Firing | None:
    """Fire if a due time has come: once, however many were missed (J3).

    Workers that see the same schedule compute the same due time. It serves as the job's key, so
    only one of them enqueues the job.
    """
    due_at = schedule.due_at(next_after, now)
    if due_at > now:
        return None
    return Firing(due_at, Schedule(last_run_at=now, next_run_at=next_after(now)))


def resumed(next_after: Callable[[datetime], datetime], now: datetime) -> Schedule:
    """Start a schedule that was switched on; it does not make up for missed runs."""
    return Schedule(next_run_at=next_after(now))


# --- stopping


@frozen
class Stopping:
    """A worker that was asked to stop, and its grace for the jobs it has (J4)."""

    asked_at: datetime
    grace: timedelta

    def time_left(self, now: datetime) -> timedelta:
        """Give the time until the worker must return its jobs."""
        return max(timedelta(0), self.asked_at + self.grace - now)

    def must_return(self, now: datetime) -> bool:
        """Whether the grace is over and unfinished jobs must be returned."""
        return not self.time_left(now)


def may_claim(stopping: Stopping | None) -> bool:
    """Whether a worker may claim jobs: not once it was asked to stop (J4)."""
    return stopping is None
