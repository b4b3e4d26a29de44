"""The application that an HTTP server runs."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from clientupdater.domain.errors import Error
from clientupdater.entrypoints.http import system
from clientupdater.entrypoints.http.documentation import pages_of
from clientupdater.entrypoints.http.endpoints import ENDPOINTS
from clientupdater.entrypoints.http.identity import identify_in_time
from clientupdater.entrypoints.http.middleware.admission import (
    AdmissionLimit,
    WorkerThreads,
    in_thread,
)
from clientupdater.entrypoints.http.middleware.connections import BODY_ARRIVED
from clientupdater.entrypoints.http.middleware.exchanges import Exchanges, Problems
from clientupdater.entrypoints.http.middleware.metrics import Metrics
from clientupdater.entrypoints.http.pipeline import respond
from clientupdater.entrypoints.http.request_values import (
    ReceivedRequest,
    has_body,
    receive_in_time,
)
from clientupdater.entrypoints.http.route_table import RouteTable
from clientupdater.entrypoints.http.server_settings import ServerSettings
from clientupdater.entrypoints.http.waiting import WaitingRequests
from clientupdater.runtime.deadlines import within

if TYPE_CHECKING:
    from collections.abc import (
        AsyncIterator,
        Awaitable,
        Callable,
        Iterable,
        Mapping,
        Sequence,
    )
    from contextlib import AbstractContextManager

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp

    from clientupdater.app import App
    from clientupdater.entrypoints.http.contract import Endpoint
    from clientupdater.ports.gauges import Gauges

_log = structlog.stdlib.get_logger("clientupdater.http")
_REQUEST_HEADERS = (
    "Authorization",
    "Content-Type",
    "If-Match",
    "If-None-Match",
    "Idempotency-Key",
    "X-Request-ID",
    "traceparent",
)
_RESPONSE_HEADERS = (
    "ETag",
    "Location",
    "Link",
    "Retry-After",
    "X-Request-ID",
    "Idempotent-Replayed",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "RateLimit",
    "RateLimit-Policy",
)


def build(
    opened: Callable[[], AbstractContextManager[App]],
    server: ServerSettings | None = None,
    traffic: system.Traffic | None = None,
    measures: Metrics | None = None,
    endpoints: Iterable[Endpoint] = ENDPOINTS,
) -> Starlette:
    """Build the application; it opens the App when the server starts, and closes it at the end.

    The middleware is listed here, the outermost first. Behind it, `pipeline` describes the steps
    of a request to an endpoint.
    """
    server, traffic = server or ServerSettings(), traffic or system.Traffic()
    measures, probes = measures or Metrics(), system.probe_limit()
    declared = tuple(endpoints)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
        with opened() as app, WorkerThreads(server.threads) as threads:
            async with anyio.create_task_group() as tasks:
                for read, every_s in (
                    (app.operations.gauges, 1.0),
                    (app.jobs.administration.depths, 15.0),
                ):
                    tasks.start_soon(_keep_reading, measures, read, every_s, probes)
                waiting = WaitingRequests(app.changes.mark, probes, traffic)
                tasks.start_soon(waiting.watch)
                yield {
                    "app": app,
                    "server": server,
                    "traffic": traffic,
                    "measures": measures,
                    "probes": probes,
                    "threads": threads,
                    "waiting": waiting,
                    "admission": AdmissionLimit(server.max_requests),
                    "readiness": system.Recent(partial(system.checked, app), probes),
                    "health": system.Recent(app.operations.check_system, probes),
                }
                tasks.cancel_scope.cancel()

    pages = (*system.PAGES, *pages_of(declared))
    table = RouteTable([*(Route(p.address, p.handle) for p in pages), *_routes(declared)])
    application = _Application(
        routes=[table, *_console_routes(enabled=server.console)],
        middleware=[
            Middleware(
                Exchanges, traffic=traffic, metrics=measures, keep_alive_s=server.keep_alive_s
            ),
            *_cross_origin(server.cors_origins),
            Middleware(Problems),
        ],
        lifespan=lifespan,
    )
    # Starlette would redirect an unknown path to the same one with a slash; that is a 404 here.
    application.router.redirect_slashes = False
    return application


class _Application(Starlette):
    """Runs our middleware alone: Starlette's own would look at each error a second time."""

    def build_middleware_stack(self) -> ASGIApp:
        app: ASGIApp = self.router
        for middleware, args, kwargs in reversed(self.user_middleware):
            app = middleware(app, *args, **kwargs)
        return app


def _console_routes(*, enabled: bool) -> list[BaseRoute]:
    if not enabled:
        return []
    from clientupdater.entrypoints.console.console import ConsoleRoutes  # noqa: PLC0415 — templates take time

    return [ConsoleRoutes()]


def _cross_origin(origins: Sequence[str]) -> list[Middleware]:
    """Allow pages of CORS_ORIGINS; tokens are sent as headers, so cookies stay forbidden."""
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=_REQUEST_HEADERS,
            expose_headers=_RESPONSE_HEADERS,
            max_age=3600,
        )
    ]


async def _keep_reading(
    measures: Metrics, read: Gauges, every_s: float, limiter: anyio.CapacityLimiter
) -> None:
    """Read gauges at intervals, whatever the number of scrapes.

    A gauge that cannot be read keeps its last value. No error here may end the server.
    """
    while True:
        try:
            readings = await anyio.to_thread.run_sync(lambda: [*read()], limiter=limiter)
            measures.set_gauges(readings)
        except Error as error:
            _log.info("metrics could not be read", error=error.message)
        except Exception:  # noqa: BLE001 — see above
            _log.exception("reading metrics failed")
        await anyio.sleep(every_s)


def _routes(endpoints: Iterable[Endpoint]) -> list[Route]:
    """Make one route for each path: with a second one, a 405 would not name all methods."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        by_path.setdefault(endpoint.address, {})[endpoint.method] = endpoint
    return [
        Route(path, _handler(methods), methods=list(methods)) for path, methods in by_path.items()
    ]


def _handler(methods: Mapping[str, Endpoint]) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        endpoint = methods["GET" if request.method == "HEAD" else request.method]
        app: App = request.state.app
        deadline = within(request.state.server.deadline_s)
        body: bytes | None = b""
        identity = None
        if has_body(request.headers):
            if not request.scope.get(BODY_ARRIVED):
                identity = await in_thread(
                    request, identify_in_time, endpoint, app, request, deadline
                )
            body = await receive_in_time(request, endpoint, deadline)
        received = ReceivedRequest(request, body, deadline)
        response = await in_thread(request, respond, endpoint, app, received, identity)
        if not endpoint.waits:
            return response
        again = partial(_respond_again, endpoint, app, request)
        waiting: WaitingRequests = request.state.waiting
        return await waiting.answer(request, response, again)

    return handle


def _respond_again(endpoint: Endpoint, app: App, request: Request) -> Response:
    """Answer a waiting request anew: its session may have ended meanwhile (A8)."""
    deadline = within(request.state.server.deadline_s)
    identity = identify_in_time(endpoint, app, request, deadline, counted=False)
    return respond(endpoint, app, ReceivedRequest(request, b"", deadline), identity)
