"""Set a new password by a reset (U2, U6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access import Actor
from clientupdater.domain.accounts import fingerprint
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import InvalidCredentials
from clientupdater.domain.people import SignInRecord, check_password
from clientupdater.domain.sessions import ended_by_password_change
from clientupdater.ports.journal import Deed
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._guesses import guesses_of
from clientupdater.usecases._one_time import is_outgrown, issue_now

if TYPE_CHECKING:
    from clientupdater.domain.accounts import Credential, Issue, OneTime
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.people import StaffTransaction, StaffWork


@frozen
class RedeemReset:
    """Needs no session: the token is what one has. Whatever is wrong with it is told alike."""

    work: StaffWork
    clock: Clock
    passwords: Passwords

    def __call__(self, token: str, new_password: str, origin: Origin = Origin()) -> None:  # noqa: B008
        """Set it, once; every session of the person is over."""
        kept_token = fingerprint(token)
        with self.work.begin(SYSTEM) as tx:
            owner, _ = self._owner(tx, kept_token)
            if owner is None:
                tx.sign_ins.refuse(None, SignInRecord(), "no good reset", origin)
            guesses = guesses_of(tx, self.passwords)
        if owner is None:
            raise InvalidCredentials
        check_password(new_password, owner.email, "/new_password", guesses)
        kept = self.passwords.hash(new_password)
        with self.work.begin(SYSTEM) as tx:
            owner, issued = self._owner(tx, kept_token)
            if owner is None:
                raise InvalidCredentials
            issue = issue_now(tx, owner.person, issued.issued_by if issued else None)
            self._set(tx, owner, kept, origin, issue)

    def _owner(self, tx: StaffTransaction, token: str) -> tuple[Credential | None, OneTime | None]:
        found = tx.one_time_passwords.hold(token)
        if found is None:
            return None, None
        person, issued = found
        if not issued.password.is_good(self.clock.now()) or is_outgrown(tx, person, issued.issue):
            return None, None
        held = tx.credentials.hold(person)
        return (held, issued) if held and held.is_active else (None, None)

    def _set(
        self,
        tx: StaffTransaction,
        owner: Credential,
        kept: str,
        origin: Origin,
        issue: Issue | None,
    ) -> None:
        now = self.clock.now()
        tx.credentials.set(owner.person, kept, now, None, issue)
        tx.one_time_passwords.void(owner.person)
        theirs = (each.id for each in tx.sessions.of_person(owner.person, now))
        tx.sessions.revoke(ended_by_password_change(theirs, None), now, "password reset")
        caller = Caller(Actor(owner.person), origin)
        who = str(owner.person)
        tx.journal.did(caller, Deed(action="password.redeem", resource="user", resource_id=who))
