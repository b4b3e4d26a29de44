"""A worker that is killed at any moment of a run: taken up again, it comes to what one run does."""

from __future__ import annotations

import multiprocessing
import random
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from psycopg_pool import ConnectionPool

from clientupdater.adapters.postgres.work import PostgresWork
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.vault import Vault
from clientupdater.domain.jobs import JobStatus
from tests.integration.staff import HandClock
from tests.integration.syncing import Syncing, record
from tests.servers import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.context import ForkServerProcess

    from clientupdater.adapters.postgres.cluster import Cluster
    from clientupdater.domain.ids import SyncJobId

KILLS = 10
CLIENTS = 400
KEYS, INDEX_KEY = {"first": b"k" * 32}, b"i" * 32
BOOK = {
    "clients": "select c.client_code, full_name, pension_last4, b.code, past_due_amount, is_active,"
    " c.version, contact_number from clients c join branches b on b.id = c.branch_id",
    "history": "select c.client_code, field_changed, old_value, new_value"
    " from client_sync_history h join clients c on c.id = h.client_id",
    "sources": "select c.client_code, missing_count, missing_as_of, source_version"
    " from client_sources k join clients c on c.id = k.client_id",
    "events": "select c.client_code, s.period, event_sequence, kind, e.exempt_cause, b.code"
    " from status_events e join client_period_status s on s.id = e.client_period_status_id"
    " join clients c on c.id = s.client_id join branches b on b.id = e.branch_id",
    "runs": "select status::text, records_created, records_updated, records_deactivated,"
    " encode(plan_hash, 'hex') from sync_jobs",
}
_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload([__name__])


@pytest.fixture
def other_database(cluster: Cluster, template_database: str) -> Iterator[Database]:
    name = f"{template_database}_clean"
    cluster.create_database(name, template=template_database)
    yield Database.on(cluster, name)
    cluster.drop_database(name)


def test_ten_kills_leave_the_book_as_clean_runs_do(
    database: Database, other_database: Database
) -> None:
    chance = random.Random(20261125)  # noqa: S311 - moments, not secrets
    clean = _in(other_database, _cleanly)
    usual = clean["took"]
    killed = _in(database, lambda syncing: _killed(syncing, database, chance, usual))
    assert killed["interrupted"] > 0
    for name in BOOK:
        assert killed[name] == clean[name], name


def _in(database: Database, act: Any) -> dict[str, Any]:
    with ConnectionPool(database.app_url, min_size=1, max_size=4, open=True) as pool:
        syncing = Syncing(PostgresWork(pool, _vault()), database.superuser_url, page_size=40)
        told: dict[str, Any] = act(syncing.set_up())
        return {**told, **{name: sorted(syncing.rows(sql), key=str) for name, sql in BOOK.items()}}


def _vault() -> Vault:
    return Vault(KeyRing(KEYS), INDEX_KEY)


def _night(syncing: Syncing, n: int) -> None:
    """Let the source say what it does after so many nights."""
    syncing.clock.forward(days=1, minutes=-1)
    syncing.records.clear()
    for each in range(CLIENTS + 5 * n):
        if n and each % 50 == n % 3:
            continue
        owed = n * 10 if each % 7 == n % 7 else 0
        branch = "CAL" if (each + n) % 11 else "DAV"
        syncing.says(
            record(
                f"FC-{each:04}",
                pension_number=f"{each:010}",
                branch_code=branch,
                past_due_amount=str(owed),
                updated_at=syncing.clock.now(),
            )
        )


def _cleanly(syncing: Syncing) -> dict[str, Any]:
    began = time.monotonic()
    for n in range(KILLS + 1):
        _night(syncing, n)
        syncing.run()
    return {"took": (time.monotonic() - began) / (KILLS + 1)}


def _killed(
    syncing: Syncing, database: Database, chance: random.Random, usual: float
) -> dict[str, Any]:
    interrupted = 0
    _night(syncing, 0)
    syncing.run()
    for n in range(1, KILLS + 1):
        _night(syncing, n)
        syncing.clock.forward(minutes=1)
        job = syncing.ask()
        doomed = _worker(syncing, database, job)
        time.sleep(chance.uniform(0, 1.2 * usual))
        doomed.kill()
        doomed.join()
        if syncing.look(job).state is not JobStatus.COMPLETED:
            interrupted += 1
            syncing.runner()(job)
    return {"interrupted": interrupted}


def _worker(syncing: Syncing, database: Database, job: SyncJobId) -> ForkServerProcess:
    """Begin the run in a process of its own; give it once it is about to work."""
    ours, theirs = _forking.Pipe()
    told = (database.app_url, syncing.records, syncing.clock.now(), job, theirs)
    process = _forking.Process(target=_work, args=told, daemon=True)
    process.start()
    ours.recv()
    return process


def _work(url: str, records: dict[str, Any], moment: datetime, job: SyncJobId, told: Any) -> None:
    with ConnectionPool(url, min_size=2, max_size=4, open=True) as pool:
        pool.wait()
        syncing = Syncing(
            PostgresWork(pool, _vault()), url, HandClock(moment), records, page_size=40
        )
        run = syncing.runner()
        told.send("begun")
        run(job)
