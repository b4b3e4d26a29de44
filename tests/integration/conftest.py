"""What several of these tests ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from tests.support.pools import pool_on
from tests.support.stores import VAULT
from tests.support.sync_fixture import Syncing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database


@pytest.fixture
def syncing(database: Database) -> Iterator[Syncing]:
    """Give a database, and a source that has nothing to say yet."""
    with pool_on(database.worker_url, 1, 4) as pool:
        yield Syncing(PostgresUnitsOfWork(pool, VAULT), database.superuser_url).set_up()
