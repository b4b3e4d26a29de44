"""The job queue in memory: for one process, as long as it lives."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from attrs import Factory, define, evolve, frozen

from clientupdater.domain.errors import AlreadyExists
from clientupdater.domain.ids import JobId
from clientupdater.domain.jobs import JobStatus, after_lost_lease
from clientupdater.ports.queue import Job, JobClaim, QueueDepth

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from clientupdater.domain.jobs import Schedule, Verdict
    from clientupdater.ports.queue import Heartbeat, JobsAsked, NewJob
    from clientupdater.ports.schedules import ScheduledJob

_LOST = "Its worker did not report back: it was killed, cut off, or paused for too long."


@define
class MemoryQueue:
    """The committed jobs and schedules, and the listeners for new jobs."""

    jobs: dict[JobId, Job] = Factory(dict)
    schedules: dict[str, ScheduledJob] = Factory(dict)
    listeners: list[Callable[[], None]] = Factory(list)
    last_id: int = 0

    def next_id(self) -> JobId:
        """Number a job; the caller has the store to itself."""
        self.last_id += 1
        return JobId(self.last_id)

    def waiting(self, queue: str, key: str | None) -> Job | None:
        """Find the job with this key that waits."""
        if key is None:
            return None
        return next(
            (
                job
                for job in self.jobs.values()
                if (job.queue, job.key, job.status) == (queue, key, JobStatus.PENDING)
            ),
            None,
        )

    @contextmanager
    def listening(self, wake: Callable[[], None]) -> Iterator[None]:
        """Call `wake` when jobs were put down, for as long as it is open."""
        self.listeners.append(wake)
        try:
            yield
        finally:
            self.listeners.remove(wake)


class Store(Protocol):
    """What the queue needs of the store that it is part of."""

    queue: MemoryQueue

    def lock(self, key: Hashable, writer: object) -> None:
        """Keep something for one writer; wait while another has it."""
        ...

    def is_locked(self, key: Hashable) -> bool:
        """Whether a writer has it."""
        ...

    def exclusively(self) -> AbstractContextManager[object]:
        """Have everything to oneself, for a moment."""
        ...


@frozen
class MemoryJobs:
    """Jobs, within one unit of work: what it wrote itself lies over what is committed."""

    _store: Store
    _writer: object
    _written: dict[JobId, Job]

    def enqueue(self, job: NewJob, now: datetime) -> JobId | None:
        if job.key is not None:
            self._store.lock(("job key", job.queue, job.key), self._writer)
        with self._store.exclusively():
            if self._is_waiting(job.queue, job.key):
                return None
            added = _new(self._store.queue.next_id(), job, now)
        self._written[added.id] = added
        return added.id

    def lock(self, job: JobId) -> Job | None:
        self._store.lock(("job", job), self._writer)
        return self._seen().get(job)

    def list(self, asked: JobsAsked, *, before: JobId | None, at_most: int) -> Sequence[Job]:
        newest_first = sorted(self._seen().values(), key=lambda job: -job.id)
        items = (
            job
            for job in newest_first
            if asked.queue in (None, job.queue)
            and asked.status in (None, job.status)
            and (before is None or job.id < before)
        )
        return [job for job, _ in zip(items, range(at_most), strict=False)]

    def put_back(self, job: JobId, now: datetime) -> None:
        held = self._seen()[job]
        if self._is_waiting(held.queue, held.key):
            raise AlreadyExists("A job with the same key waits already.")
        self._written[job] = evolve(
            held,
            status=JobStatus.PENDING,
            attempts=0,
            scheduled_at=now,
            started_at=None,
            completed_at=None,
            progress=None,
        )

    def call_off(self, job: JobId, now: datetime) -> None:
        held = self._seen()[job]
        ended = evolve(_let_go(held), status=JobStatus.CANCELLED, completed_at=now)
        self._written[job] = ended

    def depths(self, now: datetime) -> Sequence[QueueDepth]:
        counted = (JobStatus.PENDING, JobStatus.PROCESSING, JobStatus.DEAD)
        with self._store.exclusively():
            jobs = [job for job in self._store.queue.jobs.values() if job.status in counted]
        return [_depth(name, jobs, now) for name in sorted({job.queue for job in jobs})]

    def _seen(self) -> Mapping[JobId, Job]:
        with self._store.exclusively():
            return {**self._store.queue.jobs, **self._written}

    def _is_waiting(self, queue: str, key: str | None) -> bool:
        if key is None:
            return False
        pending = (queue, key, JobStatus.PENDING)
        return any((job.queue, job.key, job.status) == pending for job in self._seen().values())


@frozen
class MemorySchedules:
    """The schedules, within one unit of work."""

    _store: Store
    _writer: object
    _written: dict[str, ScheduledJob]

    def list(self) -> Sequence[ScheduledJob]:
        seen = self._seen()
        return [seen[name] for name in sorted(seen)]

    def lock(self, name: str) -> ScheduledJob | None:
        self._store.lock(("schedule", name), self._writer)
        return self._seen().get(name)

    def lock_due(self, now: datetime, functions: Collection[str]) -> Sequence[ScheduledJob]:
        taken = []
        with self._store.exclusively():
            for each in self.list():
                due = each.standing.next_run_at
                wanted = each.is_active and each.function in functions
                if wanted and (due is None or due <= now):
                    if self._store.is_locked(("schedule", each.name)):
                        continue
                    self._store.lock(("schedule", each.name), self._writer)
                    taken.append(each)
        return taken

    def note(self, name: str, standing: Schedule) -> None:
        self._written[name] = evolve(self._seen()[name], standing=standing)

    def change(self, schedule: ScheduledJob) -> None:
        version = self._seen()[schedule.name].version + 1
        self._written[schedule.name] = evolve(schedule, version=version)

    def _seen(self) -> Mapping[str, ScheduledJob]:
        with self._store.exclusively():
            return {**self._store.queue.schedules, **self._written}


@frozen
class MemoryLeases:
    """A worker's calls to the queue."""

    _store: Store

    def claim(
        self, queues: Sequence[str], worker: str, *, at_most: int, now: datetime, until: datetime
    ) -> Sequence[Job]:

        with self._store.exclusively():
            chosen = self._in_turns(queues, now)[:at_most]
            taken = [
                evolve(
                    job,
                    status=JobStatus.PROCESSING,
                    attempts=job.attempts + 1,
                    worker=worker,
                    lease_expires_at=until,
                    started_at=now,
                    progress=None,
                )
                for job in chosen
            ]
            self._keep(*taken)
        return sorted(taken, key=_order)

    def beat(self, beats: Collection[Heartbeat], until: datetime) -> frozenset[JobId]:

        held = set()
        with self._store.exclusively():
            for beat in beats:
                if job := _held(self._store, beat.claim):
                    latest = max(job.lease_expires_at or until, until)
                    progress = beat.progress or job.progress
                    self._keep(evolve(job, lease_expires_at=latest, progress=progress))
                    held.add(job.id)
        return frozenset(held)

    def recover(self, now: datetime, fraction: float) -> Job | None:

        with self._store.exclusively():
            for job in self._store.queue.jobs.values():
                if job.lease_expires_at and job.lease_expires_at <= now:
                    verdict = after_lost_lease(job.attempts, job.max_attempts, now, fraction)
                    return _taken_back(self._store, job, _LOST, verdict, now)
        return None

    @property
    def endings(self) -> MemoryJobOutcomes:
        return MemoryJobOutcomes(self._store)

    def _in_turns(self, queues: Sequence[str], now: datetime) -> list[Job]:
        ours = [job for job in self._store.queue.jobs.values() if job.queue in queues]
        turns: dict[object, int] = {}
        for job in ours:
            if job.status is JobStatus.PROCESSING:
                turns[job.company] = turns.get(job.company, 0) + 1
        ranked = []
        for job in sorted(ours, key=_order):
            is_due = job.status is JobStatus.PENDING and job.scheduled_at <= now
            if is_due and not self._store.is_locked(("job", job.id)):
                turns[job.company] = turns.get(job.company, 0) + 1
                ranked.append((-job.priority, turns[job.company], job.scheduled_at, job.id, job))
        return [job for *_, job in sorted(ranked, key=lambda each: each[:-1])]

    def _keep(self, *jobs: Job) -> None:
        self._store.queue.jobs.update({job.id: job for job in jobs})


