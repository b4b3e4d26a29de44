"""How the caller's right is judged where a request does not fit, so that nothing leaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.ids import PersonId

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.domain.permissions import Permission
    from clientupdater.entrypoints.http.contract import Call


def admitting(permission: Permission) -> Callable[[Call], None]:
    """Judge sight of a client and right over it, and nothing else."""

    def admit(call: Call) -> None:
        files = call.app.tracking.files
        with files.open(call.caller, call.path["client"], permission):
            pass

    return admit


def admitting_to_user(permission: Permission) -> Callable[[Call], None]:
    """Judge sight of a person and right over them, and nothing else."""

    def admit(call: Call) -> None:
        call.app.people.judge(call.caller, permission, user_of(call))

    return admit


def user_of(call: Call) -> PersonId:
    """Name the person that the path names."""
    return PersonId(call.path["user"])
