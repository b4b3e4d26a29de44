"""Creating an account, with its places and a first role; its password is shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import attrs
from attrs import field, frozen

from clientupdater.domain.accounts import LONGEST_EMAIL
from clientupdater.domain.errors import Forbidden
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.console.forms import codes_of
from clientupdater.entrypoints.console.notices import NoticeQuery
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.views import Entered, View
from clientupdater.entrypoints.http.routes.roles import list_roles
from clientupdater.entrypoints.http.routes.users import (
    CreateUserRequest,
    Name,
    NewUserRole,
    create_user,
)
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call

_PATH = "/people/new"
_MOST_PLACES = 200
Codes = Annotated[str, Text(longest=2000)]
Code = Annotated[str, Text(longest=50)]


@frozen(kw_only=True)
class NewUserForm:
    """The account; branches and areas are codes with commas between them."""

    email: Annotated[str, Text(longest=LONGEST_EMAIL, shortest=3)] = field(repr=False)
    first_name: Name | None = field(default=None, repr=False)
    last_name: Name | None = field(default=None, repr=False)
    branches: Codes | None = None
    areas: Codes | None = None
    role: Code | None = None
    company: Code | None = None


def show_form(call: Call) -> View:
    if not call.caller.actor.grants_of(Permission.USERS_MANAGE):
        raise Forbidden(Permission.USERS_MANAGE)
    return _view(call, Entered())


def _view(call: Call, entered: Entered) -> View:
    names = call.app.configuration.names(call.caller, generation=call.generation)
    return View(
        template="new_user.html",
        call=call,
        values={
            "roles": [(role.code, role.name) for role in list_roles(call).items],
            "companies": [("", ""), *sorted((code, code) for code in names.companies.values())],
            "form": entered,
        },
    )


def create(call: Call) -> View:
    """Create the account, and show its first password, this once."""
    form: NewUserForm = call.body
    body = CreateUserRequest(
        email=form.email,
        first_name=form.first_name,
        last_name=form.last_name,
        branches=_places(form.branches),
        areas=_places(form.areas),
        roles=(NewUserRole(role=form.role, company=form.company),) if form.role else (),
    )
    made = create_user(attrs.evolve(call, body=body)).value
    return View(
        template="user_created.html",
        call=call,
        values={"user": made, "initial_password": made.initial_password},
    )


def _places(codes: str | None) -> tuple[str, ...]:
    return tuple(f"code:{code.removeprefix('code:')}" for code in codes_of(codes)[:_MOST_PLACES])


PAGES = (
    Page(
        method="GET",
        path=_PATH,
        summary="A new account",
        handle=show_form,
        query=NoticeQuery,
        permission=Permission.USERS_MANAGE,
    ),
    Page(
        method="POST",
        path=_PATH,
        summary="Create an account",
        handle=create,
        show_again=_view,
        query=NoticeQuery,
        body=NewUserForm,
        permission=Permission.USERS_MANAGE,
        shown_once=("initial_password",),
    ),
)
