"""What browsers and proxies are told with every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

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


class Guarded:
    """Tells browsers to take nothing for more than it is, and all to leave who is about to go."""

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        """Stand around the application."""
        self._app, self._traffic = app, traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, and add to its answer."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._tell(MutableHeaders(scope=message), scope.get("heads", {}))
            await send(message)

        await self._app(scope, receive, told if scope["type"] == "http" else send)

    def _tell(self, heads: MutableHeaders, told: Mapping[str, str]) -> None:
        for name, value in (*_ALWAYS.items(), *told.items()):
            heads[name] = value
        for name, value in _UNLESS_SAID.items():
            heads.setdefault(name, value)
        if self._traffic.draining:
            heads["Connection"] = "close"
