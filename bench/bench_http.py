"""Measure updates and worklists over HTTP beside the same as bare SQL.

    .venv/bin/python bench/bench_http.py --clients 500000 --periods 12

Prints `name, ours, reference, ratio, target, holds`, and writes it as JSON. Ours is the project's
own command, two processes, everything on (session, policy, key, limits, log, metrics, audit), only
the limits so high that nobody meets them; driven by wrk, which shares the machine. The reference is
pgbench on the same database, a server with its defaults that loses nothing. Both are run in turn,
and of several runs the median counts. Absolute figures are the machine's.
"""

from __future__ import annotations

import json
import operator
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import attrs
import click
from attrs import field, frozen

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.http_load import Load, Pgbench, Wrk, alone
from bench.http_world import Reader, World, serving, world
from tests.support.bulk_data import BulkData

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FEW, MANY = 16, 100
FEWEST, P95, MEDIAN_MS, AS_THE_FIRST = 0.50, 2.5, 50.0, 1.2
DEEP = 99
"""How many pages are passed over to the deep one, as far as there are so many."""


@frozen
class Line:
    """One thing that was measured; what has no target is told, and not judged."""

    name: str
    ours: float
    reference: float | None = None
    target: float | None = None
    at_least: bool = field(default=True, repr=False)

    @property
    def ratio(self) -> float:
        """Ours by the reference; where there is none, ours as it is."""
        return self.ours / self.reference if self.reference else self.ours

    @property
    def holds(self) -> bool | None:
        """Whether it is as it must be."""
        if self.target is None:
            return None
        as_it_must = operator.ge if self.at_least else operator.le
        return bool(as_it_must(self.ratio, self.target))

    def told(self) -> str:
        """Write it down."""
        reference, target = (
            "-" if each is None else f"{each:.2f}" for each in (self.reference, self.target)
        )
        holds = {None: "-", True: "holds", False: "DOES NOT HOLD"}[self.holds]
        return f"{self.name}, {self.ours:.2f}, {reference}, {self.ratio:.2f}, {target}, {holds}"

    def shown(self) -> dict[str, Any]:
        """Give it for JSON."""
        return {
            "name": self.name,
            "ours": round(self.ours, 3),
            "reference": self.reference and round(self.reference, 3),
            "ratio": round(self.ratio, 3),
            "target": self.target,
            "holds": self.holds,
        }


