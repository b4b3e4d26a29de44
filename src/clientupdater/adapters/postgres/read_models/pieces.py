"""The blocks of SQL that lists and exports are put together from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.adapters.postgres.core import named_queries
from clientupdater.adapters.postgres.tracking.rows import QUERIES as TRACKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BLOCKS: dict[str, str] = {
    **named_queries.read_blocks("read_models/pages.sql"),
    **named_queries.read_blocks("read_models/filters.sql"),
    **named_queries.read_blocks("read_models/records.sql"),
    **named_queries.read_blocks("read_models/tables.sql"),
    "trackable": TRACKING["trackable"],
}


def render(block: str, /, **values: object) -> str:
    """Fill a block's holes with `values`, else with the blocks of those names."""
    return named_queries.render(BLOCKS, block, **values)


def all_of(conditions: Iterable[str]) -> str:
    """Join conditions; without one, it is true."""
    return " and ".join(conditions) or "true"
