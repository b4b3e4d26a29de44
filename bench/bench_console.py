"""Compare pages of the console with the calls of the HTTP interface that they stand for.

    .venv/bin/python bench/bench_console.py --clients 20000

One server process, and one person at a time, who has signed in before anything is measured. A page
and its calls take turns. What counts is the CPU of the server: on a machine that others use, the
clock differs by more than a page costs. The CPU of PostgreSQL and the clock's medians stand beside.

A page needs one request. So its reference is the sum of its calls, less what each further request
costs before it does its work: that of a call that does nothing else.
"""

from __future__ import annotations

import re
import statistics
import sys
import time
from datetime import datetime
from functools import partial
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
import httpx
from attrs import field, frozen

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.http_world import our_server, postgres_in
from bench.lines import Line, facts, report
from bench.processes import cpu_seconds
from tests.support.demo_console import demo_database
from tests.support.http_server import WITHOUT_TLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bench.processes import Server

    from clientupdater.demo_data import MadeUpAccount

MOST_MS = 5.0
MOST_BYTES = 60 * 1024
BLOCK = 20
"""Requests between two looks at the CPU, which is counted in hundredths of a second."""
API = "/api/v1"
HIDDEN = re.compile(r'<input type="hidden" name="(form_token)" value="([^"]*)">')
STATIC = re.compile(r'"(/console/static/[^"]+)"')
OWN = {"Sec-Fetch-Site": "same-origin"}


@frozen
class Request:
    """A page, or a call of the HTTP interface."""

    path: str
    body: Mapping[str, Any] | None = None
    """Of a page the fields of a form, of a call JSON."""


@frozen
class Page:
    """A page with the calls behind it."""

    name: str
    page: Request
    calls: Sequence[Request]


NOTHING = Request("/periods/current")
"""A call that looks its session up and then asks the database for nothing."""


@frozen
class Person:
    """Somebody who has signed in, as a browser and as a program."""

    http: httpx.Client
    token: str = field(repr=False)

    @classmethod
    def of(cls, http: httpx.Client, account: MadeUpAccount) -> Person:
        proof = {"email": account.email, "password": account.password}
        return cls(http, http.post(f"{API}/sessions", json=proof).json()["token"])

    def open(self, page: Request) -> httpx.Response:
        cookie = {"Cookie": f"session={self.token}", "Accept-Encoding": "gzip"}
        if page.body is None:
            return self.http.get(page.path, headers=cookie).raise_for_status()
        sent = self.http.post(page.path, data=page.body, headers={**cookie, **OWN})
        return sent.raise_for_status()

    def call(self, call: Request) -> httpx.Response:
        proof = {"Authorization": f"Bearer {self.token}", "Accept-Encoding": "gzip"}
        if call.body is None:
            return self.http.get(API + call.path, headers=proof).raise_for_status()
        return self.http.post(API + call.path, json=call.body, headers=proof).raise_for_status()

    def items(self, path: str) -> list[Any]:
        return list(self.call(Request(path)).json()["items"])

    def proof(self, page: str) -> dict[str, str]:
        """Take the token of a page's form."""
        return {n: unescape(v) for n, v in HIDDEN.findall(self.open(Request(page)).text)}


@click.command()
@click.option("--clients", default=20_000)
@click.option("--rounds", default=100)
@click.option("--data", envvar="BENCH_DATA", type=click.Path(path_type=Path))
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/console.json")
def main(clients: int, rounds: int, data: Path | None, path: Path) -> None:
    """Fill a database of its own, then measure."""
    with (
        postgres_in(data) as postgres,
        demo_database(postgres.cluster, "bench_console", clients) as (database, accounts),
        our_server(database.app_url, 1, CONSOLE="on") as server,
        httpx.Client(base_url=server.base, timeout=60, verify=WITHOUT_TLS) as http,
    ):
        report(
            (
                line
                for role, pages_of in PAGES.items()
                for person in [Person.of(http, accounts[role])]
                for page in pages_of(person)
                for line in Meter(person, server, postgres.pid).lines(page, rounds)
            ),
            path,
            **facts(clients=clients),
        )


# --- which pages


def _today() -> str:
    return f"{datetime.now(ZoneInfo('Asia/Manila')):%Y-%m-%d}"


def _of_caller(person: Person) -> list[Page]:
    (item,) = person.items("/worklist?limit=1")
    client, period = item["client"]["id"], item["snapshot"]["period"]
    mine = person.call(Request("/me")).json()["user"]["id"]
    day = f"company=FCASH&first_day={_today()}&last_day={_today()}&person={mine}"
    return [
        Page(
            "my work",
            Request("/console"),
            [
                Request("/worklist?limit=25"),
                Request("/worklist/counts"),
                Request(f"/reports/staff?{day}"),
            ],
        ),
        Page(
            "a client",
            Request(f"/console/clients/{client}"),
            [
                Request(f"/clients/{client}"),
                Request("/worklist?limit=25"),
                Request(f"/clients/{client}/periods"),
                Request(f"/clients/{client}/periods/{period}/events"),
            ],
        ),
    ]


