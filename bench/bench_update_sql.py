"""Measure the bare update on two schemas in turn: prints a table, and writes it as JSON.

    .venv/bin/python bench/bench_update_sql.py --clients 500000 --before 32

One database has all migrations, its copy those up to `--before`. pgbench runs updates.sql against
both: every row once, in random order, then the same rows again with the same status. Each run
begins with a checkpoint, after which the first change of a page puts the whole page into the WAL.
Rates and CPU depend on what else the machine does; WAL and the share of updates that leave every
index alone (HOT) do not.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import psycopg
from attrs import asdict, frozen

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.http_world import User, World, business_day, postgres_in, world_on
from tests.support.bulk_data import BulkData

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance

if TYPE_CHECKING:
    from collections.abc import Iterator

READER = User(50)
CONNECTIONS = 16
SCRIPT = Path(__file__).with_name("updates.sql")
EACH_ONCE = "\\set i :i + 1\n\\set n :first + :client_id * :each + :i"
COUNTERS = """
select
    pg_current_wal_lsn() - '0/0'::pg_lsn,
    pg_stat_get_tuples_updated('client_period_status'::regclass),
    pg_stat_get_tuples_hot_updated('client_period_status'::regclass)
"""


@frozen
class Counters:
    """What a server has used until now."""

    cpu_s: float
    wal: float
    updates: int
    hot_updates: int


@frozen
class Cost:
    """What one update takes."""

    per_second: float
    cpu_us: float
    wal_bytes: float
    hot_share: float


@frozen
class Schema:
    """One of the databases."""

    name: str
    world: World

    def update(self, first: int, each: int) -> Cost:
        """Update rows, each connection as many of its own."""
        with psycopg.connect(self.world.database.superuser_url, autocommit=True) as connection:
            connection.execute("checkpoint")
            before = counters(connection)
            per_second = self._pgbench(first, each)
            time.sleep(1)  # what a connection did is counted when it has ended
            after = counters(connection)
        count = CONNECTIONS * each
        return Cost(
            per_second,
            (after.cpu_s - before.cpu_s) / count * 1e6,
            (after.wal - before.wal) / count,
            (after.hot_updates - before.hot_updates) / (after.updates - before.updates),
        )

    def _pgbench(self, first: int, each: int) -> float:
        values = {"first": first, "each": each, "i": 0, **self.world.caller(READER)}
        variables = [word for name, value in values.items() for word in ("-D", f"{name}={value}")]
        script = SCRIPT.read_text().replace("\\set n random(1, :targets)", EACH_ONCE)
        done = subprocess.run(  # noqa: S603 — a program we chose
            [
                *(shutil.which("pgbench") or "pgbench", "-n", "-M", "prepared", "-f", "-"),
                *("-c", str(CONNECTIONS), "-j", "2", "-t", str(each)),
                *(*variables, self.world.database.app_url),
            ],
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        return float(done.stdout.split("tps = ")[1].split()[0])


def counters(connection: psycopg.Connection[Any]) -> Counters:
    """Read them; of the processes that PostgreSQL has started, those that ended count."""
    connection.execute("select pg_stat_clear_snapshot()")
    [row] = connection.execute(COUNTERS).fetchall()
    backend = Path(f"/proc/{connection.info.backend_pid}/stat").read_text()
    server = Path(f"/proc/{backend.rsplit(')', 1)[1].split()[1]}/stat").read_text()
    user, system = server.rsplit(")", 1)[1].split()[13:15]
    return Counters((int(user) + int(system)) / os.sysconf("SC_CLK_TCK"), float(row[0]), *row[1:])


def copied(full: World, last: int) -> World:
    """Copy the database, and take the migrations after the last one back."""
    before = full.copy(f"{full.database.name}_before")
    maintenance = PostgresMaintenance(before.database.owner_url)
    maintenance.rollback(sum(each.version > last for each in maintenance.status()))
    with psycopg.connect(before.database.superuser_url, autocommit=True) as connection:
        connection.execute("vacuum (full, analyze) client_period_status")
        connection.execute("vacuum analyze")
    return before


def measured(schemas: list[Schema], rounds: int, each: int) -> Iterator[dict[str, Any]]:
    """Update each row once and again, on the schemas in turn."""
    costs: dict[tuple[str, str], list[Cost]] = {}
    for n in range(rounds):
        for what in ("the first of a row", "again, with the same status"):
            for schema in schemas[:: 1 if n % 2 else -1]:
                cost = schema.update(n * CONNECTIONS * each, each)
                costs.setdefault((what, schema.name), []).append(cost)
    for (what, name), values in sorted(costs.items()):
        figures = [asdict(each) for each in values]
        medians = {key: statistics.median(each[key] for each in figures) for key in figures[0]}
        yield {"update": what, "schema": name, **medians}


@click.command()
@click.option("--clients", default=500_000)
@click.option("--before", default=32, help="The last migration of the other schema.")
@click.option("--rounds", default=5)
@click.option("--each", default=300, help="Updates of a connection in a round.")
@click.option("--out", default="bench/update_sql.json", type=click.Path(path_type=Path))
def main(clients: int, before: int, rounds: int, each: int, out: Path) -> None:
    """Fill a database of its own, copy it, then measure."""
    with postgres_in(None) as postgres:
        data = BulkData(clients, branches=200, periods=12, today=business_day())
        full = world_on(postgres, data, [READER])
        schemas = [Schema("after", full), Schema("before", copied(full, before))]
        lines = list(measured(schemas, rounds, each))
    click.echo("update, schema, 1/s, CPU µs, WAL bytes, HOT share")
    for line in lines:
        click.echo(
            f"{line['update']}, {line['schema']}, {line['per_second']:.0f}, "
            f"{line['cpu_us']:.0f}, {line['wal_bytes']:.0f}, {line['hot_share']:.2f}"
        )
    out.write_text(json.dumps(lines, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
