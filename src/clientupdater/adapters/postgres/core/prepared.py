"""Statements with their values written in, so that they go in one message with others.

What psycopg prepares, the protocol runs in a message of its own. What SQL prepares, EXECUTE runs in
any message, by the same plan. Behind a pooler nothing is prepared: the next statement may meet
another session.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID
from weakref import WeakKeyDictionary

from psycopg.pq import Escaping
from psycopg.sql import Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.adapters.postgres.core.named_queries import Statement

_MOST = 50
"""Statements of one connection; the one prepared first goes first."""
_PLAIN = (str, int, UUID, date)
"""Types that PostgreSQL reads as Python writes them, moments among them: a datetime is a date."""
_PARAMETER = re.compile(r"\$(\d+)")
_numbers = count()
_names: WeakKeyDictionary[Connection, dict[bytes, str]] = WeakKeyDictionary()


def executed(connection: Connection, statement: Statement, values: Sequence[object]) -> str:
    """Give the EXECUTE of a statement, which a message of its own prepares the first time."""
    if connection.prepare_threshold is None:
        return written_out(connection, statement, values)
    names = _names.setdefault(connection, {})
    name = names.get(statement.text) or _prepare(connection, statement.text, names)
    return f"execute {name}({', '.join(_literal(each, connection) for each in values)})"


def forget_prepared(connection: Connection) -> None:
    """Prepare anew: psycopg drops every prepared statement of a connection that rolled back."""
    _names.pop(connection, None)


def written_out(connection: Connection, statement: Statement, values: Sequence[object]) -> str:
    """Give the statement itself with typed values, for which PostgreSQL then plans it."""
    return _filled(statement, [Literal(each).as_string(connection) for each in values])


def with_values(connection: Connection, statement: Statement, values: Sequence[object]) -> str:
    """Give the statement with its values, to each of which it gives the type of its column."""
    return _filled(statement, [_literal(each, connection) for each in values])


def _filled(statement: Statement, literals: Sequence[str]) -> str:
    text = statement.text.decode()
    return _PARAMETER.sub(lambda each: literals[int(each[1]) - 1], text)


def _prepare(connection: Connection, text: bytes, names: dict[bytes, str]) -> str:
    if len(names) >= _MOST:
        oldest = next(iter(names))
        connection.execute(f"deallocate {names.pop(oldest)}".encode(), prepare=False)
    name = f"ours_{next(_numbers)}"
    connection.execute(b"prepare %b as %b" % (name.encode(), text), prepare=False)
    names[text] = name
    return name


def _literal(value: object, connection: Connection) -> str:
    """Write a value without its type, which the prepared statement has; a list, with it."""
    if value is None:
        return "null"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'"
    if isinstance(value, _PLAIN):
        return Escaping(connection.pgconn).escape_literal(str(value).encode()).decode()
    return Literal(value).as_string(connection)