@frozen
class Bench:
    """A full database, and the server before it."""

    world: World
    base: str
    few: Reader
    many: Reader
    rounds: int
    seconds: int
    targets: Path

    def lines(self) -> Iterator[Line]:
        """Measure all that is listed."""
        yield from self.updates()
        yield from self.worklists()
        yield from self.pages(self.few)
        yield from self.pages(self.many)

    def updates(self) -> Iterator[Line]:
        """Measure one update after the other."""
        ours, reference = self.in_turn(lambda: self.updated(FEW), self.updated_bare)
        yield Line(f"update, {FEW} connections, 1/s", ours.rate, reference.rate, FEWEST)
        yield Line("the same, p95 ms", ours.p95, reference.p95, P95, at_least=False)
        yield Line("the same, p99 ms", ours.p99, reference.p99)
        crowded = self.median_of(lambda: self.updated(MANY))
        yield Line(f"update, {MANY} connections, 1/s", crowded.rate)
        yield Line("the same, p95 ms", crowded.p95)
        yield Line("the same, p99 ms", crowded.p99)

    def worklists(self) -> Iterator[Line]:
        """Measure the first page, asked for by many."""
        ours, reference = self.in_turn(
            lambda: told("worklist", self.wrk(self.few).reads("/worklist", FEW)), self.page_bare
        )
        yield Line(f"worklist, {FEW} connections, 1/s", ours.rate, reference.rate, FEWEST)
        yield Line("the same, p95 ms", ours.p95, reference.p95)
        yield Line("the same, p99 ms", ours.p99, reference.p99)

    def pages(self, reader: Reader) -> Iterator[Line]:
        """Measure what one person waits for, asking alone."""
        wrk, period = self.wrk(reader), self.world.periods["month"]
        at = f"of {reader.branches} branches, ms at the median"
        first = wrk.reads("/worklist", 1).p50
        yield Line(f"worklist {at}", first, None, MEDIAN_MS, at_least=False)
        depth, path = self.deep_page(reader)
        deep = wrk.reads(path, 1).p50
        name = f"worklist, page {depth}, {at}"
        yield Line(name, deep, first, AS_THE_FIRST, at_least=False)
        by_status = wrk.reads(f"/clients?period={period}&status=CALLED", 1).p50
        yield Line(f"clients by status {at}", by_status, None, MEDIAN_MS, at_least=False)
        for words in ("santos", "juan san"):
            p50 = wrk.reads("/clients/search", 1, {"q": words}).p50
            yield Line(f"search {words!r} {at}", p50, None, MEDIAN_MS, at_least=False)

    def updated(self, connections: int) -> Load:
        """Record for a while."""
        self.world.targets(self.targets)
        return told("updates", self.wrk(self.few).updates(self.targets, connections))

    def updated_bare(self) -> Load:
        """Do the same as bare SQL."""
        companies = self.world.companies()
        values = {
            "targets": self.world.targets(self.targets),
            "token": self.few.kept_token,
            "actor": self.few.id,
            "companies": array(companies),
            "branches": array(self.few.places),
        }
        return told("updates, bare", self.pgbench().run("updates.sql", FEW, values))

    def page_bare(self) -> Load:
        """Read the first page as bare SQL, in one round trip: row security lets all pass."""
        values = {
            **self.world.periods,
            "branches": array(self.few.places),
            "day": self.world.today,
        }
        seen = "-c clientupdater.system=on"
        return told("page, bare", self.pgbench().run("worklist.sql", FEW, values, PGOPTIONS=seen))

    def deep_page(self, reader: Reader) -> tuple[int, str]:
        """Turn pages until the deep one, or the last that is full."""
        depth, path = 1, "/worklist"
        while depth <= DEEP:
            headers = {"Authorization": f"Bearer {reader.token}"}
            asked = Request(f"{self.base}/api/v1{path}", headers=headers)  # noqa: S310 — our own server
            with urlopen(asked) as answer:  # noqa: S310 — our own server
                cursor = json.load(answer)["next_cursor"]
            if cursor is None:
                break
            depth, path = depth + 1, f"/worklist?cursor={cursor}"
        return depth, path

    def in_turn(self, ours: Callable[[], Load], reference: Callable[[], Load]) -> tuple[Load, Load]:
        """Do the one, then the other, and again."""
        both = [(ours(), reference()) for _ in range(self.rounds)]
        return median([each for each, _ in both]), median([each for _, each in both])

    def median_of(self, act: Callable[[], Load]) -> Load:
        """Do it several times."""
        return median([act() for _ in range(self.rounds)])

    def wrk(self, reader: Reader) -> Wrk:
        """Drive the server as somebody."""
        return Wrk(self.base, reader.token, self.seconds)

    def pgbench(self) -> Pgbench:
        """Drive the database."""
        return Pgbench(self.world.database.app_url, self.seconds)


def median(loads: list[Load]) -> Load:
    """Take each figure's own median; a run that was refused something is none."""
    if any(each.refused or each.broken for each in loads):
        raise SystemExit(f"something was refused: {loads}")
    figures = zip(*(attrs.astuple(each) for each in loads), strict=True)
    return Load(*(statistics.median(each) for each in figures))


def told(what: str, load: Load) -> Load:
    """Tell a run as it ends."""
    click.echo(
        f"# {what}: {load.rate:.0f}/s, p50 {load.p50:.1f}, p95 {load.p95:.1f}, p99 {load.p99:.1f}"
        f" ms; refused {load.refused}, broken {load.broken}",
        err=True,
    )
    return load


def array(ids: list[Any]) -> str:
    """Write it as PostgreSQL reads it."""
    return "{" + ",".join(map(str, ids)) + "}"


@click.command()
@click.option("--clients", default=100_000, show_default=True)
@click.option("--branches", default=200, show_default=True)
@click.option("--periods", default=12, show_default=True)
@click.option("--processes", default=2, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@click.option("--seconds", default=10, show_default=True, help="How long one run takes.")
@click.option("--json", "path", type=click.Path(path_type=Path), help="Where to write it as JSON.")
def main(*, path: Path | None, processes: int, rounds: int, seconds: int, **of_crowd: int) -> None:
    """Measure."""
    few, many = Reader(10), Reader(of_crowd["branches"])
    with tempfile.TemporaryDirectory() as folder, world() as made:
        made.fill(BulkData(today=made.today, **of_crowd), [few, many])
        targets = Path(folder) / "targets"
        click.echo(f"# {of_crowd}, {made.targets(targets)} rows to update", err=True)
        itself = alone(targets, FEW, seconds)
        click.echo(
            f"# wrk alone: {itself.rate:.0f}/s, {itself.cpu_us:.0f} us of CPU each", err=True
        )
        with serving(made.database, processes) as base:
            bench = Bench(made, base, few, many, rounds, seconds, targets)
            items = [_said(each) for each in bench.lines()]
    if path:
        path.write_text(json.dumps([each.shown() for each in items], indent=2) + "\n")


def _said(line: Line) -> Line:
    click.echo(line.told())
    return line


if __name__ == "__main__":
    main()
