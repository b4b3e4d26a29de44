"""Where one is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.entrypoints.console.notices import Notice, NoticeQuery, noticed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import CONSOLE, Redirect, View
from clientupdater.entrypoints.http.routes.shapes import Session

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call

_PATH = "/sessions"
_MOST = 50
_BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
"""Browsers by the marks that they send. Most also send those of the ones below them."""
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def show_sessions(call: Call) -> View:
    current = call.session.open.id if call.session.open else None
    opened = call.app.people.sessions.list(call.caller, call.caller.actor.id)[:_MOST]
    values = {
        "sessions": [Session.of(each, current) for each in opened],
        "program_of": program_of,
    }
    return View(template="my_sessions.html", call=call, values=values)


def program_of(user_agent: str | None) -> str:
    """Name the browser and the system that a session was opened with."""
    agent = user_agent or ""
    browser = next((name for mark, name in _BROWSERS.items() if mark in agent), None)
    system = next((name for mark, name in _SYSTEMS.items() if mark in agent), None)
    if browser and system:
        return text("sessions.program", browser=browser, system=system)
    return browser or agent[:40] or text("sessions.unknown")


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
