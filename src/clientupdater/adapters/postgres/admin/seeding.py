"""Inserting the rows that the software needs, without touching what people have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import Rollback

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from clientupdater.adapters.postgres.core.connection import Connection


def plant(connection: Connection, files: Sequence[Path]) -> int:
    """Run every seed file in one transaction; return how many rows were new.

    Where nothing is new the transaction is rolled back, so that no trigger counts it as a change.
    """
    new = 0
    with connection.transaction() as transaction:
        for path in files:
            cursor = connection.execute(path.read_bytes())
            new += max(cursor.rowcount, 0)
            while cursor.nextset():
                new += max(cursor.rowcount, 0)
        if new == 0:
            raise Rollback(transaction)
    return new
