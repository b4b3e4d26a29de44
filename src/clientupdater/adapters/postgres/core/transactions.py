"""Transactions in as few round trips as they need: each costs as much as a look-up by a key.

A transaction sends its first statement together with ``begin``. A savepoint that succeeds is
released together with the statement that is sent next, or by the commit.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

import psycopg
from attrs import define
from psycopg.pq import TransactionStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.adapters.postgres.core.connection import Connection, Row
    from clientupdater.adapters.postgres.core.scope_signer import ScopeSigner

Started = TypeVar("Started")


@define(eq=False)
class TransactionControl:
    """Begins and ends the transactions of one connection."""

    connection: Connection
    signer: ScopeSigner | None = None
    """Signs the scopes of its transactions."""
    administers: bool = False
    """Whether its transaction may write people, rights and places."""
    _depth: int = 0
    _pending: str = ""
    """Statements that go with the next one."""
    may_end: bool = False
    """Whether it is `reading`: its only statement may end it."""

    @classmethod
    def of(cls, connection: Connection, signer: ScopeSigner | None = None) -> TransactionControl:
        """Control a connection that is in no transaction, and that is to begin none by itself."""
        if not connection.autocommit:
            connection.autocommit = True
        return cls(connection, signer)

    @property
    def begun(self) -> Connection:
        """The connection, once the transaction has begun on it."""
        if self.may_end and self._pending:
            self.send()
        return self.connection

    def send(self, *statements: str) -> list[Row]:
        """Send them in one message, after what is pending; give the rows of the last."""
        self.defer(*statements)
        message, self._pending = self._pending, ""
        last = self.connection.send(message)[-1]
        return self.connection.rows(last) if last.nfields else []

    @contextmanager
    def transaction(self, start: Callable[[str], Started]) -> Iterator[Started]:
        """Be in a transaction; `start` sends the statement it is given, with those that follow."""
        with self._rolling_back("rollback"):
            yield start("begin")
        self.send("commit")

    @contextmanager
    def reading(self, *first: str) -> Iterator[None]:
        """Be in a transaction that begins with the first statement, and may end with the last."""
        self.defer(*first)
        self.may_end = True
        with self._rolling_back("rollback"):
            yield
        if self.connection.pgconn.transaction_status != TransactionStatus.IDLE:
            self.send("commit")
        self._pending = ""  # where nothing was sent, nothing has begun

    def read_last(self, write: Callable[[Connection], str]) -> list[Row]:
        """Read the rows of a statement, in a message that also ends the transaction.

        `write` gives the statement with its values. Where what it had prepared is gone, and the
        transaction begins with it, all of it is sent again.
        """
        first, self._pending = self._pending, ""
        try:
            return self._read(first, write(self.connection))
        except psycopg.errors.InvalidSqlStatementName:
            if not first:
                raise
            self.send("rollback")
            self.connection.forget_prepared()
            return self._read(first, write(self.connection))

    def _read(self, first: str, statement: str) -> list[Row]:
        message = f"{first}; {statement}; commit" if first else f"{statement}; commit"
        *_, result, _ = self.connection.send(message)
        return self.connection.rows(result)

    def defer(self, *statements: str) -> None:
        """Send statements together with what is sent next, the commit at the latest."""
        self._pending = "; ".join(filter(None, (self._pending, *statements)))

    @contextmanager
    def savepoint(self, start: Callable[[str], Started]) -> Iterator[Started]:
        """Be in a part of the transaction that is rolled back alone where it fails."""
        self._depth += 1
        name = f"part_{self._depth}"
        try:
            with self._rolling_back(f"rollback to {name}; release {name}"):
                yield start(f"savepoint {name}")
            self.defer(f"release {name}")
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
