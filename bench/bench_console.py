"""Compare pages of the console with the calls of the HTTP interface that they stand for.

    .venv/bin/python bench/bench_console.py --clients 20000

Page and calls are made in turn, by one person, one at a time; of many rounds the median counts. The
calls of a page are one request each. A page needs one request, and looks its session up once, so
that its reference is the sum of the calls less what each further request costs before it does its
work: that of a call that does nothing else.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

import click
import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.http_world import postgres_in
from bench.lines import Line, facts, report
from tests.support.demo_console import demo_console

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.demo_data import MadeUpAccount

MOST_MS = 5.0
MOST_BYTES = 60 * 1024
API = "/api/v1"
NOTHING = f"{API}/periods/current"
"""A call that looks its session up and then asks the database for nothing."""
Page: TypeAlias = "tuple[str, Sequence[str]]"
"""An address, and the calls of the HTTP interface behind it."""


@click.command()
@click.option("--clients", default=20_000)
@click.option("--rounds", default=60)
@click.option("--data", envvar="BENCH_DATA", type=click.Path(path_type=Path))
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/console.json")
def main(clients: int, rounds: int, data: Path | None, path: Path) -> None:
    """Fill a database of its own, then measure."""
    with (
        postgres_in(data) as postgres,
        demo_console(postgres.cluster, "bench_console", clients) as (http, accounts),
    ):
        lines = _of_pages(http, _caller(http, accounts["telemarketer"]), rounds)
        lines += _of_pages(http, _manager(http, accounts["area manager"]), rounds)
        lines += _of_pages(http, _operator(http, accounts["administrator"]), rounds)
        report(lines, path, **facts(clients=clients))


def _sign_in(http: httpx.Client, account: MadeUpAccount) -> None:
    proof = {"email": account.email, "password": account.password}
    token = http.post(f"{API}/sessions", json=proof).json()["token"]
    http.cookies.set("session", token)
    http.headers["Authorization"] = f"Bearer {token}"


def _caller(http: httpx.Client, account: MadeUpAccount) -> Mapping[str, Page]:
    _sign_in(http, account)
    item = http.get(f"{API}/worklist?limit=1").json()["items"][0]
    client, period = item["client"]["id"], item["snapshot"]["period"]
    today = datetime.now(ZoneInfo("Asia/Manila")).date()
    mine = f"company={account.company}&first_day={today}&last_day={today}"
    person = http.get(f"{API}/me").json()["user"]["id"]
    return {
        "my work": (
            "/console",
            ["/worklist?limit=25", "/worklist/counts", f"/reports/staff?{mine}&person={person}"],
        ),
        "a client": (
            f"/console/clients/{client}",
            [
                f"/clients/{client}",
                "/worklist?limit=25",
                f"/clients/{client}/periods",
                f"/clients/{client}/periods/{period}/events",
            ],
        ),
    }


def _manager(http: httpx.Client, account: MadeUpAccount) -> Mapping[str, Page]:
    _sign_in(http, account)
    period = http.get(f"{API}/periods/current").json()["items"][0]["period"]
    rows, today = f"company=FCASH&period={period}", datetime.now(ZoneInfo("Asia/Manila")).date()
    days = f"company=FCASH&first_day={today}&last_day={today}"
    return {
        "the team": (
            f"/console/team?{rows}",
            [
                f"/reports/completion?{rows}",
                f"/reports/pace?{rows}",
                f"/reports/staff?{days}",
                f"/reports/untouched?{rows}",
                f"/reports/untouched?{rows}&by=officer",
            ],
        ),
        "a list of clients": (
            f"/console/clients?{rows}&status=DONE",
            [f"/clients?{rows}&status=DONE&limit=25"],
        ),
    }


def _operator(http: httpx.Client, account: MadeUpAccount) -> Mapping[str, Page]:
    _sign_in(http, account)
    return {"sync": ("/console/sync", ["/health/system", "/sync/jobs?limit=20"])}


def _of_pages(http: httpx.Client, pages: Mapping[str, Page], rounds: int) -> list[Line]:
    lines = []
    for name, (address, calls) in pages.items():
        page, reference = _measured(http, address, [API + call for call in calls], rounds)
        lines += [
            Line(f"{name}: the page, ms", page),
            Line(f"{name}: its calls in one request, ms", reference),
            Line(
                f"{name}: the page beyond its calls, ms",
                page - reference,
                None,
                MOST_MS,
                at_least=False,
            ),
            Line(
                f"{name}: bytes",
                len(http.get(address).content),
                None,
                MOST_BYTES,
                at_least=False,
            ),
        ]
    return lines


def _measured(
    http: httpx.Client, address: str, calls: Sequence[str], rounds: int
) -> tuple[float, float]:
    """Take the medians of a page, and of all its calls as if they were one request."""
    page, together, further = [], [], len(calls) - 1
    for _ in range(rounds):
        page.append(_took(http, address))
        nothing = _took(http, NOTHING)
        together.append(sum(_took(http, call) for call in calls) - further * nothing)
    return statistics.median(page), statistics.median(together)


def _took(http: httpx.Client, address: str) -> float:
    begun = time.perf_counter()
    http.get(address).raise_for_status()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
