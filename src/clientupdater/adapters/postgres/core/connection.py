"""A connection that runs by hand what every request runs.

A cursor of psycopg looks for parameters, adapters and loaders anew with each statement, which takes
three times the CPU of the message itself.
"""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import psycopg
from psycopg import adapt
from psycopg.errors import error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus, TransactionStatus

from clientupdater.runtime.deadlines import ends_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from psycopg.abc import PQGen, Transformer
    from psycopg.pq.abc import PGresult

    from clientupdater.adapters.postgres.core.named_queries import Statement

T = TypeVar("T")
Row = tuple[Any, ...]

GRACE_S = 0.25
"""How long to wait after the deadline: PostgreSQL ends the statement at it, and answers."""
PLAIN = (int, UUID, date, Decimal)
"""Types that PostgreSQL reads as Python writes them, moments among them: a datetime is a date."""
_MOST = 50
"""Statements of one connection; the one prepared first goes first."""
_numbers = count()


class Connection(psycopg.Connection[Row]):
    """Waits for a response until the request's deadline; then it is closed, and discarded.

    PostgreSQL bounds its statements by the same deadline (`statement_timeout`), unless it hangs.
    """

    def __init__(self, *args: Any, **params: Any) -> None:
        super().__init__(*args, **params)
        self._names: dict[bytes, bytes] = {}
        """Of the statements that it prepared, by their text."""

    @cached_property
    def is_pooled(self) -> bool:
        """Whether it leads through a pooler, which reports a process id that is not the server's.

        Behind a pooler the next client gets the session, with its prepared statements and locks.
        """
        ran = self.execute("select pg_backend_pid()", prepare=False).fetchone()
        return ran != (self.pgconn.backend_pid,)

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        ends = ends_at()
        if ends is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        left = max(0.0, ends - time.monotonic()) + GRACE_S
        try:
            return super().wait(gen, interval, left)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise

    def send(self, message: str) -> list[PGresult]:
        """Send statements in one message, and give their results."""
        self.pgconn.send_query(message.encode())
        return self._results()

    def read(self, statement: Statement, params: Mapping[str, object]) -> list[Row]:
        """Run a statement, and give its rows."""
        return self.rows(self._run(statement, params))

    def _run(self, statement: Statement, params: Mapping[str, object]) -> PGresult:
        """Run it; it is prepared the first time, unless a pooler is between.

        PostgreSQL takes the type of each value from where it stands.
        """
        wanted = [params[name] for name in statement.names]
        values = [None if v is None else _ENCODERS.get(type(v), _encoded)(v) for v in wanted]
        if self.prepare_threshold is None:
            self.pgconn.send_query_params(statement.text, values)
        else:
            self.pgconn.send_query_prepared(self.name_of(statement), values)
        return self._results()[-1]

    def rows(self, result: PGresult) -> list[Row]:
        """Read the rows of a result."""
        transformer = self._transformer
        transformer.set_pgresult(result)
        return transformer.load_rows(0, result.ntuples, tuple)

    def name_of(self, statement: Statement) -> bytes:
        """Give the name under which a statement is prepared on this connection."""
        return self._names.get(statement.text) or self._prepare(statement.text)

    def forget_prepared(self) -> None:
        """Prepare anew what the server no longer has."""
        self._names.clear()

    def _deallocate(self, name: bytes | None) -> PQGen[None]:
        """Drop one statement, or all: psycopg does so after a rollback, and means ours as well."""
        if name is None:
            self.forget_prepared()
        yield from super()._deallocate(name)

    @cached_property
    def _transformer(self) -> Transformer:
        return adapt.Transformer(self)

    def _prepare(self, text: bytes) -> bytes:
        if len(self._names) >= _MOST:
            oldest = self._names.pop(next(iter(self._names)))
            self.send(f"deallocate {oldest.decode()}")
        name = b"ours_%d" % next(_numbers)
        self.pgconn.send_prepare(name, text)
        self._results()
        self._names[text] = name
        return name

    def _results(self) -> list[PGresult]:
        results: list[PGresult] = self.wait(execute(self.pgconn))
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result)
        return results


def as_text(value: object) -> str:
    """Write a value as PostgreSQL reads it where its type is known."""
    if isinstance(value, str):
        return value
    if isinstance(value, PLAIN):
        return str(value)
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, list):
        return f"{{{','.join(map(_element, value))}}}"
    message = f"no text is known for a {type(value).__name__}"
    raise TypeError(message)


def _element(value: object) -> str:
    """Write an element of an array, quoted: PostgreSQL would take some texts for something else."""
    if value is None:
        return "NULL"
    return '"' + as_text(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _encoded(value: object) -> bytes:
    return as_text(value).encode()


_ENCODERS: dict[type, Callable[[Any], bytes]] = {str: str.encode}
"""Shorter ways for the types that most values have."""
