"""What a request costs before it does anything: CPU of the server per request, layer upon layer.

    .venv/bin/python bench/bench_pipeline.py

An endpoint that does nothing, everything in memory. Each layer is a server of its own, one process
under uvicorn with uvloop and httptools, and wrk drives one after the other, in turn. The CPU is
what Linux counts for the process. Each line adds one layer to the line before it; the reference is
Starlette's own way, a `def` endpoint in its thread pool. The last line is judged.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import socket
import statistics
import sys
from contextlib import ExitStack, asynccontextmanager, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import urlopen
from uuid import UUID

import click
import uvicorn
from attrs import frozen
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.http_load import Wrk
from bench.processes import Server
from tests.support.app_parts import with_parts

from clientupdater.adapters.local.clock import MachineClock
from clientupdater.adapters.local.limits import MemoryRateLimits
from clientupdater.composition import build_app
from clientupdater.domain.access import Actor, Grant
from clientupdater.domain.callers import Caller
from clientupdater.domain.ids import PersonId
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.rate_limits import Activity, Allowances, Requester
from clientupdater.entrypoints import logs
from clientupdater.entrypoints.http import server
from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.endpoints import ENDPOINTS
from clientupdater.entrypoints.http.middleware.admission import (
    AdmissionLimit,
    WorkerThreads,
    in_thread,
)
from clientupdater.entrypoints.http.middleware.connections import (
    BoundedConnection,
    ConnectionLimits,
)
from clientupdater.entrypoints.http.middleware.exchanges import Exchanges
from clientupdater.entrypoints.http.middleware.metrics import Metrics
from clientupdater.entrypoints.http.route_table import RouteTable
from clientupdater.entrypoints.http.server_settings import ServerSettings
from clientupdater.entrypoints.http.system import Traffic
from clientupdater.settings import Settings
from clientupdater.usecases.people.authenticate import Authenticated
from clientupdater.usecases.requests.rate_limits import AdmitRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from starlette.requests import Request

TARGET_US = 350.0
CONNECTIONS = 16
PATH = "/nothing"
BODY = b'{"nothing":"done"}'
BOUNDED = partial(BoundedConnection, ConnectionLimits())
TICKS = os.sysconf("SC_CLK_TCK")


def nothing(_: Call) -> dict[str, str]:
    """Do nothing."""
    return {"nothing": "done"}


def bare(_: Request) -> Response:
    return Response(BODY, media_type="application/json")


async def unthreaded(request: Request) -> Response:
    return bare(request)


async def threaded(request: Request) -> Response:
    return await in_thread(request, bare, request)


# --- the layers: what runs in each server


def starlette(endpoint: Any, *middleware: Middleware, among_ours: bool = True) -> Starlette:
    """Make an application of one endpoint, which stands behind all of ours if `among_ours`."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
        with WorkerThreads(4) as threads:
            yield {"threads": threads, "admission": AdmissionLimit(1000)}

    route = Route(f"/api/v1{PATH}", endpoint)
    ours = {each.address: Route(each.address, unthreaded) for each in ENDPOINTS}
    routes = [RouteTable([*ours.values(), route])] if among_ours else [route]
    return Starlette(routes=routes, middleware=middleware, lifespan=lifespan)


def whole(*, is_counted: bool) -> Starlette:
    """Make ours, whole, with somebody who is always signed in."""
    app = build_app(None, MachineClock(), Settings().business_timezone)  # type: ignore[arg-type]
    grants = frozenset({Grant(Permission.STATUS_READ, None, Scope.ALL)})
    caller = Caller(Actor(PersonId(UUID(int=1)), grants=grants))
    known = Authenticated(caller, None, None, 0)  # type: ignore[arg-type] # nobody looks at it
    admit = AdmitRequest(
        MemoryRateLimits(), Allowances.of(read=10**9, write=1, export=1, sign_in=1)
    )
    verdict = admit(Activity.READ, Requester(None, caller.actor.id))
    app = with_parts(
        app,
        operations={"gauges": tuple},
        people={"authenticate": lambda *_: known},
        requests={"admit": admit if is_counted else lambda *_: verdict},
    )
    endpoint = Endpoint(
        method="GET", path=PATH, summary="Nothing.", handle=nothing, answers=dict[str, str]
    )
    settings = ServerSettings(max_requests=1000)
    return build(lambda: nullcontext(app), settings, endpoints=[*ENDPOINTS, endpoint])


