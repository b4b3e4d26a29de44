"""Do one claimed job, and decide whether it is tried again (J1)."""

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
    """Why a job failed, in words for operators, and what happens next."""

    message: str
    verdict: Verdict
    unforeseen: Exception | None = field(default=None, eq=False)
    """An unexpected exception: its text may hold personal data, so only the log gets it."""


@frozen
class DoJob:
    """Finds the function by the job's name; a job with an unknown name is dead."""

    tasks: Mapping[str, Task]
    clock: Clock
    chance: Callable[[], float]
    policy: RetryPolicy = Factory(RetryPolicy)

    def __call__(self, job_run: JobRun) -> Failure | None:
        """Do the job under the trace of its request. Raises Interrupted once the lease is lost."""
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
            except Exception as error:  # noqa: BLE001 — the worker goes on with other jobs
                message = f"{type(error).__name__}; see the log for request {trace.request_id}."
                return Failure(message, self._again(job_run.job), error)
        return None

    def _unknown(self, job: Job) -> str:
        known = ", ".join(sorted(self.tasks))
        return f"This version has no job {job.name!r}. It has: {known}."

    def _verdict(self, job: Job, error: Error) -> Verdict:
        return Verdict(JobStatus.DEAD) if is_lasting(error) else self._again(job)

    def _again(self, job: Job) -> Verdict:
        now = self.clock.now()
        return after_failure(job.attempts, job.max_attempts, now, self.chance(), self.policy)
