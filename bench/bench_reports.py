"""Measure reports and their counts: prints `name, ours, reference, ratio, target, holds`, and JSON.

    .venv/bin/python bench/bench_reports.py --clients 500000

Each report is asked for over HTTP by one person who sees all clients, nothing cached. Beside the
dashboard stands a count of the same rows by an index that covers it. Updates with the counts'
triggers on and off take turns on one database and one server. Absolute figures are the machine's.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import psycopg
from attrs import frozen

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.http_load import Wrk, median
from bench.http_world import User, business_day, our_server, postgres_in, world_on
from bench.lines import Line, facts, report
from bench.reports_beside import COMPANY, OK, READER, let_read
from bench.requests_once import Caller
from tests.support.bulk_data import BulkData

from clientupdater.domain.periods import Cycle, Period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.http_load import Load
    from bench.http_world import World

FEW = 16
FEW_CALLS = 3
UPDATER = User(10)
COVERING = """
create index bench_covering on client_period_status (period, company_id)
include (status_type_id, exempt_cause, has_payment, is_terminal, contact_by, reason_id)
"""
COUNT = """
select
    status_type_id, exempt_cause is not null, has_payment, is_terminal, contact_by is not null,
    reason_id, count(*)
from client_period_status
where period = %s and company_id = (select id from companies where code = %s)
group by 1, 2, 3, 4, 5, 6
"""
RECOUNT = """
select t.code, count(*)
from client_period_status s
join clients c on c.id = s.client_id and c.deleted_at is null
join status_types t on t.id = s.status_type_id
where s.period = %s and c.company_id = (select id from companies where code = %s)
    and s.exempt_cause is null
