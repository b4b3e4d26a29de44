"""The application that an HTTP server runs."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from clientupdater.domain.errors import Error
from clientupdater.entrypoints.http import pipeline, problems, system
from clientupdater.entrypoints.http.admission import Door
from clientupdater.entrypoints.http.documentation import pages_of
from clientupdater.entrypoints.http.requests import Accounted
from clientupdater.entrypoints.http.routes import ENDPOINTS
from clientupdater.ports.deadlines import within

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
    from contextlib import AbstractContextManager

    from starlette.requests import Request
    from starlette.responses import Response

    from clientupdater.composition import App
    from clientupdater.entrypoints.http.contract import Endpoint
    from clientupdater.serving import Serving


def build(
    opened: Callable[[], AbstractContextManager[App]],
    traffic: system.Traffic | None = None,
    endpoints: Iterable[Endpoint] = ENDPOINTS,
) -> Starlette:
    """Build it; the App is opened when the server starts and closed when it ends."""
    state = {"traffic": traffic or system.Traffic(), "probes": system.probe_limit()}
    declared = tuple(endpoints)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
        with opened() as app:
            threads = anyio.CapacityLimiter(app.serving.at_once)
            yield {"app": app, "threads": threads, "door": Door(app.serving.admitted), **state}

    pages = (*system.PAGES, *pages_of(declared))
    application = Starlette(
        routes=[*(Route(p.address, p.handle) for p in pages), *_routes(declared)],
        middleware=[Middleware(Accounted)],
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


def _routes(endpoints: Iterable[Endpoint]) -> list[Route]:
    """Make one route of each address: a second one would hide which methods it knows."""
    found: dict[str, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        found.setdefault(endpoint.address, {})[endpoint.method] = endpoint
    return [
        Route(address, _answering(methods), methods=list(methods))
        for address, methods in found.items()
    ]


def _answering(methods: Mapping[str, Endpoint]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        endpoint = methods["GET" if request.method == "HEAD" else request.method]
        app: App = request.state.app
        given = await _given(request, endpoint, app.serving)
        with request.state.door.inside():
            return await anyio.to_thread.run_sync(
                pipeline.answered, endpoint, app, given, limiter=request.state.threads
            )

    return answer


async def _given(request: Request, endpoint: Endpoint, serving: Serving) -> pipeline.Given:
    """Read the body while somebody waits; who sends slowly keeps nobody else from entering."""
    deadline = within(serving.deadline_s)
    limit = endpoint.body_limit(serving.largest_body)
    with anyio.move_on_after(serving.deadline_s):
        return await pipeline.given(request, limit, deadline)
    raise problems.Rejected.invalid("The body did not arrive in time.")
