"""Callers on the command line: an operator by email, and the first administrator (A6b)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import frozen

from clientupdater.domain.access import Actor, Grant, Territory
from clientupdater.domain.accounts import Person, checked_email, checked_name
from clientupdater.domain.callers import Caller
from clientupdater.domain.errors import AlreadyExists, Unauthenticated
from clientupdater.domain.ids import PersonId
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.ports.audit import RightsChange
from clientupdater.ports.unit_of_work import ADMINISTRATION
from clientupdater.runtime.random_secrets import readable_password
from clientupdater.usecases.access.user_admin import log_user_action
from clientupdater.usecases.people.credentials import set_initial_password
from clientupdater.usecases.people.users import CreatedUser

if TYPE_CHECKING:
    from clientupdater.domain.callers import Origin
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork
    from clientupdater.usecases.people.users import NewUser

EVERYTHING = tuple(Grant(permission, None, Scope.ALL) for permission in Permission)
"""The first administrator holds every permission; else some could never be granted (A6)."""


@frozen
class Operators:
    """For the command line alone: an operator with the database's password needs no other proof."""

    work: UnitsOfWork
    clock: Clock
    passwords: Passwords

    def identify(self, email: str, origin: Origin) -> Caller:
        """Find an active person by email (A8)."""
        with self.work.begin(ADMINISTRATION) as tx:
            person = tx.people.by_email(email.strip())
            actor = tx.people.actor(person.id, self.clock.now()) if person else None
        if actor is None or not actor.is_active:
            raise Unauthenticated("No active user has the email given by --as.")
        return Caller(actor, origin)

    def renewed(self, caller: Caller) -> Caller:
        """Read the rights of an operator again, in work that goes on for long (A7, A8)."""
        with self.work.begin(ADMINISTRATION) as tx:
            actor = tx.people.actor(caller.actor.id, self.clock.now())
        if actor is None or not actor.is_active:
            raise Unauthenticated("This user is not active any more.")
        return Caller(actor, caller.origin)

    def bootstrap(self, new: NewUser, origin: Origin) -> CreatedUser:
        """Create an administrator with every permission.

        Raises AlreadyExists if there is an active administrator.
        """
        password, now = readable_password(), self.clock.now()
        hashed = self.passwords.hash(password)
        person = Person(
            id=PersonId(uuid4()),
            email=checked_email(new.email),
            first_name=checked_name(new.first_name, "/first_name"),
            last_name=checked_name(new.last_name, "/last_name"),
            must_change_password=True,
            territory=Territory(),
        )
        with self.work.begin(ADMINISTRATION) as tx:
            tx.people.lock_rights()
            if tx.people.count_administrators():
                raise AlreadyExists("There is an active administrator already; ask them.")
            tx.people.add(person)
            expires_at = set_initial_password(tx, person.id, hashed, now, None)
            for grant in EVERYTHING:
                tx.people.give_grant(person.id, grant, person.id, now)
            _record(tx, Caller(Actor(person.id), origin))
        return CreatedUser(person=person, initial_password=password, expires_at=expires_at)


def _record(tx: Transaction, caller: Caller) -> None:
    administrator = caller.actor.id
    log_user_action(tx, caller, "user.bootstrap", administrator)
    change = RightsChange(
        decision="granted",
        person=administrator,
        resource="grant",
        resource_id=str(administrator),
        after={"permissions": "every one", "scope": "all"},
    )
    tx.audit.log_rights_change(caller, change)
