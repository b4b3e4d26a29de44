"""Calls of the functions of an update, past all that the application checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientupdater.adapters.postgres.core.named_queries import Statement
from clientupdater.adapters.postgres.tracking.rows import QUERIES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    import psycopg

APPEND: str = QUERIES["append"]
READ = """
select (found.period_row).period = '2026-11' from client_in_period(%s, null, '2026-11') found
"""
_NOTHING = dict.fromkeys(Statement.of(APPEND).names)


def move(
    connection: psycopg.Connection[Any], client: UUID | None, branch: UUID, **others: object
) -> Mapping[str, object]:
    """Give the values of an update that moves a client's row of November to a branch."""
    row = connection.execute("select id from status_types where code = 'PENDING'").fetchone()
    assert row is not None
    return {
        **_NOTHING,
        "client": client,
        "period": "2026-11",
        "seen": 0,
        "row_status": row[0],
        "row_payment": False,
        "row_updates": 0,
        "row_branch": branch,
        "recorded_at": "2026-11-20 08:00+08",
        "kind": "moved",
        "status": row[0],
        "is_terminal": False,
        "occurred_at": "2026-11-20 08:00+08",
        "branch": branch,
        **others,
    }


def appended(connection: psycopg.Connection[Any], params: Mapping[str, object]) -> int:
    """Call it, and give how many rows it wrote."""
    row = connection.execute(APPEND.encode(), params).fetchone()
    assert row is not None
    return int(row[0])


def read_in_period(connection: psycopg.Connection[Any], client: UUID) -> list[tuple[bool]]:
    """Read a client by id, and whether its row of November came along."""
    return connection.execute(READ, (client,)).fetchall()
