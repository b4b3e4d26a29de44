"""The policy as sets: what lists are filtered by and row-level security is set from (A4, A10).

An access scope is the sum of five parts, so that Python, a predicate in SQL and a row-level
policy can state the same thing::

    company in all_companies
    or company in area_companies   and branch in area_branches
    or company in branch_companies and branch in direct_branches
    or company in self_companies   and assigned to the actor
    or company in self_companies   and assigned to one whom the actor stands in for
                                   and branch in area_branches

A grant over every company is kept apart (``everywhere``), because a company may be added after the
set of companies was read. ``over`` expands it to the known companies, for SQL.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.permissions import Permission, Scope, widest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from clientupdater.domain.access import Actor, ClientPlace, Grant, Territory
    from clientupdater.domain.ids import BranchId, CompanyId, PersonId


_REMEMBERED = 4096
"""Scopes of actors: each follows from the actor's rights alone."""


@frozen
class AccessScope:
    """What an actor may see by one permission."""

    actor: PersonId
    everywhere: Scope | None
    scopes: Mapping[CompanyId, Scope]
    """The companies where the scope is wider than ``everywhere``."""
    direct_branches: frozenset[BranchId]
    area_branches: frozenset[BranchId]
    """Every branch of the territory: area includes branch."""
    stands_in_for: frozenset[PersonId] = frozenset()
    """Officers whose clients, in those branches, count as the actor's own."""

    @cached_property
    def all_companies(self) -> frozenset[CompanyId]:
        """Companies all of whose clients are seen."""
        return self._at(Scope.ALL)

    @cached_property
    def area_companies(self) -> frozenset[CompanyId]:
        """Companies whose clients are seen in the whole territory."""
        return self._at(Scope.AREA)

    @cached_property
    def branch_companies(self) -> frozenset[CompanyId]:
        """Companies whose clients are seen in the branches given directly."""
        return self._at(Scope.BRANCH)

    @cached_property
    def self_companies(self) -> frozenset[CompanyId]:
        """Companies whose clients are seen when they are the actor's: at any scope but all."""
        return frozenset(self.scopes) - self.all_companies

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to see."""
        return self.everywhere is None and not self.scopes

    def scope_at(self, company: CompanyId | None) -> Scope | None:
        """Return the scope in a company; None means a company that no grant names."""
        return self.everywhere if company is None else self.scopes.get(company, self.everywhere)

    def covers(self, place: ClientPlace) -> bool:
        """Whether a client is within it: the same answer as ``decide`` gives (A4)."""
        scope = self.scope_at(place.company)
        return scope is not None and (
            scope is Scope.ALL
            or place.assigned_to == self.actor
            or (place.assigned_to in self.stands_in_for and place.branch in self.area_branches)
            or place.branch in self._branches(scope)
        )

    def includes(self, other: AccessScope) -> bool:
        """Whether all that the other sees is within this one (A6).

        What someone sees only because it is assigned to them does not make them wider.
        """
        companies = {None, *self.scopes, *other.scopes}
        return all(self._includes_at(company, other) for company in companies)

    def still_shows(self, then: AccessScope) -> bool:
        """Whether everything visible then is still visible (A10).

        A person's own clients are known by the branches they can have been in (A3).
        """
        is_own = self._is_personal and then._is_personal
        if is_own and not then.stands_in_for <= self.stands_in_for:
            return False
        return self.includes(then) and (not is_own or then.area_branches <= self.area_branches)

    def over(self, companies: Iterable[CompanyId]) -> AccessScope:
        """Expand a grant over every company to these companies."""
        everywhere = self.everywhere
        return self if everywhere is None else _over(self, everywhere, tuple(companies))

    def __hash__(self) -> int:
        """Equal scopes have equal actors; to hash the rest takes as long as to make it."""
        return hash(self.actor)

    def fingerprint(self) -> str:
        """Identify what is visible: actors who see different clients never share one (A10)."""
        stands_in = self.stands_in_for if self._is_personal else frozenset()
        values: dict[str, object] = {
            "everywhere": self.everywhere,
            "scopes": {str(company): scope for company, scope in self.scopes.items()},
            "direct": _sorted(self.direct_branches if self._uses(Scope.BRANCH) else ()),
            "area": _sorted(self.area_branches if self._uses(Scope.AREA) or stands_in else ()),
            "actor": str(self.actor) if self._is_personal else None,
        }
        if stands_in:
            values["stands_in_for"] = _sorted(stands_in)
        text = json.dumps(values, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def _at(self, scope: Scope) -> frozenset[CompanyId]:
        return frozenset(company for company, held in self.scopes.items() if held is scope)

    def _uses(self, scope: Scope) -> bool:
        return self.everywhere is scope or scope in self.scopes.values()

    @property
    def _is_personal(self) -> bool:
        return any(self._uses(scope) for scope in Scope if scope is not Scope.ALL)

    def _branches(self, scope: Scope) -> frozenset[BranchId]:
        if scope is Scope.AREA:
            return self.area_branches
        return self.direct_branches if scope is Scope.BRANCH else frozenset()

    def _includes_at(self, company: CompanyId | None, other: AccessScope) -> bool:
        mine, theirs = self.scope_at(company), other.scope_at(company)
        if theirs is None or mine is Scope.ALL:
            return True
        if mine is None or theirs is Scope.ALL:
            return False
        return other._branches(theirs) <= self._branches(mine)


@lru_cache(_REMEMBERED)
def _over(access_scope: AccessScope, scope: Scope, companies: tuple[CompanyId, ...]) -> AccessScope:
    known = dict.fromkeys(companies, scope)
    return evolve(access_scope, everywhere=None, scopes={**known, **access_scope.scopes})


def over_everything(actor: PersonId) -> AccessScope:
    """Cover every client, for an act of this person that may concern any of them."""
    return AccessScope(actor, Scope.ALL, {}, frozenset(), frozenset())


def over_nothing(actor: PersonId) -> AccessScope:
    """Cover no client: only what is the person's own."""
    return AccessScope(actor, None, {}, frozenset(), frozenset())


