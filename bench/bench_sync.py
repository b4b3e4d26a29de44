"""Measure a sync beside the same work as one psql script.

    .venv/bin/python bench/bench_sync.py --clients 500000

Prints `name, ours, reference, ratio, target, holds`, and writes it as JSON. Both sides work on a
copy of the same database, on the same server, one after the other: 5 % of the clients changed, 1 %
new, 0.5 % vanished. Mapping is measured apart (bench_mapping.py), since the script begins with rows
that are mapped already. The merge of dlt is measured into a table with as many indexes as clients
have, and into one without any, in a line that begins with #. Absolute figures are the machine's.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import click
import psycopg
from attrs import define

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.lines import Line, facts, report
from bench.sync_load import people_recording
from bench.sync_world import BRANCHES, MadeUpSource
from tests.support import servers
from tests.support.forked_servers import forked_server
from tests.support.pools import pool_on
from tests.support.servers import Database
from tests.support.stores import VAULT
from tests.support.sync_fixture import Syncing

from clientupdater.adapters.local.clock import MachineClock
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.adapters.postgres.sync.copy_text import Numbers, stage_lines
from clientupdater.adapters.postgres.sync.inputs import PostgresSyncInputs
from clientupdater.domain.accounts import fingerprint
from clientupdater.domain.sync.fields import Source
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.sync.mapped_pages import PageMapper
from clientupdater.usecases.sync.run import RunSync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.adapters.postgres.admin.cluster import Cluster
    from clientupdater.domain.ids import SyncJobId
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.ports.sync import InputPage

SCRIPT = Path(__file__).with_name("sync.sql")
DLT = Path(__file__).with_name("sync_dlt.py")
NO_MARK = "\t\\\\x\n"
"""How a line ends whose record has no fingerprint: the script knows of none."""
RATIO, MEMORY_MB, UNCHANGED, P99_MS = 1.3, 250, 0.65, 500


@define
class Bench:
    """One server, and the databases on it."""

    cluster: Cluster
    clients: int

    def filled(self, name: str) -> Database:
        """Make a database that two runs have filled: in the second some are missing already."""
        self.cluster.create_database(name)
        database = Database.on(self.cluster, name)
        maintenance = PostgresMaintenance(database.owner_url)
        maintenance.migrate()
        maintenance.seed()
        with opened(database) as syncing:
            syncing.set_up()
            for n in range(BRANCHES):
                syncing.do("insert into branches (code, name) values (%s, 'A branch')", f"B{n:03}")
            syncing.do("update field_mappings set owns_field = true where source = 'snowflake'")
            for night in (0, 1):
                job = self.run(syncing, night)[0]
                click.echo(f"# night {night}: {summary(job)}", err=True)
        vacuumed(database)
        return database

    def copied(self, source: str, name: str) -> Database:
        """Copy a database."""
        self.cluster.create_database(name, template=source)
        database = Database.on(self.cluster, name)
        vacuumed(database)
        return database

    def run(self, syncing: Syncing, night: int) -> tuple[SyncJob, float]:
        """Do a run; give how long it took after everything was fetched, without mapping."""
        runner = syncing.runner(MadeUpSource(self.clients, night))
        job = syncing.ask()
        fetch(runner, job, syncing)
        with mapping_timed() as mapping:
            began = time.perf_counter()
            done = runner(job)
            took = time.perf_counter() - began
        click.echo(
            f"# all after fetching {took:.2f} s, of it reading what is kept and mapping"
            f" {mapping.seconds:.2f} s",
            err=True,
        )
        return done, took - mapping.seconds


@define
class Stopwatch:
    """How long something took in all."""

    seconds: float = 0.0

    def timed(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """Add to it whenever this is called."""

        def acting(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return act(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - began

        return acting


@contextmanager
def mapping_timed() -> Iterator[Stopwatch]:
    """Take the time of mapping, and of opening the pages that were kept: both come before."""
    watch, pages = Stopwatch(), PostgresSyncInputs.pages

    def timed(inputs: PostgresSyncInputs, job: SyncJobId) -> Iterator[InputPage]:
        turn = watch.timed(pages(inputs, job).__next__)
        with suppress(StopIteration):
            while True:
                yield turn()

    with (
        mock.patch.object(PageMapper, "map", watch.timed(PageMapper.map)),
        mock.patch.object(PostgresSyncInputs, "pages", timed),
    ):
        yield watch


def beside_people(bench: Bench, database: Database) -> tuple[float, int, int]:
    """Let people record while a run works; give the p99, how many, and how many were refused."""
    with opened(database) as syncing:
        person = syncing.one("insert into users (email) values ('ana@example.com') returning id")
        syncing.do(
            "insert into user_permissions (user_id, permission_id, scope)"
            " select %s, id, 'all' from permissions",
            person,
        )
        syncing.do(
            "insert into user_sessions (user_id, session_token, expires_at)"
            " values (%s, %s, now() + interval '1 day')",
            person,
            fingerprint("a token"),
        )
        plenty = {"RATE_LIMIT_WRITE_REQUESTS": "1000000"}
        with (
            forked_server(DATABASE_URL=database.app_url, **plenty) as server,
            people_recording(server.base, "a token", bench.clients) as met,
        ):
            job, _ = bench.run(syncing, 2)
        click.echo(f"# beside people: {summary(job)}", err=True)
    (result,) = met
    return result.percentile(99), len(result.milliseconds), result.refused


def fetch(runner: RunSync, job: SyncJobId, syncing: Syncing) -> None:
    """Read all of the source beforehand."""
    with syncing.work.begin(SYSTEM) as tx:
        begun = tx.sync_jobs.begin(job, syncing.clock.now(), patience=60)
    runner.input.read(begun, lambda _: None)


def summary(job: SyncJob) -> str:
    """Say what came of a run."""
    steps = {name: step.seconds for name, step in job.steps.items()}
    return f"{job.state} {job.counts} {dict(job.consequences)} {steps}"


@contextmanager
def opened(database: Database) -> Iterator[Syncing]:
    """Open a database for runs."""
    with pool_on(database.worker_url, 2, 4) as pool:
        work = PostgresUnitsOfWork(pool, VAULT)
        yield Syncing(work, database.superuser_url, MachineClock())  # type: ignore[arg-type]


def vacuumed(database: Database) -> None:
    """Leave nothing to be cleared away while something is measured."""
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")


def rows_written(syncing: Syncing, clients: int, night: int, path: Path) -> Path:
    """Write the rows of a night, mapped, as the references read them."""
    source = MadeUpSource(clients, night)
    reading = source.begin()
    position, first = None, 1
    with syncing.work.begin(SYSTEM) as tx:
        mapper = PageMapper.of(tx.sync_mappings.terms(Source.SNOWFLAKE))
    with path.open("w", encoding="utf-8") as out:
        while True:
            page = source.page(reading, position)
            mapped = mapper.map(enumerate(page.records, first))
            for share in stage_lines(mapped.rows, Numbers(), VAULT, lambda _: b""):
                out.write(share.replace(NO_MARK, "\n"))
            first += len(page.records)
            position = page.position
            if position is None:
                return path


def merged_by_dlt(bench: Bench, before: Path, rows: Path) -> dict[str, float]:
    """Let dlt merge the same rows into a table of its own, on the same server."""
    bench.cluster.create_database("bench_dlt")
    url = Database.on(bench.cluster, "bench_dlt").superuser_url
    items = [sys.executable, str(DLT), url, str(before), str(rows)]
    done = subprocess.run(items, capture_output=True, text=True, check=False)  # noqa: S603 — a program we chose
    bench.cluster.drop_database("bench_dlt")
    if done.returncode:
        raise SystemExit(done.stderr)
    click.echo(f"# dlt: {done.stdout.strip()}", err=True)
    values: dict[str, float] = json.loads(done.stdout)
    return values


def script(database: Database, rows: Path, psql: str) -> float:
    """Run the script."""
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603 — a program we chose
        [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(SCRIPT), database.worker_url],
        cwd=rows.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    click.echo("# " + done.stdout.strip().replace("\n", " "), err=True)
    return time.perf_counter() - began


@click.command()
@click.option("--clients", default=500_000, show_default=True)
@click.option("--psql", default="psql", show_default=True)
@click.option("--people/--no-people", default=True, help="Whether to measure updates beside it.")
@click.option("--dlt/--no-dlt", "dlt", default=True, help="Whether to measure dlt beside it.")
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/sync.json")
def main(*, clients: int, psql: str, people: bool, dlt: bool, path: Path) -> None:
    """Measure, print the lines and write them as JSON."""
    lines: list[Line] = []
    with servers.postgres() as cluster:
        bench = Bench(cluster, clients)
        bench.filled("bench_sync")
        folder = Path("/tmp/bench_sync")  # noqa: S108 — made here
        folder.mkdir(exist_ok=True)
        ours_on, theirs_on = (bench.copied("bench_sync", n) for n in ("bench_ours", "bench_script"))
        with opened(theirs_on) as syncing:
            before, rows = (
                rows_written(syncing, clients, night, folder / f"night_{night}.tsv")
                for night in (1, 2)
            )
        reference = script(theirs_on, rows, psql)
        with opened(ours_on) as syncing:
            job, ours = bench.run(syncing, 2)
            click.echo(f"# night 2: {summary(job)}", err=True)
            lines.append(
                Line("sync, changed, s beside psql", ours, reference, RATIO, at_least=False)
            )
            if dlt:
                by = merged_by_dlt(bench, before, rows)
                fair = min(took for how, took in by.items() if "with indexes" in how)
                lines.append(Line("sync, changed, s beside dlt", ours, fair, 1.0, at_least=False))
            vacuumed(ours_on)
            job, again = bench.run(syncing, 2)
            click.echo(f"# night 2 again: {summary(job)}", err=True)
            lines.append(
                Line("sync, unchanged, s beside changed", again, ours, UNCHANGED, at_least=False)
            )
        if people:
            bench.cluster.drop_database("bench_ours")
            p99, count, refused = beside_people(bench, bench.copied("bench_sync", "bench_people"))
            click.echo(f"# {count} updates, {refused} refused (rows that moved on)", err=True)
            lines.append(Line("updates beside a run, p99 ms", p99, None, P99_MS, at_least=False))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines.append(Line("memory of the process, MB", peak, None, MEMORY_MB, at_least=False))
    report(lines, path, **facts(clients=clients))


if __name__ == "__main__":
    main()
