"""What is done around every request: its id, its one log line, and the last net for faults."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request

from clientupdater.entrypoints.http.problems import of_ours

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_log = structlog.stdlib.get_logger("clientupdater.http")


class Accounted:
    """Gives each request its id and writes one line when it is over."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand around the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through; whatever it raises is answered and logged here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        try:
            await self._app(scope, receive, exchange.send)
        except Exception:
            _log.exception("failed", request_id=exchange.request_id)
            if exchange.status:  # it has begun to answer; a cut connection tells the caller
                raise
            await of_ours(Request(scope))(scope, receive, exchange.send)
        finally:
            exchange.account()


class _Exchange:
    def __init__(self, scope: Scope, send: Send) -> None:
        given = Headers(scope=scope).get("x-request-id", "")
        self.request_id = given if _GIVEN_ID.fullmatch(given) else str(uuid4())
        self.status = 0
        self._scope, self._send = scope, send
        self._begun = time.perf_counter()
        scope["request_id"] = self.request_id

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])  # HTTPStatus names itself in a log
            MutableHeaders(scope=message)["X-Request-ID"] = self.request_id
        await self._send(message)

    def account(self) -> None:
        """Log the route's template, not the path: paths and queries can hold who it is about."""
        _log.info(
            "request",
            request_id=self.request_id,
            method=self._scope["method"],
            route=getattr(self._scope.get("route"), "path", None),
            status=self.status,
            duration_ms=round((time.perf_counter() - self._begun) * 1000, 1),
        )
