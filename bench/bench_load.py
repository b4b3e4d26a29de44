"""Find the highest rate of an office's requests that the server holds while syncs go on.

    .venv/bin/python bench/bench_load.py --clients 500000

1,000 users with sessions of their own send 80 % reads, 15 % searches and 5 % updates, whether or
not earlier requests are answered (open model). A rate holds if p95 stays below 200 ms, p99 below
500 ms and errors below 0.1 %. The rate doubles until it does not hold; then the step between is
halved. Meanwhile the project's own command syncs the same clients from CSV files, again and again.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click
from attrs import frozen

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.csv_sync import Syncs, syncs
from bench.http_world import User, World, business_day, our_server, postgres_in, world_on
from bench.lines import Line, facts, report
from bench.open_load import LoadPlan, OpenResult, drive
from bench.processes import cpu_seconds
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
            f" {result.conflicts}; cores: {cores}; syncs begun {self.syncs}"
        )


@frozen
class Bench:
    """A full database, the server in front of it, its users, and the syncs beside them."""

    world: World
    server: Server
    users: Sequence[User]
    syncs: Syncs | None
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
        before, runs = self._cpu(), self.syncs.runs if self.syncs else 0
        result = drive(plan)
        wall = plan.warm_up + plan.seconds
        cores = {name: (now - before[name]) / wall for name, now in self._cpu().items()}
        cores["generator"] = result.generator_cores
        step = Step(result, cores, (self.syncs.runs if self.syncs else 0) - runs)
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

    def _cpu(self) -> dict[str, float]:
        return {
            "server": self.server.cpu_seconds,
            "PostgreSQL": cpu_seconds(self.world.postgres.pid),
            "sync": self.syncs.cpu_seconds if self.syncs else 0.0,
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
    shown = {"holds": step.holds, "cores": step.cores, "syncs": step.syncs}
    return {**attrs.asdict(step.result), **shown}


@click.command()
@click.option("--clients", default=500_000, show_default=True)
@click.option("--branches", default=200, show_default=True)
@click.option("--periods", default=12, show_default=True)
@click.option("--processes", default=2, show_default=True)
@click.option("--seconds", default=30, show_default=True, help="How long one rate is held.")
@click.option("--rate", default=20.0, show_default=True, help="The first rate.")
@click.option("--most", default=640.0, show_default=True, help="The highest rate to try.")
@click.option("--sync/--no-sync", default=True, show_default=True)
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
    **size: int,
) -> None:
    """Find the rate, print the lines and write them as JSON with every step.

    A folder given as --data keeps the database for the next run.
    """
    branches = size["branches"]
    users = [
        User(BRANCHES_OF_USER, 1 + n * 7 % branches, branches, number=n + 1) for n in range(USERS)
    ]
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_in(data))
        bulk = BulkData(today=business_day(), **size)
        world = world_on(postgres, bulk, [User(BRANCHES_OF_USER), User(branches)])
        world.add(users)
        running = stack.enter_context(syncs(world)) if sync else None
        server = stack.enter_context(our_server(world.database.app_url, processes))
        steps = search(Bench(world, server, users, running, seconds), rate, most)
    about = facts(**size, processes=processes, seconds=seconds, users=USERS, sync=sync)
    report(lines(steps), path, **about, steps=[as_json(each) for each in steps])


if __name__ == "__main__":
    main()
