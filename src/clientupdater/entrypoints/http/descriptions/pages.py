"""The addresses beside the endpoints: how their operations are named, described and answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class PageText:
    """How one of them is named and described."""

    operation: str
    text: str
    example: Any = None
    is_guarded: bool = False
    """It takes a token, although the same address may answer without one elsewhere."""


PAGES: Mapping[str, PageText] = {
    "/": PageText(
        "getIndex",
        "Where to read on: JSON for programs, a page of links for browsers.",
        {"service": "Client Updater", "links": {"docs": "/api/docs"}},
    ),
    "/livez": PageText(
        "checkLiveness",
        "Answers 200 while the process runs, even if everything else is down.",
        {"status": "alive"},
    ),
    "/readyz": PageText(
        "checkReadiness",
        "Answers 200 if the process should get requests: the database is reachable, its schema is"
        " current, and the process is not about to stop.",
        {"status": "ready", "checks": [{"of": "database", "ok": True}]},
    ),
    "/api/ping": PageText(
        "ping",
        "Answers with the server's time.",
        {"status": "ok", "timestamp": "2026-11-20T01:30:00+00:00"},
    ),
    "/api/v1/health/system": PageText(
        "getSystemHealth",
        "The health of every service, queue and source. Needs a session, or the token of"
        " operations, which also works while the database is down.",
        is_guarded=True,
    ),
    "/metrics": PageText(
        "getMetrics",
        "Metrics in the text format of Prometheus. Needs the token of operations.",
        "# HELP clientupdater_requests_total Requests.\n",
        is_guarded=True,
    ),
    "/api/openapi.json": PageText("getContract", "This contract, in OpenAPI 3.1."),
    "/api/docs": PageText("getDocumentation", "This contract as a page for people."),
}
