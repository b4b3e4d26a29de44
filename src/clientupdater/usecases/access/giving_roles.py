"""Giving and taking roles: each is giving or taking its grants (A6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access import Actor
from clientupdater.domain.errors import Fault, InvalidInput, NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.domain.roles import (
    Holding,
    RoleOfPerson,
    changes_by_roles,
    lacking,
    require_may_change_grants,
    require_may_give_role,
)
from clientupdater.ports.audit import RightsChange
from clientupdater.ports.unit_of_work import ADMINISTRATION
from clientupdater.usecases.access.user_admin import (
    current_actor,
    find_person,
    log_user_action,
    refusals_recorded,
    require_over_person,
    user_admin,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from clientupdater.domain.access import Grant
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId, PersonId
    from clientupdater.domain.roles import GrantChange, Role
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.roles import GivenRole
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen
class NewRole:
    """A role to give with a new account; the company is an id or a code, None for every one."""

    role: str
    company: CompanyId | str | None = None


@frozen
class GivingRoles:
    """Callers give and take only the roles all of whose grants they hold, and never their own."""

    work: UnitsOfWork
    clock: Clock

    def give(
        self, caller: Caller, person: PersonId | str, role: str, company: CompanyId | str | None
    ) -> Sequence[GrantChange]:
        """Give a role over one company, or over every company (None): all of its grants or none.

        Given again, it brings back the grants that were revoked since.
        """
        with user_admin(self.work, caller, person, allow_wider_rights=True) as admin:
            roles, company_id = admin.tx.roles.all(), _company(admin.tx, company)
            wanted = RoleOfPerson(_role(roles, role).code, company_id)
            return _give(
                admin.tx, caller, admin.actor, admin.person_rights, roles, wanted, self.clock.now()
            )

    def take(
        self, caller: Caller, person: PersonId | str, role: str, company: CompanyId | str | None
    ) -> Sequence[GrantChange]:
        """Take a role with the grants that no other role and no direct grant gives.

        Raises LastAdministrator if no administrator would be left.
        """
        with user_admin(self.work, caller, person) as admin:
            tx, roles, company_id = admin.tx, admin.tx.roles.all(), _company(admin.tx, company)
            taken = RoleOfPerson(_role(roles, role).code, company_id)
            holding = tx.roles.holdings([admin.person.id])[admin.person.id]
            if taken not in holding.roles:
                return ()
            after = grants_by_roles(roles, holding.roles - {taken})
            changes = changes_by_roles(holding, grants_by_roles(roles, holding.roles), after)
            require_may_give_role(admin.actor, admin.person.id, roles[role].over(company_id))
            require_may_change_grants(admin.actor, admin.person_rights, changes)
            tx.roles.take(admin.person.id, role, company_id)
            tx.roles.write({admin.person.id: changes}, admin.actor.id, self.clock.now())
            admin.require_administrator_left()
            _record(tx, caller, admin.person.id, "revoked", taken, changes)
        return changes

    def of_person(self, caller: Caller, person: PersonId | str) -> Sequence[GivenRole]:
        """List a person's roles; another's need users:read."""
        with refusals_recorded(self.work, caller, person), self.work.begin(ADMINISTRATION) as tx:
            actor, shown = current_actor(tx, caller), find_person(tx, person)
            if shown.id != actor.id:
                require_over_person(actor, Permission.USERS_READ, shown.place)
            return tx.roles.of_person(shown.id)

    def lacking(
        self, caller: Caller, person: PersonId | str, role: str, company: CompanyId | str | None
    ) -> Sequence[GrantChange]:
        """List the grants of a role that a person lacks, each with the scope they hold instead."""
        with refusals_recorded(self.work, caller, person), self.work.begin(ADMINISTRATION) as tx:
            actor, shown = current_actor(tx, caller), find_person(tx, person)
            if shown.id != actor.id:
                require_over_person(actor, Permission.USERS_READ, shown.place)
            wanted = _role(tx.roles.all(), role)
            rights = tx.people.actor(shown.id)
            if rights is None:
                raise NotFound
            return lacking(wanted, _company(tx, company), rights)


def give_new_roles(
    tx: Transaction,
    caller: Caller,
    actor: Actor,
    person: PersonId,
    new: Collection[NewRole],
    now: datetime,
) -> None:
    """Give roles to an account that the transaction has just created."""
    if not new:
        return
    roles, faults, wanted = tx.roles.all(), [], []
    for index, each in enumerate(new):
        try:
            wanted.append(RoleOfPerson(_role(roles, each.role).code, _company(tx, each.company)))
        except NotFound as error:
            faults.append(Fault(f"/roles/{index}", error.message))
    if faults:
        raise InvalidInput(faults)
    give_roles(tx, caller, actor, person, roles, wanted, now)


def give_roles(
    tx: Transaction,
    caller: Caller,
    actor: Actor,
    person: PersonId,
    roles: Mapping[str, Role],
    wanted: Iterable[RoleOfPerson],
    now: datetime,
) -> None:
    """Give roles to a person over whom the caller was judged."""
    for role in wanted:
        rights = tx.people.actor(person) or Actor(person)
        _give(tx, caller, actor, rights, roles, role, now)


def grants_by_roles(roles: Mapping[str, Role], held: Iterable[RoleOfPerson]) -> list[Grant]:
    """List every grant that these roles give."""
    return [grant for each in held for grant in roles[each.role].over(each.company)]


def _give(
    tx: Transaction,
    caller: Caller,
    actor: Actor,
    person: Actor,
    roles: Mapping[str, Role],
    wanted: RoleOfPerson,
    now: datetime,
) -> Sequence[GrantChange]:
    holding: Holding = tx.roles.holdings([person.id])[person.id]
    others = holding.roles - {wanted}
    changes = changes_by_roles(
        holding, grants_by_roles(roles, others), grants_by_roles(roles, others | {wanted})
    )
    require_may_give_role(actor, person.id, roles[wanted.role].over(wanted.company))
    if not changes and wanted in holding.roles:
        return ()
    tx.roles.give(person.id, wanted.role, wanted.company, actor.id, now)
    tx.roles.write({person.id: changes}, actor.id, now)
    _record(tx, caller, person.id, "granted", wanted, changes)
    return changes


def _record(
    tx: Transaction,
    caller: Caller,
    person: PersonId,
    decision: str,
    role: RoleOfPerson,
    changes: Sequence[GrantChange],
) -> None:
    action = "role.give" if decision == "granted" else "role.take"
    log_user_action(tx, caller, action, person, role=role.role, company=role.company)
    tx.audit.log_rights_change(caller, audited(person, decision, role.role, role.company, changes))


def audited(
    person: PersonId,
    decision: str,
    role: str,
    company: CompanyId | None,
    changes: Sequence[GrantChange],
) -> RightsChange:
    """Describe what a role changed in a person's grants: the scopes before and after."""
    return RightsChange(
        decision=decision,
        person=person,
        resource="role",
        resource_id=role,
        company=company,
        before={_name(each): each.before for each in changes if each.before},
        after={_name(each): each.scope_after for each in changes if each.scope_after},
    )


def _name(change: GrantChange) -> str:
    return f"{change.permission} {change.company}" if change.company else str(change.permission)


def _role(roles: Mapping[str, Role], code: str) -> Role:
    if code not in roles:
        raise NotFound("There is no such role.")
    return roles[code]


def _company(tx: Transaction, named: CompanyId | str | None) -> CompanyId | None:
    return None if named is None else tx.organisation.company(named)
