"""Changing one's own password, also where it must be changed first (U4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.people import Act
from clientupdater.entrypoints.console.notices import Notice, noticed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import CONSOLE, Entered, Redirect, View
from clientupdater.entrypoints.http.routes.sessions import Password

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call

_PATH = "/password"


@frozen(kw_only=True)
class PasswordForm:
    current_password: Password = field(repr=False)
    new_password: Password = field(repr=False)
    repeated: Password = field(repr=False)


def show_password(call: Call) -> View:
    return _show(call, Entered())


def change_password(call: Call) -> Redirect:
    """Set a new password; all other sessions of this person end."""
    form: PasswordForm = call.body
    if form.repeated != form.new_password:
        raise InvalidInput.of("/repeated", text("password.differs"))
    current = call.session.open.id if call.session.open else None
    call.app.people.passwords.change(call.caller, current, form.current_password, form.new_password)
    return Redirect(to=noticed(call, CONSOLE, Notice("password.changed")))


def _show(call: Call, entered: Entered) -> View:
    """Show the form; a password that was typed is not sent back."""
    values = {"faults": entered.faults, "must": call.session.must_change_password}
    return View(template="my_password.html", call=call, values=values)


PAGES = (
    Page(
        method="GET",
        path=_PATH,
        summary="My password",
        handle=show_password,
        act=Act.CHANGE_PASSWORD,
    ),
    Page(
        method="POST",
        path=_PATH,
        summary="Change my password",
        handle=change_password,
        show_again=_show,
        body=PasswordForm,
        act=Act.CHANGE_PASSWORD,
    ),
)
