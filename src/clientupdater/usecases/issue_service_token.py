"""Make out a token for a calling service (U5, A6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.accounts import Issue, fingerprint
from clientupdater.domain.errors import NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sessions import Session
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from uuid import UUID

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Secrets
    from clientupdater.ports.people import StaffWork


@frozen(kw_only=True)
class ServiceToken:
    """A token that was just made out, shown this once, and the session by which to revoke it."""

    token: str = field(repr=False)
    session: UUID
    expires_at: datetime


@frozen
class IssueServiceToken:
    """A service is a user whose session has an expiry of its own, and no idle limit."""

    work: StaffWork
    clock: Clock
    secrets: Secrets

    def __call__(self, caller: Caller, person: PersonId | str, lifetime: timedelta) -> ServiceToken:
        """Make one out, for a year at most, for somebody with no wider rights than one's own."""
        session, token = Session.of_service(self.clock.now(), lifetime), self.secrets.token()
        with overseeing(self.work, caller, Permission.USERS_MANAGE, person) as over:
            if not over.person.is_active:
                raise NotFound("Somebody who is not active is given no token.")
            opened = over.tx.sessions.open(
                over.person.id, fingerprint(token), session, caller.origin, Issue(over.actor.id)
            )
            over.did("token.issue", session=opened, expires_at=session.expires_at)
            over.changed_rights("granted", "service_token", opened)
        return ServiceToken(token=token, session=opened, expires_at=session.expires_at)
