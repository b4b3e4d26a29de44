"""What all that is done to other people shares: one judgement, under one lock, in one place.

Whoever changes rights waits until nobody else does, and is judged by what holds then: two who
take each other's rights at once, or the last two administrators who leave at once, come one
after the other (A6).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.administration import PersonPlace, decide_over_person, decide_over_thing
from clientupdater.domain.delegation import (
    is_administrator,
    require_another_administrator,
    require_not_wider,
)
from clientupdater.domain.errors import Forbidden, NotFound, PrivilegeExceeded, Unauthenticated
from clientupdater.domain.permissions import Permission
from clientupdater.ports.audit import LoggedAction, RightsChange
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.access import Actor, Decision
    from clientupdater.domain.accounts import Person
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId, PersonId
    from clientupdater.domain.permissions import Scope
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen
class UserAdmin:
    """One unit of work over one person: who acts, upon whom, with the rights of this moment."""

    tx: Transaction
    caller: Caller
    actor: Actor
    person: Person
    other: Actor

    def did(self, action: str, **details: object) -> None:
        """Log it (L1)."""
        entry = LoggedAction(
            action=action, resource="user", resource_id=str(self.person.id), details=details
        )
        self.tx.audit.did(self.caller, entry)

    def changed_rights(
        self,
        decision: str,
        resource: str,
        resource_id: object,
        *,
        permission: Permission | None = None,
        company: CompanyId | None = None,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
    ) -> None:
        """Audit what was and what is (L1)."""
        change = RightsChange(
            decision=decision,
            person=self.person.id,
            resource=resource,
            resource_id=str(resource_id),
            permission=permission and str(permission),
            company=company,
            before=before,
            after=after,
        )
        self.tx.audit.changed_rights(self.caller, change)

    def scope_of(self, permission: Permission, company: CompanyId | None) -> Scope | None:
        """Say at which scope the person held this very grant before."""
        held = (each for each in self.other.grants if each.permission is permission)
        return next((each.scope for each in held if each.company == company), None)

    def shut_out(self, now: datetime, reason: str) -> None:
        """End all that an account holds open; the last administrator cannot be (A3, A6, A8)."""
        self.require_administrator_left()
        theirs = [each.id for each in self.tx.sessions.of_person(self.person.id, now)]
        self.tx.sessions.revoke(theirs, now, reason)
        self.tx.credentials.void_one_time(self.person.id)
        self.tx.territories.end_assignments(self.person.id, self.actor.id, now)

    def require_administrator_left(self) -> None:
        """Refuse, after the change, if it took the last administrator away (A6)."""
        if is_administrator(self.other):
            require_another_administrator(self.tx.people.count_administrators())


@contextmanager
def user_admin(
    work: UnitsOfWork,
    caller: Caller,
    permission: Permission,
    named: PersonId | str,
    *,
    even_wider: bool = False,
) -> Iterator[UserAdmin]:
    """Act upon a person, named by identity or email; a refusal is written down (A5, A6a).

    A person with wider rights than the actor's can be looked at, but not managed (A6). A verb
    that only gives, or that judges by itself, asks for `even_wider`.
    """
    with refusals_noted(work, caller, named), work.begin(SYSTEM) as tx:
        tx.people.lock_rights()
        actor = acting(tx, caller)
        person = found(tx, named)
        require_over(actor, permission, person.place)
        other = tx.rights.actor(person.id)
        if other is None:
            raise NotFound
        if permission is Permission.USERS_MANAGE and not even_wider:
            require_not_wider(actor, other)
        yield UserAdmin(tx, caller, actor, person, other)


def acting(tx: Transaction, caller: Caller) -> Actor:
    """Give who acts as they stand now: a right that was just taken serves nobody (A7, A8)."""
    actor = tx.rights.actor(caller.actor.id)
    if actor is None or not actor.is_active:
        raise Unauthenticated
    return actor


def found(tx: Transaction, named: PersonId | str) -> Person:
    """Find a person by identity or email."""
    person = tx.people.by_email(named) if isinstance(named, str) else tx.people.find(named)
    if person is None:
        raise NotFound
    return person


def require_over(actor: Actor, permission: Permission, place: PersonPlace) -> None:
    """Refuse one who may not: as not found, unless they may at least see the person (A5)."""
    decision = decide_over_person(actor, permission, place)
    if decision.allowed:
        return
    raise _Judged(decision, is_seen=decide_over_person(actor, Permission.USERS_READ, place).allowed)


def require_over_new(actor: Actor, place: PersonPlace) -> None:
    """Refuse one who may not make such an account: nobody is there yet who could be hidden."""
    decision = decide_over_person(actor, Permission.USERS_MANAGE, place)
    if not decision.allowed:
        raise _Judged(decision, is_seen=True)


def require_over_area(actor: Actor, company: CompanyId | None) -> None:
    """Refuse one who may not manage an area: it asks for scope all, over its company (A6a)."""
    decision = decide_over_thing(actor, Permission.AREAS_MANAGE, company)
    if not decision.allowed:
        seen = decide_over_thing(actor, Permission.AREAS_READ, company)
        raise _Judged(decision, is_seen=seen.allowed, company=company)


class _Judged(Exception):
    """A decision on its way out of the unit of work that it rolls back."""

    def __init__(
        self, decision: Decision, *, is_seen: bool, company: CompanyId | None = None
    ) -> None:
        super().__init__(decision.permission)
        self.decision = decision
        self.is_seen = is_seen
        self.company = company


@contextmanager
def refusals_noted(
    work: UnitsOfWork, caller: Caller, named: UUID | str | None, resource: str = "user"
) -> Iterator[None]:
    """Write refusals down in a unit of work of their own, as theirs is rolled back (L1)."""
    upon = "" if named is None or isinstance(named, str) else str(named)
    try:
        yield
    except _Judged as judged:
        with work.begin(SYSTEM) as tx:
            tx.audit.refused(caller, judged.decision, resource, upon, judged.company)
        if judged.is_seen:
            raise Forbidden(judged.decision.permission) from None
        raise NotFound from None
    except PrivilegeExceeded as error:
        with work.begin(SYSTEM) as tx:
            result = {"because": error.message}
            tx.audit.did(
                caller,
                LoggedAction(
                    action="rights.refuse", resource=resource, resource_id=upon, details=result
                ),
            )
        raise
