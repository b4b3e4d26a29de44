"""Measure the lists: prints `name, ours, reference, ratio, target, holds` and writes it as JSON.

    .venv/bin/python bench/bench_reading.py --clients 500000 --branches 200 --periods 12

The same arguments make the same clients. Absolute figures are the machine's.
"""

from __future__ import annotations

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
from tests.support.reading_fixture import NOW, made_up, read_context, reader
from tests.support.servers import Database

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.ids import PersonId
from clientupdater.domain.permissions import Scope
from clientupdater.ports.client_filter import ClientFilter, StatusFilter
from clientupdater.ports.lists import ClientQuery, WorklistQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.domain.access import Actor
    from clientupdater.ports.read_models import ReadModels

TARGET_MS = 50.0
ROUNDS = 15
SEARCHES = ("santos", "juan san", "pen", "m", "dela zz", "C0000100")
FILTERS = {
    "first page": ClientFilter(),
    "status CALLED": ClientFilter(row=StatusFilter(status="CALLED")),
    "status DONE": ClientFilter(row=StatusFilter(status="DONE")),
    "PAR 30+": ClientFilter(par_status="tele_130"),
    "assigned officer": ClientFilter(assigned_to=PersonId(made_up("officer", 1))),
    "untouched": ClientFilter(row=StatusFilter(touched=False)),
    "status, PAR and product": ClientFilter(
        par_status="tele_130", product="PCNI_PNP", row=StatusFilter(status="CALLED")
    ),
    "PAR, officer and untouched": ClientFilter(
        par_status="tele_130",
        assigned_to=PersonId(made_up("officer", 1)),
        row=StatusFilter(touched=False),
    ),
    "loan status that nobody has": ClientFilter(loan_status="SOLD"),
}


@frozen
class Bench:
    """One reader at a time, on one connection; every page sets its row security."""

    work: PostgresUnitsOfWork
    actor: Actor
    who: str

    def lines(self) -> Iterator[tuple[str, float]]:
        """Measure all that is listed."""
        look = read_context(self.actor)
        yield self._timed("worklist", lambda r: r.worklist(WorklistQuery(), look))
        deep = self._hundredth()
        yield self._timed("worklist, 100th page", lambda r: r.worklist(deep, look))
        far = self._hundredth_of_clients()
        yield self._timed("clients, 100th page", lambda r: r.clients(far, look))
        for name, asked in FILTERS.items():
            query = ClientQuery(filter=asked)
            yield self._clients(f"clients, {name}", query)
        for q in SEARCHES:
            query = ClientQuery(q=q)
            yield self._clients(f"search {q!r}", query)
        # Options are cached for minutes, so they may take longer.
        yield self._timed("filter options", lambda r: r.filter_options(look))

    def _clients(self, name: str, query: ClientQuery) -> tuple[str, float]:
        return self._timed(name, lambda r: r.clients(query, read_context(self.actor)))

    def _timed(self, name: str, page: Callable[[ReadModels], object]) -> tuple[str, float]:
        taken = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            with self.work.read(read_context(self.actor).clients) as tx:
                page(tx.read_models)
            taken.append(time.perf_counter() - begun)
        return f"{self.who}: {name}", statistics.median(taken) * 1000

    def _hundredth(self) -> WorklistQuery:
        query, look = WorklistQuery(), read_context(self.actor)
        with self.work.read(look.statuses) as tx:
            for _ in range(99):
                page = tx.read_models.worklist(query, look)
                if page.after is None:
                    break
                query = WorklistQuery(after=page.after)
        return query

    def _hundredth_of_clients(self) -> ClientQuery:
        query, look = ClientQuery(), read_context(self.actor)
        with self.work.read(look.clients) as tx:
            for _ in range(99):
                page = tx.read_models.clients(query, look)
                if page.after is None:
                    break
                query = ClientQuery(after=page.after)
        return query


@click.command()
@click.option("--clients", default=500_000)
@click.option("--branches", default=200)
@click.option("--periods", default=12)
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/reading.json")
def main(clients: int, branches: int, periods: int, path: Path) -> None:
    """Fill a database of its own, then measure."""
    with servers.postgres() as cluster:
        cluster.create_database("bench_reading")
        database = Database.on(cluster, "bench_reading")
        maintenance = PostgresMaintenance(database.owner_url)
        maintenance.migrate()
        maintenance.seed()
        begun = time.perf_counter()
        BulkData(clients, branches, periods, NOW.date()).fill(database.superuser_url)
        click.echo(
            f"# {clients} clients, {branches} branches, {periods} periods, "
            f"made in {time.perf_counter() - begun:.0f} s"
        )
        about = facts(clients=clients, branches=branches, periods=periods)
        report(_measured(database, branches), path, **about)
        cluster.drop_database("bench_reading")


def _measured(database: Database, branches: int) -> Iterator[Line]:
    readers = {f"{n} branches": reader(Scope.BRANCH, n) for n in (10, 200, 2000) if n <= branches}
    with pool_on(database.worker_url) as pool:
        for who, actor in {**readers, "scope all": reader(Scope.ALL)}.items():
            for name, taken in Bench(PostgresUnitsOfWork(pool), actor, who).lines():
                yield Line(f"{name}, ms", taken, None, TARGET_MS, at_least=False)


if __name__ == "__main__":
    main()
