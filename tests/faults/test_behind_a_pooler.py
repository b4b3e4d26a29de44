"""Behind a real PgBouncer in transaction mode: each transaction on whichever connection is free."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest

from clientupdater.adapters.postgres.core.pool import PoolSize, open_pool
from clientupdater.demo_data import fill
from tests.support import servers
from tests.support.builders import MANILA
from tests.support.commands import call
from tests.support.forked_servers import forked_server
from tests.support.waiting import PATIENCE_S, wait_until
from tests.support.worker_processes import effects, put, worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from multiprocessing.context import ForkServerProcess

    from tests.support.servers import Database

pytestmark = pytest.mark.skipif(
    servers.pgbouncer_program() is None,
    reason="no pgbouncer on this machine; install it (Debian: apt install pgbouncer)",
)
UNLIMITED = {
    "RATE_LIMIT_READ_REQUESTS": "50000",
    "RATE_LIMIT_LOGIN_ATTEMPTS": "50000",
    "REQUEST_DEADLINE_MS": "60000",
    "DATABASE_POOL_TIMEOUT_MS": "60000",
}
ASKED = ("/clients?limit=2", "/worklist?limit=2", "/me", "/lookups")
ROUNDS = 12


@pytest.fixture
def pooled(database: Database) -> Iterator[str]:
    with servers.pgbouncer(database) as url:
        yield url


@contextmanager
def serving(*urls: dict[str, str]) -> Iterator[list[str]]:
    with ExitStack() as stack:
        each = [stack.enter_context(forked_server(**UNLIMITED, **url)) for url in urls]
        yield [server.base for server in each]


def proofs(database: Database) -> list[dict[str, str]]:
    accounts = fill(database.worker_url, clients=30, now=datetime.now(UTC), zone=MANILA)
    return [{"email": each.email, "password": each.password} for each in accounts[:6]]


def ask_them_all(bases: list[str], proofs: list[dict[str, str]]) -> list[tuple[str, int]]:
    """Let everybody sign in and read at once, of all servers in turn; give what was not right."""
    wrong: list[tuple[str, int]] = []

    def work(proof: dict[str, str]) -> None:
        with httpx.Client(timeout=PATIENCE_S) as client:
            signed = client.post(f"{bases[0]}/api/v1/sessions", json=proof)
            if signed.status_code != 201:
                wrong.append(("signing in", signed.status_code))
                return
            heads = {"Authorization": f"Bearer {signed.json()['token']}"}
            for path in ASKED * ROUNDS:
                for base in bases:
                    answer = client.get(f"{base}/api/v1{path}", headers=heads)
                    if answer.status_code not in {200, 403}:
                        wrong.append((path, answer.status_code))
            me = client.get(f"{bases[-1]}/api/v1/me", headers=heads)
            if proof["email"] not in me.text:
                wrong.append(("somebody else", me.status_code))

    threads = [threading.Thread(target=work, args=(proof,)) for proof in proofs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


@pytest.mark.parametrize("is_declared", [True, False], ids=["declared", "not declared"])
def test_servers_behind_a_pooler_never_take_one_statement_for_another(
    database: Database, pooled: str, is_declared: bool
) -> None:
    known = proofs(database)
    url = {"DATABASE_URL": pooled}
    if is_declared:
        url["DATABASE_DIRECT_URL"] = database.app_url
    with serving(url, url) as bases:
        assert ask_them_all(bases, known) == []


def test_workers_behind_a_pooler_do_jobs_past_it(database: Database, pooled: str) -> None:
    jobs = put(database, "effect", 40)

    def a_worker() -> AbstractContextManager[ForkServerProcess]:
        return worker(database, DATABASE_URL=pooled, DATABASE_WORKER_URL=database.worker_url)

    with a_worker(), a_worker():
        wait_until(lambda: effects(database) == sorted(jobs))
        wait_until(lambda: listeners(database) == 2)


def listeners(database: Database) -> int:
    """Count the listeners that PostgreSQL knows of, by their connections that are no pooler's."""
    with psycopg.connect(database.superuser_url) as connection:
        ((count,),) = connection.execute(
            "select count(*) from pg_stat_activity where datname = current_database()"
            " and application_name = 'clientupdater listener'"
        ).fetchall()
    return int(count)


def test_the_doctor_finds_a_pooler_that_is_not_declared(database: Database, pooled: str) -> None:
    done = call("doctor", DATABASE_URL=pooled)
    assert done.returncode == 1
    assert "pooler: DATABASE_URL leads to a pooler, which is not declared" in done.stdout
    assert "set DATABASE_DIRECT_URL" in done.stdout


def test_the_doctor_is_content_with_a_pooler_that_is_declared(
    database: Database, pooled: str
) -> None:
    done = call("doctor", DATABASE_URL=pooled, DATABASE_DIRECT_URL=database.app_url)
    assert "pooler: DATABASE_URL leads to a pooler, as declared" in done.stdout
    assert "pooler: DATABASE_DIRECT_URL leads to PostgreSQL itself" in done.stdout


def test_the_doctor_says_where_the_direct_address_is_a_pooler_too(
    database: Database, pooled: str
) -> None:
    done = call("doctor", DATABASE_URL=database.app_url, DATABASE_DIRECT_URL=pooled)
    assert done.returncode == 1
    assert "pooler: DATABASE_DIRECT_URL leads to a pooler, which is not declared" in done.stdout


def test_migrations_refuse_to_hold_their_lock_through_a_pooler(pooled: str) -> None:
    done = call("db", "migrate", DATABASE_URL=pooled)
    assert done.returncode == 78
    assert "DATABASE_MIGRATION_URL: leads to a pooler" in done.stderr


def test_statements_are_prepared_where_the_settings_say_that_the_pooler_keeps_them(
    pooled: str,
) -> None:
    size = PoolSize(1, 1, PATIENCE_S)
    thresholds = []
    for prepares in (True, False, None):
        with open_pool(pooled, size, prepares=prepares) as pool, pool.connection() as connection:
            thresholds.append(connection.prepare_threshold)
    assert thresholds == [5, None, None]


def test_statements_are_prepared_where_there_is_no_pooler(database: Database) -> None:
    with (
        open_pool(database.worker_url, PoolSize(1, 1, PATIENCE_S)) as pool,
        pool.connection() as connection,
    ):
        assert connection.prepare_threshold == 5
