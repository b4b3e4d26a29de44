"""Signing in and out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from attrs import field, frozen

from clientupdater.domain.errors import InvalidCredentials
from clientupdater.domain.people import Act
from clientupdater.domain.rate_limits import Activity
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.rendering import address
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import CONSOLE, Entered, Redirect, View
from clientupdater.entrypoints.http.routes.sessions import Email, Password

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.entrypoints.http.contract import Call

PASSWORD_ADDRESS = f"{CONSOLE}/password"
_SIGN_IN = "/sign-in"
_OURS = re.compile(rf"{CONSOLE}/[\w./-]*(\?[\w.~%&=+:-]*)?", re.ASCII)
"""Addresses to go on to: a browser would follow any other one, too."""
_LEFT = "left."
"""Before the names of the fields of a form that was sent after the session had ended."""


@frozen(kw_only=True)
class SignInQuery:
    to: str | None = None
    """The page that was asked for."""


@frozen(kw_only=True)
class SignInForm:
    """The credentials; the fields of a form that waits for the sign-in come along."""

    TAKES_MORE: ClassVar[bool] = True

    email: Email = field(default="", repr=False)
    password: Password = field(default="", repr=False)
    to: str | None = None


def sign_in_address(to: str) -> str:
    return address(CONSOLE + _SIGN_IN, to=None if to == CONSOLE else to)


def show_sign_in(call: Call) -> View:
    return _view(call, to=call.query.to)


def sign_in(call: Call) -> Redirect:
    """Open a session, and go on to the page that was asked for."""
    form: SignInForm = call.body
    done = call.app.people.sign_in(form.email, form.password, call.caller.origin)
    to = form.to if form.to and _OURS.fullmatch(form.to) else CONSOLE
    if done.person.must_change_password:
        to = PASSWORD_ADDRESS
    return Redirect(to=to, token=done.token)


def sign_in_view(call: Call | None, left: Entered) -> View:
    """Ask for a sign-in, with a form that was sent after the session had ended inside."""
    fields = {_LEFT + name: value for name, value in left.fields.items()}
    return _view(call, to=left.address, left=fields, status=401)


def form_left(fields: Mapping[str, str]) -> Entered | None:
    """Read the form that waited for a sign-in; None where none did."""
    left = {n.removeprefix(_LEFT): v for n, v in fields.items() if n.startswith(_LEFT)}
    return Entered(fields=left, address=fields.get("to", "")) if left else None


def _show_again(call: Call, entered: Entered) -> View:
    """Show what was typed but for the password; every refusal looks alike (U3)."""
    left = {n: v for n, v in entered.fields.items() if n.startswith(_LEFT)}
    error = entered.error
    is_wrong = isinstance(error, InvalidCredentials) or not entered.fields.get("email")
    return _view(
        call,
        to=entered.fields.get("to"),
        email=entered.fields.get("email", ""),
        left=left,
        wrong=text("sign_in.wrong") if is_wrong or entered.faults else "",
    )


def _view(
    call: Call | None,
    *,
    to: str | None,
    email: str = "",
    left: Mapping[str, str] | None = None,
    wrong: str = "",
    status: int = 200,
) -> View:
    values = {"to": to, "email": email, "left": left or {}, "wrong": wrong}
    return View(template="sign_in.html", call=call, status=status, values=values)


def sign_out(call: Call) -> Redirect:
    """End the session."""
    call.app.people.sessions.sign_out(call.caller, call.session.session.id)
    return Redirect(to=CONSOLE + _SIGN_IN, token="")


PAGES = (
    Page(
        method="GET",
        path=_SIGN_IN,
        summary="Sign in",
        handle=show_sign_in,
        query=SignInQuery,
        public=True,
    ),
    Page(
        method="POST",
        path=_SIGN_IN,
        summary="Sign in",
        handle=sign_in,
        show_again=_show_again,
        body=SignInForm,
        public=True,
        counts_as=Activity.SIGN_IN,
    ),
    Page(
        method="POST",
        path="/sign-out",
        summary="Sign out",
        handle=sign_out,
        act=Act.SIGN_OUT,
        once=False,
    ),
)
