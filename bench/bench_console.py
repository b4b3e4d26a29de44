"""Compare pages of the console with the calls of the HTTP interface that they stand for.

    .venv/bin/python bench/bench_console.py --clients 20000

Page and calls are made in turn, by one person, one at a time; of many rounds the median counts. The
calls of a page are one request each, so that their sum has their own sign-in and transport.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click
import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.http_world import postgres_in
from bench.lines import Line, facts, report
from tests.support.demo_console import demo_console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.demo_data import MadeUpAccount

MOST_MS = 5.0
MOST_BYTES = 60 * 1024
API = "/api/v1"


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
        report(list(_lines(http, accounts["telemarketer"], rounds)), path, **facts(clients=clients))


def _lines(http: httpx.Client, account: MadeUpAccount, rounds: int) -> list[Line]:
    proof = {"email": account.email, "password": account.password}
    token = http.post(f"{API}/sessions", json=proof).json()["token"]
    http.cookies.set("session", token)
    http.headers["Authorization"] = f"Bearer {token}"
    item = http.get(f"{API}/worklist?limit=1").json()["items"][0]
    client, period = item["client"]["id"], item["snapshot"]["period"]
    today = datetime.now(ZoneInfo("Asia/Manila")).date()
    mine = f"company={account.company}&first_day={today}&last_day={today}"
    person = http.get(f"{API}/me").json()["user"]["id"]
    pages = {
        "my work": (
            "/console",
            ["/worklist?limit=25", "/worklist/counts", f"/reports/staff?{mine}&person={person}"],
        ),
        "a client": (
            f"/console/clients/{client}",
            [
                f"/clients/{client}",
                "/worklist?limit=25",
                f"/clients/{client}/periods/{period}/events",
            ],
        ),
    }
    lines = []
    for name, (address, calls) in pages.items():
        page, sums = _measured(http, address, [API + call for call in calls], rounds)
        lines += [
            Line(f"{name}: the page, ms", page),
            Line(f"{name}: its calls, ms", sums),
            Line(
                f"{name}: the page beyond its calls, ms", page - sums, None, MOST_MS, at_least=False
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
    """Take the medians of a page, and of all its calls together."""
    page, together = [], []
    for _ in range(rounds):
        page.append(_took(http, address))
        together.append(sum(_took(http, call) for call in calls))
    return statistics.median(page), statistics.median(together)


def _took(http: httpx.Client, address: str) -> float:
    begun = time.perf_counter()
    http.get(address).raise_for_status()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
