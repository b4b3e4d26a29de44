"""Roles: named sets of grants, and who has them (A6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import frozen

from clientupdater.domain.errors import (
    AlreadyExists,
    InvalidInput,
    LastAdministrator,
    PrivilegeExceeded,
    RoleNotDeletable,
)
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.roles import LONGEST_CODE, LONGEST_DESCRIPTION, LONGEST_NAME
from clientupdater.entrypoints.http.contract import BASE, Call, Endpoint, Result
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.conflicts import conflicts_shown
from clientupdater.entrypoints.http.routes.fields import Version
from clientupdater.entrypoints.http.routes.grants import CompanyQuery
from clientupdater.entrypoints.http.routes.rights import admitting_to_user, user_of
from clientupdater.entrypoints.http.routes.role_shapes import (
    MOST_PEOPLE,
    ChangedRoleAnswer,
    Role,
    RoleComparison,
    RoleGrant,
    RoleList,
    UserRole,
    UserRoleList,
    changed_answer,
    lacking_grants,
)
from clientupdater.entrypoints.structuring import Many, Text
from clientupdater.usecases.access.roles import RoleChanges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.usecases.access.roles import ChangedRole

_Grants = Annotated[tuple[RoleGrant, ...], Many(most=len(Permission))]
_Name = Annotated[str, Text(longest=LONGEST_NAME, shortest=1)]
_Description = Annotated[str, Text(longest=LONGEST_DESCRIPTION)]
_NAMED = About("The name, for people to read.", "Field staff")
_DESCRIBED = About("What the job is.", "Visits the clients of a branch")
_GIVING = About(
    "The grants of the role, all of them.", [{"permission": "clients:read", "scope": "branch"}]
)


@frozen(kw_only=True)
class CreateRoleRequest:
    """The new role."""

    code: Annotated[
        Annotated[str, Text(longest=LONGEST_CODE, shortest=1)],
        About("A letter, then lower-case letters, digits and underscores.", "field_staff"),
    ]
    name: Annotated[_Name, _NAMED]
    description: Annotated[_Description, _DESCRIBED] = ""
    grants: Annotated[_Grants, _GIVING]


@frozen(kw_only=True)
class ChangeRoleRequest:
    """What to change. Members that you leave out stay."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "grants": [{"permission": "clients:read", "scope": "branch"}],
        "preview": True,
        "version": 3,
    }

    name: Annotated[_Name | None, _NAMED] = None
    description: Annotated[_Description | None, _DESCRIBED] = None
    grants: Annotated[_Grants | None, _GIVING] = None
    preview: Annotated[
        bool, About("True: show whose grants would change, and change nothing.", example=True)
    ] = False
    version: Version | None = None


@frozen
class DeleteRoleRequest:
    """The version that you read, if no header names it."""

    version: Version | None = None


def list_roles(call: Call) -> RoleList:
    """List the roles, with their grants."""
    return RoleList(tuple(map(Role.of, call.app.access.roles.list(call.caller))))


def create_role(call: Call) -> Result:
    """Create a role of your own. No user has it yet, so no grants change."""
    body: CreateRoleRequest = call.body
    changes = RoleChanges(
        name=body.name, description=body.description, scopes=scopes_of(body.grants)
    )
    role = Role.of(call.app.access.roles.create(call.caller, body.code, changes))
    return Result(value=role, version=role.version, location=f"{BASE}/roles/{role.code}")


def get_role(call: Call) -> Result:
    """Show a role."""
    role = Role.of(call.app.access.roles.show(call.caller, call.path["role"]))
    return Result(value=role, version=role.version)


def change_role(call: Call) -> Result:
    """Change a role, and with it the grants of everyone who has it, all or nothing. You need each
    grant that anyone gains or loses by it.
    """
    body: ChangeRoleRequest = call.body
    changes = RoleChanges(
        name=body.name,
        description=body.description,
        scopes=None if body.grants is None else scopes_of(body.grants),
    )
    with conflicts_shown(lambda: get_role(call).value):
        changed = call.app.access.roles.change(
            call.caller, call.path["role"], changes, call.version, preview=body.preview
        )
    return Result(value=changed_role(call, changed), version=changed.shown.role.version)


def changed_role(call: Call, changed: ChangedRole) -> ChangedRoleAnswer:
    people = dict(list(changed.people.items())[:MOST_PEOPLE])
    return changed_answer(changed, people, call.app.configuration.names(call.caller, people))


