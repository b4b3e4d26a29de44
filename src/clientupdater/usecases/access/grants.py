"""Giving and taking permissions, and explaining decisions (A1, A5, A6)."""

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
from clientupdater.usecases.access.user_admin import user_admin

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId, PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class Grants:
    """Nobody gives or takes what they do not hold themselves."""

    work: UnitsOfWork
    clock: Clock

    def grant(
        self,
        caller: Caller,
        person: PersonId | str,
        permission: Permission,
        company: CompanyId | str | None,
        scope: Scope,
    ) -> Grant:
        """Give it; no company is every company.

        One grant for each permission and company: given anew at another scope, that one counts.
        """
        with user_admin(
            self.work, caller, Permission.USERS_MANAGE, person, even_wider=True
        ) as over:
            place = None if company is None else over.tx.organisation.company(company)
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

    def revoke(
        self,
        caller: Caller,
        person: PersonId | str,
        permission: Permission,
        company: CompanyId | str | None,
    ) -> None:
        """Take it; where there is none, nothing happens. The last administrator stays one.

        Only one who could give a grant takes it.
        """
        with user_admin(self.work, caller, Permission.USERS_MANAGE, person) as over:
            place = None if company is None else over.tx.organisation.company(company)
            require_not_own_grants(over.actor, over.person.id)
            before = over.scope_of(permission, place)
            if before is None:
                return
            require_may_take(over.actor, permission, place, before)
            over.tx.grants.take(over.person.id, permission, place)
            over.require_administrator_left()
            over.did("grant.revoke", permission=permission, company=place)
            over.changed_rights(
                "revoked",
                "grant",
                over.person.id,
                permission=permission,
                company=place,
                before={"scope": before},
            )
