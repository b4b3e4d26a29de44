"""The application that an HTTP server runs."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Match, Route

from clientupdater.domain.errors import Error
from clientupdater.entrypoints.http import pipeline, problems, system
from clientupdater.entrypoints.http.documentation import pages_of
from clientupdater.entrypoints.http.endpoints import ENDPOINTS
from clientupdater.entrypoints.http.middleware.admission import AdmissionLimit, worked
from clientupdater.entrypoints.http.middleware.metrics import Metrics, MetricsMiddleware
from clientupdater.entrypoints.http.middleware.request_log import RequestLog
from clientupdater.entrypoints.http.middleware.security_headers import SecurityHeaders
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

    from starlette.datastructures import Headers
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Scope

    from clientupdater.app import App
    from clientupdater.entrypoints.http.contract import Endpoint
    from clientupdater.ports.gauges import Gauges
    from clientupdater.settings.serving import Serving

_log = structlog.stdlib.get_logger("clientupdater.http")
_TAKEN = (
    "Authorization",
    "Content-Type",
    "If-Match",
    "If-None-Match",
    "Idempotency-Key",
    "X-Request-ID",
    "traceparent",
)
_SHOWN = (
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
    traffic: system.Traffic | None = None,
    measures: Metrics | None = None,
    endpoints: Iterable[Endpoint] = ENDPOINTS,
    cors_origins: Sequence[str] = (),
    keep_alive_s: int | None = None,
) -> Starlette:
    """Build it; the App is opened when the server starts and closed when it ends.

    What stands around every request is listed here, the outermost first; what an endpoint's
    request goes through then is `pipeline`.
    """
    traffic, measures = traffic or system.Traffic(), measures or Metrics()
    probes = system.probe_limit()
    state: dict[str, Any] = {"traffic": traffic, "probes": probes, "measures": measures}
    declared = tuple(endpoints)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
        with opened() as app:
            threads = anyio.CapacityLimiter(app.serving.at_once)
            admission = AdmissionLimit(app.serving.admitted)
            async with anyio.create_task_group() as ticking:
                for read, every_s in ((app.gauges, 1.0), (app.jobs.depths, 15.0)):
                    ticking.start_soon(_keep_reading, measures, read, every_s, probes)
                looks = {
                    "readiness": system.Recent(partial(system.checked, app), probes),
                    "health": system.Recent(app.check_system, probes),
                }
                yield {"app": app, "threads": threads, "admission": admission, **looks, **state}
                ticking.cancel_scope.cancel()

    pages = (*system.PAGES, *pages_of(declared))
    application = Starlette(
        routes=[*(Route(p.address, p.handle) for p in pages), *_routes(declared)],
        middleware=[
            Middleware(RequestLog),
            Middleware(SecurityHeaders, traffic=traffic, keep_alive_s=keep_alive_s),
            Middleware(MetricsMiddleware, measures=measures),
            *_cross_origin(cors_origins),
        ],
        exception_handlers={
            HTTPException: problems.of_http,
            problems.Rejected: problems.of_rejected,
            Error: problems.of_domain,
        },
        lifespan=lifespan,
    )
    # A redirect to the same address with a slash would be an answer to what is not there.
    application.router.redirect_slashes = False
    return application


def _cross_origin(origins: Sequence[str]) -> list[Middleware]:
    """Let pages of other origins ask, where these were named; a token is no cookie."""
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=_TAKEN,
            expose_headers=_SHOWN,
            max_age=3600,
        )
    ]


async def _keep_reading(
    measures: Metrics, read: Gauges, every_s: float, limiter: anyio.CapacityLimiter
) -> None:
    """Take down how things stand now and then: not when somebody asks, as they may be many.

    What cannot be read for now is left as it was; nothing that breaks here may end the serving.
    """
    while True:
        try:
            result = await anyio.to_thread.run_sync(lambda: [*read()], limiter=limiter)
            measures.read(result)
        except Error as error:
            _log.info("numbers could not be read", error=error.message)
        except Exception:  # noqa: BLE001 — see above
            _log.exception("reading numbers broke")
        await anyio.sleep(every_s)


class _Address(Route):
    """An address is found by its path alone: what can be done there is asked of it then.

    Otherwise a search asked for by GET would be taken for a client of that name.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        return (Match.FULL if match is Match.PARTIAL else match), child


def _routes(endpoints: Iterable[Endpoint]) -> list[Route]:
    """Make one route of each address: a second one would hide which methods it knows."""
    values: dict[str, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        values.setdefault(endpoint.address, {})[endpoint.method] = endpoint
    return [
        _Address(address, _answering(methods), methods=list(methods))
        for address, methods in values.items()
    ]


def _answering(methods: Mapping[str, Endpoint]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        endpoint = methods["GET" if request.method == "HEAD" else request.method]
        app: App = request.state.app
        deadline = within(app.serving.deadline_s)
        result, identity = pipeline.Given(request, b"", deadline), None
        if _brings_a_body(request.headers):
            identity = await worked(request, pipeline.identified, endpoint, app, request, deadline)
            result = await _given(request, endpoint, app.serving, deadline)
        return await worked(request, pipeline.answered, endpoint, app, result, identity)

    return answer


def _brings_a_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


async def _given(
    request: Request, endpoint: Endpoint, serving: Serving, deadline: float
) -> pipeline.Given:
    """Read the body while somebody waits; who sends slowly keeps nobody else from entering."""
    limit = endpoint.body_limit(serving.largest_body)
    with anyio.move_on_after(deadline - time.monotonic()):
        return await pipeline.given(request, limit, deadline)
    raise problems.Rejected.invalid("The body did not arrive in time.")
