"""Measure pages of the audits: prints `name, ours, reference, ratio, target, holds`, and JSON.

    .venv/bin/python bench/bench_audits.py --rows 10000000

Each log gets so many entries, over ninety days. Absolute figures are the machine's.
"""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID, uuid4

import click
import psycopg
from attrs import evolve

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.http_world import postgres_in
from bench.lines import Line, facts, report
from tests.support.audit_bulk import RARE_ACTION, RARE_TABLE, fill_audits
from tests.support.pools import pool_on
from tests.support.reading_fixture import made_up
from tests.support.servers import Database

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.ids import ClientId, PersonId
from clientupdater.ports.audits import (
    ActivityQuery,
    AuditKey,
    AuditResult,
    AuthorizationQuery,
    ConfigurationAction,
    ConfigurationQuery,
)
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

Query: TypeAlias = ActivityQuery | ConfigurationQuery | AuthorizationQuery
TARGET_MS = 50.0
ROUNDS = 15
INDEXES = """
select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
from pg_index i
where i.indrelid in (
        'activity_logs'::regclass, 'config_audit_log'::regclass, 'authorization_audit'::regclass,
        'data_access_log'::regclass
    )
    and not i.indisprimary
"""
PERSON, NOBODY = PersonId(made_up("person", 1)), PersonId(uuid4())
CLIENT = ClientId(made_up("client", 7))
DEEP = AuditKey(datetime.fromisoformat("2026-08-25T00:00:00+08:00"), UUID(int=0))
"""Nearly the end of the log."""
QUERIES: dict[str, Query] = {
    "activity": ActivityQuery(),
    "activity, person": ActivityQuery(actor=PERSON),
    "activity, person without any": ActivityQuery(actor=NOBODY),
    "activity, client": ActivityQuery(client=CLIENT),
    "activity, frequent action": ActivityQuery(action="status.record"),
    "activity, rare action": ActivityQuery(action=RARE_ACTION),
    "activity, time": ActivityQuery(until=datetime.fromisoformat("2026-10-01T00:00:00+08:00")),
    "activity, person and rare action": ActivityQuery(actor=PERSON, action=RARE_ACTION),
    "activity, person and client": ActivityQuery(actor=NOBODY, client=CLIENT),
    "config": ConfigurationQuery(),
    "config, person": ConfigurationQuery(actor=PERSON),
    "config, table": ConfigurationQuery(table="branches"),
    "config, rare table": ConfigurationQuery(table=RARE_TABLE),
    "config, record": ConfigurationQuery(table="branches", record="B7"),
    "config, rare action": ConfigurationQuery(action=ConfigurationAction.DELETE),
    "config, person and rare action": ConfigurationQuery(
        actor=PERSON, action=ConfigurationAction.DELETE
    ),
    "authorization": AuthorizationQuery(),
    "authorization, person": AuthorizationQuery(actor=PERSON),
    "authorization, subject without any": AuthorizationQuery(subject=NOBODY),
    "authorization, client": AuthorizationQuery(client=CLIENT),
    "authorization, rare permission": AuthorizationQuery(permission="jobs:manage"),
    "authorization, rare result": AuthorizationQuery(result=AuditResult.REVOKED),
    "authorization, person and rare result": AuthorizationQuery(
        actor=PERSON, result=AuditResult.REVOKED
    ),
}


@click.command()
@click.option("--rows", default=10_000_000)
@click.option(
    "--data",
    envvar="BENCH_DATA",
    type=click.Path(path_type=Path),
    help="A folder for the database.",
)
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/audits.json")
def main(rows: int, data: Path | None, path: Path) -> None:
    """Fill a database of its own, then measure."""
    with postgres_in(data) as postgres:
        cluster = postgres.cluster
        cluster.drop_database("bench_audits")
        cluster.create_database("bench_audits")
        database = Database.on(cluster, "bench_audits")
        maintenance = PostgresMaintenance(database.owner_url)
        maintenance.migrate()
        maintenance.seed()
        begun = time.perf_counter()
        with indexed_afterwards(database.superuser_url):
            fill_audits(database.superuser_url, rows)
        click.echo(f"# {rows} entries in each log, made in {time.perf_counter() - begun:.0f} s")
        report(_measured(database), path, **facts(rows=rows))
        cluster.drop_database("bench_audits")


@contextmanager
def indexed_afterwards(url: str) -> Iterator[None]:
    """Build the indexes of the logs once, when the rows are there."""
    with psycopg.connect(url, autocommit=True) as connection:
        items = connection.execute(INDEXES).fetchall()
        for name, _ in items:
            connection.execute(f"drop index {name}".encode())
        yield
        connection.execute("set maintenance_work_mem = '1GB'")
        for _, definition in items:
            connection.execute(definition.encode())
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")


def _measured(database: Database) -> Iterator[Line]:
    with pool_on(database.worker_url) as pool:
        work = PostgresUnitsOfWork(pool)
        for name, query in QUERIES.items():
            for page, asked in (("first page", query), ("deep page", evolve(query, after=DEEP))):
                taken = _timed(work, asked)
                yield Line(f"{name}, {page}, ms", taken, None, TARGET_MS, at_least=False)


def _timed(work: PostgresUnitsOfWork, query: Query) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        with work.read(SYSTEM) as tx:
            if isinstance(query, ActivityQuery):
                tx.audits.activity(query)
            elif isinstance(query, ConfigurationQuery):
                tx.audits.configuration(query)
            else:
                tx.audits.authorization(query)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1000


if __name__ == "__main__":
    main()
