"""Measure seals: prints `name, ours, reference, ratio, target, holds`, and writes JSON.

    .venv/bin/python bench/bench_seal.py --clients 500000

Seals the last month of every company, each seal in a transaction of its own, and verifies each; in
a process of its own, whose memory counts by what it grew. Absolute figures are the machine's.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.bench_export import memory_mb
from bench.http_world import User, business_day, postgres_in, world_on
from bench.lines import Line, facts, report
from tests.support.bulk_data import BulkData
from tests.support.pools import pool_on

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.periods import Cycle, Period
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.http_world import World

MOST_SECONDS, OF_ROWS, MOST_MB = 60, 450_000, 100
COMPANIES = """
select company_id, count(*) from client_period_status where period = %s group by 1 order by 2
"""
_spawning = multiprocessing.get_context("spawn")


def seal_here(url: str, companies: list[Any], period: str, result: Any) -> None:
    """Seal in this process: the smallest first, so that what is loaded once is loaded."""
    with pool_on(url) as pool:
        work = PostgresUnitsOfWork(pool)
        for company in companies:
            before = memory_mb("VmRSS")
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
            begun = time.perf_counter()
            with work.begin(SYSTEM) as tx:
                seal = tx.seals.seal(company, Period.parse(period), datetime.now(UTC))
            sealed, grown = time.perf_counter() - begun, memory_mb("VmHWM") - before
            begun = time.perf_counter()
            with work.begin(SYSTEM) as tx:
                faults = list(tx.seals.faults(seal)) if seal else []
            result.send((sealed, time.perf_counter() - begun, grown, len(faults)))


def lines(world: World, period: str) -> Iterator[Line]:
    with psycopg.connect(world.database.superuser_url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("truncate period_seals cascade")
    companies = world.rows(COMPANIES, (period,))
    here, there = _spawning.Pipe()
    ids = [company for company, _ in companies]
    child = _spawning.Process(
        target=seal_here, args=(world.database.worker_url, ids, period, there), daemon=True
    )
    child.start()
    there.close()
    for _, rows in companies:
        sealed, verified, grown, faults = here.recv()
        most = MOST_SECONDS * rows / OF_ROWS
        yield Line(f"{rows} rows sealed, s", sealed, None, most, at_least=False)
        yield Line(f"{rows} rows verified, s", verified)
        yield Line(f"{rows} rows sealed, MB grown", grown, None, MOST_MB, at_least=False)
        yield Line(f"{rows} rows verified, faults", faults, None, 0, at_least=False)
    child.join()


@click.command()
@click.option("--clients", default=500_000, show_default=True)
@click.option("--branches", default=200, show_default=True)
@click.option("--periods", default=12, show_default=True)
@click.option(
    "--data",
    envvar="BENCH_DATA",
    type=click.Path(path_type=Path),
    help="A folder that keeps the database.",
)
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/seal.json")
def main(*, path: Path, data: Path | None, **size: int) -> None:
    """Measure everything, print the lines and write them as JSON."""
    with postgres_in(data) as postgres:
        world = world_on(postgres, BulkData(today=business_day(), **size), [User(10)])
        last = Period.containing(world.today, Cycle.MONTHLY).previous
        report(lines(world, str(last)), path, **facts(**size))


if __name__ == "__main__":
    main()
