"""Say who is calling, by the token that they bring (U1, U2, U4, A7, A8)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.accounts import LOCKED_FOR_GOOD, fingerprint
from clientupdater.domain.callers import Caller
from clientupdater.domain.delegation import has_outgrown
from clientupdater.domain.errors import NotFound, PasswordChangeRequired, Unauthenticated
from clientupdater.domain.people import Act, is_barred
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.domain.accounts import OpenSession, Person
    from clientupdater.domain.callers import Origin
    from clientupdater.domain.sessions import Lifetimes
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import KnownSession
    from clientupdater.ports.tokens import Tokens
    from clientupdater.ports.unit_of_work import UnitsOfWork

NOTED_EVERY = timedelta(minutes=1)
"""How exactly the last use of a session is known: a read is not to cost a write each time."""

_DOTS = 2
"""In a signed token, between its three parts; a session's token has none."""


@frozen
class Authenticated:
    """Who is calling, with the rights of this very moment, and in which session."""

    caller: Caller
    person: Person
    open: OpenSession | None
    """None for those who come with a token of the identity provider (U1)."""
    generation: int
    """The configuration's of this very moment: what is cached is known by it (A7)."""

    @property
    def session(self) -> OpenSession:
        """The session that they came by; raises NotFound where there is none."""
        if self.open is None:
            raise NotFound("You came with a token of the identity provider, not by a session.")
        return self.open

    @property
    def must_change_password(self) -> bool:
        """Whether all but that and signing out has to wait (U4)."""
        return self.person.must_change_password


@frozen
class Authenticate:
    """Asks the database on every call, so that no process knows rights of yesterday (A7)."""

    work: UnitsOfWork
    clock: Clock
    lifetimes: Lifetimes
    tokens: Tokens | None = None
    """None: no issuer is configured, and a token of any is as unknown as other words."""

    def __call__(self, token: str, origin: Origin, act: Act = Act.OTHER) -> Authenticated:
        """Find who it is, or raise Unauthenticated; `act` is what they are about to do (U4)."""
        if self.tokens and token.count(".") == _DOTS:
            result = self._by_subject(self.tokens.verify(token), origin)
        else:
            result = self._by_session(token, origin)
        if is_barred(act, must_change_password=result.must_change_password):
            raise PasswordChangeRequired
        return result

    def _by_session(self, token: str, origin: Origin) -> Authenticated:
        now = self.clock.now()
        with self.work.begin(SYSTEM) as tx:
            known = tx.sessions.find(fingerprint(token))
            if known is None or self._is_over(known, now):
                raise Unauthenticated
            if now - known.open.session.last_seen_at >= NOTED_EVERY:
                tx.sessions.touch(known.open.id, now)
        caller = Caller(known.actor, origin)
        return Authenticated(caller, known.person, known.open, known.generation)

    def _by_subject(self, subject: str, origin: Origin) -> Authenticated:
        """Find whom the issuer means; a connection is taken only now that it has been asked."""
        with self.work.begin(SYSTEM) as tx:
            known = tx.people.by_subject(subject)
        if known is None or not known.actor.is_active or _is_locked_for_good(known.person):
            raise Unauthenticated
        return Authenticated(Caller(known.actor, origin), known.person, None, known.generation)

    def _is_over(self, known: KnownSession, now: datetime) -> bool:
        session, active = known.open.session, known.actor.is_active
        if session.end(now, self.lifetimes, person_is_active=active) is not None:
            return True
        issue = known.open.issue
        return issue is not None and has_outgrown(known.actor, issue, known.issuer)


def _is_locked_for_good(person: Person) -> bool:
    """Tell whether somebody locked them by hand: each token is a way in anew.

    A lock after wrong passwords passes, or anyone could keep them out with five of those (U3).
    """
    return person.locked_until is not None and person.locked_until >= LOCKED_FOR_GOOD
