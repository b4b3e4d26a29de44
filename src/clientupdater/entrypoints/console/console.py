"""The routes of the console: its pages, its stylesheet and script, and a page where nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from starlette.routing import Match, Route

from clientupdater.domain.errors import Error, NotFound
from clientupdater.entrypoints.console import static_files
from clientupdater.entrypoints.console.all_pages import ALL_PAGES
from clientupdater.entrypoints.console.failure import failure_view
from clientupdater.entrypoints.console.page_requests import Visit, shown
from clientupdater.entrypoints.console.rendering import templates
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import CONSOLE
from clientupdater.entrypoints.http.middleware.admission import in_thread
from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.http.request_values import ReceivedRequest, receive_in_time
from clientupdater.entrypoints.http.route_table import RouteTable
from clientupdater.runtime.deadlines import within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Scope

    from clientupdater.entrypoints.console.page import Page

_log = structlog.stdlib.get_logger("clientupdater.http")
_METHODS = ["GET", "POST"]


class ConsoleRoutes(RouteTable):
    """Everything under /console."""

    def __init__(self) -> None:
        templates()
        self._pages: dict[str, dict[str, Page]] = {}
        for page in ALL_PAGES:
            self._pages.setdefault(page.address, {})[page.method] = page
        routes = [self._route(path, methods) for path, methods in self._pages.items()]
        super().__init__([Route(static_files.ADDRESS, _static_file), *routes])
        self._nowhere = Route(f"{CONSOLE}/{{path}}", _nowhere, methods=_METHODS)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        path = str(scope["path"]).removeprefix(scope.get("root_path", ""))
        if match is Match.NONE and scope["type"] == "http" and path.startswith(f"{CONSOLE}/"):
            return Match.FULL, {"route": self._nowhere, "path_params": {}}
        return match, child

    def page_at(self, method: str, path: str) -> tuple[Page, Mapping[str, str]]:
        """Find the page that a path leads to, with the parameters in the path."""
        _, child = super().matches({"type": "http", "path": path})
        pages = self._pages.get(child["route"].path if child else "", {})
        if method not in pages:
            raise NotFound
        return pages[method], child["path_params"]

    def _route(self, path: str, methods: Mapping[str, Page]) -> Route:
        async def handle(request: Request) -> Response:
            page = methods.get("GET" if request.method == "HEAD" else request.method)
            return await (self._answer(page, request) if page else _nowhere(request))

        return Route(path, handle, methods=_METHODS)

    async def _answer(self, page: Page, request: Request) -> Response:
        deadline = within(request.state.server.deadline_s)
        try:
            body = await receive_in_time(request, page, deadline)
            received = ReceivedRequest(request, body, deadline)
            visit = Visit(self.page_at, page, request.state.app, received)
            return await in_thread(request, visit.response)
        except (Error, Rejected) as error:
            return shown(request, failure_view(None, error), error)
        except Exception as error:  # noqa: BLE001 — a person sees a page, the log has the error
            _log.exception("request failed")
            return shown(request, failure_view(None, error), error)


async def _static_file(request: Request) -> Response:
    return await static_files.static_file(request) or await _nowhere(request)


async def _nowhere(request: Request) -> Response:
    error = NotFound(text("failure.nowhere"))
    return shown(request, failure_view(None, error), error)
