"""A streaming replica for reads that take long; none misses what was committed before it (ADR 40).

The primary says how far its log goes, and the replica is used once it has replayed that far. One
that is behind, away or no replica any more is left out for a while, and the primary answers.
"""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import psycopg
from attrs import define, field
from psycopg.errors import QueryCanceled
from psycopg_pool import PoolTimeout

from clientupdater.domain.errors import Unavailable
from clientupdater.runtime.deadlines import ending_at, ends_at, seconds_left, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg_pool import ConnectionPool

    from clientupdater.adapters.postgres.core.connection import Connection

_log = logging.getLogger(__name__)

PATIENCE_S = 0.25
"""How long a read waits for the replica to catch up."""
LEFT_OUT_S = 5.0
"""How long the replica is left out after it did not."""
_PAUSE_S = 0.005
_LOST = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, Unavailable)
# What is acknowledged is flushed, unless commits do not wait for that.
_COMMITTED = """
select case current_setting('synchronous_commit') when 'off' then pg_current_wal_insert_lsn()
       else pg_current_wal_flush_lsn() end
"""
# On a server that was promoted the log goes on by itself: what it says of replaying means nothing.
_HAS_REPLAYED = "select pg_is_in_recovery() and pg_last_wal_replay_lsn() >= %s::pg_lsn"


@define(eq=False)
class Replica:
    """Reads from its pool what the primary had by then."""

    pool: ConnectionPool[Connection]
    patience_s: float = PATIENCE_S
    left_out_s: float = LEFT_OUT_S
    _left_out_until: float | None = field(default=None, init=False)

    @contextmanager
    def caught_up(self, primary: ConnectionPool[Connection]) -> Iterator[Connection | None]:
        """Give a connection that sees all that was committed by now; None: read the primary."""
        with ExitStack() as stack:
            connection = None
            if self._left_out_until is None or time.monotonic() > self._left_out_until:
                connection = self._connection(stack, _committed(primary))
            try:
                yield connection
            except QueryCanceled:
                raise
            except _LOST as error:
                if connection is not None:
                    self._leave_out(error)
                raise

    def _connection(self, stack: ExitStack, committed: str) -> Connection | None:
        ends = within(self.patience_s)
        try:
            with ending_at(min(ends, ends_at() or ends)):
                connection = stack.enter_context(self.pool.connection(timeout=seconds_left()))
                while connection.execute(_HAS_REPLAYED, (committed,)).fetchone() != (True,):
                    seconds_left()
                    time.sleep(_PAUSE_S)
        except _LOST as error:
            stack.close()
            self._leave_out(error)
            return None
        if self._left_out_until is not None:
            self._left_out_until = None
            _log.warning("The replica is used again")
        return connection

    def _leave_out(self, error: Exception) -> None:
        if self._left_out_until is None:
            message = "The replica is away or behind; the primary answers until it is back: %s"
            _log.warning(message, type(error).__name__)
        self._left_out_until = within(self.left_out_s)


def _committed(primary: ConnectionPool[Connection]) -> str:
    """Ask how far the log goes that everything acknowledged is in."""
    with primary.connection(timeout=seconds_left(primary.timeout)) as connection:
        ((lsn,),) = connection.execute(_COMMITTED).fetchall()
    return str(lsn)
