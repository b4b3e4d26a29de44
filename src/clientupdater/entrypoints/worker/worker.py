"""The worker: it claims jobs, runs them in threads, and reports to the queue.

One thread talks to the queue: it claims jobs, extends leases, ends attempts, and returns the jobs
of dead workers. The other threads only run jobs, so a slow job delays no heartbeat.
"""

from __future__ import annotations

import random
import threading
import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from queue import SimpleQueue
from typing import TYPE_CHECKING

import structlog
from attrs import Factory, define, field, frozen

from clientupdater.domain.errors import Error
from clientupdater.domain.jobs import Stopping, may_claim
from clientupdater.entrypoints.worker.running_job import RunningJob
from clientupdater.ports.job_run import Interrupted
from clientupdater.ports.queue import QUEUES, Heartbeat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from clientupdater.composition.worker import WorkerContext
    from clientupdater.ports.queue import JobClaim

_log = structlog.stdlib.get_logger("clientupdater.worker")


@frozen(kw_only=True)
class Pace:
    """How often the worker does what, in seconds."""

    lease_s: float = 30.0
    beat_s: float = 1.0
    look_s: float = 1.0
    """How often it polls for jobs, in case a notification was lost."""
    recover_s: float = 3.0
    schedules_s: float = 5.0
    dead_syncs_s: float = 5.0
    grace_s: float = 25.0
    quick_s: float = 0.02
    """The worker claims several jobs ahead while jobs take less than this."""
    most_ahead: int = 40
    again_s: float = 1.0
    """How soon it retries after the queue did not answer."""


