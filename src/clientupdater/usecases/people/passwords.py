"""Changing and resetting passwords (U4, U6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.access import Actor
from clientupdater.domain.accounts import OneTime, fingerprint
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import InvalidCredentials, InvalidInput, NotFound, Unauthenticated
from clientupdater.domain.people import OneTimePassword, SignInRecord, check_password
from clientupdater.ports.unit_of_work import ADMINISTRATION
from clientupdater.runtime.random_secrets import random_token
from clientupdater.usecases.access.user_admin import log_user_action, user_admin
from clientupdater.usecases.people.credentials import (
    easy_guesses,
    end_sessions_of_old_password,
    is_outgrown,
    issue_now,
    set_initial_password,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.accounts import Credential
    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.people import LockoutPolicy
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen(kw_only=True)
class Reset:
    """A token that sets a new password, once and within 72 hours; it is shown only now."""

    token: str = field(repr=False)
    expires_at: datetime


@frozen
class PasswordChanges:
    """Owners change their password; managers reset it."""

    work: UnitsOfWork
    clock: Clock
    passwords: Passwords
    policy: LockoutPolicy

    def change(
        self, caller: Caller, session: UUID | None, current_password: str, new_password: str
    ) -> None:
        """Change the caller's password, and end all of their other sessions.

        The current password is required, so that a session left open is not enough to take over
        the account. A wrong one counts as a failure to sign in, so that a session is no way to
        guess it.
        """
        with self.work.begin(ADMINISTRATION) as tx:
            seen = tx.credentials.lock(caller.actor.id)
            guesses = easy_guesses(tx, self.passwords)
        if seen is None:
            raise Unauthenticated
        check_password(new_password, seen.email, "/new_password", guesses)
        if new_password == current_password:
            raise InvalidInput.of("/new_password", "must be another one")
        is_right = self.passwords.verify(seen.password, current_password)
        hashed = self.passwords.hash(new_password)
        with self.work.begin(ADMINISTRATION) as tx:
            locked = self._lock_if_right(tx, caller, seen, is_right=is_right)
            if locked:
                self._replace(tx, caller, locked, session, hashed)
        if locked is None:
            raise InvalidInput.of("/current_password", "is not right")

    def _lock_if_right(
        self, tx: Transaction, caller: Caller, seen: Credential, *, is_right: bool
    ) -> Credential | None:
        """Lock the verified credential; count a failure if it is wrong, locked or has changed."""
        now = self.clock.now()
        locked = tx.credentials.lock(seen.person)
        if locked is None:
            return None
        if is_right and locked.password == seen.password and not locked.sign_in.is_locked(now):
            return locked
        after = locked.sign_in.after_failure(now, self.policy)
        tx.credentials.record_refusal(locked.person, after, "wrong current password", caller.origin)
        return None

    def _replace(
        self, tx: Transaction, caller: Caller, owner: Credential, session: UUID | None, hashed: str
    ) -> None:
        now, person = self.clock.now(), owner.person
        tx.credentials.set(person, hashed, now, None)
        tx.credentials.void_one_time(person)
        end_sessions_of_old_password(tx, person, now, "password changed", changed_in=session)
        log_user_action(tx, caller, "password.change", person)

    def reset(self, caller: Caller, person: PersonId | str) -> Reset:
        """Issue a reset for a person with no wider rights than the caller.

        The current password works until the reset is used. A later reset replaces this one.
        """
        token = random_token()
        with user_admin(self.work, caller, person) as admin:
            if not admin.person.is_active:
                raise NotFound("This user is inactive and has no password to reset.")
            reset = OneTimePassword(self.clock.now())
            issued = OneTime(password=reset, issued_by=caller.actor.id)
            admin.tx.credentials.issue_one_time(admin.person.id, issued, fingerprint(token))
            admin.log_action("password.reset")
            admin.audit_rights("granted", "password_reset", admin.person.id)
        return Reset(token=token, expires_at=reset.expires_at)

    def redeem(self, token: str, new_password: str, origin: Origin = Origin()) -> None:  # noqa: B008
        """Set the password of the reset's person, and end all of their sessions.

        The token is the only proof. Every token that does not work is refused alike.
        """
        token_fingerprint = fingerprint(token)
        with self.work.begin(ADMINISTRATION) as tx:
            owner = self._lock_owner(tx, token_fingerprint)
            if owner is None:
                tx.credentials.record_refusal(None, SignInRecord(), "no good reset", origin)
            guesses = easy_guesses(tx, self.passwords)
        if owner is None:
            raise InvalidCredentials
        check_password(new_password, owner[0].email, "/new_password", guesses)
        hashed = self.passwords.hash(new_password)
        with self.work.begin(ADMINISTRATION) as tx:
            owner = self._lock_owner(tx, token_fingerprint)
            if owner is None:
                raise InvalidCredentials
            self._redeem(tx, *owner, hashed, origin)

    def _lock_owner(self, tx: Transaction, token: str) -> tuple[Credential, OneTime] | None:
        """Lock a reset that still works, and the credential it is for."""
        row = tx.credentials.lock_one_time(token)
        if row is None:
            return None
        person, reset = row
        if not reset.password.is_good(self.clock.now()) or is_outgrown(tx, person, reset.issue):
            return None
        locked = tx.credentials.lock(person)
        return (locked, reset) if locked and locked.is_active else None

    def _redeem(
        self, tx: Transaction, owner: Credential, reset: OneTime, hashed: str, origin: Origin
    ) -> None:
        now, person = self.clock.now(), owner.person
        issue = issue_now(tx, person, reset.issued_by)
        tx.credentials.set(person, hashed, now, None, issue)
        tx.credentials.void_one_time(person)
        end_sessions_of_old_password(tx, person, now, "password reset")
        log_user_action(tx, Caller(Actor(person), origin), "password.redeem", person)

    def set_initial(self, caller: Caller, person: PersonId | str, password: str) -> None:
        """Set a password that works once and within 72 hours, and end all of their sessions.

        The person must have no wider rights than the caller.
        """
        hashed = self.passwords.hash(password)
        with user_admin(self.work, caller, person) as admin:
            tx, person_id, now = admin.tx, admin.person.id, self.clock.now()
            guesses = easy_guesses(tx, self.passwords)
            check_password(password, admin.person.email, guesses=guesses)
            set_initial_password(tx, person_id, hashed, now, admin.actor.id)
            end_sessions_of_old_password(tx, person_id, now, "password reset")
            admin.log_action("password.set")
            admin.audit_rights("granted", "initial_password", person_id)
