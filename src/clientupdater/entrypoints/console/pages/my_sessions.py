"""Where one is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.entrypoints.console.notices import Notice, NoticeQuery, noticed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.views import CONSOLE, Redirect, View
from clientupdater.entrypoints.http.routes.shapes import Session

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call

_PATH = "/sessions"


def show_sessions(call: Call) -> View:
    current = call.session.open.id if call.session.open else None
    opened = call.app.people.sessions.list(call.caller, call.caller.actor.id)
    values = {"sessions": [Session.of(each, current) for each in opened]}
    return View(template="my_sessions.html", call=call, values=values)


def end_session(call: Call) -> Redirect:
    """Sign out on another device."""
    call.app.people.sessions.revoke(call.caller, call.caller.actor.id, call.path["session"])
    return Redirect(to=noticed(call, CONSOLE + _PATH, Notice("sessions.ended")))


PAGES = (
    Page(method="GET", path=_PATH, summary="My sessions", handle=show_sessions, query=NoticeQuery),
    Page(
        method="POST", path=f"{_PATH}/{{session}}/end", summary="End a session", handle=end_session
    ),
)
