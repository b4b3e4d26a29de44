"""From a view to HTML: templates, compiled once, and how they write days, amounts and names."""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import uuid4

from attrs import frozen
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from clientupdater.domain.periods import Cycle
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.console.forms import KEY, TOKEN
from clientupdater.entrypoints.console.menu import menu_of
from clientupdater.entrypoints.console.notices import notice_of
from clientupdater.entrypoints.console.session import form_token, session_token
from clientupdater.entrypoints.console.static_files import address_of
from clientupdater.entrypoints.console.texts import text
from clientupdater.usecases.requests.idempotency import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime, tzinfo
    from decimal import Decimal
    from fractions import Fraction

    from starlette.requests import Request

    from clientupdater.domain.periods import Period
    from clientupdater.entrypoints.console.views import View
    from clientupdater.entrypoints.http.contract import Call

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_PHONE = re.compile(r"(\+63)(\d{3})(\d{3})(\d{4})")
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": _POLICY,
    # With `no-referrer` browsers send their forms with `Origin: null`, and Safari before 16.4 sends
    # no Sec-Fetch-Site, so that its forms would look like those of another site.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def rendered(request: Request, view: View, secrets: tuple[str, ...] = ()) -> Reply:
    """Render a view for the caller of its request.

    Of values that are secrets, a repeated form gets none: its stored page is without them.
    """
    template = templates().get_template(view.template)
    frame = _frame(request, view.call)
    body = template.render(frame, **view.values)
    without = {**view.values, **dict.fromkeys(secrets)}
    stored = template.render(frame, **without).encode() if secrets else None
    return Reply(status=view.status, headers=HEADERS, body=body.encode(), stored_body=stored)


@cache
def templates() -> Environment:
    """Compile every template, so that no request waits for that."""
    environment = Environment(
        loader=PackageLoader("clientupdater.entrypoints.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.globals.update(t=text, static=address_of, hidden=hidden, new_key=_new_key)
    environment.filters.update(
        day=day, money=money, number=number, percent=percent, period=period, phone=phone
    )
    for name in environment.list_templates():
        environment.get_template(name)
    return environment


def _frame(request: Request, call: Call | None) -> Mapping[str, Any]:
    """Give what every page needs: who is signed in, the menu, and the proof for its forms."""
    session = call.session if call else None
    return {
        "person": session.person if session else None,
        "menu": menu_of(session.caller.actor) if session else (),
        "may_search": bool(session and session.caller.actor.grants_of(Permission.CLIENTS_READ)),
        "here": request.url.path,
        "request_id": request.scope.get("request_id", ""),
        "proof": {TOKEN: form_token(session_token(request))} if session else {},
        "notice": notice_of(call) if call and session else None,
        "ending": _ending(call) if call else None,
        "moment": partial(moment, zone=zone_of(call)) if call else None,
    }


@frozen
class Ending:
    """When the session ends by itself."""

    seconds: int
    is_final: bool
    """Using it does not make it longer."""


def _ending(call: Call) -> Ending | None:
    opened, people = (call.session.open if call.session else None), call.app.people
    if opened is None:
        return None
    ends = opened.session.ends_at(people.sessions.lifetimes)
    left = ends - people.sessions.clock.now()
    return Ending(int(left.total_seconds()), ends == opened.session.expires_at)


def zone_of(call: Call) -> tzinfo:
    """The time zone of the business."""
    return call.app.tracking.clients.zone


def today_of(call: Call) -> date:
    """The business day."""
    clients = call.app.tracking.clients
    return clients.clock.now().astimezone(clients.zone).date()


def _new_key() -> Mapping[str, str]:
    """Make the idempotency key of a form: however often it is sent, it counts once."""
    return {KEY: str(uuid4())}


def hidden(fields: Mapping[str, object]) -> Markup:
    """Write fields that a form carries along."""
    one = Markup('<input type="hidden" name="{}" value="{}">')
    return Markup("").join(one.format(name, value) for name, value in fields.items())


def address(path: str, **params: object) -> str:
    """Write an address with those parameters that have a value."""
    query = urlencode({name: str(value) for name, value in params.items() if value is not None})
    return f"{path}?{query}" if query else path


# --- how values are written


def day(value: date) -> str:
    """Write a day as 28 Nov 2026."""
    return f"{value.day} {value:%b %Y}"


def moment(value: datetime, zone: tzinfo) -> str:
    """Write a moment as 28 Nov 2026, 14:05."""
    local = value.astimezone(zone)
    return f"{day(local)}, {local:%H:%M}"


def money(value: Decimal) -> str:
    """Write an amount as ₱12,400.00."""
    return f"₱{value:,.2f}"


def period(value: Period) -> str:
    """Write a period as Nov 2026 or Q4 2026."""
    if value.cycle is Cycle.MONTHLY:
        return f"{value.first_day:%b %Y}"
    return f"Q{value.number} {value.year}"


def phone(value: str) -> str:
    """Write a Philippine number in groups, as +63 917 123 4567; any other as it is."""
    if match := _PHONE.fullmatch(value):
        return " ".join(match.groups())
    return value


def number(value: int) -> str:
    return f"{value:,}"


def percent(value: Fraction) -> str:
    """Write a share as 72.4%."""
    return f"{float(value):.1%}"
