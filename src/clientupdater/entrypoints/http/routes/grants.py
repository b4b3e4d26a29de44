"""What people may do and where: their grants, their territories, and what makes up an area (A6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from attrs import frozen

from clientupdater.domain.errors import LastAdministrator, PrivilegeExceeded
from clientupdater.domain.ids import PersonId
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.routes.shapes import Grant, grants_of
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from collections.abc import Callable


@frozen
class CompanyQuery:
    """Over which company; none: over every one."""

    company: Annotated[str, Text(longest=50, shortest=1)] | None = None


@frozen
class GrantPermissionRequest:
    """How far it is to go."""

    scope: Scope


@frozen
class GrantList:
    """What somebody may do."""

    items: tuple[Grant, ...]


def admitting_to_user(permission: Permission) -> Callable[[Call], None]:
    """Judge sight of a person and right over them, and nothing else."""

    def admit(call: Call) -> None:
        call.app.people.judge(call.caller, permission, user_of(call))

    return admit


def user_of(call: Call) -> PersonId:
    """Name the person that the path names."""
    return PersonId(call.path["user"])


def list_grants(call: Call) -> GrantList:
    """List what somebody may do."""
    shown = call.app.people.show(call.caller, user_of(call))
    return GrantList(grants_of(shown.grants, call.app.look_up_names(call.caller)))


def grant_permission(call: Call) -> None:
    """Give a permission."""
    permission, company = call.path["permission"], call.query.company
    call.app.access.grant(call.caller, user_of(call), permission, company, call.body.scope)


def revoke_permission(call: Call) -> None:
    """Take a permission."""
    call.app.access.revoke(call.caller, user_of(call), call.path["permission"], call.query.company)


def add_user_branch(call: Call) -> None:
    """Give a branch."""
    call.app.territories.give_branch(call.caller, user_of(call), call.path["branch"])


def remove_user_branch(call: Call) -> None:
    """Take a branch."""
    call.app.territories.take_branch(call.caller, user_of(call), call.path["branch"])


def add_user_area(call: Call) -> None:
    """Give an area."""
    call.app.territories.give_area(call.caller, user_of(call), call.path["area"])


def remove_user_area(call: Call) -> None:
    """Take an area."""
    call.app.territories.take_area(call.caller, user_of(call), call.path["area"])


def add_area_branch(call: Call) -> None:
    """Put a branch into an area."""
    call.app.territories.place_branch(call.caller, call.path["area"], call.path["branch"])


def remove_area_branch(call: Call) -> None:
    """Take a branch out of an area."""
    call.app.territories.remove_branch(call.caller, call.path["area"], call.path["branch"])


_GRANT = "/users/{user}/grants/{permission}"
_BRANCH, _AREA = "/users/{user}/branches/{branch}", "/users/{user}/areas/{area}"
_MEMBER = "/areas/{area}/branches/{branch}"


def _set(
    method: str,
    path: str,
    summary: str,
    handle: Callable[[Call], None],
    *,
    permission: Permission = Permission.USERS_MANAGE,
) -> Endpoint:
    """Declare what is there or not there, however often one says so."""
    return Endpoint(
        method=method,
        path=path,
        summary=summary,
        handle=handle,
        status=204,
        permission=permission,
        errors=(PrivilegeExceeded,),
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/users/{user}/grants",
        summary="What somebody may do; oneself needs no right.",
        handle=list_grants,
        answers=GrantList,
        permission=Permission.USERS_READ,
    ),
    Endpoint(
        method="PUT",
        path=_GRANT,
        summary="Give a permission over a company, or over every one; anew, at another scope.",
        handle=grant_permission,
        status=204,
        query=CompanyQuery,
        body=GrantPermissionRequest,
        permission=Permission.USERS_MANAGE,
        admit=admitting_to_user(Permission.USERS_MANAGE),
        errors=(PrivilegeExceeded, LastAdministrator),
    ),
    Endpoint(
        method="DELETE",
        path=_GRANT,
        summary="Take a permission; from the next request on it is gone.",
        handle=revoke_permission,
        status=204,
        query=CompanyQuery,
        permission=Permission.USERS_MANAGE,
        admit=admitting_to_user(Permission.USERS_MANAGE),
        errors=(PrivilegeExceeded, LastAdministrator),
    ),
    _set("PUT", _BRANCH, "Give a branch.", add_user_branch),
    _set(
        "DELETE", _BRANCH, "Take a branch; clients there are theirs no longer.", remove_user_branch
    ),
    _set("PUT", _AREA, "Give an area, as it grows.", add_user_area),
    _set("DELETE", _AREA, "Take an area; clients there are theirs no longer.", remove_user_area),
    _set(
        "PUT",
        _MEMBER,
        "Put a branch into an area.",
        add_area_branch,
        permission=Permission.AREAS_MANAGE,
    ),
    _set(
        "DELETE",
        _MEMBER,
        "Take a branch out of an area.",
        remove_area_branch,
        permission=Permission.AREAS_MANAGE,
    ),
)
