"""The access policy for people and all other things that are not clients (A6a)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access import FALLS_SHORT, Decision, Missing
from clientupdater.domain.permissions import Permission, Scope, widest

if TYPE_CHECKING:
    from clientupdater.domain.access import Actor, Grant, Territory
    from clientupdater.domain.ids import BranchId, CompanyId, PersonId

#: Reference data: where it belongs to no company, scope all over any one company may read it.
SHARED_READING = frozenset(
    {Permission.BRANCHES_READ, Permission.AREAS_READ, Permission.CONFIG_READ}
)


@frozen
class PersonPlace:
    """A person's identity and territory: all that the policy looks at."""

    id: PersonId
    territory: Territory


@frozen
class PeopleScope:
    """Which people an actor may act upon by one permission, as sets for lists."""

    actor: PersonId
    everyone: bool
    myself: bool
    branches: frozenset[BranchId]

    def covers(self, person: PersonPlace) -> bool:
        """Whether a person is within it; one without a territory is within everyone only."""
        theirs = person.territory.all_branches
        return (
            self.everyone
            or (self.myself and person.id == self.actor)
            or (bool(theirs) and theirs <= self.branches)
        )


def people_scope_of(actor: Actor, permission: Permission) -> PeopleScope:
    """State whom an actor may see: branch and area look at territories alone.

    Scope all over one company is no more than area: people belong to no company, so everyone
    needs a grant over every company. It is never less than area, because scopes nest.
    """
    result = actor.grants_of(permission) if actor.is_active else ()
    farthest = widest(grant.scope for grant in result)
    return PeopleScope(
        actor=actor.id,
        everyone=any(_is_general(grant) for grant in result),
        myself=farthest is not None,
        branches=_branches(actor, farthest),
    )


def _is_general(grant: Grant) -> bool:
    return grant.company is None and grant.scope is Scope.ALL


def _branches(actor: Actor, farthest: Scope | None) -> frozenset[BranchId]:
    if farthest is None or farthest is Scope.SELF:
        return frozenset()
    if farthest is Scope.BRANCH:
        return actor.territory.branches
    return actor.territory.all_branches


def decide_over_person(actor: Actor, permission: Permission, person: PersonPlace) -> Decision:
    """Decide whether the actor may do this to that person (A6a)."""
    result = actor.grants_of(permission)
    if not actor.is_active:
        missing: Missing | None = Missing.ACTIVE_ACCOUNT
    elif people_scope_of(actor, permission).covers(person):
        missing = None
    else:
        missing = _short_of_person(result)
    return Decision(permission, result, missing)


def _short_of_person(items: tuple[Grant, ...]) -> Missing:
    farthest = widest(grant.scope for grant in items)
    if farthest is None:
        return Missing.GRANT
    return FALLS_SHORT.get(farthest, Missing.EVERY_COMPANY)


def decide_over_thing(actor: Actor, permission: Permission, company: CompanyId | None) -> Decision:
    """Decide over any other thing: it needs scope all over the thing's company (A6a).

    A thing of no company needs a grant over every company, except for reading reference data.
    """
    result = actor.grants_of(permission)
    return Decision(permission, result, _short_of_thing(actor, result, permission, company))


def _short_of_thing(
    actor: Actor, items: tuple[Grant, ...], permission: Permission, company: CompanyId | None
) -> Missing | None:
    wide = [grant for grant in items if grant.scope is Scope.ALL]
    if not actor.is_active:
        return Missing.ACTIVE_ACCOUNT
    if not wide:
        return Missing.SCOPE_ALL if items else Missing.GRANT
    if any(grant.applies_to(company) for grant in wide):
        return None
    if company is None:
        return None if permission in SHARED_READING else Missing.EVERY_COMPANY
    return Missing.COMPANY
