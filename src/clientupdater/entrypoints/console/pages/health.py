"""How the system fares, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.entrypoints.console.notices import NoticeQuery
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.views import View
from clientupdater.ports.health import ServiceStatus

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call

_WELL = (ServiceStatus.UP, ServiceStatus.NOT_CONFIGURED)


def show_health(call: Call) -> View:
    """Show what every person who has signed in may know of the system."""
    health = call.app.operations.check_system()
    values = {
        "health": health,
        "is_well": lambda service: service.status in _WELL,
        "stale": {each.source: each.is_stale(health.looked_at) for each in health.sources},
    }
    return View(template="health.html", call=call, values=values)


PAGES = (
    Page(method="GET", path="/health", summary="Health", handle=show_health, query=NoticeQuery),
)
