"""A person can neither give nor take, by any path, a right that they do not hold (A6).

Every function here either returns or refuses. Whether the actor may act upon the other person, or
on the area, at all is decided before, in ``administration``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from clientupdater.domain.access import Territory, rights_digest
from clientupdater.domain.access_scope import scope_of_grants
from clientupdater.domain.errors import LastAdministrator, PrivilegeExceeded
from clientupdater.domain.permissions import Permission, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Set

    from clientupdater.domain.access import Actor, Grant
    from clientupdater.domain.accounts import Issue
    from clientupdater.domain.ids import AreaId, BranchId, CompanyId, PersonId


def require_not_own_grants(actor: Actor, person: PersonId) -> None:
    """Refuse a change of the actor's own grants, to more or to less (A6)."""
    if actor.id == person:
        raise PrivilegeExceeded("You cannot change your own grants; ask another administrator.")


def require_may_give(
    actor: Actor, permission: Permission, company: CompanyId | None, scope: Scope
) -> None:
    """Only an actor who holds a grant in at least this scope and company gives it (A6)."""
    _require_holds(actor, permission, company, scope, "give")


def require_may_take(
    actor: Actor, permission: Permission, company: CompanyId | None, scope: Scope
) -> None:
    """Only an actor who could give a grant takes or lowers it (A6)."""
    _require_holds(actor, permission, company, scope, "take")


def _require_holds(
    actor: Actor, permission: Permission, company: CompanyId | None, scope: Scope, verb: str
) -> None:
    if not actor.holds(permission, company, scope):
        raise PrivilegeExceeded(
            f"You do not hold {permission} at scope {scope} there, so you cannot {verb} it.",
            permission=str(permission),
            scope=str(scope),
        )


def require_may_take_branch(actor: Actor, branch: BranchId) -> None:
    """Only an actor who holds a branch takes it from a territory (A6)."""
    _require_holding(
        actor,
        Permission.USERS_MANAGE,
        "branch",
        in_territory=branch in actor.territory.all_branches,
        act="take",
    )


def require_may_take_area(actor: Actor, area: AreaId) -> None:
    """Only an actor who holds an area itself takes it from a territory (A6)."""
    _require_holding(
        actor,
        Permission.USERS_MANAGE,
        "area",
        in_territory=area in actor.territory.areas,
        act="take",
    )


def require_may_give_branch(actor: Actor, person: PersonId, branch: BranchId) -> None:
    """Only an actor who holds a branch adds it to a territory (A6)."""
    _require_holding(
        actor,
        Permission.USERS_MANAGE,
        "branch",
        in_territory=branch in actor.territory.all_branches,
    )
    if person == actor.id:
        mine = actor.territory
        _require_no_more(actor, evolve(mine, branches=mine.branches | {branch}))


def require_may_give_area(
    actor: Actor, person: PersonId, area: AreaId, members: Set[BranchId]
) -> None:
    """Only an actor who holds an area itself adds it to a territory (A6).

    Holding the area's branches is not enough, because an area grows.
    """
    _require_holding(
        actor, Permission.USERS_MANAGE, "area", in_territory=area in actor.territory.areas
    )
    if person == actor.id:
        mine = actor.territory
        _require_no_more(actor, evolve(mine, area_branches=mine.area_branches | members))


def require_may_place_branch(actor: Actor, branch: BranchId, area: AreaId) -> None:
    """Only an actor who holds a branch puts it into an area (A6).

    Into an area of one's own it must not let one see more, whatever one may manage.
    """
    _require_holding(
        actor,
        Permission.AREAS_MANAGE,
        "branch",
        in_territory=branch in actor.territory.all_branches,
    )
    if area in actor.territory.areas:
        mine = actor.territory
        _require_no_more(actor, evolve(mine, area_branches=mine.area_branches | {branch}))


