"""Listing and ending sessions, and issuing tokens for services (U2, U5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.accounts import Issue, fingerprint
from clientupdater.domain.errors import NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sessions import Session
from clientupdater.ports.audit import LoggedAction
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.access.user_admin import user_admin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from clientupdater.domain.accounts import OpenSession
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.sessions import Lifetimes
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Secrets
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen(kw_only=True)
class ServiceToken:
    """A token that was just made out, shown this once, and the session by which to revoke it."""

    token: str = field(repr=False)
    session: UUID
    expires_at: datetime


@frozen
class Sessions:
    """What lets a user in, and how it ends."""

    work: UnitsOfWork
    clock: Clock
    lifetimes: Lifetimes
    secrets: Secrets

    def sign_out(self, caller: Caller, session: UUID) -> None:
        """End it; ended twice, it is ended.

        Needs no right but to be signed in.
        """
        with self.work.begin(SYSTEM) as tx:
            tx.sessions.revoke([session], self.clock.now(), "signed out")
            who = str(caller.actor.id)
            tx.audit.did(
                caller, LoggedAction(action="session.end", resource="user", resource_id=who)
            )

    def list(self, caller: Caller, person: PersonId) -> Sequence[OpenSession]:
        """List them, the last opened first.

        One's own for everybody; those of others by users:read.
        """
        if person == caller.actor.id:
            with self.work.begin(SYSTEM) as tx:
                return self._live(tx, person)
        with user_admin(self.work, caller, Permission.USERS_READ, person) as over:
            return self._live(over.tx, person)

    def _live(self, tx: Transaction, person: PersonId) -> Sequence[OpenSession]:
        now = self.clock.now()
        return [
            each
            for each in tx.sessions.of_person(person, now)
            if each.session.end(now, self.lifetimes, person_is_active=True) is None
        ]

    def revoke(self, caller: Caller, person: PersonId, session: UUID) -> None:
        """End it; raise NotFound if they have no such session open.

        One's own for everybody; those of others by users:manage.
        """
        if person == caller.actor.id:
            with self.work.begin(SYSTEM) as tx:
                self._end(tx, caller, person, session)
            return
        with user_admin(self.work, caller, Permission.USERS_MANAGE, person) as over:
            self._end(over.tx, caller, person, session)

    def _end(self, tx: Transaction, caller: Caller, person: PersonId, session: UUID) -> None:
        now = self.clock.now()
        if session not in {each.id for each in tx.sessions.of_person(person, now)}:
            raise NotFound
        tx.sessions.revoke([session], now, "revoked")
        entry = LoggedAction(action="session.revoke", resource="user", resource_id=str(person))
        tx.audit.did(caller, entry)

    def revoke_many(self, caller: Caller, person: PersonId) -> None:
        """End them; where none is open, nothing changes.

        One's own for everybody, the one that asks included; those of others by users:manage.
        """
        if person == caller.actor.id:
            with self.work.begin(SYSTEM) as tx:
                self._end_all(tx, caller, person)
            return
        with user_admin(self.work, caller, Permission.USERS_MANAGE, person) as over:
            self._end_all(over.tx, caller, person)

    def _end_all(self, tx: Transaction, caller: Caller, person: PersonId) -> None:
        now = self.clock.now()
        theirs = [each.id for each in tx.sessions.of_person(person, now)]
        ended = tx.sessions.revoke(theirs, now, "revoked")
        who, details = str(person), {"ended": ended}
        entry = LoggedAction(
            action="session.revoke_all", resource="user", resource_id=who, details=details
        )
        tx.audit.did(caller, entry)

    def issue_token(
        self, caller: Caller, person: PersonId | str, lifetime: timedelta
    ) -> ServiceToken:
        """Make one out, for a year at most, for somebody with no wider rights than one's own.

        A service is a user whose session has an expiry of its own, and no idle limit.
        """
        session, token = Session.of_service(self.clock.now(), lifetime), self.secrets.token()
        with user_admin(self.work, caller, Permission.USERS_MANAGE, person) as over:
            if not over.person.is_active:
                raise NotFound("Somebody who is not active is given no token.")
            opened = over.tx.sessions.open(
                over.person.id, fingerprint(token), session, caller.origin, Issue(over.actor.id)
            )
            over.did("token.issue", session=opened, expires_at=session.expires_at)
            over.changed_rights("granted", "service_token", opened)
        return ServiceToken(token=token, session=opened, expires_at=session.expires_at)
