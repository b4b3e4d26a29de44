"""The staff: accounts, what each person may do, and why they can or cannot do something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import attrs
from attrs import field, frozen

from clientupdater.domain.permissions import Permission, Scope
from clientupdater.entrypoints.console.notices import Notice, Sealed, noticed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.parts import part
from clientupdater.entrypoints.console.rendering import address
from clientupdater.entrypoints.console.views import CONSOLE, Entered, Redirect, View
from clientupdater.entrypoints.http.routes.assignments import AccessQuery, explain_access
from clientupdater.entrypoints.http.routes.fields import Cursor
from clientupdater.entrypoints.http.routes.grants import list_grants
from clientupdater.entrypoints.http.routes.rights import user_of
from clientupdater.entrypoints.http.routes.users import UsersQuery, get_user, list_users
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from clientupdater.entrypoints.console.parts import Part
    from clientupdater.entrypoints.http.contract import Call
    from clientupdater.entrypoints.http.routes.assignments import AccessExplanation

PATH = f"{CONSOLE}/people"
_USERS = 50
Company = Annotated[str, Text(longest=50)]


@frozen(kw_only=True)
class PeopleQuery:
    """Which page of the users."""

    active: bool | None = None
    cursor: Cursor | None = None
    notice: Sealed | None = field(default=None, repr=False)


@frozen(kw_only=True)
class UserQuery:
    """A question about the user's access, if there is one."""

    client: Annotated[str, Text(longest=60)] | None = None
    permission: Permission | None = None
    notice: Sealed | None = field(default=None, repr=False)


@frozen(kw_only=True)
class GrantForm:
    """A permission, over one company or every one, and how far it goes."""

    permission: Permission
    company: Company | None = None
    scope: Scope


@frozen(kw_only=True)
class RevokeForm:
    permission: Permission
    company: Company | None = None


def show_people(call: Call) -> View:
    query = UsersQuery(limit=_USERS, cursor=call.query.cursor, active=call.query.active)
    page = list_users(attrs.evolve(call, route=f"GET {PATH}", query=query))
    following = address(PATH, cursor=page.next_cursor)
    return View(
        template="people.html",
        call=call,
        values={
            "users": page.items,
            "next_page": following if page.next_cursor else None,
            "may_manage": bool(call.caller.actor.grants_of(Permission.USERS_MANAGE)),
        },
    )


def show_user(call: Call) -> View:
    return _user(call, Entered())


def _user(call: Call, entered: Entered) -> View:
    actor = call.caller.actor
    names = call.app.configuration.names(call.caller, generation=call.generation)
    return View(
        template="user.html",
        call=call,
        values={
            "user": get_user(call).value,
            "grants": list_grants(call).items,
            "may_manage": bool(actor.grants_of(Permission.USERS_MANAGE)),
            "may_ask": bool(actor.grants_of(Permission.AUDIT_READ)),
            "permissions": tuple(Permission),
            "scopes": tuple(Scope),
            "companies": sorted(names.companies.values()),
            "question": call.query,
            "explanation": _explanation(call),
            "entered": entered,
        },
    )


def _explanation(call: Call) -> Part[AccessExplanation] | None:
    """Answer why the user can or cannot do something with a client."""
    query = call.query
    if not query.client or not query.permission:
        return None
    is_id = "-" in query.client and len(query.client) == len("00000000-0000-0000-0000-000000000000")
    client = query.client if is_id else f"code:{query.client.removeprefix('code:')}"
    asked = AccessQuery(client=client, permission=query.permission)
    return part(lambda: explain_access(attrs.evolve(call, query=asked)))


def grant(call: Call) -> Redirect:
    form: GrantForm = call.body
    call.app.access.grants.grant(
        call.caller, user_of(call), form.permission, form.company, form.scope
    )
    return _back(call, Notice("people.granted", {"permission": form.permission}))


def revoke(call: Call) -> Redirect:
    form: RevokeForm = call.body
    call.app.access.grants.revoke(call.caller, user_of(call), form.permission, form.company)
    return _back(call, Notice("people.revoked", {"permission": form.permission}))


def _back(call: Call, notice: Notice) -> Redirect:
    return Redirect(to=noticed(call, f"{PATH}/{call.path['user']}", notice))


def _form(action: str, summary: str, handle: Any, body: type) -> Page:
    return Page(
        method="POST",
        path=f"/people/{{user}}/{action}",
        summary=summary,
        handle=handle,
        show_again=_user,
        query=UserQuery,
        body=body,
        permission=Permission.USERS_MANAGE,
    )


PAGES = (
    Page(
        method="GET",
        path="/people",
        summary="People",
        handle=show_people,
        query=PeopleQuery,
        permission=Permission.USERS_READ,
    ),
    Page(
        method="GET", path="/people/{user}", summary="A person", handle=show_user, query=UserQuery
    ),
    _form("grant", "Grant a permission", grant, GrantForm),
    _form("revoke", "Revoke a permission", revoke, RevokeForm),
)
