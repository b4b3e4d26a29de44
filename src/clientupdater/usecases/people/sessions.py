"""Listing and ending sessions, and issuing tokens for services (U2, U5)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.accounts import Issue, fingerprint
from clientupdater.domain.errors import NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sessions import Session
from clientupdater.ports.unit_of_work import ADMINISTRATION
from clientupdater.runtime.random_secrets import random_token
from clientupdater.usecases.access.user_admin import log_user_action, user_admin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from clientupdater.domain.accounts import OpenSession
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.sessions import Lifetimes
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen(kw_only=True)
class ServiceToken:
    """A new token, shown only now, and the session by which to revoke it."""

    token: str = field(repr=False)
    session: UUID
    expires_at: datetime


@frozen
class Sessions:
    """Users reach their own sessions without a permission, and others' with one."""

    work: UnitsOfWork
    clock: Clock
    lifetimes: Lifetimes

    def sign_out(self, caller: Caller, session: UUID) -> None:
        """End the caller's session; ending it twice changes nothing."""
        with self.work.begin(ADMINISTRATION) as tx:
            tx.credentials.revoke_sessions([session], self.clock.now(), "signed out")
            log_user_action(tx, caller, "session.end", caller.actor.id)

    def list(self, caller: Caller, person: PersonId) -> Sequence[OpenSession]:
        """List a person's live sessions, the newest first; another's need users:read."""
        now = self.clock.now()
        with self._own_or_managed(caller, person, Permission.USERS_READ) as tx:
            return [
                each
                for each in tx.credentials.sessions_of(person, now)
                if each.session.end(now, self.lifetimes, person_is_active=True) is None
            ]

    def revoke(self, caller: Caller, person: PersonId, session: UUID) -> None:
        """End one open session of a person; another's need users:manage.

        Raises NotFound if the person has no such session open.
        """
        now = self.clock.now()
        with self._own_or_managed(caller, person, Permission.USERS_MANAGE) as tx:
            if session not in {each.id for each in tx.credentials.sessions_of(person, now)}:
                raise NotFound
            tx.credentials.revoke_sessions([session], now, "revoked")
            log_user_action(tx, caller, "session.revoke", person)

    def revoke_many(self, caller: Caller, person: PersonId) -> None:
        """End all sessions of a person, the caller's current one included.

        Another's need users:manage.
        """
        now = self.clock.now()
        with self._own_or_managed(caller, person, Permission.USERS_MANAGE) as tx:
            sessions = [each.id for each in tx.credentials.sessions_of(person, now)]
            ended = tx.credentials.revoke_sessions(sessions, now, "revoked")
            log_user_action(tx, caller, "session.revoke_all", person, ended=ended)

    @contextmanager
    def _own_or_managed(
        self, caller: Caller, person: PersonId, permission: Permission
    ) -> Iterator[Transaction]:
        if person == caller.actor.id:
            with self.work.begin(ADMINISTRATION) as tx:
                yield tx
        else:
            with user_admin(self.work, caller, person, permission) as admin:
                yield admin.tx

    def issue_token(
        self, caller: Caller, person: PersonId | str, lifetime: timedelta
    ) -> ServiceToken:
        """Issue a token for at most a year, for a person with no wider rights than the caller.

        A service is a user; its session has an expiry of its own and no idle limit.
        """
        session, token = Session.of_service(self.clock.now(), lifetime), random_token()
        with user_admin(self.work, caller, person) as admin:
            if not admin.person.is_active:
                raise NotFound("This user is inactive and cannot get a token; activate them first.")
            opened = admin.tx.credentials.open_session(
                admin.person.id, fingerprint(token), session, caller.origin, Issue(admin.actor.id)
            )
            admin.log_action("token.issue", session=opened, expires_at=session.expires_at)
            admin.audit_rights("granted", "service_token", opened)
        return ServiceToken(token=token, session=opened, expires_at=session.expires_at)
