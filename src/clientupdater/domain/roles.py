"""Roles: named sets of grants, and what giving, taking or changing one does to a person (A1, A6).

A person's own grants decide. Giving a role writes them. A grant that was given directly stays
beneath, and is in force again when the role is taken. A grant that was lowered or revoked since
stays so: taking a role never widens.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.access import Grant
from clientupdater.domain.delegation import (
    require_may_give,
    require_may_take,
    require_not_own_grants,
    require_not_wider,
)
from clientupdater.domain.errors import InvalidInput, PrivilegeExceeded, RoleNotDeletable
from clientupdater.domain.permissions import Permission, Scope, widest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from clientupdater.domain.access import Actor
    from clientupdater.domain.ids import CompanyId, PersonId

LONGEST_CODE = 50
LONGEST_NAME = 100
LONGEST_DESCRIPTION = 500
CODE_FORM = f"[a-z][a-z0-9_]{{0,{LONGEST_CODE - 1}}}"
_CODE = re.compile(CODE_FORM)


@frozen(kw_only=True)
class Role:
    """A job, as the scope of each permission that it needs."""

    code: str
    name: str
    description: str = ""
    is_system: bool = False
    scopes: Mapping[Permission, Scope]
    version: int = 1

    def over(self, company: CompanyId | None) -> tuple[Grant, ...]:
        """List its grants over one company, or over every company (None)."""
        scopes = sorted(self.scopes.items())
        return tuple(Grant(permission, company, scope) for permission, scope in scopes)

    def require_deletable(self, holders: int) -> None:
        """Refuse to delete a role that came with the software, or that people have."""
        if self.is_system:
            raise RoleNotDeletable("This role came with the software, so it cannot be deleted.")
        if holders:
            raise RoleNotDeletable(f"{holders} people have this role; take it from them first.")


def checked_code(code: str) -> str:
    """Refuse a code that is not lower-case letters, digits and underscores."""
    if not _CODE.fullmatch(code):
        raise InvalidInput.of(
            "/code", f"is a letter and up to {LONGEST_CODE - 1} of a-z, 0-9 and underscores"
        )
    return code


def checked_text(text: str, pointer: str, longest: int, shortest: int = 0) -> str:
    """Tidy a name or a description."""
    tidy = text.strip()
    if not shortest <= len(tidy) <= longest or not tidy.isprintable():
        raise InvalidInput.of(pointer, f"must be text of {shortest} to {longest} characters")
    return tidy


@frozen
class HeldGrant:
    """A grant in force, and the scope that was given directly."""

    grant: Grant
    by_role: bool = False
    """Whether the scope in force came from a role."""
    beneath: Scope | None = None
    """The direct scope under the one that came from a role."""

    @property
    def direct(self) -> Scope | None:
        """The scope that was given directly, in force or beneath."""
        return self.beneath if self.by_role else self.grant.scope


@frozen
class RoleOfPerson:
    """A role that a person was given, over one company or over every company."""

    role: str
    company: CompanyId | None


@frozen
class Holding:
    """A person's grants and roles."""

    person: PersonId
    grants: Mapping[tuple[Permission, CompanyId | None], HeldGrant] = field(factory=dict)
    roles: frozenset[RoleOfPerson] = frozenset()


@frozen(kw_only=True)
class GrantChange:
    """One grant of a person, before and after."""

    permission: Permission
    company: CompanyId | None
    before: Scope | None
    after: HeldGrant | None

    @property
    def scope_after(self) -> Scope | None:
        return self.after.grant.scope if self.after else None

    @property
    def is_raised(self) -> bool:
        return _is_wider(self.scope_after, self.before)


def changes_by_roles(
    holding: Holding, before: Iterable[Grant], after: Iterable[Grant]
) -> tuple[GrantChange, ...]:
    """Say how a person's grants change, when all their roles gave `before` and now give `after`."""
    was, now = _widest_by_key(before), _widest_by_key(after)
    keys = sorted(was.keys() | now.keys(), key=lambda key: (key[0], str(key[1] or "")))
    changes = (_changed(holding, key, was.get(key), now.get(key)) for key in keys)
    return tuple(each for each in changes if each)


