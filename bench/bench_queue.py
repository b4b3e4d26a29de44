"""What the queue can do, beside bare SQL and beside procrastinate, on the same server.

    .venv/bin/pip install -c constraints.txt -e '.[dev,bench]'
    .venv/bin/python bench/bench_queue.py

Jobs that do nothing, put down beforehand; one process, four threads (procrastinate: four at
once). The bare SQL claims one, ends it, claims the next, on one connection. Each is measured in
turn, several times, and the median counts. Then a lone job: how long until a worker has it in
hand, with the listener and without.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import sys
import threading
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click
import procrastinate
import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.lines import Line, facts, report
from tests.support.app_parts import with_parts
from tests.support.servers import Database, postgres

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.composition import open_worker
from clientupdater.entrypoints import logs
from clientupdater.entrypoints.worker.worker import Worker
from clientupdater.ports.job_run import Task
from clientupdater.ports.queue import NewJob
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.settings import Settings
from clientupdater.usecases.jobs.run import DoJob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.composition.worker import WorkerContext
    from clientupdater.ports.job_run import JobRun

THREADS = 4
CLAIM = """
update job_queue
   set status = 'processing', attempts = attempts + 1, worker = 'bare',
       lease_expires_at = now() + interval '30 seconds', started_at = now()
 where id = (
    select id from job_queue
     where status = 'pending' and queue_name = 'default'
       and coalesce(company_id, '00000000-0000-0000-0000-000000000000') =
           '00000000-0000-0000-0000-000000000000'
       and scheduled_at <= now()
     order by priority desc, scheduled_at, id
     limit 1
       for update skip locked
 )
returning id, attempts
"""
END = """
update job_queue
   set status = 'completed', worker = null, lease_expires_at = null, completed_at = now()
 where id = %s and worker = 'bare' and attempts = %s and status = 'processing'
