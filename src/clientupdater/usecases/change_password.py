"""Change one's own password (U2, U4, U6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import InvalidInput, Unauthenticated
from clientupdater.domain.people import check_password
from clientupdater.domain.sessions import ended_by_password_change
from clientupdater.ports.journal import Deed
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._guesses import guesses_of

if TYPE_CHECKING:
    from uuid import UUID

    from clientupdater.domain.accounts import Credential
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.people import LockoutPolicy
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.people import StaffTransaction, StaffWork


@frozen
class ChangePassword:
    """Asks for the password there is: a session left open must not be enough to keep it.

    Wrong ones count as failures to sign in do, so that a session is no way to guess either.
    """

    work: StaffWork
    clock: Clock
    passwords: Passwords
    policy: LockoutPolicy

    def __call__(
        self, caller: Caller, session: UUID | None, current_password: str, new_password: str
    ) -> None:
        """Change it; every other session is over."""
        with self.work.begin(SYSTEM) as tx:
            seen = tx.credentials.hold(caller.actor.id)
            guesses = guesses_of(tx, self.passwords)
        if seen is None:
            raise Unauthenticated
        check_password(new_password, seen.email, "/new_password", guesses)
        if new_password == current_password:
            raise InvalidInput.of("/new_password", "must be another one")
        is_right = self.passwords.verify(seen.password, current_password)
        kept = self.passwords.hash(new_password)
        with self.work.begin(SYSTEM) as tx:
            is_changed = self._change(tx, caller, seen, session, kept, is_right=is_right)
        if not is_changed:
            raise InvalidInput.of("/current_password", "is not right")

    def _change(
        self,
        tx: StaffTransaction,
        caller: Caller,
        seen: Credential,
        session: UUID | None,
        kept: str,
        *,
        is_right: bool,
    ) -> bool:
        now = self.clock.now()
        held = tx.credentials.hold(seen.person)
        if held is None:
            return False
        if not is_right or held.password != seen.password or held.sign_in.is_locked(now):
            after = held.sign_in.after_failure(now, self.policy)
            tx.sign_ins.refuse(held.person, after, "wrong current password", caller.origin)
            return False
        tx.credentials.set(held.person, kept, now, None)
        tx.one_time_passwords.void(held.person)
        theirs = (each.id for each in tx.sessions.of_person(held.person, now))
        tx.sessions.revoke(ended_by_password_change(theirs, session), now, "password changed")
        who = str(held.person)
        tx.journal.did(caller, Deed(action="password.change", resource="user", resource_id=who))
        return True
