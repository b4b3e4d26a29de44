"""Compare the HTTP server with peers on the same schema, and with bare SQL.

    .venv/bin/python bench/bench_http.py --clients 500000 --rounds 5

Ours is `clientupdater serve` with everything on: session, policy, row security, idempotency, limits
(too high to meet), log, metrics, audit. The peers are in bench/peers; before anything
is measured, their answers are compared with ours, item by item. Bare SQL is run by pgbench on the
same database, a PostgreSQL with its default settings and durability. All share the machine with
the load generator. They are measured in turn, and of several rounds the median counts. Absolute
figures are the machine's.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.http_lines import lines
from bench.http_load import Load, Pace, Pgbench, Wrk, median, paced, wrk_alone
from bench.http_world import (
    User,
    World,
    business_day,
    our_server,
    peer_server,
    postgres_in,
    world_on,
)
from bench.lines import facts, report
from bench.requests_once import Caller, require_same
from bench.round_trips import counting_proxy
from tests.support.bulk_data import BulkData

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from uuid import UUID

    from bench.processes import Server
    from tests.support.servers import Database

ONE, FEW, MANY = 1, 16, 100
"""Connections: for CPU, for rates, and for tails."""
CONNECTIONS = "4"
"""Of each of our processes to PostgreSQL, on two cores (docs/scaling.md)."""
PACE = 40.0
"""Requests a second at an even pace: every server holds it without a queue."""
KINDS = {"/me": "/me", "page": "worklist", "update": "update"}
"""Operations, as open_load.py calls them."""
DEEP = 99
"""How many pages are turned to reach the deep one, if there are so many."""
WARM_UP, COUNTED = 60, 20
SEARCHES = ("santos", "juan san")
PAGE = 50
SIDES = ("ours", "plain", "fastapi")

Acts = dict[tuple[str, str], "Callable[[], Load]"]
"""What is measured: an operation, and who does it."""


@frozen
class Bench:
    """A full database, the servers in front of it, and how long each is measured."""

    world: World
    before: World | None
    servers: dict[str, Server]
    few: User
    many: User
    seconds: int

    def acts(self) -> Acts:
        """List everything that is measured, in the order of one round."""
        return {**self._cpu(), **self._rates(), **self._alone()}

    def _cpu(self) -> Acts:
        """Measure CPU at an even pace, one request after the other, and flat out."""
        acts: Acts = {}
        acts["paced /empty", "empty"] = lambda: self._paced("empty", "/empty")
        for what, kind in KINDS.items():
            acts["cpu " + what, "empty"] = lambda: self._read("empty", "/empty", ONE)
            acts["flat " + what, "empty"] = lambda: self._read("empty", "/empty", FEW)
            for side in SIDES:
                acts["paced " + what, side] = partial(self._paced, side, kind)
                acts["cpu " + what, side] = self._operation(what, side, ONE)
                acts["flat " + what, side] = self._operation(what, side, FEW)
        return acts

    def warm_up(self) -> None:
        """Update both databases: after a checkpoint, the first change of a page costs more."""
        for world in filter(None, (self.world, self.before)):
            self._bare_update(world)

    def _paced(self, side: str, kind: str) -> Load:
        pace = Pace(PACE, self.seconds)
        return paced(self.servers[side], self.few.token, kind, self.world.targets(), pace)

    def _rates(self) -> Acts:
        acts: Acts = {}
        for what, bare in (("page", self._bare_page), ("update", self._bare_update)):
            for side in SIDES:
                acts[what, side] = self._operation(what, side, FEW)
            acts[what, "pgbench"] = bare
        if before := self.before:
            acts["before", "pgbench"] = lambda: self._bare_update(before)
        for side in ("ours", "fastapi"):
            acts["many", side] = self._operation("update", side, MANY)
        return acts

    def _alone(self) -> Acts:
        """Measure how long one person waits who is alone."""
        acts = self._lists(self.few, "ours")
        if "earlier" in self.servers:
            earlier = self._lists(self.few, "earlier")
            pairs = zip(acts.items(), earlier.items(), strict=True)
            acts = {name: act for pair in pairs for name, act in pair}
        return {**acts, **self._lists(self.many, "ours")}

    def _lists(self, user: User, side: str) -> Acts:
        wrk, period = self._wrk(side, user), self.world.periods["month"]
        paths = {
            "worklist": "/worklist",
            "deep page": self._deep_page(user, side),
            "by status": f"/clients?period={period}&status=CALLED",
        }
        acts: Acts = {
            (f"{name} {user.branches}", side): partial(wrk.reads, path, 1)
            for name, path in paths.items()
        }
        for words in SEARCHES:
            act = partial(wrk.reads, "/clients/search", 1, {"q": words})
            acts[f"{words} {user.branches}", side] = act
        return acts

    def _operation(self, what: str, side: str, connections: int) -> Callable[[], Load]:
        if what == "update":
            return lambda: self._wrk(side).updates(self.world.targets(), connections)
        path = {"/me": "/me", "page": "/worklist"}[what]
        return lambda: self._read(side, path, connections)

    def _read(self, side: str, path: str, connections: int) -> Load:
        return self._wrk(side).reads(path, connections)

    def _wrk(self, side: str, user: User | None = None) -> Wrk:
        return Wrk(self.servers[side], (user or self.few).token, self.seconds)

    def _bare_update(self, world: World | None = None) -> Load:
        """Do by SQL what an update does, in eight round trips."""
        world = world or self.world
        params = {"targets": len(world.targets()), **world.caller(self.few)}
        return Pgbench(world.database.app_url, self.seconds).run("updates.sql", FEW, params)

    def _bare_page(self) -> Load:
        """Read the first page by SQL, in one round trip; row security lets all rows pass."""
        day, branches = self.world.today, array(self.few.branch_ids)
        params = {**self.world.periods, "branches": branches, "day": day}
        pgbench = Pgbench(self.world.database.worker_url, self.seconds)
        options = "-c role=clientupdater_system -c plan_cache_mode=force_generic_plan"
        return pgbench.run("worklist.sql", FEW, params, PGOPTIONS=options)

    def _deep_page(self, user: User, side: str) -> str:
        """Turn pages until the deep one, or the last one."""
        caller, path = Caller(self.servers[side], user), "/worklist"
        for _ in range(DEEP):
            cursor = caller.get(path)["next_cursor"]
            if cursor is None:
                break
            path = f"/worklist?cursor={cursor}"
        return path


def measured(acts: Acts, rounds: int) -> dict[tuple[str, str], Load]:
    """Do everything in turn, and again; give the medians."""
    loads: dict[tuple[str, str], list[Load]] = {key: [] for key in acts}
    for number in range(1, rounds + 1):
        for (what, side), act in acts.items():
            load = act()
            loads[what, side].append(load)
            click.echo(f"# round {number}: {what}, {side}: {load}", err=True)
    return {key: median(each) for key, each in loads.items()}


def round_trips(world: World, user: User) -> dict[tuple[str, str], float]:
    """Count the round trips to PostgreSQL of one request, server by server."""
    trips = {}
    for side in SIDES:
        with (
            counting_proxy(login_of(side, world.database)) as proxy,
            server_of(side, proxy.url, 1) as server,
        ):
            caller = Caller(server, user)
            for what, request in requests_of(caller, world).items():
                for _ in range(WARM_UP):
                    request()
                before = proxy.trips
                for _ in range(COUNTED):
                    request()
                trips[what, side] = (proxy.trips - before) / COUNTED
    return trips


def requests_of(caller: Caller, world: World) -> dict[str, Callable[[], object]]:
    targets = iter(world.targets())
    return {
        "/me": lambda: caller.get("/me"),
        "page": lambda: caller.get("/worklist"),
        "update": lambda: caller.update(next(targets)),
    }


def login_of(side: str, database: Database) -> str:
    """Give the login of a server: the peers act as the system, since they set no scope."""
    return database.app_url if side == "ours" else database.worker_url


def server_of(side: str, url: str, processes: int) -> AbstractContextManager[Server]:
    if side == "ours":
        return our_server(url, processes, DATABASE_POOL_MAX=CONNECTIONS)
    return peer_server({"fastapi": "fastapi_app"}.get(side, side), url, processes)


def schema_before(world: World, migration: int) -> World:
    """Copy the database and roll the copy back to an earlier migration."""
    before = world.copy("bench_before")
    maintenance = PostgresMaintenance(before.database.owner_url)
    maintenance.rollback(sum(each.version > migration for each in maintenance.status()))
    before.settle()
    return before


def array(ids: list[UUID]) -> str:
    """Write ids as PostgreSQL reads an array."""
    return "{" + ",".join(map(str, ids)) + "}"


@click.command()
@click.option("--clients", default=500_000, show_default=True)
@click.option("--branches", default=200, show_default=True)
@click.option("--periods", default=12, show_default=True)
@click.option("--processes", default=2, show_default=True)
@click.option("--rounds", default=5, show_default=True)
@click.option("--seconds", default=10, show_default=True, help="How long one run takes.")
@click.option("--before", type=int, help="Compare bare updates with the schema of this migration.")
@click.option(
    "--earlier", type=click.Path(path_type=Path, exists=True), help="Earlier source code."
)
@click.option(
    "--data",
    envvar="BENCH_DATA",
    type=click.Path(path_type=Path),
    help="A folder that keeps the database.",
)
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/http.json")
def main(
    *,
    path: Path,
    data: Path | None,
    earlier: Path | None,
    before: int | None,
    processes: int,
    rounds: int,
    seconds: int,
    **size: int,
) -> None:
    """Measure everything, print the lines and write them as JSON.

    A folder given as --data keeps the database for the next run. A folder given as --earlier holds
    a checkout of an earlier version, whose server is measured beside ours; if its schema differs,
    --before is the number of its last migration.
    """
    few, many = User(10), User(size["branches"])
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_in(data))
        world = world_on(postgres, BulkData(today=business_day(), **size), [few, many])
        if world.due_follow_ups(few) <= PAGE:
            raise click.UsageError(
                "the first page is not full: take more clients, or fewer branches"
            )
        old = None if before is None else schema_before(world, before)
        trips = round_trips(world, few)
        servers = {
            side: stack.enter_context(server_of(side, login_of(side, world.database), processes))
            for side in ("empty", *SIDES)
        }
        if earlier:
            url = (old or world).database.app_url
            values = {"DATABASE_POOL_MAX": CONNECTIONS, "PYTHONPATH": str(earlier / "src")}
            server = our_server(url, processes, **values)
            servers["earlier"] = stack.enter_context(server)
        for peer in ("plain", "fastapi"):
            require_same(Caller(servers["ours"], few), Caller(servers[peer], few), world)
        generator = wrk_alone(world.targets(), FEW, seconds)
        bench = Bench(world, old, servers, few, many, seconds)
        bench.warm_up()
        loads = measured(bench.acts(), rounds)
        about = facts(
            **size,
            processes=processes,
            rounds=rounds,
            seconds=seconds,
            generator_cpu_us=round(generator.generator_cpu_us, 1),
        )
        report(lines(loads, trips, size["branches"]), path, **about)


if __name__ == "__main__":
    main()
