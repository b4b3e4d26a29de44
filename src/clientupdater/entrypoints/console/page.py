"""A page of the console: an endpoint that reads forms and writes HTML.

It takes the same steps as an endpoint of the HTTP interface (`http/pipeline.py`): who asks, how
often, what they sent, once per idempotency key. Only the medium differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.entrypoints.console.forms import parse_form
from clientupdater.entrypoints.console.rendering import rendered
from clientupdater.entrypoints.console.session import session_cookie, session_token
from clientupdater.entrypoints.console.views import CONSOLE, Redirect
from clientupdater.entrypoints.http.contract import Endpoint, Medium, Result
from clientupdater.entrypoints.http.replies import reply
from clientupdater.usecases.requests.idempotency import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from clientupdater.entrypoints.console.views import Entered, View
    from clientupdater.entrypoints.http.contract import Call


def _reply(endpoint: Endpoint, request: Request, result: Any) -> Reply:
    """Write a page, send the browser to another one, or send a file."""
    if isinstance(result, Redirect):
        headers = {"Location": result.to, "Cache-Control": "no-store"}
        if result.token is not None:
            headers["Set-Cookie"] = session_cookie(request, result.token)
        return Reply(status=303, headers=headers)
    if isinstance(result, Result):
        return reply(endpoint, request, result)
    return rendered(request, result, endpoint.shown_once)


FORMS = Medium(token=session_token, parse=parse_form, reply=_reply)


@frozen(kw_only=True)
class Page(Endpoint):
    """One page, or one form that is sent to it."""

    base: str = CONSOLE
    medium: Medium = FORMS
    show_again: Callable[[Call, Entered], View] | None = None
    """Shows the form again with what was typed, where it was not accepted."""
