"""Measure exports: prints `name, ours, reference, ratio, target, holds` and writes it as JSON.

    .venv/bin/python bench/bench_export.py --clients 500000 --workbook 100000

CSV against psql's \\copy of the same statement, to a file as well; a workbook against xlsxwriter in
constant memory over the same rows. Ours is the whole job: judged, counted, with its cover, brought
to the disk. Each goes in turn, in a process of its own that has made a small one before; memory is
what it grew by since. The least of some rounds counts, and absolute figures are the machine's.
"""

from __future__ import annotations

import multiprocessing
import re
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import attrs
import click
import psycopg
import xlsxwriter
from attrs import frozen

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.lines import Line, facts, report
from tests.support import servers
from tests.support.builders import MANILA
from tests.support.bulk_data import BulkData
from tests.support.export_fixture import attempt_at, export_writer
from tests.support.pools import pool_on
from tests.support.reading_fixture import NOW
from tests.support.servers import Database
from tests.support.staff_fixture import staffed

from clientupdater.adapters.files.local import LocalFileStore
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.callers import Caller
from clientupdater.domain.exports import EMPTY, ExportFormat, ExportType, Kind, chosen_columns
from clientupdater.domain.ids import PersonId
from clientupdater.ports.client_filter import ClientFilter
from clientupdater.ports.exports import ExportRequest, TableRequest
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.exports.authorization import scopes_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.adapters.postgres.read_models.tables import PostgresTable
    from clientupdater.domain.access import Actor

MOST_MB = 64.0
FEW = ClientFilter(branch="B1")
_spawning = multiprocessing.get_context("spawn")


@frozen
class ExportBench:
    """A database full of clients, and a user who may see all of them."""

    database: Database
    person: UUID

    def ours(self, folder: str, form: ExportFormat, *, few: bool) -> None:
        """Do the whole job."""
        with staffed(self.database, MANILA) as staff:
            exporting, request = staff.app, request_of(form, few=few)
            with exporting.exports.work.begin(SYSTEM) as tx:
                actor = require_actor(tx.people.actor(PersonId(self.person)))
            export = exporting.exports.create(Caller(actor), request)
            write = attrs.evolve(export_writer(exporting), files=LocalFileStore(Path(folder)))
            write(attempt_at(export.id))

    def xlsxwriter(self, folder: str, _: ExportFormat, *, few: bool) -> None:
        """Write the same rows by the library, holding one of them at a time."""
        values = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with self.table(request_of(ExportFormat.XLSX, few=few)) as (request, table):
            book = xlsxwriter.Workbook(f"{folder}/reference.xlsx", values)
            sheet = book.add_worksheet()
            with closing(table.rows()) as result:
                at = 0
                for rows in result:
                    for row in rows:
                        _fill(sheet, at, row, tuple(request.kinds.values()))
                        at += 1
            book.close()

    @contextmanager
    def table(self, request: ExportRequest) -> Iterator[tuple[ExportRequest, PostgresTable]]:
        """Look at the table of an export."""
        with pool_on(self.database.worker_url, 1, 2) as pool:
            work = PostgresUnitsOfWork(pool)
            with work.begin(SYSTEM) as tx:
                actor = require_actor(tx.people.actor(PersonId(self.person)))
            result = scopes_for(actor, request)
            look = TableRequest(
                request=request, scopes=result, today=NOW.date(), now=NOW, zone=MANILA
            )
            with work.snapshot(result[-1]) as open_table:
                yield request, cast("PostgresTable", open_table(look))

    def psql(self, folder: str) -> float:
        """Copy the same statement by psql; give how long it takes, its start left in."""
        with (
            self.table(request_of(ExportFormat.CSV, few=False)) as (_, table),
            psycopg.connect(self.database.superuser_url) as connection,
        ):
            cursor = psycopg.ClientCursor(connection)
            statement = cursor.mogrify(table.statement("csv").encode(), table.params)
        copy = f"\\copy ({' '.join(statement.split())}) to '{folder}/reference.csv' csv"
        begun = time.perf_counter()
        subprocess.run(  # noqa: S603 — a statement of ours
            ["psql", "-q", self.database.superuser_url, "-c", copy],  # noqa: S607
            check=True,
        )
        return time.perf_counter() - begun


def require_actor(actor: Actor | None) -> Actor:
    if actor is None:
        raise LookupError
    return actor


def _fill(sheet: Any, at: int, row: tuple[str, ...], kinds: tuple[Kind, ...]) -> None:
    for column, (value, kind) in enumerate(zip(row, kinds, strict=True)):
        if value == EMPTY:
            continue
        if kind in {Kind.TEXT, Kind.MOMENT}:
            sheet.write_string(at, column, value)
        elif kind is Kind.TRUTH:
            sheet.write_boolean(at, column, value == "1")
        else:
            sheet.write_number(at, column, float(value))


