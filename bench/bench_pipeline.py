"""What a request costs before it does anything: CPU per request, layer upon layer.

    .venv/bin/python bench/bench_pipeline.py

An endpoint that does nothing, asked in process (no network), everything in memory. Each line adds
one layer to the line before it; `share` is what that layer costs. The last line is judged.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from contextlib import asynccontextmanager, nullcontext
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import anyio
import attrs
import click
import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

sys.path.insert(0, str(Path(__file__).parents[1]))

from clientupdater.adapters.local.clock import MachineClock
from clientupdater.adapters.local.limits import MemoryRateLimits
from clientupdater.composition import build_app
from clientupdater.domain.access import Actor, Grant
from clientupdater.domain.callers import Caller
from clientupdater.domain.ids import PersonId
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.rate_limits import Allowances
from clientupdater.entrypoints import logs
from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.middleware.metrics import Metrics, MetricsMiddleware
from clientupdater.entrypoints.http.middleware.request_log import RequestLog
from clientupdater.entrypoints.http.middleware.security_headers import SecurityHeaders
from clientupdater.entrypoints.http.system import Traffic
from clientupdater.settings import Settings
from clientupdater.usecases.people.authenticate import Authenticated
from clientupdater.usecases.requests.rate_limits import AdmitRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from starlette.types import ASGIApp, Message
    from starlette.types import Scope as AsgiScope

TARGET_MS = 0.35
PATH = "/api/v1/nothing"
ROUNDS = 7


def nothing(_: Call) -> dict[str, str]:
    """Do nothing."""
    return {"nothing": "done"}


async def bare(_: Any) -> Response:
    """Do nothing without us."""
    return Response(b'{"nothing":"done"}', media_type="application/json")


async def in_a_thread(request: Any) -> Response:
    """Do nothing, where our endpoints do it."""
    return await anyio.to_thread.run_sync(_made, limiter=request.state.threads)


def _made() -> Response:
    return Response(b'{"nothing":"done"}', media_type="application/json")


def layers() -> list[tuple[str, Callable[[], Starlette]]]:
    """List the applications, each with one layer more than the one before."""
    around = [
        ("id, trace and log line", Middleware(RequestLog)),
        ("security headers", Middleware(SecurityHeaders, traffic=Traffic(), keep_alive_s=75)),
        ("metrics", Middleware(MetricsMiddleware, metrics=Metrics())),
    ]
    items: list[tuple[str, Callable[[], Starlette]]] = [
        ("bare Starlette", lambda: starlette(bare, [])),
        ("a thread of the pool", lambda: starlette(in_a_thread, [])),
    ]
    for count in range(1, len(around) + 1):
        chosen = [middleware for _, middleware in around[:count]]
        items.append((around[count - 1][0], lambda chosen=chosen: starlette(in_a_thread, chosen)))  # type: ignore[misc]
    return [*items, ("the pipeline of an endpoint", whole)]


def starlette(endpoint: Any, middleware: Sequence[Middleware]) -> Starlette:
    """Make a small application."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
        yield {"threads": anyio.CapacityLimiter(4)}

    return Starlette(routes=[Route(PATH, endpoint)], middleware=middleware, lifespan=lifespan)


def whole() -> Starlette:
    """Make ours, whole, with somebody who is always signed in."""
    settings = Settings()
    app = build_app(None, MachineClock(), settings.business_timezone)  # type: ignore[arg-type]
    grants = frozenset({Grant(Permission.STATUS_READ, None, Scope.ALL)})
    caller = Caller(Actor(PersonId(uuid4()), grants=grants))
    known = Authenticated(caller, None, None, 0)  # type: ignore[arg-type] # nobody looks at it
    plenty = AdmitRequest(
        MemoryRateLimits(), Allowances.of(read=10**9, write=1, export=1, sign_in=1)
    )
    endpoint = Endpoint(
        method="GET", path="/nothing", summary="Nothing.", handle=nothing, answers=dict[str, str]
    )
    app = attrs.evolve(app, authenticate=lambda *_: known, admit_request=plenty)  # type: ignore[arg-type]
    return build(lambda: nullcontext(app), endpoints=[endpoint])


async def cost(application: Starlette, requests: int) -> float:
    """Measure CPU per request in milliseconds, in this process and all of its threads."""
    async with application.router.lifespan_context(application) as state:
        await _ask(application, state or {}, requests // 10)
        begun = time.process_time()
        await _ask(application, state or {}, requests)
        return (time.process_time() - begun) / requests * 1000


async def _ask(application: ASGIApp, state: Any, requests: int) -> None:
    heads = [
        (b"host", b"localhost"),
        (b"authorization", b"Bearer token"),
        (b"accept", b"*/*"),
        (b"user-agent", b"bench"),
    ]

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] != HTTPStatus.OK:
            raise SystemExit(f"answered {message['status']}")

    for _ in range(requests):
        scope: AsgiScope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": b"",
            "headers": heads,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "state": dict(state),
        }
        await application(scope, receive, send)


@click.command()
@click.option("--requests", default=3000)
@click.option("--out", default="bench/pipeline.json", type=click.Path(path_type=Path))
def main(requests: int, out: Path) -> None:
    """Measure every layer in turn, several times, and take the best of each."""
    logs.configure(Settings())
    logging.getLogger().handlers[0].setStream(Path("/dev/null").open("w", encoding="utf-8"))  # type: ignore[attr-defined]  # noqa: SIM115
    structlog.get_logger("bench")
    made = [(name, make()) for name, make in layers()]
    best = {name: float("inf") for name, _ in made}
    for _ in range(ROUNDS):
        for name, application in made:
            best[name] = min(best[name], asyncio.run(cost(application, requests)))
    click.echo("layer, ms of CPU, share")
    before, result = 0.0, []
    for name, took in best.items():
        click.echo(f"{name}, {took:.3f}, {took - before:.3f}")
        result.append({"name": name, "ms": took, "share_ms": took - before})
        before = took
    over = best["the pipeline of an endpoint"] - best["bare Starlette"]
    click.echo("name, ours, target, holds")
    click.echo(
        f"over bare Starlette, {over:.3f}, {TARGET_MS}, {'yes' if over <= TARGET_MS else 'NO'}"
    )
    out.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