group by t.code
"""
TRIGGERS = {
    "client_period_status": ("count_new_rows", "count_changed_row"),
    "clients": ("count_rows_of_changed_clients",),
}


@frozen
class Bench:
    """A full database, a server in front of it, and how often and long each thing is measured."""

    world: World
    base: Any
    seconds: int
    rounds: int
    only_updates: bool

    @property
    def reader(self) -> Wrk:
        return Wrk(self.base, READER.token, self.seconds)

    def lines(self) -> Iterator[Line]:
        if not self.only_updates:
            yield from self.reports()
        yield from self.updates()

    def reports(self) -> Iterator[Line]:
        yield from self.dashboard()
        for name, path in reports(self.world).items():
            taken = [self.once(path) for _ in range(FEW_CALLS)]
            slow = min(taken) * FEW_CALLS > self.seconds * 1e3
            typical = statistics.median(taken) if slow else self.median_of(path)
            yield Line(f"{name}, ms until the answer", typical, None, 300, at_least=False)

    def dashboard(self) -> Iterator[Line]:
        period = self.world.periods["month"]
        path = f"/dashboard/summary?company={COMPANY}&period={period}"
        with self.covering_index() as connection:
            taken = []
            for _ in range(9):
                begun = time.perf_counter()
                connection.execute(COUNT, (period, COMPANY)).fetchall()
                taken.append((time.perf_counter() - begun) * 1e3)
        yield Line(
            "dashboard beside a covering index",
            self.median_of(path),
            statistics.median(taken),
            1.3,
            at_least=False,
        )
        yield Line("dashboard, ms", self.median_of(path), None, 50, at_least=False)
        before = self.miscounted(path)
        load = self.update()
        yield Line("updates before the recount", load.requests)
        self.world.targets()  # waits until no request is under way
        # Updates with the counts off, in an earlier run, have left a difference that stays.
        after = self.miscounted(path)
        wrong = sum((after - before).values()) + sum((before - after).values())
        yield Line("rows miscounted after updates", wrong, None, 0, at_least=False)
        yield Line("dashboard after updates, ms", self.median_of(path), None, 50, at_least=False)

    def miscounted(self, path: str) -> Counter[str]:
        """Say by how much the dashboard shows more rows of a status than a recount."""
        period = self.world.periods["month"]
        shown = Caller(self.base, READER).get(path)["rows"]
        counted = dict(self.world.rows(RECOUNT, (period, COMPANY)))
        more = {each["key"]: each["figures"]["rows"]["value"] for each in shown}
        return Counter({key: rows - counted.get(key, 0) for key, rows in more.items()})

    def updates(self) -> Iterator[Line]:
        """Record updates from 16 connections, with the counts on and off in turn."""
        loads: dict[bool, list[Load]] = {True: [], False: []}
        for n in range(2 * self.rounds):
            on = n % 2 == 0
            self.switch(on=on)
            loads[on].append(self.update())
            click.echo(f"# counts {'on' if on else 'off'}: {loads[on][-1]}")
        self.switch(on=True)
        kept, without = median(loads[True]), median(loads[False])
        yield Line("updates/s with counts, without", kept.rate, without.rate, 0.95)
        yield Line("p95 of updates with counts, without", kept.p95, without.p95)

    def update(self) -> Load:
        wrk = Wrk(self.base, UPDATER.token, self.seconds)
        return wrk.updates(self.world.targets(), FEW)

    def median_of(self, path: str) -> float:
        return self.reader.reads(path, 1).p50

    def once(self, path: str) -> float:
        """Give the milliseconds of one request."""
        begun = time.perf_counter()
        status, _ = Caller(self.base, READER).call("GET", path)
        if status != OK:
            click.echo(f"# {path} is refused: {status}")
        return (time.perf_counter() - begun) * 1e3

    def switch(self, *, on: bool) -> None:
        with psycopg.connect(self.world.database.superuser_url) as connection:
            for table, triggers in TRIGGERS.items():
                for trigger in triggers:
                    verb = "enable" if on else "disable"
                    connection.execute(f"alter table {table} {verb} trigger {trigger}".encode())

    @contextmanager
    def covering_index(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.world.database.superuser_url, autocommit=True) as connection:
            connection.execute(COVERING)
            connection.execute("vacuum analyze client_period_status")
            yield connection
            connection.execute("drop index bench_covering")


def reports(world: World) -> dict[str, str]:
    """Name each report of a whole company, and its address."""
    month = world.periods["month"]
    last = Period.containing(world.today, Cycle.MONTHLY).previous
    staff = f"company={COMPANY}"
    base = f"company={COMPANY}&period={month}"
    names = {
        **{f"completion by {by}": f"completion?{base}&by={by}" for by in BY},
        "credit by branch": f"completion?{base}&view=credit",
        "credit by officer": f"completion?{base}&view=credit&by=officer",
        "trend": f"trend?{base}",
        "pace": f"pace?{base}",
        "balance": f"balance?{base}",
        "ageing": f"ageing?{base}",
        "untouched": f"untouched?{base}",
        "staff, day": f"staff?{staff}&by=day",
        "staff, week": f"staff?{staff}&by=week",
        "staff, period": f"staff?{base}&by=period",
        "staff, last period": f"staff?company={COMPANY}&period={last}&by=period",
    }
    return {name: f"/reports/{path}" for name, path in names.items()}


BY = ("branch", "area", "product", "pension_type", "officer")


@click.command()
@click.option("--clients", default=500_000, show_default=True)
@click.option("--branches", default=200, show_default=True)
@click.option("--periods", default=12, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@click.option("--seconds", default=3, show_default=True, help="How long one run takes.")
@click.option("--only-updates", is_flag=True, help="Leave the reports out.")
@click.option(
    "--data",
    envvar="BENCH_DATA",
    type=click.Path(path_type=Path),
    help="A folder that keeps the database.",
)
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/reports.json")
def main(
    *, path: Path, data: Path | None, rounds: int, seconds: int, only_updates: bool, **size: int
) -> None:
    """Measure everything, print the lines and write them as JSON."""
    with postgres_in(data) as postgres:
        world = world_on(postgres, BulkData(today=business_day(), **size), [UPDATER, READER])
        let_read(world, READER)
        with our_server(world.database.app_url, 2) as server:
            bench = Bench(world, server, seconds, rounds, only_updates)
            report(bench.lines(), path, **facts(**size, rounds=rounds, seconds=seconds))


if __name__ == "__main__":
    main()