"""
FILL = "insert into job_queue (job_name) select 'nothing' from generate_series(1, %s)"


def no_notices(_: Callable[[], None]) -> nullcontext[None]:
    """Listen to nothing, as when the listener is cut off."""
    return nullcontext()


@contextmanager
def workshop_of(database: Database, do: Callable[[JobRun], None]) -> Iterator[WorkerContext]:
    """Open one that knows a job that does nothing, and no schedule."""
    with open_worker(Settings.from_mapping({"DATABASE_URL": database.worker_url})) as opened:
        known = opened.app.jobs.run
        do_job = DoJob({"nothing": Task(do)}, known.clock, known.chance)
        yield attrs.evolve(opened, app=with_parts(opened.app, jobs={"run": do_job}))


def require(condition: bool) -> None:  # noqa: FBT001 — as assert takes it
    """Stop if the figure would be of something else."""
    if not condition:
        raise click.ClickException("not all of it was done")


def emptied(database: Database, jobs: int = 0) -> None:
    """Begin with so many jobs that wait, and no dead rows."""
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        connection.execute("truncate job_queue cascade")
        connection.execute(FILL, (jobs,))
        connection.execute("vacuum analyze job_queue")


def bare(database: Database, jobs: int) -> float:
    """Claim and end one after the other; give jobs per second."""
    emptied(database, jobs)
    with psycopg.connect(database.app_url, autocommit=True) as connection:
        begun, done = time.perf_counter(), 0
        while job := connection.execute(CLAIM).fetchone():
            connection.execute(END, job)
            done += 1
        took = time.perf_counter() - begun
    require(done == jobs)
    return jobs / took


def ours(database: Database, jobs: int) -> float:
    """Let our worker do them."""
    emptied(database, jobs)
    with workshop_of(database, lambda _: None) as worker_context:
        working = Worker(worker_context, name="bench", threads=THREADS)
        begun = time.perf_counter()
        working.run(once=True)
        took = time.perf_counter() - begun
    with psycopg.connect(database.superuser_url) as connection:
        counted = connection.execute("select count(*) from job_queue where status = 'completed'")
        require(counted.fetchone() == (jobs,))
    return jobs / took


def theirs(database: Database, jobs: int) -> float:
    """Let procrastinate do as many."""
    return asyncio.run(_theirs(database, jobs))


async def _theirs(database: Database, jobs: int) -> float:
    connector = procrastinate.PsycopgConnector(conninfo=database.superuser_url)
    app = procrastinate.App(connector=connector)

    @app.task(name="nothing")  # type: ignore[untyped-decorator]
    async def nothing() -> None:
        pass

    async with app.open_async():
        with psycopg.connect(database.superuser_url, autocommit=True) as connection:
            if not connection.execute("select to_regclass('procrastinate_jobs')").fetchone()[0]:  # type: ignore[index]
                await app.schema_manager.apply_schema_async()
            connection.execute("truncate procrastinate_jobs cascade")
        await nothing.batch_defer_async(*({} for _ in range(jobs)))
        begun = time.perf_counter()
        await app.run_worker_async(concurrency=THREADS, wait=False, install_signal_handlers=False)
        took = time.perf_counter() - begun
    with psycopg.connect(database.superuser_url) as connection:
        query = "select count(*) from procrastinate_jobs where status = 'succeeded'"
        require(connection.execute(query).fetchone() == (jobs,))
    return jobs / took


def pickups(database: Database, times: int, *, without_notices: bool) -> list[float]:
    """Put down one job at a time; give how many seconds each waited for a hand."""
    emptied(database)
    in_hand = threading.Event()
    waits = []
    with workshop_of(database, lambda _: in_hand.set()) as opened:
        worker_context = attrs.evolve(opened, wake_ups=no_notices) if without_notices else opened
        working = Worker(worker_context, name="bench", threads=THREADS)
        thread = threading.Thread(target=working.run)
        thread.start()
        for turn in range(times):
            time.sleep(0.11 + turn % 7 / 10)  # at other moments of its second each time
            in_hand.clear()
            with worker_context.work.begin(SYSTEM) as tx:
                tx.jobs.enqueue(NewJob(name="nothing"), worker_context.clock.now())
            begun = time.perf_counter()
            require(in_hand.wait(30))
            waits.append(time.perf_counter() - begun)
        working.stop()
        thread.join()
    return waits


def p95(values: list[float]) -> float:
    """Give the value that 95 of a hundred stay below."""
    return statistics.quantiles(values, n=100)[94]


def measured(database: Database, jobs: int, rounds: int) -> Iterator[Line]:
    """Measure each in turn."""
    result: dict[str, list[float]] = {"ours": [], "bare": [], "theirs": []}
    for _ in range(rounds):
        result["bare"].append(bare(database, jobs))
        result["ours"].append(ours(database, jobs))
        result["theirs"].append(theirs(database, max(jobs // 5, 200)))
    rates = {name: statistics.median(each) for name, each in result.items()}
    yield Line("jobs/s beside bare SQL", rates["ours"], rates["bare"], 0.5)
    yield Line("jobs/s beside procrastinate", rates["ours"], rates["theirs"], 2.5)
    for name, times, without_notices, limit in (
        ("pickup p95, s", 100, False, 0.05),
        ("pickup p95 with the listener cut off, s", 30, True, 1.2),
    ):
        took = p95(pickups(database, times, without_notices=without_notices))
        yield Line(name, took, None, limit, at_least=False)


@click.command()
@click.option("--jobs", default=5000, show_default=True)
@click.option("--rounds", default=5, show_default=True)
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/queue.json")
def main(jobs: int, rounds: int, path: Path) -> None:
    """Measure, print the lines and write them as JSON."""
    logs.configure(Settings.from_mapping({"LOG_LEVEL": "error"}))
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    with postgres() as cluster:
        cluster.create_database("bench_queue")
        database = Database.on(cluster, "bench_queue")
        maintenance = PostgresMaintenance(database.owner_url)
        maintenance.migrate()
        maintenance.seed()
        with psycopg.connect(database.superuser_url) as connection:
            connection.execute("update scheduled_jobs set is_active = false")
        report(measured(database, jobs, rounds), path, **facts(jobs=jobs, rounds=rounds))


if __name__ == "__main__":
    main()