@frozen
class MemoryJobOutcomes:
    """How work on jobs ends."""

    _store: Store

    def complete(self, claims: Collection[JobClaim], now: datetime) -> frozenset[JobId]:
        """Note that they are done; give those that were still held."""
        with self._store.exclusively():
            done = [job for claim in claims if (job := _held(self._store, claim))]
            for job in done:
                self._store.queue.jobs[job.id] = evolve(
                    _let_go(job), status=JobStatus.COMPLETED, completed_at=now, error=None
                )
        return frozenset(job.id for job in done)

    def fail(self, claim: JobClaim, error: str, verdict: Verdict, now: datetime) -> bool:
        """Note that it failed, and what becomes of it."""
        with self._store.exclusively():
            job = _held(self._store, claim)
            if job:
                _taken_back(self._store, job, error, verdict, now)
        return job is not None

    def give_back(self, claims: Collection[JobClaim], now: datetime) -> frozenset[JobId]:
        """Let them wait again, the attempt not counted."""
        with self._store.exclusively():
            items = [job for claim in claims if (job := _held(self._store, claim))]
            for job in items:
                back = evolve(_let_go(job), attempts=job.attempts - 1)
                self._store.queue.jobs[job.id] = _waiting_again(self._store, back, now)
        for wake in self._store.queue.listeners if items else ():
            wake()
        return frozenset(job.id for job in items)


