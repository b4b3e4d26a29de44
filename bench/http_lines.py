"""The lines of bench_http.py: each figure beside its reference, with the target that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.lines import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bench.http_load import Load

    Loads = Mapping[tuple[str, str], Load]
    Trips = Mapping[tuple[str, str], float]

CPU = {"/me": 6.0, "page": 10.0, "update": 10.0}
RATES = {
    "page": {"plain": 0.6, "fastapi": 3.0, "pgbench": 0.25},
    "update": {"plain": 0.5, "fastapi": 2.5, "pgbench": 0.5},
}
NAMES = {"page": "page of 50", "plain": "plain peer", "fastapi": "FastAPI peer"}
UPDATE_P95, MANY_P99, SCHEMA, UPDATE_TRIPS = 2.5, 0.3, 1.5, 6.0
ALONE_MS, SCOPE_MS, DEEP, EARLIER = 20.0, 50.0, 1.2, 0.5
OF_TEN = 10


def lines(loads: Loads, trips: Trips, branches: int) -> Iterator[Line]:
    yield from _cpu(loads)
    yield from _rates(loads)
    yield from _schema(loads)
    for size in (OF_TEN, branches):
        yield from _alone(loads, size)
    yield from _beside_earlier(loads)
    yield from _trips(trips)


def _cpu(loads: Loads) -> Iterator[Line]:
    """Judge the figures of one connection, by which the targets were set.

    An empty endpoint costs several times as much on an idle server, which wakes for each request,
    as on a busy one. So the ratios at an even pace flatter us, and those flat out do the opposite.
    Each is judged by the empty endpoint measured right before it: the machine's speed varies.
    """
    ways = {
        "paced": "at an even 40/s",
        "cpu": "one connection",
        "flat": "flat out, 16 connections",
    }
    for prefix, load in ways.items():
        for what, target in CPU.items():
            beside = loads.get((f"{prefix} {what}", "empty")) or loads["paced /empty", "empty"]
            empty = beside.server_cpu_ms
            for side in ("ours", "plain", "fastapi"):
                name = f"CPU of {NAMES.get(what, what)}, ms beside an empty endpoint, {load}"
                name += "" if side == "ours" else f" ({NAMES[side]})"
                figure = loads[f"{prefix} {what}", side].server_cpu_ms
                bound = target if side == "ours" and prefix == "cpu" else None
                yield Line(name, figure, empty, bound, at_least=False)


def _rates(loads: Loads) -> Iterator[Line]:
    for what, targets in RATES.items():
        ours = loads[what, "ours"]
        for side, target in targets.items():
            name = f"{NAMES.get(what, what)}, 16 connections, 1/s beside {NAMES.get(side, side)}"
            yield Line(name, ours.rate, loads[what, side].rate, target)
        bare = loads[what, "pgbench"]
        p95 = UPDATE_P95 if what == "update" else None
        name = f"{NAMES.get(what, what)}, 16 connections"
        yield Line(f"{name}, p95 ms beside pgbench", ours.p95, bare.p95, p95, at_least=False)
    ours, fastapi = loads["many", "ours"], loads["many", "fastapi"]
    name = "update, 100 connections, p99 ms beside FastAPI peer"
    yield Line(name, ours.p99, fastapi.p99, MANY_P99, at_least=False)
    yield Line("update, 100 connections, 1/s beside FastAPI peer", ours.rate, fastapi.rate)


def _schema(loads: Loads) -> Iterator[Line]:
    if before := loads.get(("before", "pgbench")):
        after = loads["update", "pgbench"].rate
        yield Line("bare update, 1/s beside the schema before", after, before.rate, SCHEMA)


def _alone(loads: Loads, branches: int) -> Iterator[Line]:
    most = ALONE_MS if branches == OF_TEN else SCOPE_MS
    names = [what for what, side in loads if side == "ours" and what.endswith(f" {branches}")]
    for what in names:
        p50 = loads[what, "ours"].p50
        name = f"one person of {branches} branches, {what.rpartition(' ')[0]}, ms"
        if what.startswith("deep"):
            first = loads[f"worklist {branches}", "ours"].p50
            yield Line(f"{name} beside the first", p50, first, DEEP, at_least=False)
        else:
            yield Line(name, p50, None, most, at_least=False)


def _beside_earlier(loads: Loads) -> Iterator[Line]:
    """Compare with an earlier version of our server, if it was measured in the same run."""
    for (what, side), load in loads.items():
        if side == "earlier" and not what.startswith("deep"):
            name = f"one person of {OF_TEN} branches, {what.rpartition(' ')[0]}"
            ours = loads[what, "ours"].p50
            name += ", ms beside the earlier version"
            yield Line(name, ours, load.p50, EARLIER, at_least=False)


def _trips(trips: Trips) -> Iterator[Line]:
    for what in ("/me", "page", "update"):
        target = UPDATE_TRIPS if what == "update" else None
        ours, plain, fastapi = (trips[what, side] for side in ("ours", "plain", "fastapi"))
        name = f"round trips to PostgreSQL, {NAMES.get(what, what)}"
        yield Line(name, ours, None, target, at_least=False)
        yield Line(f"{name}, beside plain peer", ours, plain)
        yield Line(f"{name}, beside FastAPI peer", ours, fastapi)
