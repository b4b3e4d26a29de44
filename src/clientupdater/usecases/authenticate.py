"""Say who is calling, by the token that they bring (U1, U2, U4, A7, A8)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.accounts import fingerprint
from clientupdater.domain.callers import Caller
from clientupdater.domain.errors import PasswordChangeRequired, Unauthenticated
from clientupdater.domain.people import Act, is_barred
from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.domain.accounts import OpenSession, Person
    from clientupdater.domain.callers import Origin
    from clientupdater.domain.sessions import Lifetimes
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import KnownSession, StaffWork

NOTED_EVERY = timedelta(minutes=1)
"""How exactly the last use of a session is known: a read is not to cost a write each time."""


@frozen
class Authenticated:
    """Who is calling, with the rights of this very moment, and in which session."""

    caller: Caller
    person: Person
    session: OpenSession

    @property
    def must_change_password(self) -> bool:
        """Whether all but that and signing out has to wait (U4)."""
        return self.person.must_change_password


@frozen
class Authenticate:
    """Asks the database on every call, so that no process knows rights of yesterday (A7)."""

    work: StaffWork
    clock: Clock
    lifetimes: Lifetimes

    def __call__(self, token: str, origin: Origin, act: Act = Act.OTHER) -> Authenticated:
        """Find who it is, or raise Unauthenticated; `act` is what they are about to do (U4)."""
        now = self.clock.now()
        with self.work.begin(SYSTEM) as tx:
            known = tx.sessions.find(fingerprint(token))
            if known is None or self._is_over(known, now):
                raise Unauthenticated
            if now - known.open.session.last_seen_at >= NOTED_EVERY:
                tx.sessions.touch(known.open.id, now)
        if is_barred(act, must_change_password=known.person.must_change_password):
            raise PasswordChangeRequired
        return Authenticated(Caller(known.actor, origin), known.person, known.open)

    def _is_over(self, known: KnownSession, now: datetime) -> bool:
        session, active = known.open.session, known.actor.is_active
        return session.end(now, self.lifetimes, person_is_active=active) is not None
