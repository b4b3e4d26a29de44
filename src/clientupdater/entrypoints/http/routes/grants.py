"""Permissions and territories (A6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from attrs import frozen

from clientupdater.domain.errors import LastAdministrator, PrivilegeExceeded
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.rights import admitting_to_user, user_of
from clientupdater.entrypoints.http.routes.shapes import Grant, grants_of
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from collections.abc import Callable


@frozen
class CompanyQuery:
    """The company of a grant; none: every company."""

    company: Annotated[
        Annotated[str, Text(longest=50, shortest=1)] | None,
        About("The company's code. Left out: every company.", "FCASH"),
    ] = None


@frozen
class GrantPermissionRequest:
    """How far the permission reaches."""

    scope: Scope


@frozen
class GrantList:
    """The permissions that a user holds."""

    items: tuple[Grant, ...]


def list_grants(call: Call) -> GrantList:
    """List a user's permissions. Your own need no permission."""
    shown = call.app.people.users.show(call.caller, user_of(call))
    return GrantList(grants_of(shown.grants, call.app.configuration.names(call.caller)))


def grant_permission(call: Call) -> None:
    """Grant a permission over one company, or over all if `company` is left out. Granting it again
    changes its scope.
    """
    permission, company = call.path["permission"], call.query.company
    call.app.access.grants.grant(call.caller, user_of(call), permission, company, call.body.scope)


def revoke_permission(call: Call) -> None:
    """Revoke a permission, from the next request on."""
    call.app.access.grants.revoke(
        call.caller, user_of(call), call.path["permission"], call.query.company
    )


def add_user_branch(call: Call) -> None:
    """Add a branch to a user's territory."""
    call.app.access.territories.give_branch(call.caller, user_of(call), call.path["branch"])


def remove_user_branch(call: Call) -> None:
    """Remove a branch from a user's territory. Clients there lose the user as their officer."""
    call.app.access.territories.take_branch(call.caller, user_of(call), call.path["branch"])


def add_user_area(call: Call) -> None:
    """Add an area to a user's territory, with the branches that it will have later."""
    call.app.access.territories.give_area(call.caller, user_of(call), call.path["area"])


def remove_user_area(call: Call) -> None:
    """Remove an area from a user's territory. Clients there lose the user as their officer."""
    call.app.access.territories.take_area(call.caller, user_of(call), call.path["area"])


_GRANT = "/users/{user}/grants/{permission}"
_BRANCH, _AREA = "/users/{user}/branches/{branch}", "/users/{user}/areas/{area}"


def _set(method: str, path: str, summary: str, handle: Callable[[Call], None]) -> Endpoint:
    """Declare an endpoint that adds or removes; repeating it changes nothing."""
    return Endpoint(
        method=method,
        path=path,
        summary=summary,
        handle=handle,
        status=204,
        permission=Permission.USERS_MANAGE,
        errors=(PrivilegeExceeded,),
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/users/{user}/grants",
        summary="List a user's grants",
        handle=list_grants,
        answers=GrantList,
        permission=Permission.USERS_READ,
    ),
    Endpoint(
        method="PUT",
        path=_GRANT,
        summary="Grant a permission",
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
        summary="Revoke a permission",
        handle=revoke_permission,
        status=204,
        query=CompanyQuery,
        permission=Permission.USERS_MANAGE,
        admit=admitting_to_user(Permission.USERS_MANAGE),
        errors=(PrivilegeExceeded, LastAdministrator),
    ),
    _set("PUT", _BRANCH, "Add a branch to a territory", add_user_branch),
    _set("DELETE", _BRANCH, "Remove a branch from a territory", remove_user_branch),
    _set("PUT", _AREA, "Add an area to a territory", add_user_area),
    _set("DELETE", _AREA, "Remove an area from a territory", remove_user_area),
)
