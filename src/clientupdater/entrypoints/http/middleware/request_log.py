"""What is done around every request: its names, its one log line, and the last net for faults."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request

from clientupdater.entrypoints.http.problems import of_ours
from clientupdater.runtime import trace_context

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from clientupdater.domain.access import Actor

_log = structlog.stdlib.get_logger("clientupdater.http")


class RequestLog:
    """Gives each request its names and writes one line when it is over."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand around the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through; whatever it raises is answered and logged here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        heads = Headers(scope=scope)
        names = heads.get("x-request-id", ""), heads.get("traceparent", "")
        with trace_context.following(trace_context.Trace.begun(*names)) as trace:
            await self._accounted(_Exchange(scope, send, trace), receive)

    async def _accounted(self, exchange: _Exchange, receive: Receive) -> None:
        try:
            await self._app(exchange.scope, receive, exchange.send)
        except Exception:
            _log.exception("failed")
            if exchange.status:  # it has begun to answer; a cut connection tells the caller
                raise
            await of_ours(Request(exchange.scope))(exchange.scope, receive, exchange.send)
        finally:
            exchange.account()


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
            heads = MutableHeaders(scope=message)
            heads["X-Request-ID"] = self._trace.request_id
            heads["traceparent"] = self._trace.traceparent
        await self._send(message)

    def account(self) -> None:
        """Log the route's template, not the path: paths and queries can hold who it is about."""
        actor: Actor | None = self.scope.get("actor")
        _log.info(
            "request",
            method=self.scope["method"],
            route=getattr(self.scope.get("route"), "path", None),
            status=self.status,
            duration_ms=round((time.perf_counter() - self._begun) * 1000, 1),
            user=str(actor.id) if actor else None,
            company=_company(actor) if actor else None,
            **self.scope.get("told", {}),
        )


def _company(actor: Actor) -> Any:
    """Name the company that somebody works for, where it is one."""
    held = {grant.company for grant in actor.grants}
    return str(held.pop()) if len(held) == 1 and None not in held else None
