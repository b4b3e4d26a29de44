"""Locking, unlocking and deactivating users (A3, A6, A8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import LastAdministrator, PrivilegeExceeded
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Call, Endpoint, Result
from clientupdater.entrypoints.http.routes.conflicts import conflicts_shown
from clientupdater.entrypoints.http.routes.fields import Version
from clientupdater.entrypoints.http.routes.rights import admitting_to_user, user_of
from clientupdater.entrypoints.http.routes.shapes import Deactivation, User

if TYPE_CHECKING:
    from clientupdater.domain.accounts import Person


@frozen
class DeactivateUserRequest:
    """The version that you read, if no header names it."""

    version: Version | None = None


def lock_user(call: Call) -> Result:
    """Refuse new sign-ins until the user is unlocked. Open sessions continue; to end them as well,
    deactivate the user.
    """
    return _result(call, call.app.people.users.lock(call.caller, user_of(call)))


def unlock_user(call: Call) -> Result:
    """End a lock, also one after wrong passwords, and count failed sign-ins from zero again."""
    return _result(call, call.app.people.users.unlock(call.caller, user_of(call)))


def preview_deactivation(call: Call) -> Result:
    """Show which clients would have no officer if the user were deactivated."""
    previewed = call.app.people.deactivation.preview(call.caller, user_of(call))
    shown = Deactivation.of(previewed, call.app.configuration.names(call.caller))
    return Result(value=shown, version=shown.user.version)


def deactivate_user(call: Call) -> Result:
    """Deactivate a user: sessions and assignments end, and the clients fall back to the queue of
    their branch.
    """
    with conflicts_shown(lambda: preview_deactivation(call).value.user):
        done = call.app.people.deactivation.deactivate(call.caller, user_of(call), call.version)
    shown = Deactivation.of(done, call.app.configuration.names(call.caller))
    return Result(value=shown, version=shown.user.version)


def _result(call: Call, person: Person) -> Result:
    user = User.of(person, call.app.configuration.names(call.caller))
    return Result(value=user, version=user.version)


_MANAGE = Permission.USERS_MANAGE

ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/users/{user}/lock",
        summary="Lock a user",
        handle=lock_user,
        answers=User,
        permission=_MANAGE,
        errors=(PrivilegeExceeded, LastAdministrator),
    ),
    Endpoint(
        method="POST",
        path="/users/{user}/unlock",
        summary="Unlock a user",
        handle=unlock_user,
        answers=User,
        permission=_MANAGE,
        errors=(PrivilegeExceeded,),
    ),
    Endpoint(
        method="GET",
        path="/users/{user}/deactivation",
        summary="Preview a deactivation",
        handle=preview_deactivation,
        answers=Deactivation,
        permission=_MANAGE,
        errors=(PrivilegeExceeded, LastAdministrator),
    ),
    Endpoint(
        method="POST",
        path="/users/{user}/deactivation",
        summary="Deactivate a user",
        handle=deactivate_user,
        body=DeactivateUserRequest,
        body_required=False,
        answers=Deactivation,
        permission=_MANAGE,
        admit=admitting_to_user(_MANAGE),
        versioned=True,
        errors=(PrivilegeExceeded, LastAdministrator),
    ),
)
