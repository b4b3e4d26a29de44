"""Who may do what to which client (A1, A2, A4, A5, A8).

``decide`` judges one client and can explain its decision. ``access_scope_of`` (in
``access_scope.py``) states the same policy as sets, for filtering lists and for row-level security.
Scopes nest: a client seen at one scope is seen at every wider one. So grants add up, and the widest
one decides.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Forbidden
from clientupdater.domain.ids import AreaId, BranchId, CompanyId, PersonId
from clientupdater.domain.permissions import Permission, Scope, widest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set
    from uuid import UUID


@frozen
class Grant:
    """One permission, over one company or (none named) every company, at one scope (A1)."""

    permission: Permission
    company: CompanyId | None
    scope: Scope

    def applies_to(self, company: CompanyId | None) -> bool:
        """Whether it counts in a company; None means a company that no grant names."""
        return self.company is None or self.company == company

    def holds(self, permission: Permission, company: CompanyId | None, scope: Scope) -> bool:
        """Whether it covers this permission, company and scope."""
        return (
            self.permission is permission
            and self.applies_to(company)
            and self.scope.includes(scope)
        )

    def worded(self, companies: Mapping[UUID, str]) -> str:
        """Describe it to an auditor, with the company's code where that is known."""
        over = companies.get(self.company, self.company) if self.company else "every company"
        return f"{self.permission} at {self.scope} over {over}"


@frozen(cache_hash=True)
class Territory:
    """The live branches and areas given to a person (A2).

    It holds no deleted branch or area: ``assemble`` and the database leave them out.
    """

    branches: frozenset[BranchId] = frozenset()
    areas: frozenset[AreaId] = frozenset()
    area_branches: frozenset[BranchId] = frozenset()

    @property
    def all_branches(self) -> frozenset[BranchId]:
        """The branches given directly, and those of the areas."""
        return self.branches | self.area_branches

    @classmethod
    def assemble(
        cls,
        branches: Iterable[BranchId],
        areas: Iterable[AreaId],
        members: Mapping[AreaId, Set[BranchId]],
        deleted: Set[BranchId | AreaId] = frozenset(),
    ) -> Territory:
        """Build a territory; deleted branches and areas are left out (A2)."""
        live = frozenset(area for area in areas if area not in deleted)
        within = (branch for area in live for branch in members.get(area, frozenset()))
        return cls(
            branches=frozenset(branch for branch in branches if branch not in deleted),
            areas=live,
            area_branches=frozenset(branch for branch in within if branch not in deleted),
        )


@frozen(cache_hash=True)
class Actor:
    """A person who acts. Active means neither deactivated nor deleted (A8)."""

    id: PersonId
    is_active: bool = True
    grants: frozenset[Grant] = frozenset()
    territory: Territory = Territory()
    stands_in_for: frozenset[PersonId] = frozenset()
    """The absent officers whose clients count as the actor's own at this moment (A2)."""

    def grants_of(self, permission: Permission) -> tuple[Grant, ...]:
        """List the grants of a permission, always in the same order."""
        mine = (grant for grant in self.grants if grant.permission is permission)
        return tuple(sorted(mine, key=lambda grant: (str(grant.company or ""), grant.scope)))

    def holds(self, permission: Permission, company: CompanyId | None, scope: Scope) -> bool:
        """Whether the actor has this grant; None means over every company (A1, A6)."""
        return self.is_active and any(
            grant.holds(permission, company, scope) for grant in self.grants
        )


@lru_cache(1024)
def rights_digest(actor: Actor) -> bytes:
    """Digest rights and territory, to detect a change; places are summed, not sorted."""
    held = sorted(f"{g.permission} {g.company} {g.scope}" for g in actor.grants)
    where = actor.territory
    sums = (sum(p.int for p in of) for of in (where.branches, where.areas, where.area_branches))
    stood_in = sorted(map(str, actor.stands_in_for))
    return sha256("\n".join((*held, *map(str, sums), *stood_in)).encode()).digest()[:16]


@frozen
class ClientPlace:
    """The client's company, branch and officer: all that the policy looks at."""

    company: CompanyId
    branch: BranchId
    assigned_to: PersonId | None = None


class Missing(StrEnum):
    """What the actor lacks, for readers of audits (A5)."""

    ACTIVE_ACCOUNT = "the account is not active"
    GRANT = "there is no grant of this permission"
    COMPANY = "there are grants of it, but none over this company"
    ASSIGNMENT = "the scope is self, and the client is assigned to another person"
    BRANCH = "the scope is branch, and the client's branch is not given to the person directly"
    TERRITORY = "the scope is area, and the client is outside the territory"
    SCOPE_ALL = "the permission is needed with scope all"
    EVERY_COMPANY = "the permission is needed over every company"
    SCOPE_OF_FILE = "the file holds clients that are no longer within the scope"


@frozen
class Decision:
    """What the policy decided, with the grants it found and what it missed (A5)."""

    permission: Permission
    grants: tuple[Grant, ...]
    missing: Missing | None

    @property
    def allowed(self) -> bool:
        """Whether nothing was missing."""
        return self.missing is None

    def require(self) -> None:
        """Raise Forbidden, which names the permission and nothing else (A5)."""
        if not self.allowed:
            raise Forbidden(self.permission)

    def explain(self, companies: Mapping[UUID, str]) -> str:
        """Describe the decision to an auditor; companies are named by their codes."""
        text = ", ".join(grant.worded(companies) for grant in self.grants) or "no grant"
        verdict = "allowed" if self.missing is None else f"refused: {self.missing}"
        return f"asked {self.permission}; found {text}; {verdict}"


def is_own(actor: Actor, place: ClientPlace) -> bool:
    """Whether a client is the actor's, or that of an officer for whom they stand in (A2, A3).

    A stand-in reaches only the branches of their own territory, as an officer would.
    """
    return place.assigned_to == actor.id or (
        place.assigned_to in actor.stands_in_for and place.branch in actor.territory.all_branches
    )


def covers(actor: Actor, grant: Grant, place: ClientPlace) -> bool:
    """Whether one grant reaches one client (A2)."""
    return grant.applies_to(place.company) and (
        grant.scope is Scope.ALL
        or is_own(actor, place)
        or (grant.scope.includes(Scope.BRANCH) and place.branch in actor.territory.branches)
        or (grant.scope is Scope.AREA and place.branch in actor.territory.area_branches)
    )


def decide(actor: Actor, permission: Permission, place: ClientPlace) -> Decision:
    """Decide whether the actor may do this to this client (A1, A2, A4, A8)."""
    result = actor.grants_of(permission)
    return Decision(permission, result, _missing(actor, result, place))


def _missing(actor: Actor, items: tuple[Grant, ...], place: ClientPlace) -> Missing | None:
    if not actor.is_active:
        return Missing.ACTIVE_ACCOUNT
    if any(covers(actor, grant, place) for grant in items):
        return None
    if not items:
        return Missing.GRANT
    here = widest(grant.scope for grant in items if grant.applies_to(place.company))
    return Missing.COMPANY if here is None else FALLS_SHORT[here]


#: What a grant that applies, but does not reach, falls short of.
FALLS_SHORT = {
    Scope.SELF: Missing.ASSIGNMENT,
    Scope.BRANCH: Missing.BRANCH,
    Scope.AREA: Missing.TERRITORY,
}
