"""Response headers for browsers and proxies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from clientupdater.entrypoints.http.system import Traffic

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-site",
    "Strict-Transport-Security": "max-age=31536000",
}
_DEFAULTS = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}


class SecurityHeaders:
    """Adds security headers, rate-limit headers, and how long the connection stays open."""

    def __init__(self, app: ASGIApp, traffic: Traffic, keep_alive_s: int) -> None:
        self._app, self._traffic = app, traffic
        self._keep_alive = f"timeout={keep_alive_s}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                self._add(headers, scope.get("response_headers", {}))
                self._add_connection(headers, scope)
            await send(message)

        is_http = scope["type"] == "http"
        await self._app(scope, receive, send_with_headers if is_http else send)

    def _add(self, headers: MutableHeaders, of_request: Mapping[str, str]) -> None:
        for name, value in (*_ALWAYS.items(), *of_request.items()):
            headers[name] = value
        for name, value in _DEFAULTS.items():
            headers.setdefault(name, value)

    def _add_connection(self, headers: MutableHeaders, scope: Scope) -> None:
        """Announce the keep-alive timeout; ask clients to leave a server that is draining."""
        if self._traffic.draining:
            headers["Connection"] = "close"
        elif scope["http_version"] == "1.1" and not _is_last(scope):
            headers["Connection"], headers["Keep-Alive"] = "keep-alive", self._keep_alive


def _is_last(scope: Scope) -> bool:
    lines = Headers(scope=scope).getlist("connection")
    return "close" in {each.strip().lower() for line in lines for each in line.split(",")}
