"""A job that a worker runs."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import define, field

from clientupdater.ports.job_run import Interrupted
from clientupdater.ports.queue import JobClaim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.ports.clock import Clock
    from clientupdater.ports.queue import Job, Progress
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.usecases.jobs.run import Failure


@define(eq=False)
class RunningJob:
    """A job's state, shared by the worker and the thread that runs the job."""

    job: Job
    claim: JobClaim
    _work: UnitsOfWork
    _clock: Clock
    progress: Progress | None = None
    is_kept: bool = field(default=False, init=False)
    """The job's end was committed with its effect."""
    was_interrupted: bool = field(default=False, init=False)
    failure: Failure | None = field(default=None, init=False)
    taken_at: float = field(factory=time.monotonic, init=False)
    begun_at: float | None = field(default=None, init=False)
    ended_at: float = field(default=0.0, init=False)
    _is_let_go: bool = field(default=False, init=False)
    _turn: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    @classmethod
    def of(cls, job: Job, worker: str, work: UnitsOfWork, clock: Clock) -> RunningJob:
        return cls(job, JobClaim(job.id, worker, job.attempts), work, clock)

    # --- for the job's function

    def report(self, progress: Progress) -> None:
        """Store progress; the worker's next heartbeat sends it."""
        self.progress = progress
        if self._is_let_go:
            raise Interrupted

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """Make the units of work that begin inside one with the end of the job."""
        with self._work.outer_transaction() as outer:
            yield
            if not outer.complete_job(self.claim, self._clock.now()):
                raise Interrupted
        self.is_kept = True

    # --- for the worker

    def begin(self) -> bool:
        """Begin the job, unless it was withdrawn."""
        with self._turn:
            if not self._is_let_go:
                self.begun_at = time.monotonic()
            return not self._is_let_go

    def withdraw(self) -> bool:
        """Withdraw the job unless it has begun; whether it was."""
        with self._turn:
            if self.begun_at is None:
                self._is_let_go = True
            return self._is_let_go

    def let_go(self) -> None:
        """Make the next report raise Interrupted."""
        self._is_let_go = True

    @property
    def took_s(self) -> float:
        return self.ended_at - (self.begun_at or self.ended_at)
