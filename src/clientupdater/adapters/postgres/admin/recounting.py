"""Correct the counts that reports read, as the owner of their table (ADR 32)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.adapters.postgres.core import named_queries
from clientupdater.adapters.postgres.reports.counts import BLOCKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.adapters.postgres.core.connection import Connection


def recount(connection: Connection) -> Mapping[str, int]:
    """Add what is missing from each period; map those that were wrong to how many counts were."""
    periods = connection.execute(BLOCKS["counted_periods"].encode()).fetchall()
    corrected = {period: _recounted(connection, period) for (period,) in periods}
    return {period: counts for period, counts in corrected.items() if counts}


def _recounted(connection: Connection, period: str) -> int:
    statement = named_queries.render(BLOCKS, "recount").encode()
    with connection.transaction():
        connection.execute(BLOCKS["no_fold_meanwhile"].encode())
        return connection.execute(statement, {"periods": [period]}, prepare=False).rowcount
