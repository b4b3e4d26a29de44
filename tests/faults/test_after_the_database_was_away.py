"""The database was away, and is back: from then on every request is answered."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest
from psycopg_pool import ConnectionPool

from clientupdater.adapters.postgres.core.connection import Connection
from clientupdater.adapters.postgres.core.pool import PoolSize, open_pool
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.demo_data import fill
from clientupdater.domain.errors import Unavailable
from clientupdater.ports.unit_of_work import SYSTEM
from tests.support.builders import MANILA
from tests.support.forked_servers import forked_server
from tests.support.waiting import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from clientupdater.adapters.postgres.admin.cluster import Cluster
    from tests.support.servers import Database

OURS = "usename in ('clientupdater', 'clientupdater_worker') and datname = current_database()"


def asked(database: Database, query: str) -> int:
    """Look, or do something, behind everybody's back."""
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0


def connections(database: Database) -> int:
    return asked(database, f"select count(*) from pg_stat_activity where {OURS}")


def cut_them_all(database: Database) -> None:
    terminated = f"pg_terminate_backend(pid, 60000)) from pg_stat_activity where {OURS}"
    asked(database, f"select count({terminated}")


def test_no_request_pays_for_connections_that_were_cut(database: Database) -> None:
    """Six idle ones are dead at once: more than a pool that checks them one by one can bear."""
    accounts = fill(database.worker_url, clients=30, now=datetime.now(UTC), zone=MANILA)
    proof = {"email": accounts[0].email, "password": accounts[0].password}
    kept = {"DATABASE_POOL_MIN": "6", "RATE_LIMIT_READ_REQUESTS": "50000"}
    with (
        forked_server(DATABASE_URL=database.app_url, **kept) as server,
        httpx.Client(base_url=f"{server.base}/api/v1", timeout=PATIENCE_S) as client,
    ):
        token = client.post("/sessions", json=proof).json()["token"]
        heads = {"Authorization": f"Bearer {token}"}
        for _ in range(3):
            wait_until(lambda: connections(database) >= 6)
            cut_them_all(database)
            answers = [client.get("/clients?limit=1", headers=heads) for _ in range(12)]
            assert [answer.status_code for answer in answers] == [200] * 12


def test_a_transaction_that_could_not_begin_begins_on_another_connection(
    database: Database,
) -> None:
    with ConnectionPool(
        database.worker_url,
        connection_class=Connection,
        min_size=1,
        max_size=1,
        timeout=PATIENCE_S,
        open=True,
    ) as pool:  # it looks at nothing before it gives a connection away
        work = PostgresUnitsOfWork(pool)
        with work.begin(SYSTEM):
            pass
        for begun in (
            lambda: work.begin(SYSTEM),
            lambda: work.snapshot(SYSTEM),
            work.outer_transaction,
        ):
            cut_them_all(database)
            with begun():
                pass


def test_a_transaction_that_did_something_is_not_begun_again(database: Database) -> None:
    begun = 0
    with open_pool(database.worker_url, PoolSize(1, 1, PATIENCE_S)) as pool:
        work = PostgresUnitsOfWork(pool)

        def act() -> None:
            nonlocal begun
            with work.begin(SYSTEM) as tx:
                begun += 1
                cut_them_all(database)
                tx.connection.execute("select 1")

        with pytest.raises(Unavailable):
            act()
    assert begun == 1


def test_a_pool_is_back_as_soon_as_the_database_is(cluster: Cluster, database: Database) -> None:
    """Attempts to connect that failed do not keep anybody from making the next."""
    with open_pool(database.worker_url, PoolSize(2, 2, patience=1.0)) as pool:
        pool.wait(PATIENCE_S)
        allowed = f'alter database "{database.name}" allow_connections'
        with psycopg.connect(cluster.superuser_url, autocommit=True) as other:
            other.execute(f"{allowed} false".encode())
            other.execute(
                "select pg_terminate_backend(pid, 60000) from pg_stat_activity where datname = %s",
                (database.name,),
            )
            work = PostgresUnitsOfWork(pool)
            wait_until(lambda: is_away(work) and pool.get_stats()["connections_errors"] >= 6)
            other.execute(f"{allowed} true".encode())
            with work.begin(SYSTEM):
                pass


def is_away(work: PostgresUnitsOfWork) -> bool:
    with suppress(Unavailable), work.begin(SYSTEM):
        return False
    return True