def over_branches(actor: PersonId, *branches: BranchId) -> AccessScope:
    """Cover the clients of these branches, for an act of this person upon the branches."""
    return AccessScope(actor, Scope.BRANCH, {}, frozenset(branches), frozenset())


def over_clients_of(officer: PersonId) -> AccessScope:
    """Cover the clients assigned to an officer, for an act upon the officer."""
    return AccessScope(officer, Scope.SELF, {}, frozenset(), frozenset())


@lru_cache(_REMEMBERED)
def access_scope_of(actor: Actor, *permissions: Permission) -> AccessScope:
    """State what an actor may see by any of these permissions; nothing once inactive (A4, A8)."""
    held = (grant for permission in permissions for grant in actor.grants_of(permission))
    return scope_of_grants(actor, held if actor.is_active else ())


def visible_scope_of(actor: Actor) -> AccessScope:
    """State which clients exist for an actor at all: those that any grant covers (A5)."""
    return scope_of_grants(actor, actor.grants if actor.is_active else ())


def scope_of_grants(actor: Actor, grants: Iterable[Grant]) -> AccessScope:
    """Add grants up; where several apply, the widest decides (A1)."""
    held = tuple(grants)
    everywhere = widest(grant.scope for grant in held if grant.company is None)
    territory: Territory = actor.territory
    return AccessScope(
        actor=actor.id,
        everywhere=everywhere,
        scopes={
            company: scope
            for company, scope in _widest_by_company(held).items()
            if everywhere is None or not everywhere.includes(scope)
        },
        direct_branches=territory.branches,
        area_branches=territory.all_branches,
        stands_in_for=actor.stands_in_for,
    )


def _widest_by_company(grants: Iterable[Grant]) -> dict[CompanyId, Scope]:
    values: dict[CompanyId, Scope] = {}
    for grant in sorted(grants, key=lambda grant: grant.scope.breadth):
        if grant.company is not None:
            values[grant.company] = grant.scope
    return values


def _sorted(ids: Iterable[UUID]) -> list[str]:
    return sorted(str(each) for each in ids)
