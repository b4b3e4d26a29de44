"""Measure what verified scopes cost: CPU of the database's process and of ours, for each read.

    .venv/bin/python bench/bench_signing.py --clients 50000 --branches 2000

One database is read in turn with scopes that it verifies (ours) and with scopes that it believes
(reference).
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.lines import Line, facts, report
from tests.support import servers
from tests.support.bulk_data import BulkData
from tests.support.pools import pool_on
from tests.support.reading_fixture import NOW, read_context, reader
from tests.support.servers import Database
from tests.support.signed_scopes import SIGNER, verify_scopes

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.permissions import Scope
from clientupdater.ports.lists import ClientQuery, WorklistQuery
from clientupdater.ports.unit_of_work import NO_CLIENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.domain.access import Actor
    from clientupdater.ports.lists import ReadContext
    from clientupdater.ports.read_models import ReadModels

_TICKS = os.sysconf("SC_CLK_TCK")


@frozen
class Side:
    """One connection, and its process in the server."""

    work: PostgresUnitsOfWork
    process: int
    generation: int

    @classmethod
    def over(cls, work: PostgresUnitsOfWork) -> Side:
        with work.begin(NO_CLIENTS) as tx:
            return cls(work, tx.connection.info.backend_pid, tx.settings.generation)

    def cpu(
        self, actor: Actor, page: Callable[[ReadModels, ReadContext], object], times: int
    ) -> Cpu:
        """Read a page so often; give the milliseconds of one, there and here."""
        look = read_context(actor)
        before, here = _ticks(self.process), time.process_time()
        for _ in range(times):
            with self.work.read(look.clients, self.generation) as tx:
                page(tx.read_models, look)
        after, now = _ticks(self.process), time.process_time()
        return Cpu((after - before) / _TICKS / times * 1000, (now - here) / times * 1000)


@frozen
class Cpu:
    database: float
    ours: float


def _ticks(process: int) -> int:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


@click.command()
@click.option("--clients", default=50_000)
@click.option("--branches", default=2_000)
@click.option("--rounds", default=7)
@click.option("--times", default=300)
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/signing.json")
def main(clients: int, branches: int, rounds: int, times: int, path: Path) -> None:
    """Fill a database of its own, then measure."""
    with servers.postgres() as cluster:
        cluster.create_database("bench_signing")
        database = Database.on(cluster, "bench_signing")
        maintenance = PostgresMaintenance(database.owner_url)
        maintenance.migrate()
        maintenance.seed()
        BulkData(clients, branches, 2, NOW.date()).fill(database.superuser_url)
        cluster.create_database("bench_believed", template="bench_signing")
        verify_scopes(database)
        believed = Database.on(cluster, "bench_believed")
        about = facts(clients=clients, branches=branches, rounds=rounds, times=times)
        report(_lines(database, believed, branches, rounds, times), path, **about)


def _lines(
    verified: Database, believed: Database, branches: int, rounds: int, times: int
) -> Iterator[Line]:
    readers = {f"{n} branches": reader(Scope.BRANCH, n) for n in (10, 2_000) if n <= branches}
    pages: dict[str, Callable[[ReadModels, ReadContext], object]] = {
        "worklist": lambda models, look: models.worklist(WorklistQuery(), look),
        "clients": lambda models, look: models.clients(ClientQuery(), look),
    }
    with (
        pool_on(verified.app_url) as one,
        pool_on(believed.app_url) as other,
    ):
        sides = (
            Side.over(PostgresUnitsOfWork(one, signer=SIGNER)),
            Side.over(PostgresUnitsOfWork(other)),
        )
        for who, actor in {**readers, "scope all": reader(Scope.ALL)}.items():
            for name, page in pages.items():
                yield from _compared(f"{who}: {name}", sides, actor, page, rounds, times)


def _compared(
    name: str,
    sides: tuple[Side, Side],
    actor: Actor,
    page: Callable[[ReadModels, ReadContext], object],
    rounds: int,
    times: int,
) -> Iterator[Line]:
    items = [[side.cpu(actor, page, times) for side in sides] for _ in range(rounds)]
    for where in ("database", "ours"):
        signed, plain = (
            statistics.median(getattr(each[side], where) for each in items) for side in (0, 1)
        )
        yield Line(f"{name}, CPU of {where}, ms", signed, plain)


if __name__ == "__main__":
    main()