def _new(id_: JobId, job: NewJob, now: datetime) -> Job:
    return Job(
        id=id_,
        name=job.name,
        queue=job.queue,
        status=JobStatus.PENDING,
        arguments=dict(job.arguments),
        trace=dict(job.trace),
        key=job.key,
        priority=job.priority,
        attempts=0,
        max_attempts=job.max_attempts,
        company=job.company,
        asked_by=job.asked_by,
        scheduled_at=job.not_before or now,
        created_at=now,
    )


def _order(job: Job) -> tuple[int, datetime, JobId]:
    return -job.priority, job.scheduled_at, job.id


def _held(store: Store, claim: JobClaim) -> Job | None:
    job = store.queue.jobs.get(claim.job)
    is_held = job is not None and (job.worker, job.attempts) == (claim.worker, claim.attempt)
    return job if is_held else None


def _let_go(job: Job) -> Job:
    return evolve(job, worker=None, lease_expires_at=None)


def _taken_back(store: Store, job: Job, error: str, verdict: Verdict, now: datetime) -> Job:
    back = evolve(_let_go(job), error=error, scheduled_at=verdict.not_before or job.scheduled_at)
    if verdict.status is JobStatus.PENDING:
        back = _waiting_again(store, back, now)
    else:
        back = evolve(back, status=verdict.status, completed_at=now)
    store.queue.jobs[job.id] = back
    return back


def _waiting_again(store: Store, job: Job, now: datetime) -> Job:
    """Let it wait, unless another with its key does, which will do its work."""
    if store.queue.waiting(job.queue, job.key):
        return evolve(job, status=JobStatus.CANCELLED, completed_at=now)
    return evolve(job, status=JobStatus.PENDING, completed_at=None)


def _depth(queue: str, jobs: Sequence[Job], now: datetime) -> QueueDepth:
    mine = [job for job in jobs if job.queue == queue]
    counts = {status: sum(job.status is status for job in mine) for status in JobStatus}
    due = (
        job.scheduled_at
        for job in mine
        if job.status is JobStatus.PENDING and job.scheduled_at <= now
    )
    return QueueDepth(
        queue=queue,
        pending=counts[JobStatus.PENDING],
        processing=counts[JobStatus.PROCESSING],
        dead=counts[JobStatus.DEAD],
        oldest_due_at=min(due, default=None),
    )
