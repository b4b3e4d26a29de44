"""How everything stands, over HTTP: for who has signed in, and for operations when nothing goes."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from clientupdater.ports.queue import QUEUES
from tests.faults.test_several_servers import is_ready, signed_in
from tests.support.cli_actors import CliActors, cli_actors
from tests.support.forked_servers import forked_server
from tests.support.http_server import WITHOUT_TLS
from tests.support.lost_redis import hanging, url_at
from tests.support.servers import free_port
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers import Database

TOKEN = "token-of-operations-here"  # noqa: S105 - of a server that this test starts
AS_OPS = {"Authorization": f"Bearer {TOKEN}"}
PATH = "/api/v1/health/system"


@pytest.fixture
def actors(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        yield opened


@contextmanager
def watched(database: Database, **settings: str) -> Iterator[str]:
    with forked_server(DATABASE_URL=database.app_url, OPS_TOKEN=TOKEN, **settings) as server:
        yield server.base


def asked(base: str, heads: dict[str, str] = AS_OPS) -> tuple[int, Any]:
    answer = httpx.get(base + PATH, headers=heads, timeout=20, verify=WITHOUT_TLS)
    return answer.status_code, answer.json()


def test_a_signed_in_caller_sees_the_state_of_the_system(
    database: Database, actors: CliActors
) -> None:
    actors.staff.run("insert into job_queue (queue_name, payload) values ('exports', '{}')")
    with watched(database) as base:
        for heads in (AS_OPS, signed_in(actors)):
            status, result = asked(base, heads)
            assert status == 200
            assert result["status"] == "degraded", "there is no Redis, and processes count alone"
            services = {name: each["status"] for name, each in result["services"].items()}
            assert services == {
                "database": "up",
                "redis": "missing",
                "snowflake": "not_configured",
                "nextbank": "not_configured",
            }
            assert result["services"]["database"]["latency_ms"] > 0
            assert result["services"]["nextbank"]["circuit"] == "closed"
            idle = {"pending": 0, "processing": 0, "dead": 0}
            assert result["queues"] == {
                **dict.fromkeys(QUEUES, idle),
                "exports": {**idle, "pending": 1},
            }
        for stranger in ({}, {"Authorization": "Bearer made-up"}, {"Authorization": "Basic YTpi"}):
            status, result = asked(base, stranger)
            assert (status, result["error"]["code"]) == (401, "unauthenticated")


def test_a_source_that_is_set_up_shows_its_last_run(database: Database, tmp_path: Path) -> None:
    bank = {"NEXTBANK_BASE_URL": "https://bank.example.com", "NEXTBANK_API_KEY": "made-up"}
    with (
        watched(database, CSV_DROP_DIR=str(tmp_path), **bank) as base,
        psycopg.connect(database.superuser_url, autocommit=True) as connection,
    ):
        _, result = asked(base)
        assert result["services"]["nextbank"]["status"] == "up"
        assert set(result["sources"]) == {"csv", "nextbank"}
        assert result["sources"]["csv"] == dict.fromkeys(
            ("last_run", "last_run_at", "applied_at", "read_up_to")
        ) | {"is_stale": True, "is_held": False, "is_dead": False}
        connection.execute(
            "insert into sync_jobs (type, status, error) values ('csv', 'held', 'of somebody')"
        )
        connection.execute(
            "insert into sync_jobs (type, status, created_at, heartbeat_at)"
            " select 'nextbank', 'processing', ago, ago"
            " from (select now() - interval '1 hour') t (ago)"
        )
        wait_until(lambda: asked(base)[1]["sources"]["csv"]["last_run"] == "held")
        _, result = asked(base)
    assert result["sources"]["nextbank"]["is_dead"] is True
    assert result["sources"]["csv"]["last_run"] == "held"
    assert result["sources"]["csv"]["is_held"] is True
    assert "of somebody" not in str(result)


def test_all_that_was_asked_for_is_there(database: Database, redis_url: str) -> None:
    with watched(database, REDIS_URL=redis_url) as base:
        status, result = asked(base)
    assert (status, result["status"], result["services"]["redis"]["status"]) == (
        200,
        "healthy",
        "up",
    )


@pytest.mark.parametrize("is_hanging", [False, True], ids=["down", "hanging"])
def test_a_redis_that_is_lost_makes_it_worse_and_breaks_nothing(
    database: Database, *, is_hanging: bool
) -> None:
    port = free_port()
    with hanging(port) if is_hanging else nullcontext():
        patience = {"HEALTH_CHECK_TIMEOUT_MS": "2000"}
        with watched(database, REDIS_URL=url_at(port), **patience) as base:
            status, result = asked(base)
    assert (status, result["status"]) == (200, "degraded")
    assert result["services"]["redis"]["status"] == "down"
    assert "127.0.0.1" not in str(result), "where things stand is for those who may look at the log"


def test_without_the_database_operations_still_hear_so(database: Database) -> None:
    with watched(database, HEALTH_CHECK_TIMEOUT_MS="2000") as base, locked_out(database):
        wait_until(lambda: asked(base)[0] == 503)
        _, result = asked(base)
        assert result["status"] == "unhealthy"
        assert result["services"]["database"]["error"] == "it does not answer"
        assert httpx.get(f"{base}/livez", timeout=30, verify=WITHOUT_TLS).status_code == 200
        wait_until(lambda: not is_ready(base))


@contextmanager
def locked_out(database: Database) -> Iterator[None]:
    """Refuse all connections to the database for a while, as if it were gone."""
    elsewhere = make_conninfo(database.superuser_url, dbname="postgres")
    with psycopg.connect(elsewhere, autocommit=True) as connection:
        allowed = f'alter database "{database.name}" allow_connections '
        connection.execute(f"{allowed} false".encode())
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
            (database.name,),
        )
        try:
            yield
        finally:
            connection.execute(f"{allowed} true".encode())
