"""Signing in and out, and the signed-in user (U1, U2, U4)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from attrs import field, frozen

from clientupdater.domain.errors import InvalidCredentials, NotFound
from clientupdater.domain.people import Act
from clientupdater.domain.rate_limits import Activity
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.shapes import (
    Grant,
    Session,
    User,
    grants_of,
)
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from clientupdater.domain.accounts import OpenSession

Email = Annotated[str, Text(longest=255)]
Password = Annotated[str, Text(longest=1024)]


@frozen
class SignInRequest:
    """The credentials of a user."""

    email: Email = field(repr=False)
    password: Password = field(repr=False)


@frozen
class OpenedSession:
    """A new session. Its token is shown once."""

    token: str = field(repr=False)
    expires_at: datetime
    idle_seconds: int
    user: User


@frozen
class CurrentSession:
    """The session that makes the request."""

    id: UUID
    expires_at: datetime


@frozen
class CurrentUser:
    """The signed-in user, with permissions and territory."""

    user: User
    grants: tuple[Grant, ...]
    branches: tuple[str, ...]
    areas: tuple[str, ...]
    must_change_password: bool
    session: Annotated[
        CurrentSession | None,
        About("The session; null: the token came from the identity provider."),
    ]


@frozen
class ChangePasswordRequest:
    """The current password and a new one."""

    current_password: Password = field(repr=False)
    new_password: Password = field(repr=False)


@frozen
class SessionList:
    """Open sessions."""

    items: tuple[Session, ...]


def sign_in(call: Call) -> OpenedSession:
    """Open a session. Send its token as `Authorization: Bearer …` with every other request."""
    body: SignInRequest = call.body
    done = call.app.people.sign_in(body.email, body.password, call.caller.origin)
    user = User.of(done.person, call.app.configuration.names(call.caller))
    return OpenedSession(done.token, done.expires_at, done.idle_seconds, user)


def sign_out(call: Call) -> None:
    """End the session that makes the request."""
    call.app.people.sessions.sign_out(call.caller, call.session.session.id)


def get_current_user(call: Call) -> CurrentUser:
    """Show the signed-in user with permissions and territory."""
    shown = call.app.people.users.show_own(call.session.person)
    names = call.app.configuration.names(call.caller, generation=call.generation)
    user, opened = User.of(shown.person, names), call.session.open
    return CurrentUser(
        user=user,
        grants=grants_of(shown.grants, names),
        branches=user.branches,
        areas=user.areas,
        must_change_password=user.must_change_password,
        session=CurrentSession(opened.id, opened.session.expires_at) if opened else None,
    )


def change_my_password(call: Call) -> None:
    """Set a new password. Every other session of the user ends."""
    body: ChangePasswordRequest = call.body
    call.app.people.passwords.change(
        call.caller, _own_session(call), body.current_password, body.new_password
    )


def list_my_sessions(call: Call) -> SessionList:
    """List where the signed-in user is signed in."""
    current = _own_session(call)
    result = call.app.people.sessions.list(call.caller, call.caller.actor.id)
    return SessionList(tuple(Session.of(each, current) for each in result))


def _own_session(call: Call) -> UUID | None:
    opened: OpenSession | None = call.session.open
    return opened.id if opened else None


def end_my_session(call: Call) -> None:
    """Sign out on another device."""
    call.app.people.sessions.revoke(call.caller, call.caller.actor.id, call.path["session"])


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/sessions",
        summary="Sign in",
        handle=sign_in,
        status=201,
        body=SignInRequest,
        answers=OpenedSession,
        public=True,
        counts_as=Activity.SIGN_IN,
        shown_once=("token",),
        errors=(InvalidCredentials,),
    ),
    Endpoint(
        method="DELETE",
        path="/sessions/current",
        summary="Sign out",
        handle=sign_out,
        status=204,
        act=Act.SIGN_OUT,
        once=False,
        errors=(NotFound,),
    ),
    Endpoint(
        method="GET",
        path="/me",
        summary="Get the signed-in user",
        handle=get_current_user,
        answers=CurrentUser,
    ),
    Endpoint(
        method="PUT",
        path="/me/password",
        summary="Change my password",
        handle=change_my_password,
        status=204,
        body=ChangePasswordRequest,
        act=Act.CHANGE_PASSWORD,
    ),
    Endpoint(
        method="GET",
        path="/me/sessions",
        summary="List my sessions",
        handle=list_my_sessions,
        answers=SessionList,
    ),
    Endpoint(
        method="DELETE",
        path="/me/sessions/{session}",
        summary="End one of my sessions",
        handle=end_my_session,
        status=204,
        errors=(NotFound,),
    ),
)
