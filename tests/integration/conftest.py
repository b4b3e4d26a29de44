"""What several of these tests ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg_pool import ConnectionPool

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from tests.support.stores import VAULT
from tests.support.sync_fixture import Syncing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database


@pytest.fixture
def syncing(database: Database) -> Iterator[Syncing]:
    """Give a database, and a source that has nothing to say yet."""
    with ConnectionPool(database.worker_url, min_size=1, max_size=4, open=True) as pool:
        yield Syncing(PostgresUnitsOfWork(pool, VAULT), database.superuser_url).set_up()
