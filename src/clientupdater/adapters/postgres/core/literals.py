"""Statements with their values written in, which PostgreSQL plans for these very values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from psycopg.sql import Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.postgres.core.named_queries import Statement

_PARAMETER = re.compile(r"\$(\d+)")


def written_out(connection: Connection, statement: Statement, params: Mapping[str, object]) -> str:
    """Give the statement with typed values in place of its parameters."""
    literals = [Literal(params[name]).as_string(connection) for name in statement.names]
    return _PARAMETER.sub(lambda each: literals[int(each[1]) - 1], statement.text.decode())
