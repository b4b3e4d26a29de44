"""Deactivating a user, and which clients are without an officer by it (A3, A8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.access_scope import over_clients_of
from clientupdater.domain.accounts import LOCKED_FOR_GOOD
from clientupdater.domain.delegation import (
    is_administrator,
    require_another_administrator,
    require_not_wider,
)
from clientupdater.domain.versions import require_version
from clientupdater.usecases.access.user_admin import user_admin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from clientupdater.domain.accounts import Person
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.officers import OfficersClients
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.usecases.access.user_admin import UserAdmin


@frozen
class Deactivated:
    """A user who is not active, and the clients who have no officer by it."""

    person: Person
    released: Sequence[OfficersClients]


@frozen
class Deactivation:
    """It is judged as a password reset: it takes away all that the person may do (A6)."""

    work: UnitsOfWork
    clock: Clock

    def preview(self, caller: Caller, person: PersonId | str) -> Deactivated:
        """Say what a deactivation would do; refuses as that would, and writes nothing."""
        with user_admin(self.work, caller, person, allow_wider_rights=True) as admin:
            require_not_wider(admin.actor, admin.person_rights)
            if is_administrator(admin.person_rights) and not _is_locked_for_good(admin.person):
                require_another_administrator(admin.tx.people.count_administrators() - 1)
            admin.tx.limit_to(over_clients_of(admin.person.id))
            return Deactivated(admin.person, admin.tx.officers.count_by_branch(admin.person.id))

    def deactivate(
        self, caller: Caller, person: PersonId | str, version: int | None = None
    ) -> Deactivated:
        """Deactivate the version that the caller saw, or any (None).

        Sessions and assignments end, and the clients fall back to the queue of their branch.
        """
        with user_admin(self.work, caller, person, allow_wider_rights=True) as admin:
            seen = admin.person
            require_version(version, seen.version)
            require_not_wider(admin.actor, admin.person_rights)
            if not seen.is_active:
                return Deactivated(seen, ())
            admin.tx.limit_to(over_clients_of(seen.id))
            released = admin.tx.officers.count_by_branch(seen.id)
            saved = admin.tx.people.save(evolve(seen, is_active=False))
            shut_out(admin, self.clock.now(), "deactivated")
            before, after = {"is_active": True}, {"is_active": False}
            admin.audit_rights("changed", "user", seen.id, before=before, after=after)
            admin.log_action(
                "user.deactivate", clients_released=sum(each.clients for each in released)
            )
        return Deactivated(saved, released)


def shut_out(admin: UserAdmin, now: datetime, reason: str) -> None:
    """End the person's sessions, resets and assignments (A3, A6, A8)."""
    admin.require_administrator_left()
    tx, person = admin.tx, admin.person.id
    tx.credentials.revoke_sessions(
        [each.id for each in tx.credentials.sessions_of(person, now)], now, reason
    )
    tx.credentials.void_one_time(person)
    tx.limit_to(over_clients_of(person))
    tx.officers.end_assignments(person, admin.actor.id, now)


def _is_locked_for_good(person: Person) -> bool:
    return person.locked_until is not None and person.locked_until >= LOCKED_FOR_GOOD
