"""Workers that are killed at any moment of a run: others finish it, as if no worker had died.

The worker is the one of the command line, in a process of its own, and what it reads are files. The
same run is begun ten times over copies of one book, and killed at another moment each time.
"""

from __future__ import annotations

import csv
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson
import psycopg
import pytest
from attrs import frozen

from clientupdater.domain.sync.jobs import Step
from tests.entrypoints.test_cli_long_running import KEYS
from tests.support.commands import call
from tests.support.servers import Database
from tests.support.thoroughness import some_of
from tests.support.waiting import wait_until
from tests.support.worker_processes import command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clientupdater.adapters.postgres.admin.cluster import Cluster

KILLS = len(some_of(range(10), few=6))
AT_ONCE, PATIENCE_S = 5, 300.0
CLIENTS, NIGHT_S = 5_200, 86_400  # two pages of a file
BOSS = "boss@example.com"
WORKER = ("worker", "--queues", "sync", "--lease-seconds", "5")
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
    "rejects": "select row_number, client_code, reasons from sync_rejects",
    "watermarks": "select source, watermark from sync_watermarks",
    "runs": "select status::text, records_processed, records_created, records_updated,"
    " records_deactivated, error, encode(plan_hash, 'hex') from sync_jobs",
}
UNDER_WAY = "select steps from sync_jobs where status = 'processing'"
ENDED = "select count(*) = 0 from job_queue where status in ('pending', 'processing')"
PEOPLE = """
update scheduled_jobs set is_active = false;
insert into branches (code, name) values ('CAL', 'Caloocan'), ('DAV', 'Davao');
with made as (insert into users (email) values ('boss@example.com') returning id)
insert into user_permissions (user_id, permission_id, scope)
select made.id, p.id, 'all' from made, permissions p where p.code in ('sync:execute', 'sync:read');
"""

# Keeping a page takes a moment here, so that a kill may find a run between two of them.
SLOWLY = """
create function take_a_moment() returns trigger language plpgsql
as $$ begin perform pg_sleep(0.2); return new; end $$;
create trigger slowly before insert on sync_snapshots
for each statement execute function take_a_moment();
"""


@frozen
class Kill:
    """In which copy of the book, after which step has begun, how far into it."""

    database: Database
    step: Step
    after_s: float


@frozen
class Bank:
    """Who drops files for a book, and the commands that work on it."""

    folder: Path
    columns: tuple[str, ...]

    def drop(self, n: int) -> None:
        """Leave what the source has after so many nights, written at a moment of that night."""
        path = self.folder / f"night{n}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self.columns)
            writer.writeheader()
            items = [*clients(n)]
            writer.writerows(items)
            file.write(f"TRAILER,{len(items)}\n")
        at = time.time() - NIGHT_S * (3 - n)
        os.utime(path, (at, at))

    def ask(self, database: Database) -> None:
        """Ask for a run that a worker is to do."""
        result = call("sync", "run", "csv", "--enqueue", "--json", **self.of(database))
        assert orjson.loads(result.stdout)["state"] == "pending", result.stderr

    def of(self, database: Database) -> dict[str, str]:
        """Say what a command has to know."""
        values = {"DATABASE_URL": database.worker_url, "CSV_DROP_DIR": str(self.folder)}
        return {**values, **KEYS, "CLIENTUPDATER_ACTOR": BOSS, "LOG_LEVEL": "error"}

    def work(self, database: Database) -> Any:
        """Begin a worker."""
        return command(*WORKER, **self.of(database))


def clients(n: int) -> Iterator[dict[str, str]]:
    """Tell of all clients: after each night some are gone, new, moved, or owe another amount."""
    for each in range(CLIENTS + 50 * n):
        if each % 60 == 0 and n and each // 60 % 3:
            continue
        yield {
            "CLIENT_CODE": f"FC-{each:05}",
            "FULL_NAME": f"Juan dela Cruz {each}",
            "COMPANY_CODE": "FCASH",
            "PRODUCT_CODE": "FCASH_SSS",
            "PENSION_NUMBER": f"{each:010}",
            "BRANCH_CODE": "NOWHERE" if each % 500 == 7 else "DAV" if each % 50 == n else "CAL",
            "CONTACT_NUMBER": f"0917{each + (each % 10 == n):07}",
            "PAST_DUE_AMOUNT": str(n * 10 if each % 7 == n % 7 else 0),
            "UPDATED_AT": f"2026-11-0{n + 1}T00:00:00Z",
        }


