"""Answers about roles."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from attrs import frozen

from clientupdater.domain.permissions import Permission, Scope
from clientupdater.entrypoints.http.descriptions.about import About

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clientupdater.domain.roles import GrantChange
    from clientupdater.ports.codes import Names
    from clientupdater.ports.roles import GivenRole
    from clientupdater.usecases.access.roles import ChangedRole, ShownRole

MOST_PEOPLE = 200
"""People whose changed grants an answer lists; the number counts all of them."""


@frozen
class RoleGrant:
    """A permission that the role gives, and how far it reaches."""

    permission: Permission
    scope: Scope


@frozen
class Role:
    """A named set of grants."""

    code: Annotated[str, About("The role's code.", "telemarketer")]
    name: Annotated[str, About("The name, for people to read.", "Telemarketer")]
    description: Annotated[str, About("What the job is.", "Calls the clients of a branch")]
    is_system: bool
    grants: Annotated[
        tuple[RoleGrant, ...],
        About("The grants of the role.", [{"permission": "clients:read", "scope": "branch"}]),
    ]
    holders: Annotated[int, About("How many people have it.", 12)]
    version: int

    @classmethod
    def of(cls, shown: ShownRole) -> Role:
        role = shown.role
        grants = tuple(RoleGrant(each, role.scopes[each]) for each in sorted(role.scopes))
        return cls(
            code=role.code,
            name=role.name,
            description=role.description,
            is_system=role.is_system,
            grants=grants,
            holders=shown.holders,
            version=role.version,
        )


@frozen
class RoleList:
    """The roles, by code."""

    items: tuple[Role, ...]


@frozen
class ChangedGrant:
    """A grant of a person that changes."""

    permission: Permission
    company: Annotated[str | None, About("The company's code; null: every company.", "FCASH")]
    before: Annotated[Scope | None, About("The scope before; null: no grant.", None)]
    after: Annotated[Scope | None, About("The scope after; null: no grant.", "branch")]


@frozen
class ChangedPerson:
    """A person whose grants change."""

    user: Annotated[UUID, About("The person's id.")]
    name: Annotated[str, About("The name, for people to read.", "Ana Cruz")]
    grants: Annotated[tuple[ChangedGrant, ...], About("Their grants that change.")]


@frozen
class ChangedRoleAnswer:
    """The role after the change, and whose grants change with it."""

    role: Annotated[Role, About("The role after the change.")]
    people_changed: Annotated[int, About("How many people's grants change.", 12)]
    people: Annotated[
        tuple[ChangedPerson, ...], About(f"The first {MOST_PEOPLE} of them, with their grants.")
    ]


@frozen
class UserRole:
    """A role that a user has."""

    role: Annotated[str, About("The role's code.", "telemarketer")]
    name: Annotated[str, About("The name, for people to read.", "Telemarketer")]
    company: Annotated[str | None, About("The company's code; null: every company.", "FCASH")]
    granted_at: Annotated[datetime, About("When the role was given.")]

    @classmethod
    def of(cls, held: GivenRole, names: Names) -> UserRole:
        company = held.role.company
        code = names.companies[company] if company else None
        return cls(held.role.role, held.name, code, held.granted_at)


@frozen
class UserRoleList:
    """The roles that a user has."""

    items: tuple[UserRole, ...]


@frozen
class LackingGrant:
    """A grant of the role that the user lacks."""

    permission: Permission
    scope: Annotated[Scope, About("The scope that the role needs.", "branch")]
    held: Annotated[Scope | None, About("The scope that the user holds; null: no grant.", None)]


@frozen
class RoleComparison:
    """What a user lacks for a role."""

    role: Annotated[str, About("The role's code.", "telemarketer")]
    company: Annotated[str | None, About("The company's code; null: every company.", "FCASH")]
    lacking: Annotated[tuple[LackingGrant, ...], About("The grants that the user lacks.", [])]


def changed_answer(
    changed: ChangedRole, people: Mapping[Any, Sequence[GrantChange]], names: Names
) -> ChangedRoleAnswer:
    """Show a change, of which `people` are listed."""
    listed = (
        ChangedPerson(person, names.people[person], changed_grants(grants, names))
        for person, grants in people.items()
    )
    return ChangedRoleAnswer(Role.of(changed.shown), len(changed.people), tuple(listed))


def changed_grants(changes: Iterable[GrantChange], names: Names) -> tuple[ChangedGrant, ...]:
    return tuple(
        ChangedGrant(
            each.permission,
            names.companies[each.company] if each.company else None,
            each.before,
            each.scope_after,
        )
        for each in changes
    )


def lacking_grants(lacking: Iterable[GrantChange]) -> tuple[LackingGrant, ...]:
    return tuple(
        LackingGrant(each.permission, each.scope_after, each.before)
        for each in lacking
        if each.scope_after
    )
