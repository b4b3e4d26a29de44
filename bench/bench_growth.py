"""Measure how rates change from a small database to a large one, both on one server.

    .venv/bin/python bench/bench_growth.py --small 50000 --large 1000000

The same server program stands in front of each; they are measured in turn, and of several rounds
the median counts. The number of branches is the same, so a user's scope grows with the database.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.http_load import Load, Wrk, median
from bench.http_world import User, business_day, our_server, postgres_in, world_on
from bench.lines import Line, facts, report
from tests.support.bulk_data import BulkData

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.http_world import World
    from bench.processes import Server

FEW, KEPT = 16, 0.6
WHAT = ("update", "page of 50", "clients by status", "search")

Loads = dict[str, dict[str, Load]]
"""By size, then by operation."""


def round_of(world: World, server: Server, user: User, seconds: int) -> dict[str, Load]:
    """Measure each operation once: rates from 16 connections, lists from one."""
    wrk, period = Wrk(server, user.token, seconds), world.periods["month"]
    return {
        "update": wrk.updates(world.targets(), FEW),
        "page of 50": wrk.reads("/worklist", FEW),
        "clients by status": wrk.reads(f"/clients?period={period}&status=CALLED", FEW),
        "search": wrk.reads("/clients/search", FEW, {"q": "santos"}),
    }


def lines(loads: Loads) -> Iterator[Line]:
    small, large = loads["small"], loads["large"]
    for what in WHAT:
        name = f"growth, {what}, 16 connections, 1/s, large beside small"
        yield Line(name, large[what].rate, small[what].rate, KEPT)


@click.command()
@click.option("--small", default=50_000, show_default=True)
@click.option("--large", default=1_000_000, show_default=True)
@click.option("--branches", default=200, show_default=True)
@click.option("--periods", default=12, show_default=True)
@click.option("--processes", default=2, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@click.option("--seconds", default=10, show_default=True, help="How long one run takes.")
@click.option(
    "--data",
    envvar="BENCH_DATA",
    type=click.Path(path_type=Path),
    help="A folder that keeps the databases.",
)
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/growth.json")
def main(  # noqa: PLR0913 — each is an option
    *,
    path: Path,
    data: Path | None,
    small: int,
    large: int,
    branches: int,
    periods: int,
    processes: int,
    rounds: int,
    seconds: int,
) -> None:
    """Measure both sizes, print the lines and write them as JSON.

    A folder given as --data keeps the databases for the next run.
    """
    user, sizes = User(10, of=branches), {"small": small, "large": large}
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_in(data))
        worlds, servers = {}, {}
        for name, clients in sizes.items():
            bulk = BulkData(clients, branches, periods, business_day())
            worlds[name] = world_on(postgres, bulk, [user, User(branches, of=branches)])
            url = worlds[name].database.app_url
            servers[name] = stack.enter_context(our_server(url, processes))
        taken: dict[str, list[dict[str, Load]]] = {name: [] for name in sizes}
        for number in range(1, rounds + 1):
            for name, world in worlds.items():
                taken[name].append(round_of(world, servers[name], user, seconds))
                for what, load in taken[name][-1].items():
                    click.echo(f"# round {number}: {name}, {what}: {load}", err=True)
    loads = {
        n: {what: median([r[what] for r in some]) for what in WHAT} for n, some in taken.items()
    }
    about = facts(**sizes, branches=branches, periods=periods, rounds=rounds, seconds=seconds)
    report(lines(loads), path, **about)


if __name__ == "__main__":
    main()
