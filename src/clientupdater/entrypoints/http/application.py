"""The application that an HTTP server runs."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from clientupdater.domain.errors import Error
from clientupdater.entrypoints.http import problems, system
from clientupdater.entrypoints.http.requests import Accounted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractContextManager

    from clientupdater.composition import App


def build(
    opened: Callable[[], AbstractContextManager[App]], traffic: system.Traffic | None = None
) -> Starlette:
    """Build it; the App is opened when the server starts and closed when it ends."""
    state = {"traffic": traffic or system.Traffic(), "probes": system.probe_limit()}

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
        with opened() as app:
            yield {"app": app, **state}

    application = Starlette(
        routes=[
            Route("/livez", system.livez),
            Route("/readyz", system.readyz),
            Route("/api/ping", system.ping),
        ],
        middleware=[Middleware(Accounted)],
        exception_handlers={HTTPException: problems.of_http, Error: problems.of_domain},
        lifespan=lifespan,
    )
    # A redirect to the same address with a slash would be an answer to what is not there.
    application.router.redirect_slashes = False
    return application
