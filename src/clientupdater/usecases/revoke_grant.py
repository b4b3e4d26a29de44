"""Take a permission away from somebody (A6, A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.delegation import require_may_take, require_not_own_grants
from clientupdater.domain.permissions import Permission
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId, PersonId
    from clientupdater.ports.people import StaffWork


@frozen
class RevokeGrant:
    """Only one who could give a grant takes it."""

    work: StaffWork

    def __call__(
        self,
        caller: Caller,
        person: PersonId | str,
        permission: Permission,
        company: CompanyId | str | None,
    ) -> None:
        """Take it; where there is none, nothing happens. The last administrator stays one."""
        with overseeing(self.work, caller, Permission.USERS_MANAGE, person) as over:
            place = None if company is None else over.tx.places.company(company)
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
