"""A connection that runs by hand what every request runs.

A cursor of psycopg looks for parameters, adapters and loaders anew with each statement, which takes
three times the CPU of the message itself.
"""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from functools import cached_property, partial
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast
from uuid import UUID

import psycopg
from attrs import frozen
from psycopg import adapt
from psycopg.errors import error_from_result
from psycopg.generators import execute
from psycopg.pq import ConnStatus, Escaping, ExecStatus, TransactionStatus

from clientupdater.adapters.postgres.core.overdue import OverdueCutter
from clientupdater.runtime.deadlines import ends_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from psycopg.abc import PQGen, Transformer
    from psycopg.pq.abc import PGresult

    from clientupdater.adapters.postgres.core.named_queries import Statement

T = TypeVar("T")
Row = tuple[Any, ...]

GRACE_S = 0.25
"""How long to wait after the deadline: PostgreSQL ends the statement at it, and answers."""
_PLAIN = (int, UUID, date, time, Decimal)
"""Types that PostgreSQL reads as Python writes them, moments among them: a datetime is a date."""
_MOST = 50
"""Statements that one connection keeps prepared; the one that was used least lately goes first."""
_numbers = count()
_OVERDUE = OverdueCutter()
_PARAMETER = re.compile(rb"\$(\d+)")


@frozen
class Command:
    """A statement with its values as text."""

    statement: Statement
    values: Sequence[bytes | None] = ()

    @classmethod
    def of(cls, statement: Statement, params: Mapping[str, object]) -> Command:
        """PostgreSQL takes the type of each value from where it stands."""
        wanted = [params[name] for name in statement.names]
        values = [None if v is None else _ENCODERS.get(type(v), _encoded)(v) for v in wanted]
        return cls(statement, values)


Sent: TypeAlias = "Command | str"
"""A command, or a statement that is sent as it is: it is short, or seldom the same."""


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
        left = max(0.0, ends - monotonic()) + GRACE_S
        try:
            return super().wait(gen, interval, left)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise

    def send(self, commands: Sequence[Sent]) -> list[PGresult]:
        """Send commands in one message, and give their results.

        The protocol runs a prepared statement alone in its message; EXECUTE runs it among others,
        by the same plan. PostgreSQL passes over what follows a command that fails.
        """
        if command := self._alone(commands):
            self.pgconn.send_query_prepared(self._name_of(command.statement.text), command.values)
        else:
            self.pgconn.send_query(self._texts(commands))
        return self._results()

    def send_for_last(self, commands: Sequence[Sent]) -> PGresult:
        """Send commands in one message, and give the result of the last.

        Within a request, one call of libpq sends and waits. To wait as psycopg does takes several
        for each result, and after each the thread waits for its turn among the others.
        """
        ends = ends_at()
        if ends is None:  # in a command, which a signal may interrupt
            return self.send(commands)[-1]
        if command := self._alone(commands):
            name = self._name_of(command.statement.text)
            values = cast("Sequence[bytes]", command.values)  # or None, which psycopg takes too
            return self._called(partial(self.pgconn.exec_prepared, name, values), ends)
        return self._called(partial(self.pgconn.exec_, self._texts(commands)), ends)

    def _called(self, call: Callable[[], PGresult], ends: float) -> PGresult:
        """Call libpq; at the deadline the connection is cut."""
        pgconn = self.pgconn
        descriptor = pgconn.socket
        _OVERDUE.begin(descriptor, ends + GRACE_S)
        try:
            result = call()
        finally:
            _OVERDUE.end(descriptor)
        if pgconn.status != ConnStatus.OK:
            raise psycopg.OperationalError(pgconn.get_error_message())
        if result.status == ExecStatus.FATAL_ERROR:
            raise error_from_result(result)
        return result

    def read(self, statement: Statement, params: Mapping[str, object]) -> list[Row]:
        """Run a statement, and give its rows."""
        return self.rows(self.send_for_last([Command.of(statement, params)]))

    def rows(self, result: PGresult) -> list[Row]:
        """Read the rows of a result."""
        transformer = self._transformer
        transformer.set_pgresult(result)
        return transformer.load_rows(0, result.ntuples, tuple)

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

    @property
    def _prepares(self) -> bool:
        """Not behind a pooler, where the next statement may meet another session."""
        return self.prepare_threshold is not None

    def _alone(self, commands: Sequence[Sent]) -> Command | None:
        """Give the only command, where it is prepared."""
        command = commands[0]
        return (
            None if len(commands) > 1 or isinstance(command, str) or not self._prepares else command
        )

    def _texts(self, commands: Sequence[Sent]) -> bytes:
        return b"; ".join([self._text(each) for each in commands])

    def _text(self, command: Sent) -> bytes:
        if isinstance(command, str):
            return command.encode()
        text, values = command.statement.text, [self._literal(each) for each in command.values]
        if not self._prepares or self.pgconn.transaction_status == TransactionStatus.INERROR:
            return _PARAMETER.sub(lambda each: values[int(each[1]) - 1], text)
        name = self._name_of(text)
        return b"execute %b(%b)" % (name, b", ".join(values)) if values else b"execute " + name

    def _literal(self, value: bytes | None) -> bytes:
        if value is None:
            return b"null"
        if b"'" in value or b"\\" in value or b"\0" in value:
            return Escaping(self.pgconn).escape_literal(value)
        return b"'%b'" % value

    def _name_of(self, text: bytes) -> bytes:
        """Give the name under which a statement is prepared; a message of its own prepares it."""
        name = self._names.pop(text, b"") or self._prepare(text)
        self._names[text] = name  # the one used last is last
        return name

    def _prepare(self, text: bytes) -> bytes:
        if len(self._names) >= _MOST:
            oldest = self._names.pop(next(iter(self._names)))
            self.send([f"deallocate {oldest.decode()}"])
        name = b"ours_%d" % next(_numbers)
        self.pgconn.send_prepare(name, text)
        self._results()
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
    if isinstance(value, _PLAIN):
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


_ENCODERS: dict[type, Callable[[Any], bytes]] = {
    str: str.encode,
    int: lambda each: b"%d" % each,
    UUID: lambda each: b"%032x" % each.int,
}
"""Shorter ways for the types that most values have."""
