"""Asking for scope and right before a malformed request is described, so that nothing leaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.ids import PersonId

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.domain.permissions import Permission
    from clientupdater.entrypoints.http.contract import Call


def admitting(*permissions: Permission) -> Callable[[Call], None]:
    """Judge only whether the caller sees the client and holds one of the permissions over it."""

    def admit(call: Call) -> None:
        clients = call.app.tracking.clients
        with clients.open(call.caller, call.path["client"], *permissions):
            pass

    return admit


def admitting_to_user(permission: Permission) -> Callable[[Call], None]:
    """Judge only whether the caller sees the user and holds the permission over them."""

    def admit(call: Call) -> None:
        call.app.people.users.judge(call.caller, permission, user_of(call))

    return admit


def user_of(call: Call) -> PersonId:
    return PersonId(call.path["user"])