def delete_role(call: Call) -> None:
    """Delete a role of your own that no user has."""
    with conflicts_shown(lambda: get_role(call).value):
        call.app.access.roles.delete(call.caller, call.path["role"], call.version)


def list_user_roles(call: Call) -> UserRoleList:
    """List the roles that a user was given. Your own need no permission."""
    roles = call.app.access.giving_roles.of_person(call.caller, user_of(call))
    names = call.app.configuration.names(call.caller)
    return UserRoleList(tuple(UserRole.of(each, names) for each in roles))


def compare_role(call: Call) -> RoleComparison:
    """List the grants of a role that a user lacks, each with the scope that they hold instead."""
    company = call.query.company
    lacking = call.app.access.giving_roles.lacking(
        call.caller, user_of(call), call.path["role"], company
    )
    return RoleComparison(call.path["role"], company, lacking_grants(lacking))


def give_role(call: Call) -> None:
    """Give a role over one company, or over all if `company` is left out: each of its grants, or
    none. Giving it again brings back grants that were revoked since.
    """
    call.app.access.giving_roles.give(
        call.caller, user_of(call), call.path["role"], call.query.company
    )


def take_role(call: Call) -> None:
    """Take a role, with the grants that no other role and no direct grant gives."""
    call.app.access.giving_roles.take(
        call.caller, user_of(call), call.path["role"], call.query.company
    )


def scopes_of(grants: Sequence[RoleGrant]) -> dict[Permission, Scope]:
    scopes = {each.permission: each.scope for each in grants}
    if len(scopes) < len(grants):
        raise InvalidInput.of("/grants", "names a permission twice")
    return scopes


def _admit(call: Call) -> None:
    call.app.access.roles.judge(call.caller)


_ROLE, _USER_ROLE = "/roles/{role}", "/users/{user}/roles/{role}"
_READ, _MANAGE = Permission.USERS_READ, Permission.USERS_MANAGE

ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/roles",
        summary="List roles",
        handle=list_roles,
        answers=RoleList,
        permission=_READ,
    ),
    Endpoint(
        method="POST",
        path="/roles",
        summary="Create a role",
        handle=create_role,
        status=201,
        has_location=True,
        body=CreateRoleRequest,
        answers=Role,
        permission=_MANAGE,
        admit=_admit,
        errors=(AlreadyExists,),
    ),
    Endpoint(
        method="GET",
        path=_ROLE,
        summary="Get a role",
        handle=get_role,
        answers=Role,
        permission=_READ,
    ),
    Endpoint(
        method="PATCH",
        path=_ROLE,
        summary="Change a role",
        handle=change_role,
        body=ChangeRoleRequest,
        answers=ChangedRoleAnswer,
        permission=_MANAGE,
        admit=_admit,
        versioned=True,
        errors=(PrivilegeExceeded, LastAdministrator),
    ),
    Endpoint(
        method="DELETE",
        path=_ROLE,
        summary="Delete a role",
        handle=delete_role,
        status=204,
        body=DeleteRoleRequest,
        body_required=False,
        permission=_MANAGE,
        admit=_admit,
        versioned=True,
        errors=(RoleNotDeletable,),
    ),
    Endpoint(
        method="GET",
        path="/users/{user}/roles",
        summary="List a user's roles",
        handle=list_user_roles,
        answers=UserRoleList,
        permission=_READ,
    ),
    Endpoint(
        method="GET",
        path=_USER_ROLE,
        summary="Compare a user with a role",
        handle=compare_role,
        query=CompanyQuery,
        answers=RoleComparison,
        permission=_READ,
    ),
    Endpoint(
        method="PUT",
        path=_USER_ROLE,
        summary="Give a role",
        handle=give_role,
        status=204,
        query=CompanyQuery,
        permission=_MANAGE,
        admit=admitting_to_user(_MANAGE),
        errors=(PrivilegeExceeded,),
    ),
    Endpoint(
        method="DELETE",
        path=_USER_ROLE,
        summary="Take a role",
        handle=take_role,
        status=204,
        query=CompanyQuery,
        permission=_MANAGE,
        admit=admitting_to_user(_MANAGE),
        errors=(PrivilegeExceeded, LastAdministrator),
    ),
)
