"""Changing and resetting passwords (U4, U6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.access import Actor
from clientupdater.domain.accounts import OneTime, fingerprint
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import InvalidCredentials, InvalidInput, NotFound, Unauthenticated
from clientupdater.domain.people import OneTimePassword, SignInRecord, check_password
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sessions import ended_by_password_change
from clientupdater.ports.audit import LoggedAction
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.access.user_admin import user_admin
from clientupdater.usecases.people.guesses import guesses_of
from clientupdater.usecases.people.one_time import is_outgrown, issue_now

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.accounts import Credential, Issue
    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.people import LockoutPolicy
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Passwords, Secrets
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen(kw_only=True)
class Reset:
    """A token that sets a new password: shown this once, good once and for 72 hours."""

    token: str = field(repr=False)
    expires_at: datetime


@frozen
class PasswordChanges:
    """Passwords are changed by their owner, or reset by a manager."""

    work: UnitsOfWork
    clock: Clock
    passwords: Passwords
    policy: LockoutPolicy
    secrets: Secrets

    def change(
        self, caller: Caller, session: UUID | None, current_password: str, new_password: str
    ) -> None:
        """Change it; every other session is over.

        Asks for the password there is: a session left open must not be enough to keep it.

        Wrong ones count as failures to sign in do, so that a session is no way to guess either.
        """
        with self.work.begin(SYSTEM) as tx:
            seen = tx.credentials.lock(caller.actor.id)
            guesses = guesses_of(tx, self.passwords)
        if seen is None:
            raise Unauthenticated
        check_password(new_password, seen.email, "/new_password", guesses)
        if new_password == current_password:
            raise InvalidInput.of("/new_password", "must be another one")
        is_right = self.passwords.verify(seen.password, current_password)
        kept = self.passwords.hash(new_password)
        with self.work.begin(SYSTEM) as tx:
            is_changed = self._store(tx, caller, seen, session, kept, is_right=is_right)
        if not is_changed:
            raise InvalidInput.of("/current_password", "is not right")

    def _store(
        self,
        tx: Transaction,
        caller: Caller,
        seen: Credential,
        session: UUID | None,
        kept: str,
        *,
        is_right: bool,
    ) -> bool:
        now = self.clock.now()
        held = tx.credentials.lock(seen.person)
        if held is None:
            return False
        if not is_right or held.password != seen.password or held.sign_in.is_locked(now):
            after = held.sign_in.after_failure(now, self.policy)
            tx.credentials.record_refusal(
                held.person, after, "wrong current password", caller.origin
            )
            return False
        tx.credentials.set(held.person, kept, now, None)
        tx.credentials.void_one_time(held.person)
        theirs = (each.id for each in tx.sessions.of_person(held.person, now))
        tx.sessions.revoke(ended_by_password_change(theirs, session), now, "password changed")
        who = str(held.person)
        tx.audit.did(
            caller, LoggedAction(action="password.change", resource="user", resource_id=who)
        )
        return True

    def reset(self, caller: Caller, person: PersonId | str) -> Reset:
        """Make one out for somebody with no wider rights than one's own.

        The password there is stays good until the reset is used; one made out later replaces it.
        """
        token = self.secrets.token()
        with user_admin(self.work, caller, Permission.USERS_MANAGE, person) as over:
            if not over.person.is_active:
                raise NotFound("Somebody who is not active has no password to reset.")
            reset = OneTimePassword(self.clock.now())
            over.tx.credentials.issue_one_time(
                over.person.id,
                OneTime(password=reset, issued_by=caller.actor.id),
                fingerprint(token),
            )
            over.did("password.reset")
            over.changed_rights("granted", "password_reset", over.person.id)
        return Reset(token=token, expires_at=reset.expires_at)

    def redeem(self, token: str, new_password: str, origin: Origin = Origin()) -> None:  # noqa: B008
        """Set it, once; every session of the person is over.

        Needs no session: the token is what one has. Whatever is wrong with it is told alike.
        """
        kept_token = fingerprint(token)
        with self.work.begin(SYSTEM) as tx:
            owner, _ = self._owner(tx, kept_token)
            if owner is None:
                tx.credentials.record_refusal(None, SignInRecord(), "no good reset", origin)
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

    def _owner(self, tx: Transaction, token: str) -> tuple[Credential | None, OneTime | None]:
        result = tx.credentials.lock_one_time(token)
        if result is None:
            return None, None
        person, issued = result
        if not issued.password.is_good(self.clock.now()) or is_outgrown(tx, person, issued.issue):
            return None, None
        held = tx.credentials.lock(person)
        return (held, issued) if held and held.is_active else (None, None)

    def _set(
        self,
        tx: Transaction,
        owner: Credential,
        kept: str,
        origin: Origin,
        issue: Issue | None,
    ) -> None:
        now = self.clock.now()
        tx.credentials.set(owner.person, kept, now, None, issue)
        tx.credentials.void_one_time(owner.person)
        theirs = (each.id for each in tx.sessions.of_person(owner.person, now))
        tx.sessions.revoke(ended_by_password_change(theirs, None), now, "password reset")
        caller = Caller(Actor(owner.person), origin)
        who = str(owner.person)
        tx.audit.did(
            caller, LoggedAction(action="password.redeem", resource="user", resource_id=who)
        )

    def set_initial(self, caller: Caller, person: PersonId | str, password: str) -> None:
        """Set it for somebody with no wider rights than one's own.

        Good once and for 72 hours, then to be changed; every session there was is over.
        """
        kept = self.passwords.hash(password)
        with user_admin(self.work, caller, Permission.USERS_MANAGE, person) as over:
            guesses = guesses_of(over.tx, self.passwords)
            check_password(password, over.person.email, guesses=guesses)
            now, who = self.clock.now(), over.person.id
            one_time = OneTimePassword(now)
            over.tx.credentials.set(who, kept, now, one_time.expires_at)
            over.tx.credentials.void_one_time(who)
            issued = OneTime(password=one_time, issued_by=over.actor.id)
            over.tx.credentials.issue_one_time(who, issued, None)
            theirs = (each.id for each in over.tx.sessions.of_person(who, now))
            over.tx.sessions.revoke(ended_by_password_change(theirs, None), now, "password reset")
            over.did("password.set")
            over.changed_rights("granted", "initial_password", who)