@frozen
class Layer:
    """What is added to the layer before."""

    name: str
    application: Callable[[], Starlette]
    connection: Any = BOUNDED


def layers() -> list[Layer]:
    around = Middleware(Exchanges, traffic=Traffic(), metrics=Metrics(), keep_alive_s=75)
    alone = partial(starlette, among_ours=False)
    return [
        Layer("bare Starlette, in its thread pool", partial(alone, bare), HttpToolsProtocol),
        Layer("bare Starlette, in no thread", partial(alone, unthreaded), HttpToolsProtocol),
        Layer("bounds of connections, one write", partial(alone, unthreaded)),
        Layer("routing", partial(starlette, unthreaded)),
        Layer("ids, headers, metrics, log line", partial(starlette, unthreaded, around)),
        Layer("admission, thread", partial(starlette, threaded, around)),
        Layer("pipeline, exceptions", partial(whole, is_counted=False)),
        Layer("rate limit", partial(whole, is_counted=True)),
    ]


def serve(number: int, listening: socket.socket) -> None:
    """Run the server of a layer; only ours treats garbage as ours does, as all else."""
    logs.configure(Settings())
    sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 — to the end
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    layer = layers()[number]
    if number > 1:
        server.collect_garbage_seldom()
    config = uvicorn.Config(
        layer.application(),
        http=layer.connection,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
    uvicorn.Server(config).run(sockets=[listening])


# --- measuring


@frozen
class Running:
    """A server, and how much of a processor it has taken."""

    pid: int
    wrk: Wrk

    def cost(self) -> float:
        """Drive it, and return the microseconds of each request."""
        before = self._seconds()
        load = self.wrk.reads(PATH, CONNECTIONS)
        if load.refused or load.broken:
            raise SystemExit(f"{load.refused} requests were refused, {load.broken} broken")
        return (self._seconds() - before) / load.requests * 1e6

    def _seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def running(number: int, seconds: int) -> Iterator[Running]:
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        process = multiprocessing.get_context("spawn").Process(
            target=serve, args=(number, listening), daemon=True
        )
        process.start()
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            with suppress(HTTPError):
                urlopen(f"{base}/none", timeout=60)  # noqa: S310 — once it answers, it is there
            server = Server(base, process.pid or 0)
            yield Running(server.pid, Wrk(server, "a", seconds))
        finally:
            process.kill()
            process.join()


@click.command()
@click.option("--seconds", default=2, help="How long each layer is driven at once.")
@click.option("--rounds", default=5)
@click.option("--out", default="bench/pipeline.json", type=click.Path(path_type=Path))
def main(seconds: int, rounds: int, out: Path) -> None:
    """Measure every layer in turn, several times, and take the median of each."""
    costs: dict[str, list[float]] = {layer.name: [] for layer in layers()}
    with ExitStack() as stack:
        servers = [stack.enter_context(running(n, seconds)) for n in range(len(costs))]
        for _ in range(rounds):
            for each, taken in zip(servers, costs.values(), strict=True):
                taken.append(each.cost())
    medians = {name: statistics.median(taken) for name, taken in costs.items()}
    click.echo("layer, µs of CPU, share")
    before, result = 0.0, []
    for name, took in medians.items():
        click.echo(f"{name}, {took:.0f}, {took - before:+.0f}")
        result.append({"name": name, "us": took, "share_us": took - before})
        before = took
    reference, *_, ours = medians.values()
    holds = "yes" if ours - reference <= TARGET_US else "NO"
    click.echo("name, ours, reference, ratio, over the reference, target, holds")
    click.echo(
        f"an endpoint that does nothing, {ours:.0f}, {reference:.0f}, {ours / reference:.2f},"
        f" {ours - reference:.0f}, {TARGET_US:.0f}, {holds}"
    )
    out.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