def _of_manager(person: Person) -> list[Page]:
    period = person.items("/periods/current")[0]["period"]
    rows = f"company=FCASH&period={period}"
    days = f"company=FCASH&first_day={_today()}&last_day={_today()}"
    team = [
        Request(f"/reports/completion?{rows}"),
        Request(f"/reports/pace?{rows}"),
        Request(f"/reports/staff?{days}"),
        Request(f"/reports/untouched?{rows}"),
        Request(f"/reports/untouched?{rows}&by=officer"),
    ]
    done = f"{rows}&status=DONE"
    return [
        Page("the team", Request(f"/console/team?{rows}"), team),
        Page(
            "a list of clients",
            Request(f"/console/clients?{done}"),
            [Request(f"/clients?{done}&limit=25")],
        ),
        *_of_many(person, f"{rows}&open=true"),
    ]


def _of_many(person: Person, query: str) -> list[Page]:
    """Preview for one page of a list: an assignment to two officers, and one status for all."""
    page, listed = f"/console/many?{query}", Request(f"/clients?{query}&limit=50")
    clients = [each["id"] for each in person.items(listed.path)]
    offered, users = Request("/clients/filter-options"), Request("/users?limit=150&active=true")
    officers = [each["id"] for each in person.call(offered).json()["officers"]][:2]
    form = {**person.proof(page), **{f"client.{each}": "1" for each in clients}}
    assign = {**form, "do": "assign", **{f"officer.{each}": "1" for each in officers}}
    record = {**form, "do": "record", "outcome": "CALLED", "remarks": "Visited the village"}
    updates = [
        {"client": each, "status": "CALLED", "remarks": "Visited the village"} for each in clients
    ]
    preview = f"/console/many/preview?{query}"
    return [
        Page("many at once", Request(page), [listed, offered, users]),
        Page(
            "the preview of an assignment",
            Request(preview, assign),
            [
                listed,
                Request("/assignments/preview", {"clients": clients, "officers": officers}),
            ],
        ),
        Page(
            "the preview of records",
            Request(preview, record),
            [listed, Request("/status-updates/preview", {"items": updates})],
        ),
    ]


def _of_all(_: Person) -> list[Page]:
    return [
        Page(
            "sync",
            Request("/console/sync"),
            [Request("/health/system"), Request("/sync/jobs?limit=20")],
        ),
        Page("people", Request("/console/people"), [Request("/users?limit=50")]),
        Page("audits", Request("/console/audits"), [Request("/audit/activity?limit=50")]),
    ]


PAGES = {"telemarketer": _of_caller, "area manager": _of_manager, "administrator": _of_all}


# --- how long they take


@frozen
class Meter:
    """Requests of one person, and the processes that answer them."""

    person: Person
    server: Server
    database: int
    """The process of PostgreSQL that all others are children of."""

    def lines(self, page: Page, rounds: int) -> Iterator[Line]:
        took = [self._round(page) for _ in range(rounds)]
        shown, called = (statistics.median(side) for side in zip(*took, strict=True))
        yield Line(f"{page.name}: the page beside its calls in one request, ms", shown, called)
        (cpu, of_calls), database = self._cpu(page, rounds)
        yield Line(f"{page.name}: CPU of PostgreSQL beside its calls, ms", *database)
        yield Line(f"{page.name}: CPU of the server beside its calls, ms", cpu, of_calls)
        beyond = cpu - of_calls
        yield Line(f"{page.name}: CPU beyond its calls, ms", beyond, None, MOST_MS, at_least=False)
        size = self._weight(page)
        yield Line(f"{page.name}: bytes with everything", size, None, MOST_BYTES, at_least=False)

    def _round(self, page: Page) -> tuple[float, float]:
        """Take a page, and its calls as if they were one request."""
        shown = _took(partial(self.person.open, page.page))
        nothing = _took(partial(self.person.call, NOTHING))
        called = sum(_took(partial(self.person.call, each)) for each in page.calls)
        return shown, called - nothing * (len(page.calls) - 1)

    def _cpu(self, page: Page, rounds: int) -> tuple[tuple[float, float], ...]:
        """Take the CPU for a page, and for its calls as if they were one request: the server's,
        and PostgreSQL's.
        """
        requests = [
            partial(self.person.open, page.page),
            partial(self.person.call, NOTHING),
            *(partial(self.person.call, each) for each in page.calls),
        ]
        blocks = max(1, rounds // BLOCK)
        taken = [[self._cpu_of(each) for each in requests] for _ in range(blocks)]
        return tuple(_beside([[each[at] for each in block] for block in taken]) for at in (0, 1))

    def _cpu_of(self, request: Callable[[], object]) -> tuple[float, float]:
        begun = self.server.cpu_seconds, cpu_seconds(self.database)
        for _ in range(BLOCK):
            request()
        ended = self.server.cpu_seconds, cpu_seconds(self.database)
        server, database = ((e - b) / BLOCK * 1000 for b, e in zip(begun, ended, strict=True))
        return server, database

    def _weight(self, page: Page) -> int:
        """Weigh a page with its stylesheet and script, compressed, as browsers get them."""
        shown = self.person.open(page.page)
        files = [self.person.open(Request(each)) for each in STATIC.findall(shown.text)]
        return sum(each.num_bytes_downloaded for each in (shown, *files))


def _beside(blocks: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Set a page beside the sum of its calls; a block has the page, nothing, and each call."""
    shown, nothing, *called = (statistics.mean(each) for each in zip(*blocks, strict=True))
    return shown, sum(called) - nothing * (len(called) - 1)


def _took(request: Callable[[], object]) -> float:
    begun = time.perf_counter()
    request()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
