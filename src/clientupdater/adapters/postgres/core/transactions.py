"""Transactions in as few round trips as they need: each costs as much as a look-up by a key.

A transaction sends its first statement together with ``begin``. A savepoint that succeeds is
released together with the statement that is sent next, or by the commit.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import psycopg
from attrs import define

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.adapters.postgres.core.connect import Connection

Cursor: TypeAlias = psycopg.Cursor[tuple[Any, ...]]
Started = TypeVar("Started")


@define(eq=False)
class TransactionControl:
    """Begins and ends the transactions of one connection."""

    connection: Connection
    _depth: int = 0
    _pending: str = ""
    """A statement that goes with the next one."""

    @classmethod
    def of(cls, connection: Connection) -> TransactionControl:
        """Control a connection that is in no transaction, and that is to begin none by itself."""
        if not connection.autocommit:
            connection.autocommit = True
        return cls(connection)

    def send(self, *statements: str) -> Cursor:
        """Send them in one message, after what is pending; give the result of the last."""
        pending, self._pending = self._pending, ""
        message = "; ".join(each for each in (pending, *statements) if each)
        # Not prepared: of prepared statements, one message holds a single one.
        cursor = self.connection.execute(message.encode(), prepare=False)
        while cursor.nextset():
            pass
        return cursor

    @contextmanager
    def transaction(self, start: Callable[[str], Started]) -> Iterator[Started]:
        """Be in a transaction; `start` sends the statement it is given, with those that follow."""
        with self._rolling_back("rollback"):
            yield start("begin")
        self._pending = ""  # the commit releases every savepoint
        self.send("commit")

    @contextmanager
    def savepoint(self, start: Callable[[str], Started]) -> Iterator[Started]:
        """Be in a part of the transaction that is rolled back alone where it fails."""
        self._depth += 1
        name = f"part_{self._depth}"
        try:
            with self._rolling_back(f"rollback to {name}; release {name}"):
                yield start(f"savepoint {name}")
            self._pending = f"release {name}"  # which releases the savepoints inside it too
        finally:
            self._depth -= 1

    @contextmanager
    def _rolling_back(self, statement: str) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._pending = ""
            # The server rolls back by itself when the connection is lost.
            with suppress(psycopg.OperationalError, psycopg.InterfaceError):
                self.send(statement)
            raise
