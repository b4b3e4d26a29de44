"""Finds the route of a path segment by segment.

Starlette tries one route after the other: with eighty of them, the last one costs more than all of
the middleware.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field
from starlette.requests import Request
from starlette.routing import BaseRoute, Match, Route

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send


@define
class _Node:
    """The routes behind one segment."""

    by_name: dict[str, _Node] = field(factory=dict)
    parameter: _Node | None = None
    route: Route | None = None
    names: tuple[str, ...] = ()
    """The names of the route's parameters, in the order of the path."""

    def child(self, segment: str) -> _Node:
        if not segment.startswith("{"):
            return self.by_name.setdefault(segment, _Node())
        self.parameter = self.parameter or _Node()
        return self.parameter

    def find(self, segments: list[str], at: int, values: list[str]) -> _Node | None:
        """Prefer a name to a parameter: `/clients/search` is no client."""
        if at == len(segments):
            return self if self.route else None
        segment = segments[at]
        named = self.by_name.get(segment)
        if named and (node := named.find(segments, at + 1, values)):
            return node
        if not (self.parameter and segment):
            return None
        values.append(segment)
        node = self.parameter.find(segments, at + 1, values)
        if not node:
            values.pop()
        return node


class RouteTable(BaseRoute):
    """Matches a path to a route, which then answers 405 to other methods.

    Otherwise GET /clients/search would match /clients/{client}.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        """Take routes whose paths are made of names and of whole segments in braces."""
        self.routes = list(routes)
        self._root = _Node()
        for route in self.routes:
            segments, node = route.path.split("/"), self._root
            for segment in segments:
                node = node.child(segment)
            node.route = route
            node.names = tuple(each[1:-1] for each in segments if each.startswith("{"))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        values: list[str] = []
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        node = self._root.find(path.split("/"), 0, values)
        if node is None or scope["type"] != "http":
            return Match.NONE, {}
        return Match.FULL, {
            "route": node.route,
            "path_params": dict(zip(node.names, values, strict=True)),
        }

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        route: Any = scope["route"]
        if scope["method"] not in route.methods:
            await route.handle(scope, receive, send)  # it raises the error that names those
            return
        response: Response = await route.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)