@define(eq=False)
class Worker:
    """Claims jobs and runs them until it is stopped."""

    worker_context: WorkerContext
    name: str
    threads: int = 4
    queues: Sequence[str] = QUEUES
    pace: Pace = Factory(Pace)
    notice: Callable[[RunningJob], None] = lambda _: None
    """Called with every job that has ended."""
    alive: Callable[[], None] = lambda: None
    """Called when the queue has answered, about once a second."""
    _ready: SimpleQueue[RunningJob | None] = field(factory=SimpleQueue, init=False, repr=False)
    _over: SimpleQueue[RunningJob] = field(factory=SimpleQueue, init=False, repr=False)
    _ended: list[RunningJob] = field(factory=list, init=False, repr=False)
    _running: dict[JobClaim, RunningJob] = field(factory=dict, init=False, repr=False)
    _ahead: int = field(default=0, init=False)
    _stopping: Stopping | None = field(default=None, init=False)
    _awake: threading.Event = field(factory=threading.Event, init=False, repr=False)
    _next: dict[str, float] = field(factory=dict, init=False, repr=False)
    _was_heard: bool = field(default=True, init=False)

    # --- from outside

    def stop(self) -> None:
        """Claim no more jobs; finish those that have begun, or return them after the grace (J4)."""
        if self._stopping is None:
            grace = timedelta(seconds=self.pace.grace_s)
            self._stopping = Stopping(self._now(), grace)
        self._awake.set()

    def run(self, *, once: bool = False) -> None:
        """Work until stopped; with `once`, until no job is due."""
        _log.info("working", worker=self.name, queues=list(self.queues), threads=self.threads)
        with ExitStack() as stack:
            stack.enter_context(self.worker_context.wake_ups(self._awake.set))
            stack.enter_context(self._job_threads())
            self._work(once=once)
        _log.info("stopped working", worker=self.name)

    # --- turns

    def _work(self, *, once: bool) -> None:
        while True:
            self._awake.clear()
            claimed = self._turn()
            if self._stopping is not None and self._has_stopped(self._stopping):
                return
            if once and claimed == 0 and not self._running and self._was_heard:
                return
            if not claimed:
                self._awake.wait(self._patience())

    def _patience(self) -> float:
        return self.pace.look_s if self._was_heard else self.pace.again_s

    def _turn(self) -> int:
        """Do everything that is due; failed reports to the queue are repeated in the next turn."""
        try:
            self._end()
            self._every("beat", self.pace.beat_s, self._beat)
            self._every("recover", self.pace.recover_s, self._recover)
            self._every("schedules", self.pace.schedules_s, self._fire)
            self._every("dead syncs", self.pace.dead_syncs_s, self._fail_dead_syncs)
            claimed = self._claim()
        except Error as error:
            if self._was_heard:
                _log.warning("the queue does not answer", error=error.message)
            self._was_heard = False
            return 0
        if not self._was_heard:
            _log.info("the queue answers again")
        self._was_heard = True
        return claimed

    def _every(self, what: str, seconds: float, do: Callable[[], None]) -> None:
        now = time.monotonic()
        if now >= self._next.get(what, 0.0):
            do()
            self._next[what] = now + seconds

    # --- claiming

    def _claim(self) -> int:
        """Claim a job for each free thread, and some ahead while jobs are quick."""
        free = self.threads + self._ahead - len(self._running)
        if free <= 0 or not may_claim(self._stopping):
            return 0
        now = self._now()
        until = now + timedelta(seconds=self.pace.lease_s)
        jobs = self.worker_context.leases.claim(
            self.queues, self.name, at_most=free, now=now, until=until
        )
        for job in jobs:
            running = RunningJob.of(
                job, self.name, self.worker_context.work, self.worker_context.clock
            )
            self._running[running.claim] = running
            self._ready.put(running)
        return len(jobs)

    def _fire(self) -> None:
        if self._stopping is not None:
            return
        fired = self.worker_context.app.jobs.schedules.fire_due()
        if fired.schedules:
            _log.info("schedules fired", schedules=fired.schedules)
        for name in fired.unreadable:
            _log.warning("schedule has no readable time", schedule=name)

    def _recover(self) -> None:
        """Return the jobs of dead workers to the queue."""
        while job := self.worker_context.leases.recover(self._now(), random.random()):  # noqa: S311 — scatters
            _log.warning("job was lost", job=job.id, name=job.name, status=job.status)

    def _fail_dead_syncs(self) -> None:
        """Fail the runs whose process is gone."""
        for run in self.worker_context.app.sync.runs.fail_dead():
            _log.warning("sync run was lost", run=str(run))

    # --- leases

    def _beat(self) -> None:
        """Extend the leases, send progress, and drop jobs whose leases are lost."""
        self._return(running for running in self._idle() if running.withdraw())
        if self._running:
            beats = [
                Heartbeat(running.claim, running.progress) for running in self._running.values()
            ]
            until = self._now() + timedelta(seconds=self.pace.lease_s)
            still = self.worker_context.leases.beat(beats, until)
            self._drop(
                running for running in [*self._running.values()] if running.job.id not in still
            )
        self.alive()

    def _idle(self) -> list[RunningJob]:
        """Find jobs that were claimed ahead and have waited while other workers could run them."""
        since = time.monotonic() - self.pace.look_s
        return [running for running in self._running.values() if running.taken_at < since]

    def _drop(self, lost: Iterable[RunningJob]) -> None:
        for running in lost:
            if running.ended_at or running.is_kept:
                continue  # the job's thread is about to report the end
            running.let_go()
            del self._running[running.claim]
            _log.warning("job is ours no longer", job=running.job.id, name=running.job.name)

    def _return(self, unneeded: Iterable[RunningJob]) -> None:
        back = list(unneeded)
        if back:
            self.worker_context.leases.give_back([running.claim for running in back], self._now())
            for running in back:
                self._running.pop(running.claim, None)

    # --- ending

    def _end(self) -> None:
        """Report ended jobs to the queue: completions in one call, failures one by one."""
        self._ended += _all_of(self._over)
        if not self._ended:
            return
        leases, now = self.worker_context.leases, self._now()
        done = [running for running in self._ended if _is_to_complete(running)]
        if done:
            leases.complete([running.claim for running in done], now)
        for running in self._ended:
            if running.failure and running.claim in self._running:
                leases.fail(running.claim, running.failure.message, running.failure.verdict, now)
        self._return(
            running for running in self._ended if running.was_interrupted and self._has(running)
        )
        quick = all(running.took_s < self.pace.quick_s for running in self._ended)
        more = min(self._ahead + 2 * len(self._ended), self.pace.most_ahead)
        self._ahead = more if quick else 0
        for running in self._ended:
            self._running.pop(running.claim, None)
            self.notice(running)
        self._ended.clear()

    def _has(self, running: RunningJob) -> bool:
        return running.claim in self._running

    def _has_stopped(self, stopping: Stopping) -> bool:
        """Return jobs that have not begun at once, and unfinished ones after the grace."""
        try:
            self._return(running for running in [*self._running.values()] if running.withdraw())
            if self._running and stopping.must_return(self._now()):
                returned = [running.job.id for running in self._running.values()]
                for running in self._running.values():
                    running.let_go()
                self._return([*self._running.values()])
                _log.warning("returned unfinished jobs", jobs=returned)
        except Error as error:
            if stopping.must_return(self._now()):
                _log.warning("could not return running jobs", error=error.message)
                return True
        return not self._running

    # --- threads

    @contextmanager
    def _job_threads(self) -> Iterator[None]:
        threads = [
            threading.Thread(target=self._run_jobs, name=f"job-{n}", daemon=True)
            for n in range(self.threads)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for _ in threads:
                self._ready.put(None)

    def _run_jobs(self) -> None:
        while (running := self._ready.get()) is not None:
            if running.begin():
                try:
                    running.failure = self.worker_context.app.jobs.run(running)
                except Interrupted:
                    running.was_interrupted = True
                running.ended_at = time.monotonic()
                self._over.put(running)
                self._awake.set()

    def _now(self) -> datetime:
        return self.worker_context.clock.now()


def _is_to_complete(running: RunningJob) -> bool:
    return not (running.failure or running.is_kept or running.was_interrupted)


def _all_of(over: SimpleQueue[RunningJob]) -> Iterator[RunningJob]:
    while not over.empty():
        yield over.get()
