"""One log line for each request, its ids, and a 500 for an error that nothing else handles."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request

from clientupdater.entrypoints.http.problems import of_unexpected
from clientupdater.runtime import trace_context

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from clientupdater.domain.access import Actor

_log = structlog.stdlib.get_logger("clientupdater.http")


class RequestLog:
    """Gives each request its ids, and writes one log line when it ends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        ids = headers.get("x-request-id", ""), headers.get("traceparent", "")
        with trace_context.following(trace_context.Trace.begun(*ids)) as trace:
            await self._logged(_Exchange(scope, send, trace), receive)

    async def _logged(self, exchange: _Exchange, receive: Receive) -> None:
        try:
            await self._app(exchange.scope, receive, exchange.send)
        except Exception:
            _log.exception("request failed")
            if exchange.status:  # the response has begun; a cut connection shows the failure
                raise
            await of_unexpected(Request(exchange.scope))(exchange.scope, receive, exchange.send)
        finally:
            exchange.log()


class _Exchange:
    def __init__(self, scope: Scope, send: Send, trace: trace_context.Trace) -> None:
        self.status = 0
        self.scope = scope
        self._send, self._trace = send, trace
        self._begun = time.perf_counter()
        scope["request_id"] = trace.request_id

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])  # an HTTPStatus names itself in a log
            message["headers"] += (
                (b"x-request-id", self._trace.request_id.encode()),
                (b"traceparent", self._trace.traceparent.encode()),
            )
        await self._send(message)

    def log(self) -> None:
        """Log the route's template, because paths and queries may hold personal data."""
        actor: Actor | None = self.scope.get("actor")
        _log.info(
            "request",
            method=self.scope["method"],
            route=getattr(self.scope.get("route"), "path", None),
            status=self.status,
            duration_ms=round((time.perf_counter() - self._begun) * 1000, 1),
            user=str(actor.id) if actor else None,
            company=_company(actor) if actor else None,
            **self.scope.get("log_fields", {}),
        )


def _company(actor: Actor) -> Any:
    """Return the company of all the actor's grants, if it is a single one."""
    companies = {grant.company for grant in actor.grants}
    return str(companies.pop()) if len(companies) == 1 and None not in companies else None