def lacking(role: Role, company: CompanyId | None, actor: Actor) -> tuple[GrantChange, ...]:
    """List the grants of a role that a person does not hold, each with what they hold instead."""
    return tuple(
        GrantChange(
            permission=grant.permission,
            company=company,
            before=_held_there(actor, grant),
            after=HeldGrant(grant, by_role=True),
        )
        for grant in role.over(company)
        if not actor.holds(grant.permission, company, grant.scope)
    )


def require_may_give_role(actor: Actor, person: PersonId, grants: Iterable[Grant]) -> None:
    """Giving a role is giving each of its grants, all or nothing (A6)."""
    require_not_own_grants(actor, person)
    _require_each(actor, grants, require_may_give)


def require_may_change_grants(actor: Actor, other: Actor, changes: Collection[GrantChange]) -> None:
    """Judge each grant that a person gains or loses by a change of their roles (A6)."""
    if not changes:
        return
    require_not_own_grants(actor, other.id)
    raised = [each.after.grant for each in changes if each.is_raised and each.after]
    lowered = [
        Grant(each.permission, each.company, each.before)
        for each in changes
        if not each.is_raised and each.before
    ]
    _require_each(actor, raised, require_may_give)
    _require_each(actor, lowered, require_may_take)
    if lowered:
        require_not_wider(actor, other)


def _require_each(
    actor: Actor,
    grants: Iterable[Grant],
    judge: Callable[[Actor, Permission, CompanyId | None, Scope], None],
) -> None:
    """Name every grant that the actor does not hold, not only the first."""
    refused = []
    for grant in grants:
        try:
            judge(actor, grant.permission, grant.company, grant.scope)
        except PrivilegeExceeded:
            refused.append(f"{grant.permission} at {grant.scope}")
    if refused:
        raise PrivilegeExceeded(
            f"You do not hold {', '.join(refused)} there, so you can neither give nor take it.",
            grants=refused,
        )


def _changed(
    holding: Holding,
    key: tuple[Permission, CompanyId | None],
    was: Scope | None,
    now: Scope | None,
) -> GrantChange | None:
    held = holding.grants.get(key)
    if was == now:
        return None
    result = _raised(key, held, now) if _is_wider(now, was) else _lowered(held, now)
    before = held.grant.scope if held else None
    if before == (result.grant.scope if result else None):
        return None
    return GrantChange(permission=key[0], company=key[1], before=before, after=result)


def _raised(
    key: tuple[Permission, CompanyId | None], held: HeldGrant | None, now: Scope | None
) -> HeldGrant | None:
    if now is None or (held and held.grant.scope.includes(now)):
        return held
    return HeldGrant(Grant(*key, now), by_role=True, beneath=held.direct if held else None)


def _lowered(held: HeldGrant | None, now: Scope | None) -> HeldGrant | None:
    """Fall back to the widest of what other roles give and what was given directly."""
    if held is None or not held.by_role:
        return held
    left = widest(each for each in (held.beneath, now) if each)
    if left is None or left.includes(held.grant.scope):
        return held if left else None
    grant = Grant(held.grant.permission, held.grant.company, left)
    if left == held.beneath:
        return HeldGrant(grant)
    return HeldGrant(grant, by_role=True, beneath=held.beneath)


def _widest_by_key(grants: Iterable[Grant]) -> dict[tuple[Permission, CompanyId | None], Scope]:
    scopes: dict[tuple[Permission, CompanyId | None], Scope] = {}
    for grant in grants:
        key = (grant.permission, grant.company)
        known = scopes.get(key)
        scopes[key] = grant.scope if known is None or grant.scope.includes(known) else known
    return scopes


def _held_there(actor: Actor, grant: Grant) -> Scope | None:
    return widest(
        each.scope
        for each in actor.grants_of(grant.permission)
        if each.company is None or each.company == grant.company
    )


def _is_wider(one: Scope | None, other: Scope | None) -> bool:
    return one is not None and (other is None or not other.includes(one))