def request_of(form: ExportFormat, *, few: bool) -> ExportRequest:
    return ExportRequest(
        type=ExportType.CLIENTS,
        format=form,
        filter=FEW if few else ClientFilter(),
        columns=chosen_columns(ExportType.CLIENTS, ()),
    )


def measure_here(
    bench: ExportBench, name: str, form: ExportFormat, folder: str, result: Any
) -> None:
    """Do it in this process: a small one first, so that what is loaded once is loaded."""
    do: Callable[..., None] = getattr(bench, name)
    do(folder, form, few=True)
    before = memory_mb("VmRSS")
    # Reset the peak: loading took more memory than the process has now.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    begun = time.perf_counter()
    do(folder, form, few=False)
    taken = time.perf_counter() - begun
    result.send((taken, memory_mb("VmHWM") - before))


def memory_mb(which: str) -> float:
    """Read the memory of this process (VmRSS), or its peak (VmHWM), in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    match = re.search(rf"{which}:\s+(\d+) kB", status)
    return int(match[1]) / 1024 if match else 0.0


def measured(bench: ExportBench, name: str, form: ExportFormat, folder: str) -> tuple[float, float]:
    """Give how long it took, in seconds, and by how much memory grew, in MB."""
    here, there = _spawning.Pipe()
    child = _spawning.Process(target=measure_here, args=(bench, name, form, folder, there))
    child.start()
    there.close()
    items: tuple[float, float] = here.recv()
    child.join()
    return items


@contextmanager
def filled_database(clients: int, branches: int) -> Iterator[ExportBench]:
    """Fill a database of its own."""
    with servers.postgres() as cluster:
        name = f"bench_export_{clients}"
        cluster.create_database(name)
        database = Database.on(cluster, name)
        maintenance = PostgresMaintenance(database.owner_url)
        maintenance.migrate()
        maintenance.seed()
        BulkData(clients, branches, 1, NOW.date()).fill(database.superuser_url)
        with psycopg.connect(database.superuser_url, autocommit=True) as connection:
            connection.execute("vacuum analyze clients")
        with staffed(database, MANILA) as staff:
            person = staff.hire("reports:export all", "clients:read all")
        yield ExportBench(database, person)
        cluster.drop_database(name)


@click.command()
@click.option("--clients", default=500_000)
@click.option("--workbook", default=100_000)
@click.option("--branches", default=200)
@click.option("--rounds", default=3)
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/export.json")
def main(clients: int, workbook: int, branches: int, rounds: int, path: Path) -> None:
    """Fill two databases, then measure."""
    with tempfile.TemporaryDirectory() as folder:
        with filled_database(clients, branches) as bench:
            result = _csv(bench, folder, clients, rounds)
        with filled_database(workbook, branches) as bench:
            result += _xlsx(bench, folder, workbook, rounds)
    report(result, path, **facts(clients=clients, workbook=workbook, rounds=rounds))


def _csv(bench: ExportBench, folder: str, clients: int, rounds: int) -> list[Line]:
    name, ours, reference = f"{clients} x 20 to CSV", [], []
    for _ in range(rounds):
        reference.append(bench.psql(folder))
        ours.append(measured(bench, "ours", ExportFormat.CSV, folder))
        _clear(folder)
    taken, least = min(seconds for seconds, _ in ours), min(reference)
    items = [Line(f"{name}, s", taken, least, 1.5, at_least=False)]
    return [*items, _memory(name, ours)]


def _xlsx(bench: ExportBench, folder: str, clients: int, rounds: int) -> list[Line]:
    name, ours, reference = f"{clients} x 20 to XLSX", [], []
    for _ in range(rounds):
        reference.append(measured(bench, "xlsxwriter", ExportFormat.XLSX, folder)[0])
        ours.append(measured(bench, "ours", ExportFormat.XLSX, folder))
        _clear(folder)
    taken, least = min(seconds for seconds, _ in ours), min(reference)
    items = [Line(f"{name}, s", taken, least, 0.25, at_least=False)]
    return [*items, _memory(name, ours)]


def _memory(name: str, ours: list[tuple[float, float]]) -> Line:
    grown = max(megabytes for _, megabytes in ours)
    return Line(f"{name}, MB grown", grown, None, MOST_MB, at_least=False)


def _clear(folder: str) -> None:
    for path in Path(folder).iterdir():
        path.unlink()


if __name__ == "__main__":
    main()
