"""What browsers and proxies are told with every answer."""

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
_UNLESS_SAID = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}


class SecurityHeaders:
    """Tells browsers to take nothing for more than it is, and all to leave who is about to go."""

    def __init__(self, app: ASGIApp, traffic: Traffic, keep_alive_s: int | None = None) -> None:
        """Stand around the application; idle connections are kept for so long."""
        self._app, self._traffic = app, traffic
        self._keep_alive = f"timeout={keep_alive_s}" if keep_alive_s else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, and add to its answer."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                heads = MutableHeaders(scope=message)
                self._tell(heads, scope.get("heads", {}))
                self._tell_connection(heads, scope)
            await send(message)

        await self._app(scope, receive, told if scope["type"] == "http" else send)

    def _tell(self, heads: MutableHeaders, values: Mapping[str, str]) -> None:
        for name, value in (*_ALWAYS.items(), *values.items()):
            heads[name] = value
        for name, value in _UNLESS_SAID.items():
            heads.setdefault(name, value)

    def _tell_connection(self, heads: MutableHeaders, scope: Scope) -> None:
        """Tell how long it is kept, where it is kept at all."""
        if self._traffic.draining:
            heads["Connection"] = "close"
        elif self._keep_alive and scope["http_version"] == "1.1" and not _is_last(scope):
            heads["Connection"], heads["Keep-Alive"] = "keep-alive", self._keep_alive


def _is_last(scope: Scope) -> bool:
    named = Headers(scope=scope).getlist("connection")
    return "close" in {each.strip().lower() for line in named for each in line.split(",")}
