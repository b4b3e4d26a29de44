"""Give somebody a permission (A1, A6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access import Grant
from clientupdater.domain.delegation import (
    require_may_give,
    require_may_take,
    require_not_own_grants,
    require_not_wider,
)
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId, PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import StaffWork


@frozen
class GrantPermission:
    """One grant for each permission and company: given anew at another scope, that one counts."""

    work: StaffWork
    clock: Clock

    def __call__(
        self,
        caller: Caller,
        person: PersonId | str,
        permission: Permission,
        company: CompanyId | str | None,
        scope: Scope,
    ) -> Grant:
        """Give it; no company is every company."""
        with overseeing(
            self.work, caller, Permission.USERS_MANAGE, person, even_wider=True
        ) as over:
            place = None if company is None else over.tx.places.company(company)
            require_not_own_grants(over.actor, over.person.id)
            before = over.scope_of(permission, place)
            require_may_give(over.actor, permission, place, scope)
            if before and not scope.includes(before):
                require_may_take(over.actor, permission, place, before)
                require_not_wider(over.actor, over.other)
            grant = Grant(permission, place, scope)
            over.tx.grants.give(over.person.id, grant, over.actor.id, self.clock.now())
            over.require_administrator_left()
            over.did("grant.give", permission=permission, company=place, scope=scope)
            over.changed_rights(
                "changed" if before else "granted",
                "grant",
                over.person.id,
                permission=permission,
                company=place,
                before={"scope": before} if before else None,
                after={"scope": scope},
            )
        return grant
