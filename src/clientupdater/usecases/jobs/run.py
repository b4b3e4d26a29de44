"""Do one job that is held: find what it asks for, do it, and judge what came of it (J1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import Factory, field, frozen

from clientupdater.domain.errors import Error
from clientupdater.domain.jobs import (
    JobStatus,
    RetryPolicy,
    Verdict,
    after_failure,
    is_lasting,
)
from clientupdater.ports.job_run import Interrupted
from clientupdater.runtime import trace_context

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clientupdater.ports.clock import Clock
    from clientupdater.ports.job_run import JobRun, Task
    from clientupdater.ports.queue import Job


@frozen
class Failure:
    """Why a job could not be done, in words for whoever looks after jobs, and what comes next."""

    told: str
    verdict: Verdict
    unforeseen: Exception | None = field(default=None, eq=False)
    """A fault of ours: its words may hold anything, so they are for the log alone."""


@frozen
class DoJob:
    """Goes by the name of a job; one that nobody knows is dead, and the others go on."""

    tasks: Mapping[str, Task]
    clock: Clock
    chance: Callable[[], float]
    policy: RetryPolicy = Factory(RetryPolicy)

    def __call__(self, job_run: JobRun) -> Failure | None:
        """Do it for the request that asked for it. Raises Interrupted when it is ours no longer."""
        task = self.tasks.get(job_run.job.name)
        if task is None:
            return Failure(self._unknown(job_run.job), Verdict(JobStatus.DEAD))
        with trace_context.following(trace_context.Trace.begun(**job_run.job.trace)) as trace:
            try:
                task.do(job_run)
            except Interrupted:
                raise
            except Error as error:
                return Failure(error.message, self._verdict(job_run.job, error))
            except Exception as error:  # noqa: BLE001 — whatever it is, other jobs are still due
                message = f"{type(error).__name__}; the log says more, under {trace.request_id}."
                return Failure(message, self._again(job_run.job), error)
        return None

    def _unknown(self, job: Job) -> str:
        known = ", ".join(sorted(self.tasks))
        return f"No worker of this version knows how to do {job.name!r}; it knows: {known}."

    def _verdict(self, job: Job, error: Error) -> Verdict:
        return Verdict(JobStatus.DEAD) if is_lasting(error) else self._again(job)

    def _again(self, job: Job) -> Verdict:
        now = self.clock.now()
        return after_failure(job.attempts, job.max_attempts, now, self.chance(), self.policy)
