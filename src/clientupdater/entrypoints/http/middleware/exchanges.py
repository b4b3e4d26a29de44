"""What surrounds every request: its ids, the headers of its response, its log line and its metrics.

It is one middleware, since each that a response passes costs as much as what it does. Errors become
responses innermost, so that those get the same headers as all others.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request

from clientupdater.domain.errors import Error
from clientupdater.entrypoints.http.problems import Rejected, of_error, of_unexpected
from clientupdater.runtime import trace_context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from clientupdater.domain.access import Actor
    from clientupdater.entrypoints.http.middleware.metrics import Metrics
    from clientupdater.entrypoints.http.system import Traffic

    Header = tuple[bytes, bytes]

_log = structlog.stdlib.get_logger("clientupdater.http")
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-site"),
    (b"strict-transport-security", b"max-age=31536000"),
)
_UNLESS_SET = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
"""Pages have policies of their own."""


class Exchanges:
    """Gives each request its ids and each response its headers; writes a log line at the end."""

    def __init__(
        self, app: ASGIApp, *, traffic: Traffic, metrics: Metrics, keep_alive_s: int
    ) -> None:
        self._app, self._traffic, self._metrics = app, traffic, metrics
        timeout = b"timeout=%d" % keep_alive_s
        self._kept = ((b"connection", b"keep-alive"), (b"keep-alive", timeout))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(self, scope, send)
        self._metrics.in_flight.inc()
        with trace_context.following(exchange.trace):
            try:
                await self._app(scope, receive, exchange.send)
            except Exception:
                _log.exception("request failed")
                if exchange.status:  # the response has begun; a cut connection shows the failure
                    raise
                await of_unexpected(Request(scope))(scope, receive, exchange.send)
            finally:
                self._metrics.in_flight.dec()
                self._metrics.record(scope, exchange.status or 500, exchange.seconds)
                exchange.log()

    def of_connection(self, scope: Scope) -> tuple[Header, ...]:
        """Announce the keep-alive timeout; ask clients to leave a server that is draining."""
        if self._traffic.draining:
            return ((b"connection", b"close"),)
        return self._kept if scope["http_version"] == "1.1" and not _is_last(scope) else ()


class Problems:
    """Answers errors of the domain, of a request's form, and of an address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except (Error, Rejected, HTTPException) as error:
            if scope["type"] != "http" or scope.get("response_begun"):
                raise
            await of_error(Request(scope), error)(scope, receive, send)


class _Exchange:
    """One request and its response."""

    def __init__(self, exchanges: Exchanges, scope: Scope, send: Send) -> None:
        self._exchanges, self._scope, self._send = exchanges, scope, send
        self.status = 0
        self.trace = _trace_of(scope)
        self._begun = time.perf_counter()
        scope["request_id"] = self.trace.request_id

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._begun

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])  # an HTTPStatus names itself in a log
            self._scope["response_begun"] = True
            self._add_to(message["headers"])
        await self._send(message)

    def _add_to(self, headers: list[Header]) -> None:
        names = {name for name, _ in headers}
        headers += [each for each in _UNLESS_SET if each[0] not in names]
        headers += _ALWAYS
        limits: Mapping[str, str] = self._scope.get("response_headers", {})
        headers += [(name.lower().encode(), text.encode()) for name, text in limits.items()]
        headers += self._exchanges.of_connection(self._scope)
        headers.append((b"x-request-id", self.trace.request_id.encode()))
        headers.append((b"traceparent", self.trace.traceparent.encode()))

    def log(self) -> None:
        """Log the route's template, because paths and queries may hold personal data."""
        actor: Actor | None = self._scope.get("actor")
        _log.info(
            "request",
            method=self._scope["method"],
            route=getattr(self._scope.get("route"), "path", None),
            status=self.status,
            duration_ms=round(self.seconds * 1000, 1),
            user=str(actor.id) if actor else None,
            company=_company(actor) if actor else None,
            **self._scope.get("log_fields", {}),
        )


def _trace_of(scope: Scope) -> trace_context.Trace:
    """Begin a trace with the ids that came with the request; of several, the first."""
    request_id = traceparent = b""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            request_id = request_id or value
        elif name == b"traceparent":
            traceparent = traceparent or value
    return trace_context.Trace.begun(request_id.decode("latin-1"), traceparent.decode("latin-1"))


@lru_cache(1024)
def _company(actor: Actor) -> Any:
    """Return the company of all the actor's grants, if it is a single one."""
    companies = {grant.company for grant in actor.grants}
    return str(companies.pop()) if len(companies) == 1 and None not in companies else None


def _is_last(scope: Scope) -> bool:
    """Whether the connection is closed after this request (see `connections` for Expect)."""
    for name, value in scope["headers"]:
        if name == b"expect" or (name == b"connection" and b"close" in value.lower()):
            return True
    return False
