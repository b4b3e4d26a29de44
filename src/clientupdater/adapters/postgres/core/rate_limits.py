"""Rate limits counted in the database, which keeps its counts while Redis is lost."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeAlias

import psycopg
from attrs import define, field
from psycopg_pool import PoolTimeout

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.errors import Unavailable
from clientupdater.domain.rate_limits import counted_at
from clientupdater.ports.rate_limits import Counting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg_pool import ConnectionPool

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.security.keyed_hash import KeyedHash
    from clientupdater.domain.rate_limits import Tally, Verdict

Pool: TypeAlias = "ConnectionPool[Connection]"

QUERIES = named_queries("core/rate_limits.sql")
SWEEP_BATCH = 1000
SWEEPING_EVERY = 60.0
"""Seconds."""


@define(eq=False)
class PostgresRateLimits:
    """Counts in a small table, by the database's clock, outside every unit of work."""

    pool: Pool
    fingerprint: KeyedHash
    passed: Callable[[], float] = time.monotonic
    _sweep_at: float = field(default=0.0, init=False)

    def hit(self, tally: Tally) -> Verdict:
        """Count one, unless there is no room, in a transaction of its own."""
        allowance, span = tally.allowance, tally.allowance.span
        key = self.fingerprint.of((allowance.name, *tally.of))
        values = {"key": key, "span": span, "amount": allowance.amount}
        with self._connection() as connection:
            ((allowed, now, *numbers),) = connection.execute(QUERIES["hit"], values).fetchall()
        self._sweep_sometimes()
        return counted_at(now, span, *numbers).verdict(allowance, now, allowed=allowed)

    def look(self, tally: Tally) -> Verdict:
        allowance, span = tally.allowance, tally.allowance.span
        key = self.fingerprint.of((allowance.name, *tally.of))
        with self._connection() as connection:
            rows = connection.execute(QUERIES["look"], {"key": key, "span": span}).fetchall()
        ((now, *numbers),) = rows
        count = counted_at(now, span, *numbers)
        return count.verdict(allowance, now, allowed=count.has_room(allowance))

    def counting(self) -> Counting:
        return Counting.LASTING

    def sweep(self) -> int:
        """Remove some counts that have expired; return how many."""
        with self._connection() as connection:
            return connection.execute(QUERIES["sweep"]).rowcount

    def _sweep_sometimes(self) -> None:
        """Sweep once a minute, apart from the hit: two hits that also sweep could deadlock."""
        now = self.passed()
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEPING_EVERY
            with suppress(Unavailable):
                if self.sweep() == SWEEP_BATCH:
                    self._sweep_at = now

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            with self.pool.connection() as connection:
                yield connection
        except (PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise Unavailable("the database") from error