def require_may_remove_branch(actor: Actor, branch: BranchId, holders: Iterable[Actor]) -> None:
    """Only an actor who holds a branch takes it out of an area (A6).

    The holders of the area lose it, so none of them may have wider rights, unless the actor
    manages the areas of every company.
    """
    if actor.holds(Permission.AREAS_MANAGE, None, Scope.ALL):
        return
    _require_holding(
        actor,
        Permission.AREAS_MANAGE,
        "branch",
        in_territory=branch in actor.territory.all_branches,
        act="take",
    )
    for holder in holders:
        require_not_wider(actor, holder)


def require_may_delete_area(actor: Actor, area: AreaId, holders: Iterable[Actor]) -> None:
    """Only an actor who holds an area deletes it (A6).

    Its holders lose its branches, so none of them may have wider rights, unless the actor manages
    the areas of every company.
    """
    if actor.holds(Permission.AREAS_MANAGE, None, Scope.ALL):
        return
    in_territory = area in actor.territory.areas
    _require_holding(
        actor, Permission.AREAS_MANAGE, "area", in_territory=in_territory, act="delete"
    )
    for holder in holders:
        require_not_wider(actor, holder)


def require_may_move_clients(actor: Actor, branch: BranchId, into: BranchId) -> None:
    """Moving clients to a branch of one's own must not let one see more (A6)."""
    mine = actor.territory
    _require_no_more(
        actor,
        evolve(
            mine,
            branches=mine.branches | ({branch} if into in mine.branches else set()),
            area_branches=mine.area_branches | ({branch} if into in mine.area_branches else set()),
        ),
    )


def require_not_wider(actor: Actor, other: Actor) -> None:
    """Refuse to take over, or take from, an account with wider rights than the actor's (A6).

    A password reset, a token, a change of email or a return to active hands out all that the
    other holds; a lock, a deactivation or the end of a session takes it away.
    """
    if actor.id != other.id and not _holds_all_of(actor, other):
        raise PrivilegeExceeded("This person has wider rights than you; ask another administrator.")


def has_outgrown(holder: Actor, issue: Issue, issuer: Actor | None) -> bool:
    """Whether the holder of a token may by now do more than the person who issued it (A6).

    Where the holder's rights of then are known, only a change of them counts, and the maker's
    grants count even after they left: a helper who moves to another branch locks no one out.
    """
    if issue.rights is not None:
        if issue.rights == rights_digest(evolve(holder, stands_in_for=frozenset())):
            return False
        issuer = issuer and evolve(issuer, is_active=True)
    return issuer is None or (issuer.id != holder.id and not _holds_all_of(issuer, holder))


def is_administrator(actor: Actor) -> bool:
    """Whether they hold users:manage at scope all over every company, and are active (A6)."""
    return actor.holds(Permission.USERS_MANAGE, None, Scope.ALL)


def require_another_administrator(active_holders_left: int) -> None:
    """Some active administrator must be left; count them under the lock (A6)."""
    if active_holders_left < 1:
        raise LastAdministrator


def _require_holding(
    actor: Actor, managing: Permission, what: str, *, in_territory: bool, act: str = "give"
) -> None:
    if not (actor.is_active and in_territory) and not actor.holds(managing, None, Scope.ALL):
        raise PrivilegeExceeded(f"This {what} is not in your territory, so you cannot {act} it.")


def _require_no_more(actor: Actor, territory: Territory) -> None:
    if not _holds_all_of(actor, evolve(actor, territory=territory)):
        raise PrivilegeExceeded("This would let you see more than you do; ask another person.")


def _holds_all_of(actor: Actor, other: Actor) -> bool:
    """Whether all that the other's grants reach, active or not, is within the actor's own."""
    return all(
        scope_of_grants(actor, _active(actor, permission)).includes(
            scope_of_grants(other, other.grants_of(permission))
        )
        for permission in {grant.permission for grant in other.grants}
    )


def _active(actor: Actor, permission: Permission) -> tuple[Grant, ...]:
    return actor.grants_of(permission) if actor.is_active else ()
