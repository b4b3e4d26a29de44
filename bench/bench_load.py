"""Find the highest rate of an office's requests that the server holds while syncs go on.

    .venv/bin/python bench/bench_load.py --clients 500000

1,000 users with sessions of their own send 80 % reads, 15 % searches and 5 % updates, whether or
not earlier requests are answered (open model). A rate holds if p95 stays below 200 ms, p99 below
500 ms and errors below 0.1 %. The rate doubles until it does not hold; then the step between is
halved. Meanwhile the project's own command syncs the same clients from CSV files, again and again.

    .venv/bin/python bench/bench_load.py --everything

puts PgBouncer in transaction mode between server and database, a streaming replica beside the
database, which answers reports meanwhile, and Redis beside the server.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click
from attrs import frozen

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.csv_sync import Syncs, syncs
from bench.deployment import Deployment, Parts, deployment
from bench.http_world import User, World, business_day, our_server, postgres_in, world_on
from bench.lines import Line, facts, report
from bench.open_load import LoadPlan, OpenResult, drive
from bench.processes import cpu_seconds
from bench.reports_beside import Reports, reports_beside
from tests.support.bulk_data import BulkData

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.processes import Server

P95_MS, P99_MS, ERRORS, RATE = 200.0, 500.0, 0.001, 60.0
USERS, BRANCHES_OF_USER, HALVINGS = 1000, 10, 3
ROWS = """
select substr(b.code, 2)::int, c.client_code, s.period, s.version
from client_period_status s
join clients c on c.id = s.client_id
join branches b on b.id = s.home_branch_id
where s.is_open and s.next_follow_up_on is null and s.period = any(%s)
order by random()
limit 20000
"""


@frozen
class Step:
    """One rate, and the cores that it took."""

    result: OpenResult
    cores: dict[str, float]
    syncs: int
    reports: int

    @property
    def holds(self) -> bool:
        result = self.result
        return result.p95 < P95_MS and result.p99 < P99_MS and result.error_share < ERRORS

    def __str__(self) -> str:
        result = self.result
        cores = ", ".join(f"{name} {used:.2f}" for name, used in self.cores.items())
        return (
            f"{result.rate:.0f}/s {'holds' if self.holds else 'DOES NOT HOLD'}: p50"
            f" {result.p50:.0f}, p95 {result.p95:.0f}, p99 {result.p99:.0f} ms, errors"
            f" {result.errors} of {result.due} (dropped {result.dropped}), conflicts"
            f" {result.conflicts}; cores: {cores}; syncs begun {self.syncs},"
            f" reports read {self.reports}"
        )


@frozen
class Bench:
    """A full database, the server in front of it, its users, and what goes on beside them."""

    world: World
    deployment: Deployment
    server: Server
    users: Sequence[User]
    syncs: Syncs | None
    reports: Reports | None
    seconds: int

    def step(self, rate: float) -> Step:
        """Send requests at one rate for a while."""
        plan = LoadPlan(
            base=self.server.base,
            tokens=[user.token for user in self.users],
            targets=self._targets(),
            period=self.world.periods["month"],
            rate=rate,
            seconds=self.seconds,
        )
        before, (runs, read) = self._cpu(), self._beside()
        result = drive(plan)
        wall = plan.warm_up + plan.seconds
        cores = {name: (now - before[name]) / wall for name, now in self._cpu().items()}
        cores["generator"] = result.generator_cores
        runs_now, read_now = self._beside()
        step = Step(result, cores, runs_now - runs, read_now - read)
        click.echo(f"# {step}", err=True)
        return step

    def _targets(self) -> list[tuple[int, tuple[str, str, int]]]:
        """Choose rows to update, each with a user of its branch."""
        by_branch = {n: at for at, user in enumerate(self.users) for n in user.branch_numbers}
        rows = self.world.rows(ROWS, (list(self.world.periods.values()),))
        return [
            (by_branch[branch], (code, period, version))
            for branch, code, period, version in rows
            if branch in by_branch
        ]

    def _beside(self) -> tuple[int, int]:
        """Count the syncs that began and the reports that were read so far."""
        return (
            self.syncs.runs if self.syncs else 0,
            self.reports.answered if self.reports else 0,
        )

    def _cpu(self) -> dict[str, float]:
        around = self.deployment.processes
        return {
            "server": self.server.cpu_seconds,
            "PostgreSQL": cpu_seconds(self.world.postgres.pid),
            "sync": self.syncs.cpu_seconds if self.syncs else 0.0,
            **{name: cpu_seconds(pid) for name, pid in around.items()},
        }


def search(bench: Bench, rate: float, most: float) -> list[Step]:
    """Double the rate until it does not hold, then halve the step between."""
    steps = [bench.step(rate)]
    while steps[-1].holds and steps[-1].result.rate < most:
        steps.append(bench.step(min(most, steps[-1].result.rate * 2)))
    for _ in range(HALVINGS):
        failed = min((s.result.rate for s in steps if not s.holds), default=None)
        if failed is None:
            break
        steps.append(bench.step((_highest(steps) + failed) / 2))
    return steps


def _highest(steps: list[Step]) -> float:
    """Give the highest rate below every rate that does not hold."""
    failed = min((s.result.rate for s in steps if not s.holds), default=float("inf"))
    return max((s.result.rate for s in steps if s.holds and s.result.rate < failed), default=0.0)


def lines(steps: list[Step]) -> Iterator[Line]:
    highest = _highest(steps)
    yield Line("open model, highest rate that holds, 1/s", highest, None, RATE)
    for step in sorted(steps, key=lambda each: each.result.rate):
        if step.result.rate == highest:
            result = step.result
            at = f"open model at {highest:.0f}/s"
            yield Line(f"{at}, p95 ms", result.p95, None, P95_MS, at_least=False)
            yield Line(f"{at}, p99 ms", result.p99, None, P99_MS, at_least=False)
            yield Line(f"{at}, errors in 1,000", result.error_share * 1000, None, 1, at_least=False)
            for name, used in step.cores.items():
                yield Line(f"{at}, cores: {name}", used)


def as_json(step: Step) -> dict[str, Any]:
    shown = {"holds": step.holds, "cores": step.cores}
    return {**attrs.asdict(step.result), **shown, "syncs": step.syncs, "reports": step.reports}


@click.command()
@click.option("--clients", default=500_000, show_default=True)
@click.option("--branches", default=200, show_default=True)
@click.option("--periods", default=12, show_default=True)
@click.option("--processes", default=2, show_default=True)
@click.option("--seconds", default=30, show_default=True, help="How long one rate is held.")
@click.option("--rate", default=20.0, show_default=True, help="The first rate.")
@click.option("--most", default=640.0, show_default=True, help="The highest rate to try.")
@click.option("--sync/--no-sync", default=True, show_default=True)
@click.option("--pooler", is_flag=True, help="PgBouncer between server and database.")
@click.option("--replica", is_flag=True, help="A streaming replica, and reports that it answers.")
@click.option("--redis", is_flag=True, help="Redis beside the server.")
@click.option("--everything", is_flag=True, help="All three of them.")
@click.option(
    "--data",
    envvar="BENCH_DATA",
    type=click.Path(path_type=Path),
    help="A folder that keeps the database.",
)
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/load.json")
def main(
    *,
    path: Path,
    data: Path | None,
    processes: int,
    seconds: int,
    rate: float,
    most: float,
    sync: bool,
    everything: bool,
    **others: int,
) -> None:
    """Find the rate, print the lines and write them as JSON with every step.

    A folder given as --data keeps the database for the next run.
    """
    size = {name: others[name] for name in ("clients", "branches", "periods")}
    around = {name: everything or bool(others[name]) for name in ("pooler", "replica", "redis")}
    branches = size["branches"]
    users = [
        User(BRANCHES_OF_USER, 1 + n * 7 % branches, branches, number=n + 1) for n in range(USERS)
    ]
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_in(data))
        bulk = BulkData(today=business_day(), **size)
        world = world_on(postgres, bulk, [User(BRANCHES_OF_USER), User(branches)])
        world.add(users)
        parts = stack.enter_context(deployment(world, Parts(**around), data))
        running = stack.enter_context(syncs(world)) if sync else None
        server = stack.enter_context(our_server(parts.url, processes, **parts.settings))
        beside = reports_beside(world, server, parts.replica) if parts.replica else nullcontext()
        reports = stack.enter_context(beside)
        around["signed_scopes"] = bool(world.rows("select from scope_keys"))
        steps = search(Bench(world, parts, server, users, running, reports, seconds), rate, most)
    about = facts(**size, **around, processes=processes, seconds=seconds, users=USERS, sync=sync)
    report(lines(steps), path, **about, steps=[as_json(each) for each in steps])


if __name__ == "__main__":
    main()
