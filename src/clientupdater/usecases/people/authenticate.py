"""Find the caller behind a bearer token (U1, U2, U4, A7, A8)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.accounts import LOCKED_FOR_GOOD, fingerprint
from clientupdater.domain.callers import Caller
from clientupdater.domain.delegation import has_outgrown
from clientupdater.domain.errors import NotFound, PasswordChangeRequired, Unauthenticated
from clientupdater.domain.people import Act, is_barred

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.domain.accounts import OpenSession, Person
    from clientupdater.domain.callers import Origin
    from clientupdater.domain.sessions import Lifetimes
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import KnownSession, VerifyToken
    from clientupdater.ports.unit_of_work import UnitsOfWork

TOUCH_EVERY = timedelta(minutes=1)
"""How exactly the last use of a session is stored; more exact would cost every read a write."""

_DOTS = 2
"""A signed token has three parts with dots between them; a session's token has no dot."""


@frozen
class Authenticated:
    """A caller with the rights of this moment, and their session."""

    caller: Caller
    person: Person
    open: OpenSession | None
    """None for a caller with a token of the identity provider (U1)."""
    generation: int
    """The generation of the configuration at this moment: caches use it as their key (A7)."""

    @property
    def session(self) -> OpenSession:
        """The caller's session; raises NotFound for a caller without one."""
        if self.open is None:
            raise NotFound("You came with a token of the identity provider, not by a session.")
        return self.open

    @property
    def must_change_password(self) -> bool:
        """Whether the caller may only change the password or sign out (U4)."""
        return self.person.must_change_password


@frozen
class Authenticate:
    """Reads session and rights from the database on every call, so that no process is behind (A7).

    One statement brings all of it; the issuer of a token that a service has takes another.
    """

    work: UnitsOfWork
    clock: Clock
    lifetimes: Lifetimes
    verify_token: VerifyToken | None = None
    """None: no issuer is configured, and every signed token is an unknown one."""

    def __call__(self, token: str, origin: Origin, act: Act = Act.OTHER) -> Authenticated:
        """Find the caller; raises Unauthenticated, or PasswordChangeRequired if U4 bars the act."""
        if self.verify_token and token.count(".") == _DOTS:
            authenticated = self._by_subject(self.verify_token(token), origin)
        else:
            authenticated = self._by_session(token, origin)
        if is_barred(act, must_change_password=authenticated.must_change_password):
            raise PasswordChangeRequired
        return authenticated

    def _by_session(self, token: str, origin: Origin) -> Authenticated:
        now = self.clock.now()
        with self.work.autocommit() as tx:
            known = tx.credentials.session(fingerprint(token), now)
            if known is None or self._is_over(known, now):
                raise Unauthenticated
            if now - known.open.session.last_seen_at >= TOUCH_EVERY:
                tx.credentials.touch_session(known.open.id, now)
                seen = evolve(known.open.session, last_seen_at=now)
                known = evolve(known, open=evolve(known.open, session=seen))
        caller = Caller(known.actor, origin, known.generation)
        return Authenticated(caller, known.person, known.open, known.generation)

    def _by_subject(self, subject: str, origin: Origin) -> Authenticated:
        """Find the person of a verified token; the issuer was called before this transaction."""
        with self.work.autocommit() as tx:
            known = tx.people.by_subject(subject, self.clock.now())
        if known is None or not known.actor.is_active or _is_locked_for_good(known.person):
            raise Unauthenticated
        caller = Caller(known.actor, origin, known.generation)
        return Authenticated(caller, known.person, None, known.generation)

    def _is_over(self, known: KnownSession, now: datetime) -> bool:
        session, active = known.open.session, known.actor.is_active
        if session.end(now, self.lifetimes, person_is_active=active) is not None:
            return True
        issue = known.open.issue
        return issue is not None and has_outgrown(known.actor, issue, known.issuer)


def _is_locked_for_good(person: Person) -> bool:
    """Whether an administrator locked the person: each new token would be a new way in.

    A lock after wrong passwords does not count here, or five wrong passwords would shut out a
    person who never uses one (U3).
    """
    return person.locked_until is not None and person.locked_until >= LOCKED_FOR_GOOD
