"""Response headers for browsers and proxies."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from clientupdater.entrypoints.http.system import Traffic

    Header = tuple[bytes, bytes]

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


class SecurityHeaders:
    """Adds security headers, rate-limit headers, and how long the connection stays open."""

    def __init__(self, app: ASGIApp, traffic: Traffic, keep_alive_s: int) -> None:
        self._app, self._traffic = app, traffic
        timeout = b"timeout=%d" % keep_alive_s
        self._kept = ((b"connection", b"keep-alive"), (b"keep-alive", timeout))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: list[Header] = message["headers"]
                names = {name for name, _ in headers}
                headers += [each for each in _UNLESS_SET if each[0] not in names]
                headers += _ALWAYS
                headers += _encoded(scope.get("response_headers", {}))
                headers += self._of_connection(scope)
            await send(message)

        is_http = scope["type"] == "http"
        await self._app(scope, receive, send_with_headers if is_http else send)

    def _of_connection(self, scope: Scope) -> tuple[Header, ...]:
        """Announce the keep-alive timeout; ask clients to leave a server that is draining."""
        if self._traffic.draining:
            return ((b"connection", b"close"),)
        return self._kept if scope["http_version"] == "1.1" and not _is_last(scope) else ()


def _encoded(headers: Mapping[str, str]) -> Iterator[Header]:
    return ((name.lower().encode(), value.encode("latin-1")) for name, value in headers.items())


def _is_last(scope: Scope) -> bool:
    """Whether the connection is closed after this request (see `connections` for Expect)."""
    for name, value in scope["headers"]:
        if name == b"expect" or (name == b"connection" and b"close" in value.lower()):
            return True
    return False
