"""A worker's calls to the queue, over its own connection, which it reopens when it is cut."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

import psycopg
from attrs import define, field
from psycopg.conninfo import make_conninfo

from clientupdater.adapters.postgres.core.connect import NOTICES_SILENCE
from clientupdater.adapters.postgres.core.connection import Connection
from clientupdater.adapters.postgres.jobs.queue import (
    QUERIES,
    PostgresJobOutcomes,
    job_of,
    json_of,
    named,
    take_back,
    with_limit,
)
from clientupdater.domain.errors import Unavailable
from clientupdater.domain.ids import JobId
from clientupdater.domain.jobs import after_lost_lease
from clientupdater.ports.queue import JobClaim

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from clientupdater.domain.jobs import Verdict
    from clientupdater.ports.queue import Heartbeat, Job

_PATIENCE_S = 5
_LOST = "Its worker did not report back: it was killed, cut off, or paused for too long."


@define(eq=False)
class PostgresLeases:
    """Claims jobs, extends leases and ends attempts; every statement commits at once."""

    url: str = field(repr=False)
    _connection: Connection | None = field(default=None, init=False, repr=False)
    _turn: Lock = field(factory=Lock, init=False, repr=False)

    def claim(
        self, queues: Sequence[str], worker: str, *, at_most: int, now: datetime, until: datetime
    ) -> Sequence[Job]:
        values = {"queues": list(queues), "worker": worker, "now": now, "until": until}
        with self._connected() as connection:
            rows = connection.execute(with_limit("claim", at_most), values).fetchall()
        return sorted(map(job_of, rows), key=lambda job: (-job.priority, job.scheduled_at, job.id))

    def beat(self, beats: Collection[Heartbeat], until: datetime) -> frozenset[JobId]:
        progress = [json_of(beat.progress) for beat in beats]
        values = {**named([beat.claim for beat in beats]), "progress": progress, "until": until}
        with self._connected() as connection:
            return frozenset(JobId(id_) for (id_,) in connection.execute(QUERIES["beat"], values))

    def recover(self, now: datetime, fraction: float) -> Job | None:
        with self._connected() as connection, connection.transaction():
            row = connection.execute(QUERIES["lost"], {"now": now}).fetchone()
            if row is None:
                return None
            lost = job_of(row)
            verdict = after_lost_lease(lost.attempts, lost.max_attempts, now, fraction)
            claim = JobClaim(lost.id, lost.worker or "", lost.attempts)
            return take_back(connection, claim, _LOST, verdict, now)

    def complete(self, claims: Collection[JobClaim], now: datetime) -> frozenset[JobId]:
        with self._connected() as connection:
            return PostgresJobOutcomes(connection).complete(claims, now)

    def fail(self, claim: JobClaim, error: str, verdict: Verdict, now: datetime) -> bool:
        with self._connected() as connection:
            return PostgresJobOutcomes(connection).fail(claim, error, verdict, now)

    def give_back(self, claims: Collection[JobClaim], now: datetime) -> frozenset[JobId]:
        with self._connected() as connection:
            return PostgresJobOutcomes(connection).give_back(claims, now)

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self._turn:
            try:
                yield self._open()
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self.close()
                raise Unavailable("the queue") from error

    def _open(self) -> Connection:
        if self._connection is None or self._connection.closed:
            conninfo = make_conninfo(
                self.url,
                connect_timeout=_PATIENCE_S,
                application_name="clientupdater worker",
                **NOTICES_SILENCE,
            )
            self._connection = Connection.connect(conninfo, autocommit=True, prepare_threshold=None)
        return self._connection