@contextmanager
def copies(cluster: Cluster, of: Database, number: int) -> Iterator[list[Database]]:
    """Copy a book as it is."""
    names = [f"{of.name}_{n}" for n in range(number)]
    for name in names:
        cluster.create_database(name, template=of.name)
    yield [Database.on(cluster, name) for name in names]
    for name in names:
        cluster.drop_database(name)


@pytest.fixture
def bank(database: Database, tmp_path: Path) -> Bank:
    """Take over two nights, some clients missing in the second, and ask for the third."""
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute(PEOPLE + SLOWLY)
        cursor = connection.execute("select source_column from field_mappings where source = 'csv'")
        bank = Bank(tmp_path, tuple(column for (column,) in cursor))
    for n in (1, 2):
        bank.drop(n - 1)
        bank.ask(database)
        finish(bank, database)
    bank.drop(2)
    bank.ask(database)
    return bank


def finish(bank: Bank, database: Database) -> None:
    """Let a worker do all that there is."""
    with bank.work(database), psycopg.connect(database.superuser_url, autocommit=True) as looking:
        wait_until(lambda: value(looking, ENDED) is True, PATIENCE_S)


def value(looking: psycopg.Connection[Any], query: str) -> Any:
    """Look, by a connection that is there already."""
    row = looking.execute(query.encode()).fetchone()
    return row[0] if row else None


def has_begun(looking: psycopg.Connection[Any], step: Step) -> bool:
    """Whether a run that is under way has come so far; reading, once there is a page to keep."""
    steps = value(looking, UNDER_WAY) or {}
    return step in steps and (step is not Step.FETCH or steps[step]["records"] > 0)


def killed(bank: Bank, kill: Kill) -> str | None:
    """Kill a worker, let another one finish; name the step in which the first was, if it was."""
    with psycopg.connect(kill.database.superuser_url, autocommit=True) as looking:
        with bank.work(kill.database) as doomed:
            wait_until(lambda: has_begun(looking, kill.step) or value(looking, ENDED), PATIENCE_S)
            time.sleep(kill.after_s)
            doomed.kill()
            doomed.join()
            begun = value(looking, UNDER_WAY)
        finish(bank, kill.database)
    return max(begun, key=[*Step].index) if begun else None


def book(database: Database) -> dict[str, list[Any]]:
    """Read all of it that is the same in whichever copy."""
    with psycopg.connect(database.superuser_url) as looking:
        return {
            name: sorted(looking.execute(sql.encode()).fetchall(), key=str)
            for name, sql in BOOK.items()
        }


def took(database: Database, step: Step) -> float:
    """Tell how long a step of the last run took, in seconds."""
    with psycopg.connect(database.superuser_url) as looking:
        latest = f"select (steps -> '{step}' ->> 'seconds')::float8 from sync_jobs"
        return float(value(looking, f"{latest} order by created_at desc limit 1"))


def test_kills_leave_the_book_as_one_clean_run_does(
    cluster: Cluster, database: Database, bank: Bank
) -> None:
    chance = random.Random(20261125)  # noqa: S311 - moments, not secrets
    with copies(cluster, database, KILLS + 1) as (clean, *doomed):
        finish(bank, clean)
        steps = (list(Step) * KILLS)[:KILLS]
        kills = [
            Kill(each, step, chance.uniform(0, took(clean, step)))
            for each, step in zip(doomed, steps, strict=True)
        ]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            met = [each for each in pool.map(lambda kill: killed(bank, kill), kills) if each]
        expected = book(clean)
        assert {run[0] for run in expected["runs"]} == {"completed"}
        for each in doomed:
            result = book(each)
            for name, rows in expected.items():
                assert result[name] == rows, (each.name, name)
    assert len(met) >= KILLS // 2, met
    assert len(set(met)) > 1, met
