"""Give somebody a password to begin with, chosen by who looks after them (U4, U6, A6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.accounts import OneTime
from clientupdater.domain.people import OneTimePassword, check_password
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sessions import ended_by_password_change
from clientupdater.usecases._guesses import guesses_of
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.people import StaffWork


@frozen
class SetInitialPassword:
    """Good once and for 72 hours, then to be changed; every session there was is over."""

    work: StaffWork
    clock: Clock
    passwords: Passwords

    def __call__(self, caller: Caller, person: PersonId | str, password: str) -> None:
        """Set it for somebody with no wider rights than one's own."""
        kept = self.passwords.hash(password)
        with overseeing(self.work, caller, Permission.USERS_MANAGE, person) as over:
            guesses = guesses_of(over.tx, self.passwords)
            check_password(password, over.person.email, guesses=guesses)
            now, who = self.clock.now(), over.person.id
            one_time = OneTimePassword(now)
            over.tx.credentials.set(who, kept, now, one_time.expires_at)
            over.tx.one_time_passwords.void(who)
            issued = OneTime(password=one_time, issued_by=over.actor.id)
            over.tx.one_time_passwords.issue(who, issued, None)
            theirs = (each.id for each in over.tx.sessions.of_person(who, now))
            over.tx.sessions.revoke(ended_by_password_change(theirs, None), now, "password reset")
            over.did("password.set")
            over.changed_rights("granted", "initial_password", who)
