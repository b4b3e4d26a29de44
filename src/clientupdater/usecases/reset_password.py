"""Let a manager make out a reset for somebody's password (U6, A6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.accounts import OneTime, fingerprint
from clientupdater.domain.errors import NotFound
from clientupdater.domain.people import OneTimePassword
from clientupdater.domain.permissions import Permission
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Secrets
    from clientupdater.ports.people import StaffWork


@frozen(kw_only=True)
class Reset:
    """A token that sets a new password: shown this once, good once and for 72 hours."""

    token: str = field(repr=False)
    expires_at: datetime


@frozen
class ResetPassword:
    """The password there is stays good until the reset is used; one made out later replaces it."""

    work: StaffWork
    clock: Clock
    secrets: Secrets

    def __call__(self, caller: Caller, person: PersonId | str) -> Reset:
        """Make one out for somebody with no wider rights than one's own."""
        token = self.secrets.token()
        with overseeing(self.work, caller, Permission.USERS_MANAGE, person) as over:
            if not over.person.is_active:
                raise NotFound("Somebody who is not active has no password to reset.")
            reset = OneTimePassword(self.clock.now())
            over.tx.one_time_passwords.issue(
                over.person.id,
                OneTime(password=reset, issued_by=caller.actor.id),
                fingerprint(token),
            )
            over.did("password.reset")
            over.changed_rights("granted", "password_reset", over.person.id)
        return Reset(token=token, expires_at=reset.expires_at)
