"""Transactions in as few round trips as they need: each costs as much as a look-up by a key.

What a transaction begins with is sent in one message with its beginning. A part of a whole may be
taken back by itself; that it stands is told with whatever is sent next, or by the commit.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
from attrs import define

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
Cursor: TypeAlias = psycopg.Cursor[tuple[Any, ...]]


@define(eq=False)
class Line:
    """A connection that says itself where its transactions begin and end."""

    connection: Connection
    _depth: int = 0
    _unsaid: str = ""

    @classmethod
    def over(cls, connection: Connection) -> Line:
        """Take a connection that is in no transaction, and see that it begins none by itself."""
        if not connection.autocommit:
            connection.autocommit = True
        return cls(connection)

    def send(self, *statements: str) -> Cursor:
        """Send these in one message, after what was left unsaid; give what the last one found."""
        unsaid, self._unsaid = self._unsaid, ""
        items = [each for each in (unsaid, *statements) if each]
        # Never prepared: of what is prepared, there can be but one statement in a message.
        cursor = self.connection.execute("; ".join(items).encode(), prepare=False)
        while cursor.nextset():
            pass
        return cursor

    @contextmanager
    def whole(self, start: Callable[[str], object]) -> Iterator[None]:
        """Be in a transaction; `start` is given its first statement to send with what follows."""
        with self._or_take_back("rollback"):
            start("begin")
            yield
        self._unsaid = ""  # the commit says it
        self.send("commit")

    @contextmanager
    def part(self, start: Callable[[str], object]) -> Iterator[None]:
        """Be in a part of it that is taken back alone where it fails."""
        self._depth += 1
        name = f"part_{self._depth}"
        try:
            with self._or_take_back(f"rollback to {name}; release {name}"):
                start(f"savepoint {name}")
                yield
            self._unsaid = f"release {name}"  # and with it all parts inside
        finally:
            self._depth -= 1

    @contextmanager
    def _or_take_back(self, how: str) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._unsaid = ""
            # Of a connection that is lost nothing is left to be taken back.
            with suppress(psycopg.OperationalError, psycopg.InterfaceError):
                self.send(how)
            raise
