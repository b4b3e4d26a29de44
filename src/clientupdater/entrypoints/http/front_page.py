"""The answer of `/`: links as JSON for programs, as a page for browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

import clientupdater
from clientupdater.entrypoints.http.docs_page import STYLE
from clientupdater.entrypoints.wire import to_json

if TYPE_CHECKING:
    from starlette.requests import Request

STYLED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_HEADERS = {"Vary": "Accept", "Content-Security-Policy": STYLED}
_LINKS = {"docs": "/api/docs", "contract": "/api/openapi.json", "ready": "/readyz"}
_JSON = to_json(
    {"service": "Client Updater", "version": clientupdater.__version__, "links": _LINKS}
)
_PAGE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Client Updater</title><style>{STYLE}</style></head><body><h1>Client Updater</h1>
<p>Keeps the record of contacting every client once a period. This address serves programs, by HTTP
and JSON; version {clientupdater.__version__}.</p>
<ul><li><a href="/api/docs">How to begin, and every operation</a></li>
<li><a href="/api/openapi.json">The contract for programs (OpenAPI)</a></li>
<li><a href="/readyz">Whether it is ready</a></li></ul>
<p>To begin, sign in: <code>POST /api/v1/sessions</code> with an email and a password gives a
token. Send it with every other request as <code>Authorization: Bearer …</code>.</p>
</body></html>"""

_CONSOLE = '<ul><li><a href="/console">The console, for people</a></li>'


async def front_page(request: Request) -> Response:
    accept = ",".join(request.headers.getlist("accept"))
    if _weight(accept, "text", "html") > _weight(accept, "application", "json"):
        page = _PAGE.replace("<ul>", _CONSOLE) if request.state.server.console else _PAGE
        return Response(page, headers=_HEADERS, media_type="text/html")
    return Response(_JSON, headers=_HEADERS, media_type="application/json")


def _weight(accept: str, kind: str, form: str) -> float:
    """Weigh a media type by the most specific range of the header (RFC 9110, 12.5.1)."""
    wanted = {
        media.strip().lower(): _quality(parameters)
        for media, _, parameters in (each.partition(";") for each in accept.split(","))
    }
    ranges = (f"{kind}/{form}", f"{kind}/*", "*/*")
    return next((wanted[each] for each in ranges if each in wanted), 0.0)


def _quality(parameters: str) -> float:
    for each in parameters.lower().split(";"):
        name, _, value = each.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
