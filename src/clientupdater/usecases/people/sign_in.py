"""Signing in by email and password (U1, U2, U3, U6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.accounts import fingerprint
from clientupdater.domain.errors import InvalidCredentials
from clientupdater.domain.people import SignInRecord
from clientupdater.domain.sessions import Session
from clientupdater.ports.unit_of_work import ADMINISTRATION
from clientupdater.runtime.random_secrets import random_token
from clientupdater.usecases.people.credentials import is_outgrown, issue_now

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.domain.accounts import Credential, Person
    from clientupdater.domain.callers import Origin
    from clientupdater.domain.people import LockoutPolicy
    from clientupdater.domain.sessions import Lifetimes
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen(kw_only=True)
class SignedIn:
    """A new session; its token is shown only now (U2)."""

    token: str = field(repr=False)
    expires_at: datetime
    idle_seconds: int
    person: Person


@frozen
class SignIn:
    """Every refusal looks alike and takes the same work, whatever its reason (U3).

    The password is verified between two transactions, so that none stays open for that long. The
    second one locks the account and judges it again: of many guesses at once, no more count than
    of many in a row.
    """

    work: UnitsOfWork
    clock: Clock
    passwords: Passwords
    lifetimes: Lifetimes
    policy: LockoutPolicy

    def __call__(self, email: str, password: str, origin: Origin) -> SignedIn:
        """Open a session; raises InvalidCredentials."""
        with self.work.begin(ADMINISTRATION) as tx:
            seen = tx.credentials.find(email.strip().replace("\0", ""))
        is_right = self.passwords.verify(seen.password if seen else None, password)
        with self.work.begin(ADMINISTRATION) as tx:
            locked = tx.credentials.lock(seen.person if seen else None)
            reason = self._reason_to_refuse(tx, seen, locked, is_right=is_right)
            signed_in = self._open(tx, locked, origin) if locked and reason is None else None
            if signed_in is None:
                self._refuse(tx, locked, reason or "unknown", origin)
        if signed_in is None:
            raise InvalidCredentials
        self._renew_hash(signed_in.person, locked, password)
        return signed_in

    def _reason_to_refuse(
        self,
        tx: Transaction,
        seen: Credential | None,
        locked: Credential | None,
        *,
        is_right: bool,
    ) -> str | None:
        """Return the reason, for the activity log alone."""
        now = self.clock.now()
        if seen is None or locked is None:
            return "unknown"
        if locked.sign_in.is_locked(now):
            return "locked"
        if not is_right or locked.password != seen.password:
            return "wrong password"
        if not locked.is_active:
            return "inactive"
        if locked.one_time and not locked.one_time.password.is_good(now):
            return "used or expired"
        issue = locked.one_time.issue if locked.one_time else locked.password_issue
        return "outgrown" if is_outgrown(tx, locked.person, issue) else None

    def _refuse(
        self, tx: Transaction, locked: Credential | None, reason: str, origin: Origin
    ) -> None:
        record = locked.sign_in if locked else SignInRecord()
        after = record.after_failure(self.clock.now(), self.policy)
        tx.credentials.record_refusal(locked.person if locked else None, after, reason, origin)

    def _open(self, tx: Transaction, locked: Credential, origin: Origin) -> SignedIn | None:
        now, token = self.clock.now(), random_token()
        session = Session.of_person(now, self.lifetimes)
        tx.credentials.record_sign_in(locked.person, now)
        issue = locked.password_issue
        if locked.one_time:
            issue = issue_now(tx, locked.person, locked.one_time.issued_by)
            tx.credentials.use_one_time(locked.person, now)
        tx.credentials.open_session(locked.person, fingerprint(token), session, origin, issue)
        person = tx.people.find(locked.person)
        if person is None:
            return None
        return SignedIn(
            token=token,
            expires_at=session.expires_at,
            idle_seconds=int(self.lifetimes.idle.total_seconds()),
            person=person,
        )

    def _renew_hash(self, person: Person, locked: Credential | None, password: str) -> None:
        """Hash the password at today's cost; after a refusal, the extra time would show (U3)."""
        if not locked or not locked.password or not self.passwords.is_outdated(locked.password):
            return
        renewed = self.passwords.hash(password)
        with self.work.begin(ADMINISTRATION) as tx:
            tx.credentials.renew(person.id, locked.password, renewed)
