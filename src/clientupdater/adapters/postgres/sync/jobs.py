"""Sync runs over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import asdict, frozen
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.postgres.sync.source_status import read_source_statuses
from clientupdater.adapters.postgres.sync.staging import COMPARE
from clientupdater.domain.errors import Fault, NotFound, SyncOver, SyncRunning
from clientupdater.domain.ids import CompanyId, PersonId, SyncJobId
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.jobs import Mode, StepTime, SyncCounts, SyncJob, SyncRequest
from clientupdater.domain.sync.outcome import Effect, Outcome
from clientupdater.ports.sync import KeptReject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.sync.source_status import SourceStatus
    from clientupdater.ports.sources import Fetch
    from clientupdater.ports.sync import Progressed

QUERIES = named_queries("sync/jobs.sql")


@frozen
class PostgresSyncJobs:
    _connection: Connection

    def create(self, request: SyncRequest, by: PersonId | None, now: datetime) -> SyncJob:
        values = {
            "source": str(request.source),
            "company": request.company,
            "preview": request.mode is Mode.PREVIEW,
            "full": request.full,
            "origin": request.origin and str(request.origin),
            "rejects_alone": request.rejects_alone or None,
            "single": request.single or None,
            "by": by,
            "now": now,
        }
        if not request.single:
            self._require_unread(request.source, now)
        ((job,),) = self._connection.execute(QUERIES["create"], values).fetchall()
        return SyncJob(
            id=SyncJobId(job),
            request=request,
            state=JobStatus.PENDING,
            created_by=by,
            created_at=now,
        )

    def find(self, job: SyncJobId) -> SyncJob | None:
        row = self._connection.execute(QUERIES["find"], {"job": job}).fetchone()
        return _job(*row) if row else None

    def list(
        self, companies: AbstractSet[CompanyId] | None, *, before: SyncJobId | None, at_most: int
    ) -> list[SyncJob]:
        values = {
            "companies": None if companies is None else list(companies),
            "before": before,
            "at_most": at_most,
        }
        return [_job(*each) for each in self._connection.execute(QUERIES["list"], values)]

    def approve(self, job: SyncJob, by: PersonId | None, now: datetime) -> None:
        self._require_unread(job.request.source, now)
        values = {"job": job.id, "attempt": job.attempt, "by": by, "now": now}
        if not self._connection.execute(QUERIES["approve"], values).rowcount:
            raise SyncOver

    def cancel(self, job: SyncJob, now: datetime) -> None:
        if not self._connection.execute(QUERIES["cancel"], {"job": job.id, "now": now}).rowcount:
            raise SyncOver

    def _require_unread(self, source: Source, now: datetime) -> None:
        values = {"source": str(source), "now": now}
        ((is_read,),) = self._connection.execute(QUERIES["is_read"], values).fetchall()
        if is_read:
            raise SyncRunning

    def begin(self, job: SyncJobId, now: datetime, *, patience: float) -> SyncJob:
        """Take it up, or take it up again after its process died."""
        values = {"job": job, "now": now}
        row = self._connection.execute(QUERIES["lock"], values).fetchone()
        if row is None:
            raise NotFound
        status, source = row
        if status not in ("pending", "processing"):
            raise SyncOver(f"This run is {status} already.")
        self._require_turn({**values, "source": source, "patience": patience})
        self._connection.execute(QUERIES["begin"], values)
        return self._find(job)

    def progressed(self, job: SyncJob, how_far: Progressed, now: datetime) -> None:
        self._note("progressed", job, {**asdict(how_far), "now": now})

    def fetched(self, job: SyncJob, fetch: Fetch, *, ended: bool) -> SyncJob:
        """Note what the source says of its data."""
        values = {
            "as_of": fetch.as_of,
            "stated": fetch.stated_count,
            "since": fetch.since and fetch.since.isoformat(),
            "handle": fetch.handle,
            "ended": ended,
        }
        self._note("fetched", job, values)
        return self._find(job.id)

    def finish(self, job: SyncJob, state: JobStatus, outcome: Outcome, now: datetime) -> SyncJob:
        """Store the outcome, and replace the runs that were held before (Y7)."""
        values = {
            **asdict(outcome.counts),
            "unchanged": outcome.counts.unchanged,
            "consequences": Jsonb(dict(outcome.consequences)),
            "status": str(state),
            "hash": outcome.hash,
            "now": now,
        }
        self._note("finish", job, values)
        self._connection.execute(QUERIES["supersede"], {"job": job.id, "now": now})
        return self._find(job.id)

    def fail(self, job: SyncJob, error: str, now: datetime, *, comes_back: bool) -> None:
        values = {
            "job": job.id,
            "attempt": job.attempt,
            "error": error,
            "now": now,
            "comes_back": comes_back,
        }
        self._connection.execute(QUERIES["fail"], values)

    def _require_turn(self, values: dict[str, Any]) -> None:
        rival = self._connection.execute(QUERIES["rival"], values).fetchone()
        if rival is None:
            return
        other, is_alive = rival
        if is_alive or _is_applying(self._connection):
            raise SyncRunning
        self._connection.execute(QUERIES["give_up"], {**values, "lost": [other]})

    def _find(self, job: SyncJobId) -> SyncJob:
        run = self.find(job)
        if run is None:
            raise NotFound
        return run

    def _note(self, query: str, job: SyncJob, values: dict[str, Any]) -> None:
        params = {**values, "job": job.id, "attempt": job.attempt}
        if not self._connection.execute(QUERIES[query], params).rowcount:
            raise SyncOver

    def store_plan(self, job: SyncJob, outcome: Outcome, now: datetime) -> None:
        values = {
            "job": job.id,
            "company": job.request.company,
            "plan": Jsonb(asdict(outcome)),
            "now": now,
        }
        self._connection.execute(QUERIES["keep_plan"], values)

    def plan(self, job: SyncJobId) -> Outcome | None:
        row = self._connection.execute(QUERIES["plan"], {"job": job}).fetchone()
        return _outcome(**row[0]) if row else None

    def beat(self, job: SyncJob, now: datetime) -> None:
        values = {"job": job.id, "attempt": job.attempt, "now": now}
        if not self._connection.execute(QUERIES["beat"], values).rowcount:
            raise SyncOver

    def fail_dead(self, now: datetime, *, silence: float) -> Sequence[SyncJobId]:
        """Fail dead runs; none while any run applies, because it sends no heartbeats."""
        values = {"now": now, "silence": silence}
        dead = [each for (each,) in self._connection.execute(QUERIES["dead"], values)]
        if not dead or _is_applying(self._connection):
            return []
        self._connection.execute(QUERIES["give_up"], {**values, "lost": dead})
        return [SyncJobId(each) for each in dead]

    def sources(self) -> Sequence[Source]:
        return [Source(name) for (name,) in self._connection.execute(QUERIES["sources"])]

    def source_statuses(self, now: datetime, *, silence: float) -> Sequence[SourceStatus]:
        return read_source_statuses(self._connection, now, silence=silence)

    def rejects(self, job: SyncJobId, *, after: int, at_most: int) -> Sequence[KeptReject]:
        values = {"job": job, "after": after, "at_most": at_most}
        return [
            KeptReject(
                row,
                code,
                tuple(Fault(each["column"], each["message"]) for each in reasons),
                by and SyncJobId(by),
            )
            for row, code, reasons, by in self._connection.execute(QUERIES["rejects"], values)
        ]

    def waiting_rejects(self, job: SyncJobId) -> frozenset[int]:
        return frozenset(
            row for (row,) in self._connection.execute(QUERIES["waiting_rejects"], {"job": job})
        )

    def mark_replayed(self, job: SyncJobId, by: SyncJob, now: datetime) -> int:
        values = {"job": job, "by": by.id, "now": now}
        return self._connection.execute(QUERIES["mark_replayed"], values).rowcount


def _is_applying(connection: Connection) -> bool:
    ((is_working,),) = connection.execute(COMPARE["is_working"]).fetchall()
    return bool(is_working)


def _outcome(**params: Any) -> Outcome:
    examples = {
        kind: tuple(Effect(**each) for each in effects)
        for kind, effects in params.pop("examples").items()
    }
    counts, held_for = SyncCounts(**params.pop("counts")), tuple(params.pop("held_for"))
    return Outcome(**params, counts=counts, examples=examples, held_for=held_for)


def _job(*columns: Any) -> SyncJob:
    id_, source, company, preview, full, origin, rejects_alone, single, *rest = columns
    state, attempt, is_fetched, since, handle, as_of, stated, *rest = rest
    received, created, updated, reappeared, rejected, missing, vanished, *rest = rest
    steps, consequences, hash_, approved_by, error, created_by, *moments = rest
    created_at, started_at, completed_at = moments
    return SyncJob(
        id=SyncJobId(id_),
        request=SyncRequest(
            source=Source(source),
            company=company and CompanyId(company),
            mode=Mode.PREVIEW if preview else Mode.APPLY,
            full=full,
            origin=SyncJobId(UUID(origin)) if origin else None,
            rejects_alone=rejects_alone,
            single=single,
        ),
        state=JobStatus(state),
        attempt=attempt,
        is_fetched=is_fetched,
        since=since,
        handle=handle,
        as_of=as_of,
        stated_count=stated,
        counts=SyncCounts(
            received=received,
            created=created,
            updated=updated,
            reappeared=reappeared,
            rejected=rejected,
            missing=missing,
            vanished=vanished,
        ),
        steps={name: StepTime(**each) for name, each in steps.items()},
        consequences=consequences,
        plan_hash=hash_,
        approved_by=approved_by and PersonId(approved_by),
        error=error,
        created_by=created_by and PersonId(created_by),
        created_at=created_at,
        started_at=started_at,
        completed_at=completed_at,
    )
