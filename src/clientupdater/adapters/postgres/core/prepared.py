"""Statements with their values written in, so that they go in one message with others.

What the protocol runs by name goes in a message of its own; EXECUTE runs it in any message, by the
same plan. Behind a pooler nothing is prepared: the next statement may meet another session.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from psycopg.pq import Escaping
from psycopg.sql import Literal

from clientupdater.adapters.postgres.core.connection import PLAIN, as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.postgres.core.named_queries import Statement

_QUOTED = (str, bytes, list)
_PARAMETER = re.compile(r"\$(\d+)")


def executed(connection: Connection, statement: Statement, values: Sequence[object]) -> str:
    """Give the EXECUTE of a statement, which a message of its own prepares the first time."""
    if connection.prepare_threshold is None:
        return written_out(connection, statement, values)
    name = connection.name_of(statement).decode()
    return f"execute {name}({', '.join([_literal(each, connection) for each in values])})"


def written_out(connection: Connection, statement: Statement, values: Sequence[object]) -> str:
    """Give the statement itself with typed values, for which PostgreSQL then plans it."""
    literals = [Literal(each).as_string(connection) for each in values]
    return _PARAMETER.sub(lambda each: literals[int(each[1]) - 1], statement.text.decode())


def _literal(value: object, connection: Connection) -> str:
    """Write a value without its type, which the prepared statement has."""
    if value is None:
        return "null"
    if isinstance(value, PLAIN):
        return f"'{value}'"
    if isinstance(value, _QUOTED):
        return Escaping(connection.pgconn).escape_literal(as_text(value).encode()).decode()
    return Literal(value).as_string(connection)
