"""The judgement that every act upon another person begins with (A5, A6, A6a).

A change of rights waits for the one under way and is judged by the rights of that moment. So two
administrators who take each other's rights at once, or the last two who leave at once, come one
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
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.ports.audit import LoggedAction, RightsChange
from clientupdater.ports.unit_of_work import ADMINISTRATION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from clientupdater.domain.access import Actor, Decision
    from clientupdater.domain.accounts import Person
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId, PersonId
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen
class UserAdmin:
    """A transaction in which an actor, who was judged, acts upon a person."""

    tx: Transaction
    caller: Caller
    actor: Actor
    person: Person
    person_rights: Actor
    """The person's own rights at this moment."""

    def log_action(self, action: str, **details: object) -> None:
        """Add to the activity log (L1)."""
        log_user_action(self.tx, self.caller, action, self.person.id, **details)

    def audit_rights(
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
        """Add to the audit of rights: the state before the change, and after it (L1)."""
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
        self.tx.audit.log_rights_change(self.caller, change)

    def scope_of(self, permission: Permission, company: CompanyId | None) -> Scope | None:
        """Return the scope of the person's grant for exactly this permission and company."""
        grants = (each for each in self.person_rights.grants if each.permission is permission)
        return next((each.scope for each in grants if each.company == company), None)

    def require_administrator_left(self) -> None:
        """Refuse, after the change, if it removed the last administrator (A6)."""
        if is_administrator(self.person_rights):
            require_another_administrator(self.tx.people.count_administrators())


@contextmanager
def user_admin(
    work: UnitsOfWork,
    caller: Caller,
    person: PersonId | str,
    permission: Permission = Permission.USERS_MANAGE,
    *,
    allow_wider_rights: bool = False,
) -> Iterator[UserAdmin]:
    """Act upon a person, by id or email; the audit keeps a refusal (A5, A6a).

    An actor may see a person with wider rights than their own, but not manage them (A6). A verb
    that only gives, or that compares the rights itself, sets `allow_wider_rights`.
    """
    with refusals_recorded(work, caller, person), work.begin(ADMINISTRATION) as tx:
        tx.people.lock_rights()
        actor = current_actor(tx, caller)
        user = find_person(tx, person)
        require_over_person(actor, permission, user.place)
        person_rights = tx.people.actor(user.id)
        if person_rights is None:
            raise NotFound
        if permission is Permission.USERS_MANAGE and not allow_wider_rights:
            require_not_wider(actor, person_rights)
        yield UserAdmin(tx, caller, actor, user, person_rights)


def log_user_action(
    tx: Transaction, caller: Caller, action: str, person: PersonId, **details: object
) -> None:
    """Add an act upon a person to the activity log (L1)."""
    entry = LoggedAction(action=action, resource="user", resource_id=str(person), details=details)
    tx.audit.log_action(caller, entry)


def current_actor(tx: Transaction, caller: Caller) -> Actor:
    """Read the caller's rights again: a right that was taken a moment ago is gone (A7, A8)."""
    actor = tx.people.actor(caller.actor.id)
    if actor is None or not actor.is_active:
        raise Unauthenticated
    return actor


def find_person(tx: Transaction, person: PersonId | str) -> Person:
    """Find a person by id or email."""
    user = tx.people.by_email(person) if isinstance(person, str) else tx.people.find(person)
    if user is None:
        raise NotFound
    return user


def require_over_person(actor: Actor, permission: Permission, place: PersonPlace) -> None:
    """Refuse with NotFound, or with Forbidden if the actor may at least see the person (A5)."""
    decision = decide_over_person(actor, permission, place)
    if not decision.allowed:
        seeing = decide_over_person(actor, Permission.USERS_READ, place)
        raise _Denied(decision, is_visible=seeing.allowed)


def require_over_new_person(actor: Actor, place: PersonPlace) -> None:
    """Refuse with Forbidden: an account that does not exist yet needs no hiding."""
    decision = decide_over_person(actor, Permission.USERS_MANAGE, place)
    if not decision.allowed:
        raise _Denied(decision, is_visible=True)


def require_over_thing(
    actor: Actor,
    permission: Permission,
    company: CompanyId | None,
    visible_by: Permission | None = None,
) -> None:
    """Refuse an actor without scope `all` over a thing's company (A6a).

    Raises NotFound where a person needs the permission `visible_by` to know of it, and lacks that.
    """
    decision = decide_over_thing(actor, permission, company)
    if not decision.allowed:
        is_visible = visible_by is None or decide_over_thing(actor, visible_by, company).allowed
        raise _Denied(decision, is_visible=is_visible, company=company)


def require_over_any_thing(actor: Actor, permission: Permission) -> None:
    """Refuse with Forbidden an actor without scope `all` over any company (A6a)."""
    grants = actor.grants_of(permission)
    companies = [grant.company for grant in grants if grant.scope is Scope.ALL]
    decision = decide_over_thing(actor, permission, companies[0] if companies else None)
    if not decision.allowed:
        raise _Denied(decision, is_visible=True)


def require_over_roles(actor: Actor, permission: Permission) -> None:
    """Refuse an actor who may not read roles, or may not manage all users (A6a).

    A role says what a job needs and nothing about any person, so users:read at any scope shows it,
    and it is never hidden. Changing one changes the grants of everyone who has it.
    """
    if permission is Permission.USERS_READ and actor.grants_of(permission):
        return
    decision = decide_over_thing(actor, permission, None)
    if not decision.allowed:
        raise _Denied(decision, is_visible=True)


class _Denied(Exception):
    """Carries a decision out of the transaction that it rolls back."""

    def __init__(
        self, decision: Decision, *, is_visible: bool, company: CompanyId | None = None
    ) -> None:
        super().__init__(decision.permission)
        self.decision = decision
        self.is_visible = is_visible
        self.company = company


@contextmanager
def refusals_recorded(
    work: UnitsOfWork, caller: Caller, target: UUID | str | None, resource: str = "user"
) -> Iterator[None]:
    """Record a refusal in a transaction of its own, because the refused one rolls back (L1)."""
    target_id = "" if target is None or isinstance(target, str) else str(target)
    try:
        yield
    except _Denied as denied:
        with work.begin(ADMINISTRATION) as tx:
            tx.audit.log_refusal(caller, denied.decision, resource, target_id, denied.company)
        if denied.is_visible:
            raise Forbidden(denied.decision.permission) from None
        raise NotFound from None
    except PrivilegeExceeded as error:
        entry = LoggedAction(
            action="rights.refuse",
            resource=resource,
            resource_id=target_id,
            details={"because": error.message},
        )
        with work.begin(ADMINISTRATION) as tx:
            tx.audit.log_action(caller, entry)
        raise
