"""Who acts on the command line: an operator by email, and the first administrator (A6b)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access import Actor, Grant, Territory
from clientupdater.domain.accounts import OneTime, Person, checked_email, checked_name
from clientupdater.domain.callers import Caller
from clientupdater.domain.errors import AlreadyExists, Unauthenticated
from clientupdater.domain.ids import PersonId
from clientupdater.domain.people import OneTimePassword
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.ports.audit import LoggedAction, RightsChange
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.people.users import CreatedUser

if TYPE_CHECKING:
    from clientupdater.domain.callers import Origin
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Passwords, Secrets
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork
    from clientupdater.usecases.people.users import NewUser

EVERYTHING = tuple(Grant(permission, None, Scope.ALL) for permission in Permission)

"""The first holds all of it, or nobody ever could give it (A6)."""


@frozen
class Operators:
    """Finds who acts on the command line."""

    work: UnitsOfWork
    clock: Clock
    passwords: Passwords
    secrets: Secrets

    def identify(self, email: str, origin: Origin) -> Caller:
        """Find them by email; one who is not active acts nowhere (A8).

        Whoever can run the command has the database's password; it is their word that counts.

        No other interface offers this.
        """
        with self.work.begin(SYSTEM) as tx:
            person = tx.people.by_email(email.strip())
            actor = tx.rights.actor(person.id) if person else None
        if actor is None or not actor.is_active:
            raise Unauthenticated("Nobody active has the email given by --as.")
        return Caller(actor, origin)

    def bootstrap(self, new: NewUser, origin: Origin) -> CreatedUser:
        """Make one who holds everything; raise AlreadyExists while there is an active one.

        For operations on the command line: no interface that people reach offers it.
        """
        password, now = self.secrets.password(), self.clock.now()
        kept = self.passwords.hash(password)
        person = Person(
            id=PersonId(self.secrets.identity()),
            email=checked_email(new.email),
            first_name=checked_name(new.first_name, "/first_name"),
            last_name=checked_name(new.last_name, "/last_name"),
            must_change_password=True,
            territory=Territory(),
        )
        one_time = OneTimePassword(now)
        with self.work.begin(SYSTEM) as tx:
            tx.people.lock_rights()
            if tx.people.count_administrators():
                raise AlreadyExists("There is an active administrator already; ask them.")
            tx.people.add(person)
            tx.credentials.set(person.id, kept, now, one_time.expires_at)
            tx.credentials.issue_one_time(person.id, OneTime(password=one_time), None)
            for grant in EVERYTHING:
                tx.grants.give(person.id, grant, person.id, now)
            self._write_down(tx, Caller(Actor(person.id), origin))
        return CreatedUser(person=person, initial_password=password, expires_at=one_time.expires_at)

    def _write_down(self, tx: Transaction, caller: Caller) -> None:
        who = caller.actor.id
        entry = LoggedAction(action="user.bootstrap", resource="user", resource_id=str(who))
        tx.audit.did(caller, entry)
        change = RightsChange(
            decision="granted",
            person=who,
            resource="grant",
            resource_id=str(who),
            after={"permissions": "every one", "scope": "all"},
        )
        tx.audit.changed_rights(caller, change)
