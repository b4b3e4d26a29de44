"""Mark somebody's account as deleted: what they did goes on naming them (A8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.delegation import require_not_wider
from clientupdater.domain.errors import VersionConflict
from clientupdater.domain.permissions import Permission
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import StaffWork


@frozen
class DeleteUser:
    """Deactivates as well; nobody finds the account afterwards."""

    work: StaffWork
    clock: Clock

    def __call__(self, caller: Caller, person: PersonId | str, version: int | None) -> None:
        """Delete it, at the version that was seen."""
        now = self.clock.now()
        with overseeing(
            self.work, caller, Permission.USERS_MANAGE, person, even_wider=True
        ) as over:
            if version is not None and version != over.person.version:
                raise VersionConflict(provided=version, current=over.person.version)
            require_not_wider(over.actor, over.other)
            over.tx.accounts.save(evolve(over.person, is_active=False), deleted_at=now)
            over.shut_out(now, "deleted")
            over.did("user.delete")
            over.changed_rights("revoked", "user", over.person.id)
