"""Giving and taking grants (A1, A6)."""

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
from clientupdater.usecases.access.user_admin import user_admin

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId, PersonId
    from clientupdater.domain.permissions import Permission, Scope
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class Grants:
    """Callers give and take only the permissions that they hold themselves, and never their own."""

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
        """Give a permission over one company, or over every company (None).

        A person has one grant for each permission and company; a new one replaces the old scope.
        """
        with user_admin(self.work, caller, person, allow_wider_rights=True) as admin:
            company_id = None if company is None else admin.tx.organisation.company(company)
            require_not_own_grants(admin.actor, admin.person.id)
            before = admin.scope_of(permission, company_id)
            require_may_give(admin.actor, permission, company_id, scope)
            if before and not scope.includes(before):
                require_may_take(admin.actor, permission, company_id, before)
                require_not_wider(admin.actor, admin.person_rights)
            grant = Grant(permission, company_id, scope)
            admin.tx.people.give_grant(admin.person.id, grant, admin.actor.id, self.clock.now())
            admin.require_administrator_left()
            admin.log_action("grant.give", permission=permission, company=company_id, scope=scope)
            admin.audit_rights(
                "changed" if before else "granted",
                "grant",
                admin.person.id,
                permission=permission,
                company=company_id,
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
        """Take a grant that the caller could give; without such a grant, nothing happens.

        Raises LastAdministrator if no administrator would be left.
        """
        with user_admin(self.work, caller, person) as admin:
            company_id = None if company is None else admin.tx.organisation.company(company)
            require_not_own_grants(admin.actor, admin.person.id)
            before = admin.scope_of(permission, company_id)
            if before is None:
                return
            require_may_take(admin.actor, permission, company_id, before)
            admin.tx.people.take_grant(admin.person.id, permission, company_id)
            admin.require_administrator_left()
            admin.log_action("grant.revoke", permission=permission, company=company_id)
            admin.audit_rights(
                "revoked",
                "grant",
                admin.person.id,
                permission=permission,
                company=company_id,
                before={"scope": before},
            )
