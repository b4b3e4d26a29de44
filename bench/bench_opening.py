"""Measure opening a period beside one INSERT … SELECT of the same rows with their events.

    .venv/bin/python bench/bench_opening.py --clients 13000,130000,450000

Prints `name, ours, reference, ratio, target, holds`, and writes it as JSON. Both sides work on a
copy of the same database, whose statistics are of before the period, with the same indexes,
triggers and rights. The reference is two statements in one transaction; ours works in batches, and
is run once more while people record statuses, half of which end their client and so wait for a
batch. Absolute figures are the machine's.
"""

from __future__ import annotations

import itertools
import sys
import threading
import time
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs
import click
import psycopg
from attrs import define

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.lines import Line, facts, report
from tests.support import servers
from tests.support.bulk_data import BulkData
from tests.support.pools import pool_on
from tests.support.reading_fixture import reader
from tests.support.servers import Database

from clientupdater.adapters.local.clock import SetClock
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.access import Grant
from clientupdater.domain.callers import Caller
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.updates import StatusUpdate
from clientupdater.usecases.clients.client_access import ClientAccess
from clientupdater.usecases.tracking.opening import BATCH, PeriodOpener
from clientupdater.usecases.tracking.service import Tracking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.adapters.postgres.admin.cluster import Cluster

MANILA = ZoneInfo("Asia/Manila")
EVENING = datetime(2026, 11, 30, 20, tzinfo=MANILA)
NOVEMBER, DECEMBER = Period.month(2026, 11), Period.month(2026, 12)
RATIO, HELD_UP_MS, A_SECOND = 1.2, 500.0, 40
CALLED = StatusUpdate(status="CALLED")
DECEASED = StatusUpdate(status="DONE", reason="DECEASED")

ROWS = """
insert into client_period_status (
    client_id, company_id, branch_id, period_type, period_year, period_month, status_type_id,
    created_at, updated_at
)
select
    c.id, c.company_id, c.branch_id, 'monthly', 2026, 12,
    (select id from status_types where code = 'PENDING'), %(now)s, %(now)s
from clients c
join products p on p.id = c.product_id and p.tracking_cycle = 'monthly'
left join par_statuses ps on ps.id = c.par_status_id
where c.is_active and c.deleted_at is null and coalesce(ps.is_trackable, true)
"""
EVENTS = """
insert into status_events (
    client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id,
    occurred_at, created_at
)
select id, 0, 'opened', status_type_id, company_id, branch_id, %(now)s, %(now)s
from client_period_status
where period = '2026-12'
"""
OPEN = """
select s.client_id
from client_period_status s
join status_types t on t.id = s.status_type_id
where s.period = '2026-11' and s.exempt_cause is null and t.code <> 'DONE' and s.version = 0
order by md5(s.client_id::text)
limit 20000
"""


@define
class Bench:
    """One server, and the databases on it."""

    cluster: Cluster

    def filled(self, clients: int) -> None:
        """Make a book on the evening before December."""
        self.cluster.create_database("bench_opening")
        database = Database.on(self.cluster, "bench_opening")
        maintenance = PostgresMaintenance(database.owner_url)
        maintenance.migrate()
        maintenance.seed()
        BulkData(clients, branches=200, periods=2, today=EVENING.date()).fill(
            database.superuser_url
        )

    @contextmanager
    def copied(self) -> Iterator[Database]:
        """Give a copy for as long as it is wanted."""
        self.cluster.create_database("bench_copy", template="bench_opening")
        database = Database.on(self.cluster, "bench_copy")
        with psycopg.connect(database.superuser_url, autocommit=True) as connection:
            connection.execute("alter table client_period_status set (autovacuum_enabled = off)")
            connection.execute("checkpoint")
        yield database
        self.cluster.drop_database("bench_copy")

    def measure(self, clients: int, *, people: bool) -> list[Line]:
        """Open a period for so many."""
        self.filled(clients)
        with self.copied() as database:
            rows, reference = inserted(database)
        with self.copied() as database:
            opened, ours = timed_opening(database)
            again, anew = timed_opening(database)
        name = f"open a period, {clients} clients, s"
        items = [Line(name, ours, reference, RATIO, at_least=False)]
        if people:
            with self.copied() as database, people_recording(database) as met:
                timed_opening(database)
            most = max(met)
            name = f"update beside it, {clients} clients, ms"
            items.append(Line(name, most, None, HELD_UP_MS, at_least=False))
        self.cluster.drop_database("bench_opening")
        if (opened, again) != (rows, 0):
            raise SystemExit(f"{opened} rows were opened, then {again}; the reference has {rows}.")
        click.echo(
            f"# {clients} clients, {rows} rows: {ours / rows * 1e6:.1f} µs a row, reference"
            f" {reference / rows * 1e6:.1f}; once more, with nothing to open, {anew:.2f} s",
            err=True,
        )
        return items


def inserted(database: Database) -> tuple[int, float]:
    """Insert the same rows by bare SQL; give how many, and how long it took."""
    with psycopg.connect(database.worker_url) as connection:
        connection.execute("set local role clientupdater_system")
        begun = time.perf_counter()
        rows = connection.execute(ROWS, {"now": EVENING}).rowcount
        connection.execute(EVENTS, {"now": EVENING})
        connection.commit()
        return rows, time.perf_counter() - begun


def timed_opening(database: Database) -> tuple[int, float]:
    """Open December; give how many rows that were, and how long it took."""
    with pool_on(database.worker_url) as pool:
        opener = PeriodOpener(PostgresUnitsOfWork(pool), SetClock(EVENING), MANILA, BATCH)
        begun = time.perf_counter()
        rows = opener.open(DECEMBER).rows
        return rows, time.perf_counter() - begun


@contextmanager
def people_recording(database: Database) -> Iterator[list[float]]:
    """Record on November's rows, at a steady pace; give how long each took, in milliseconds."""
    with psycopg.connect(database.superuser_url) as connection:
        clients = [client for (client,) in connection.execute(OPEN)]
    met, over = list[float](), threading.Event()
    grant = Grant(Permission.STATUS_UPDATE, None, Scope.ALL)
    caller = Caller(attrs.evolve(reader(Scope.ALL), grants=frozenset({grant})))
    with pool_on(database.worker_url, 2, 4) as pool:
        tracking = Tracking(ClientAccess(PostgresUnitsOfWork(pool), SetClock(EVENING), MANILA))

        def person() -> None:
            begun = time.perf_counter()
            for turn, client in zip(itertools.count(), clients, strict=False):
                if over.is_set():
                    return
                time.sleep(max(0.0, begun + turn / A_SECOND - time.perf_counter()))
                started = time.perf_counter()
                update = DECEASED if turn % 2 else CALLED
                tracking.record(caller, client, NOVEMBER, update, 0)
                met.append((time.perf_counter() - started) * 1000)

        thread = threading.Thread(target=person)
        thread.start()
        try:
            yield met
        finally:
            over.set()
            thread.join()


@click.command()
@click.option("--clients", default="13000,130000,450000", show_default=True)
@click.option("--people/--no-people", default=True, help="Whether to measure updates beside it.")
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/opening.json")
def main(*, clients: str, people: bool, path: Path) -> None:
    """Measure each size, print the lines and write them as JSON."""
    sizes = [int(size) for size in clients.split(",")]
    with servers.postgres() as cluster:
        bench = Bench(cluster)
        lines = (line for size in sizes for line in bench.measure(size, people=people))
        report(lines, path, **facts(clients=clients))


if __name__ == "__main__":
    main()
