"""Accounts of users (A6, A8, U6)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import attrs
from attrs import field, frozen

from clientupdater.domain.accounts import LONGEST_EMAIL, LONGEST_NAME, LONGEST_SUBJECT
from clientupdater.domain.errors import AlreadyExists, LastAdministrator, PrivilegeExceeded
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import BASE, Call, Endpoint, Result
from clientupdater.entrypoints.http.cursors import opened_cursor, sealed_cursor
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.conflicts import conflicts_shown
from clientupdater.entrypoints.http.routes.fields import (
    AS_IT_IS,
    DeleteRequest,
    PageQuery,
    Version,
    changes_of,
    place_named,
)
from clientupdater.entrypoints.http.routes.rights import admitting_to_user, user_of
from clientupdater.entrypoints.http.routes.shapes import User
from clientupdater.entrypoints.structuring import Many, Text
from clientupdater.usecases.access.giving_roles import NewRole
from clientupdater.usecases.people.users import NewUser, UserChanges

if TYPE_CHECKING:
    from clientupdater.domain.accounts import Person

Email = Annotated[str, Text(longest=LONGEST_EMAIL, shortest=3)]
Name = Annotated[str, Text(longest=LONGEST_NAME)]
Place = Annotated[str, Text(longest=60, shortest=1)]
Subject = Annotated[str, Text(longest=LONGEST_SUBJECT)]
Places = Annotated[tuple[Place, ...], Many(most=200)]


@frozen(kw_only=True)
class UsersQuery(PageQuery):
    """Which users, and which page of them."""

    active: bool | None = None


@frozen
class UsersPage:
    """A page of users, by email address."""

    items: tuple[User, ...]
    next_cursor: str | None
    has_more: bool


@frozen(kw_only=True)
class NewUserRole:
    """A role of the new user."""

    role: Annotated[
        Annotated[str, Text(longest=50, shortest=1)], About("The role's code.", "telemarketer")
    ]
    company: Annotated[
        Annotated[str, Text(longest=50, shortest=1)] | None,
        About("The company's code. Left out: every company.", "FCASH"),
    ] = None


@frozen(kw_only=True)
class CreateUserRequest:
    """The new user. Branches and areas are ids, or `code:` and a code."""

    email: Email = field(repr=False)
    first_name: Name | None = field(default=None, repr=False)
    last_name: Name | None = field(default=None, repr=False)
    branches: Places = ()
    areas: Places = ()
    roles: Annotated[
        tuple[NewUserRole, ...],
        Many(most=20),
        About("The roles to give. You need each of their grants.", [{"role": "telemarketer"}]),
    ] = ()


@frozen
class CreatedUser(User):
    """The new account. Its first password is shown once."""

    initial_password: str | None = field(repr=False)
    initial_password_expires_at: datetime


@frozen(kw_only=True)
class ChangeUserRequest:
    """What to change. Null removes a name or a clerk_id."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"last_name": "Cruz", "is_active": False, "version": 3}

    email: Email = field(default=AS_IT_IS, repr=False)
    first_name: Name | None = field(default=AS_IT_IS, repr=False)
    last_name: Name | None = field(default=AS_IT_IS, repr=False)
    clerk_id: Subject | None = field(default=AS_IT_IS, repr=False)
    is_active: bool = AS_IT_IS
    version: Version | None = None


def list_users(call: Call) -> UsersPage:
    """List the users that you may see, by email address."""
    query: UsersQuery = call.query
    after = opened_cursor(call, query.cursor) if query.cursor else ""
    result = call.app.people.users.list(
        call.caller, after=after, at_most=query.limit + 1, active=query.active
    )
    page, has_more = result[: query.limit], len(result) > query.limit
    names = call.app.configuration.names(call.caller)
    cursor = sealed_cursor(call, page[-1].email) if has_more else None
    return UsersPage(tuple(User.of(each, names) for each in page), cursor, has_more)


def create_user(call: Call) -> Result:
    """Create an account. Its first password is shown once, and the user must change it."""
    body: CreateUserRequest = call.body
    new = NewUser(
        email=body.email,
        first_name=body.first_name,
        last_name=body.last_name,
        branches=[place_named(each, f"/branches/{i}") for i, each in enumerate(body.branches)],
        areas=[place_named(each, f"/areas/{i}") for i, each in enumerate(body.areas)],
        roles=[NewRole(each.role, each.company) for each in body.roles],
    )
    made = call.app.people.users.create(call.caller, new)
    user = _shown(call, made.person)
    shown = CreatedUser(
        **attrs.asdict(user, recurse=False),
        initial_password=made.initial_password,
        initial_password_expires_at=made.expires_at,
    )
    return Result(value=shown, version=user.version, location=f"{BASE}/users/{user.id}")


def get_user(call: Call) -> Result:
    """Show an account. Your own needs no permission."""
    shown = _shown(call, call.app.people.users.show(call.caller, user_of(call)).person)
    return Result(value=shown, version=shown.version)


def change_user(call: Call) -> Result:
    """Change an account. Members that you leave out stay. A new email address or clerk_id also ends
    the user's sessions and password, as a password reset does.
    """
    named = changes_of(call.body)
    changes = UserChanges(**{name: _or_none_left(value) for name, value in named.items()})
    with conflicts_shown(lambda: get_user(call).value):
        shown = _shown(
            call, call.app.people.users.change(call.caller, user_of(call), changes, call.version)
        )
    return Result(value=shown, version=shown.version)


def _or_none_left(value: Any) -> Any:
    """Turn null into an empty text, which removes the value."""
    return "" if value is None else value


def delete_user(call: Call) -> None:
    """Delete an account. The records of its work keep its name."""
    with conflicts_shown(lambda: get_user(call).value):
        call.app.people.users.delete(call.caller, user_of(call), call.version)


def _shown(call: Call, person: Person) -> User:
    return User.of(person, call.app.configuration.names(call.caller))


_USER, _MANAGE = "/users/{user}", Permission.USERS_MANAGE

ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/users",
        summary="List users",
        handle=list_users,
        query=UsersQuery,
        answers=UsersPage,
        permission=Permission.USERS_READ,
    ),
    Endpoint(
        method="POST",
        path="/users",
        summary="Create a user",
        handle=create_user,
        status=201,
        has_location=True,
        body=CreateUserRequest,
        answers=CreatedUser,
        permission=_MANAGE,
        shown_once=("initial_password",),
        errors=(AlreadyExists, PrivilegeExceeded),
    ),
    Endpoint(
        method="GET",
        path=_USER,
        summary="Get a user",
        handle=get_user,
        answers=User,
        permission=Permission.USERS_READ,
    ),
    Endpoint(
        method="PATCH",
        path=_USER,
        summary="Change a user",
        handle=change_user,
        body=ChangeUserRequest,
        answers=User,
        permission=_MANAGE,
        admit=admitting_to_user(_MANAGE),
        versioned=True,
        errors=(AlreadyExists, PrivilegeExceeded, LastAdministrator),
    ),
    Endpoint(
        method="DELETE",
        path=_USER,
        summary="Delete a user",
        handle=delete_user,
        status=204,
        body=DeleteRequest,
        body_required=False,
        permission=_MANAGE,
        admit=admitting_to_user(_MANAGE),
        versioned=True,
        errors=(PrivilegeExceeded, LastAdministrator),
    ),
)
