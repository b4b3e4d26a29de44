"""Let somebody in by email and password (U1, U2, U3, U6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.accounts import fingerprint
from clientupdater.domain.errors import InvalidCredentials
from clientupdater.domain.people import SignInRecord
from clientupdater.domain.sessions import Session
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.people.one_time import is_outgrown, issue_now

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.domain.accounts import Credential, Person
    from clientupdater.domain.callers import Origin
    from clientupdater.domain.people import LockoutPolicy
    from clientupdater.domain.sessions import Lifetimes
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Passwords, Secrets
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen(kw_only=True)
class SignedIn:
    """A session that was just opened; its token is shown this once (U2)."""

    token: str = field(repr=False)
    expires_at: datetime
    idle_seconds: int
    person: Person


@frozen
class SignIn:
    """Answers alike, after the same work, whatever it is that does not fit (U3).

    One look, one argon2 verification between two units of work (none is held open for it), and
    one unit of work for what came of it: that one judges by what holds then, so that of many
    guesses at once no more count than of many one after the other.
    """

    work: UnitsOfWork
    clock: Clock
    passwords: Passwords
    secrets: Secrets
    lifetimes: Lifetimes
    policy: LockoutPolicy

    def __call__(self, email: str, password: str, origin: Origin) -> SignedIn:
        """Open a session, or raise InvalidCredentials."""
        with self.work.begin(SYSTEM) as tx:
            seen = tx.credentials.find(email.strip().replace("\0", ""))
        is_right = self.passwords.verify(seen.password if seen else None, password)
        with self.work.begin(SYSTEM) as tx:
            held = tx.credentials.lock(seen.person if seen else None)
            because = self._obstacle(tx, seen, held, is_right=is_right)
            signed_in = self._open(tx, held, origin) if held and because is None else None
            if signed_in is None:
                self._refuse(tx, held, because or "unknown", origin)
        if signed_in is None:
            raise InvalidCredentials
        self._renew(signed_in.person, held, password)
        return signed_in

    def _obstacle(
        self,
        tx: Transaction,
        seen: Credential | None,
        held: Credential | None,
        *,
        is_right: bool,
    ) -> str | None:
        """Say, for the log alone, why not."""
        now = self.clock.now()
        if seen is None or held is None:
            return "unknown"
        if held.sign_in.is_locked(now):
            return "locked"
        if not is_right or held.password != seen.password:
            return "wrong password"
        if not held.is_active:
            return "inactive"
        if held.one_time and not held.one_time.password.is_good(now):
            return "used or expired"
        issue = held.one_time.issue if held.one_time else held.password_issue
        return "outgrown" if is_outgrown(tx, held.person, issue) else None

    def _refuse(
        self, tx: Transaction, held: Credential | None, because: str, origin: Origin
    ) -> None:
        record = held.sign_in if held else SignInRecord()
        after = record.after_failure(self.clock.now(), self.policy)
        tx.credentials.record_refusal(held.person if held else None, after, because, origin)

    def _open(self, tx: Transaction, held: Credential, origin: Origin) -> SignedIn | None:
        now, token = self.clock.now(), self.secrets.token()
        session = Session.of_person(now, self.lifetimes)
        tx.credentials.record_sign_in(held.person, now)
        issue = held.password_issue
        if held.one_time:
            issue = issue_now(tx, held.person, held.one_time.issued_by)
            tx.credentials.use_one_time(held.person, now)
        tx.sessions.open(held.person, fingerprint(token), session, origin, issue)
        person = tx.people.find(held.person)
        if person is None:
            return None
        return SignedIn(
            token=token,
            expires_at=session.expires_at,
            idle_seconds=int(self.lifetimes.idle.total_seconds()),
            person=person,
        )

    def _renew(self, person: Person, held: Credential | None, password: str) -> None:
        """Keep the password at today's cost; only now, or the time it takes would tell (U3)."""
        if not held or not held.password or not self.passwords.is_outdated(held.password):
            return
        renewed = self.passwords.hash(password)
        with self.work.begin(SYSTEM) as tx:
            tx.credentials.renew(person.id, held.password, renewed)
