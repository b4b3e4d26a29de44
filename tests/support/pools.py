"""Pools of connections for the adapters that a test opens by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg_pool import ConnectionPool

from clientupdater.adapters.postgres.core.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

Pool = ConnectionPool[Connection]


def pool_on(
    url: str,
    least: int = 1,
    most: int = 1,
    configure: Callable[[Connection], None] | None = None,
    kwargs: dict[str, Any] | None = None,
    made: type[Connection] = Connection,
) -> Pool:
    """Open a pool of this many connections."""
    return ConnectionPool(
        url,
        connection_class=made,
        min_size=least,
        max_size=most,
        configure=configure,
        kwargs=kwargs,
        open=True,
    )
