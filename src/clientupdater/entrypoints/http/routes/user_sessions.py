"""Sessions of users, and password resets (U2, U6)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from attrs import field, frozen

from clientupdater.domain.errors import InvalidCredentials, PrivilegeExceeded
from clientupdater.domain.permissions import Permission
from clientupdater.domain.rate_limits import Activity
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.routes.rights import user_of
from clientupdater.entrypoints.http.routes.sessions import Password, SessionList
from clientupdater.entrypoints.http.routes.shapes import Session
from clientupdater.entrypoints.structuring import Text


@frozen
class PasswordReset:
    """A password reset. Its token is shown once."""

    token: str | None = field(repr=False)
    expires_at: datetime


@frozen
class RedeemPasswordResetRequest:
    """The token of a reset, and a new password."""

    token: Annotated[str, Text(longest=1024)] = field(repr=False)
    new_password: Password = field(repr=False)


def list_user_sessions(call: Call) -> SessionList:
    """List where a user is signed in. Your own sessions need no permission."""
    opened = call.session.open
    items = call.app.people.sessions.list(call.caller, user_of(call))
    return SessionList(tuple(Session.of(each, opened and opened.id) for each in items))


def end_user_sessions(call: Call) -> None:
    """Sign a user out everywhere. Your own sessions need no permission."""
    call.app.people.sessions.revoke_many(call.caller, user_of(call))


def reset_password(call: Call) -> PasswordReset:
    """Create a token with which the user sets a new password. The token is shown once."""
    reset = call.app.people.passwords.reset(call.caller, user_of(call))
    return PasswordReset(reset.token, reset.expires_at)


def redeem_password_reset(call: Call) -> None:
    """Set a new password with the token of a reset. Every session of the user ends."""
    body: RedeemPasswordResetRequest = call.body
    call.app.people.passwords.redeem(body.token, body.new_password, call.caller.origin)


_USER, _MANAGE = "/users/{user}", Permission.USERS_MANAGE

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{_USER}/sessions",
        summary="List a user's sessions",
        handle=list_user_sessions,
        answers=SessionList,
        permission=Permission.USERS_READ,
    ),
    Endpoint(
        method="DELETE",
        path=f"{_USER}/sessions",
        summary="End a user's sessions",
        handle=end_user_sessions,
        status=204,
        permission=_MANAGE,
        errors=(PrivilegeExceeded,),
    ),
    Endpoint(
        method="POST",
        path=f"{_USER}/password-reset",
        summary="Reset a password",
        handle=reset_password,
        status=201,
        answers=PasswordReset,
        shown_once=("token",),
        permission=_MANAGE,
        errors=(PrivilegeExceeded,),
    ),
    Endpoint(
        method="POST",
        path="/password-resets",
        summary="Redeem a password reset",
        handle=redeem_password_reset,
        status=204,
        body=RedeemPasswordResetRequest,
        public=True,
        counts_as=Activity.SIGN_IN,
        errors=(InvalidCredentials,),
    ),
)
