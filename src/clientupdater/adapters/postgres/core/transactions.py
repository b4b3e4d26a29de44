"""Transactions in as few round trips as they need: each costs as much as a look-up by a key.

What begins a transaction may wait for its first statement, and go in the same message. A savepoint
that succeeds is released together with the statement that is sent next, or by the commit.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

import psycopg
from attrs import Factory, define, frozen
from psycopg.pq import TransactionStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from psycopg.pq.abc import PGresult

    from clientupdater.adapters.postgres.core.connection import Connection, Row, Sent
    from clientupdater.adapters.postgres.core.scope_signer import ScopeSigner

Started = TypeVar("Started")


def _nothing_more(_: Row) -> Sequence[Sent]:
    return ()


@frozen
class Opening:
    """What begins a transaction, with the first statement that it sends."""

    commands: Sequence[Sent]
    heed: Callable[[Row], Sequence[Sent]] = _nothing_more
    """Heeds the row of the last command: it gives what must be set anew, or refuses the rest."""


@define(eq=False)
class TransactionControl:
    """Begins and ends the transactions of one connection."""

    connection: Connection
    signer: ScopeSigner | None = None
    """Signs the scopes of its transactions."""
    administers: bool = False
    """Whether its transaction may write people, rights and places."""
    generation: int | None = None
    """The configuration's generation as the transaction began; None: it is not known yet."""
    opening: Opening | None = None
    """What is still to begin the transaction."""
    _depth: int = 0
    _pending: list[Sent] = Factory(list)
    """Commands that go with the next one."""
    may_end: bool = False
    """Whether it is `reading`: its only statement may end it."""

    @classmethod
    def of(cls, connection: Connection, signer: ScopeSigner | None = None) -> TransactionControl:
        """Control a connection that is in no transaction, and that is to begin none by itself."""
        if not connection.autocommit:
            connection.autocommit = True
        return cls(connection, signer)

    @property
    def is_begun(self) -> bool:
        """Whether the server has begun a transaction."""
        return self.connection.pgconn.transaction_status != TransactionStatus.IDLE

    @property
    def begun(self) -> Connection:
        """The connection, once the transaction has begun on it."""
        self.begin()
        return self.connection

    def begin(self) -> None:
        """Begin now, if it has not begun."""
        if opening := self._taken_opening():
            commands = [*self._taken(), *opening.commands]
            self._heed(opening, self.connection.send_for_last(commands))

    def send(self, *commands: Sent) -> list[Row]:
        """Send them in one message, after what is pending; give the rows of the last."""
        return self._rows(self.begun.send_for_last([*self._taken(), *commands]))

    def read(self, command: Sent) -> list[Row]:
        """Read the rows of a command, which may begin the transaction: it is sent again if need be.

        So it must not write.
        """
        opening = self._taken_opening()
        if opening is None:
            return self.send(command)
        *_, answer, rows = self.connection.send([*self._taken(), *opening.commands, command])
        if self._heed(opening, answer):
            return self.send(command)
        return self._rows(rows)

    def _heed(self, opening: Opening, answer: PGresult) -> bool:
        """Whether something had to be set anew."""
        again = opening.heed(self._rows(answer)[0] if answer.nfields else ())
        if again:
            self.connection.send(again)
        return bool(again)

    def _rows(self, result: PGresult) -> list[Row]:
        return self.connection.rows(result) if result.nfields else []

    @contextmanager
    def transaction(self, start: Callable[[str], Started]) -> Iterator[Started]:
        """Be in a transaction; `start` begins it with the statement it gets, and what follows."""
        with self._rolling_back("rollback"):
            yield start("begin")
            self.begin()
        self.send("commit")

    @contextmanager
    def reading(self, *first: Sent) -> Iterator[None]:
        """Be in a transaction that begins with the first statement, and may end with the last."""
        self.opening = Opening(("begin read only", *first))
        self.may_end = True
        with self._rolling_back("rollback"):
            yield
        if self.is_begun:
            self.send("commit")

    def read_last(self, command: Sent) -> list[Row]:
        """Read the rows of a command, in a message that also ends the transaction.

        Where it is the only command, the message is the transaction. If what it had prepared is
        gone then, all of it is sent again.
        """
        opening = self._taken_opening()
        if opening is None:
            return self._rows(self.connection.send([*self._taken(), command, "commit"])[-2])
        _, *first = opening.commands  # all but its begin
        commands = ["set transaction read only", *first, *self._taken(), command]
        try:
            return self._rows(self.connection.send_for_last(commands))
        except psycopg.errors.InvalidSqlStatementName:
            self.connection.forget_prepared()
            return self._rows(self.connection.send_for_last(commands))

    def defer(self, *commands: Sent) -> None:
        """Send commands together with what is sent next, the commit at the latest."""
        self._pending += commands

    def _taken_opening(self) -> Opening | None:
        opening, self.opening = self.opening, None
        return opening

    def _taken(self) -> list[Sent]:
        pending, self._pending = self._pending, []
        return pending

    @contextmanager
    def savepoint(self, start: Callable[[str], object]) -> Iterator[None]:
        """Be in a part of the transaction that is rolled back alone where it fails."""
        self.begin()
        self._depth += 1
        name = f"part_{self._depth}"
        try:
            with self._rolling_back(f"rollback to {name}", f"release {name}"):
                start(f"savepoint {name}")
                yield
            self.defer(f"release {name}")
        finally:
            self._depth -= 1

    @contextmanager
    def _rolling_back(self, *commands: str) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._pending.clear()
            # The server rolls back by itself when the connection is lost.
            with suppress(psycopg.OperationalError, psycopg.InterfaceError):
                if self.is_begun:
                    self.connection.send(commands)
            raise
