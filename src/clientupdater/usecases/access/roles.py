"""Roles as data: shown, created, changed for everyone who has them, and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from clientupdater.domain.delegation import is_administrator, require_another_administrator
from clientupdater.domain.errors import InvalidInput, NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.domain.roles import (
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    Role,
    changes_by_roles,
    checked_code,
    checked_text,
    require_may_change_grants,
)
from clientupdater.domain.versions import require_version
from clientupdater.ports.audit import ConfigurationChange, LoggedAction
from clientupdater.ports.unit_of_work import ADMINISTRATION
from clientupdater.usecases.access.giving_roles import audited, grants_by_roles
from clientupdater.usecases.access.user_admin import (
    current_actor,
    refusals_recorded,
    require_over_roles,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.domain.access import Actor
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.permissions import Scope
    from clientupdater.domain.roles import GrantChange
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork

MOST_ROLES = 200


@frozen
class ShownRole:
    """A role, and how many people have it."""

    role: Role
    holders: int


@frozen(kw_only=True)
class RoleChanges:
    """The new values of a role; None leaves a value as it is, and the grants are all of them."""

    name: str | None = None
    description: str | None = None
    scopes: Mapping[Permission, Scope] | None = None

    def applied(self, role: Role) -> Role:
        return evolve(
            role,
            name=role.name if self.name is None else _name(self.name),
            description=role.description
            if self.description is None
            else _description(self.description),
            scopes=role.scopes if self.scopes is None else dict(self.scopes),
        )


@frozen
class ChangedRole:
    """A role after a change, or as it would be, and whose grants change with it."""

    shown: ShownRole
    people: Mapping[PersonId, Sequence[GrantChange]] = field(factory=dict)


@frozen
class Roles:
    """Reading needs users:read; writing needs users:manage at scope all over every company."""

    work: UnitsOfWork
    clock: Clock

    def list(self, caller: Caller) -> Sequence[ShownRole]:
        """List the roles by code."""
        with (
            refusals_recorded(self.work, caller, None, "role"),
            self.work.begin(ADMINISTRATION) as tx,
        ):
            require_over_roles(current_actor(tx, caller), Permission.USERS_READ)
            holders = tx.roles.count_holders()
            return [ShownRole(role, holders.get(code, 0)) for code, role in tx.roles.all().items()]

    def show(self, caller: Caller, code: str) -> ShownRole:
        with (
            refusals_recorded(self.work, caller, code, "role"),
            self.work.begin(ADMINISTRATION) as tx,
        ):
            require_over_roles(current_actor(tx, caller), Permission.USERS_READ)
            return _shown(tx, _find(tx, code))

    def judge(self, caller: Caller) -> None:
        """Refuse a caller who may not manage roles, and do nothing else."""
        with (
            refusals_recorded(self.work, caller, None, "role"),
            self.work.begin(ADMINISTRATION) as tx,
        ):
            require_over_roles(current_actor(tx, caller), Permission.USERS_MANAGE)

    def create(self, caller: Caller, code: str, changes: RoleChanges) -> ShownRole:
        """Create a role that no one has yet."""
        with (
            refusals_recorded(self.work, caller, None, "role"),
            self.work.begin(ADMINISTRATION) as tx,
        ):
            actor = _manager(tx, caller)
            role = changes.applied(Role(code=checked_code(code), name="", scopes={}))
            _name(role.name)
            if len(tx.roles.all()) >= MOST_ROLES:
                raise InvalidInput.of("", f"there are {MOST_ROLES} roles already; delete one first")
            tx.roles.add(role, actor.id)
            _record(tx, caller, None, role)
        return ShownRole(role, 0)

    def change(
        self,
        caller: Caller,
        code: str,
        changes: RoleChanges,
        version: int | None,
        *,
        preview: bool = False,
    ) -> ChangedRole:
        """Change a role and the grants of everyone who has it, as one act.

        A preview refuses as the change would, and writes nothing.
        """
        with (
            refusals_recorded(self.work, caller, code, "role"),
            self.work.begin(ADMINISTRATION) as tx,
        ):
            actor, seen = _manager(tx, caller), _find(tx, code)
            changed = changes.applied(seen)
            require_version(version, seen.version, _fields(seen, changed))
            people = _consequences(tx, actor, changed)
            if preview or changed == seen:
                return ChangedRole(_shown(tx, changed), people)
            saved = self._write(tx, caller, changed, people)
            _record(tx, caller, seen, saved)
            return ChangedRole(_shown(tx, saved), people)

    def _write(
        self,
        tx: Transaction,
        caller: Caller,
        changed: Role,
        people: Mapping[PersonId, Sequence[GrantChange]],
    ) -> Role:
        saved = tx.roles.save(changed)
        if people:
            were = tx.people.actors(people)
            tx.roles.write(people, caller.actor.id, self.clock.now())
            if any(map(is_administrator, were.values())):
                require_another_administrator(tx.people.count_administrators())
            audits = (audited(each, "changed", saved.code, None, people[each]) for each in people)
            tx.audit.log_rights_change(caller, *audits)
        return saved

    def delete(self, caller: Caller, code: str, version: int | None) -> None:
        """Delete a role of one's own that no one has."""
        with (
            refusals_recorded(self.work, caller, code, "role"),
            self.work.begin(ADMINISTRATION) as tx,
        ):
            _manager(tx, caller)
            seen = _find(tx, code)
            require_version(version, seen.version)
            seen.require_deletable(len(tx.roles.holders(code)))
            tx.roles.delete(code)
            _record(tx, caller, seen, None)


def _consequences(
    tx: Transaction, actor: Actor, changed: Role
) -> dict[PersonId, Sequence[GrantChange]]:
    """Say whose grants change, and refuse if the actor could not change each of them (A6)."""
    roles = tx.roles.all()
    after = {**roles, changed.code: changed}
    people: dict[PersonId, Sequence[GrantChange]] = {}
    for person, holding in tx.roles.holdings(tx.roles.holders(changed.code)).items():
        changes = changes_by_roles(
            holding, grants_by_roles(roles, holding.roles), grants_by_roles(after, holding.roles)
        )
        if changes:
            people[person] = changes
    rights = tx.people.actors(people)
    for person, gained in people.items():
        require_may_change_grants(actor, rights[person], gained)
    return people


def _manager(tx: Transaction, caller: Caller) -> Actor:
    tx.people.lock_rights()
    actor = current_actor(tx, caller)
    require_over_roles(actor, Permission.USERS_MANAGE)
    return actor


def _find(tx: Transaction, code: str) -> Role:
    role = tx.roles.all().get(code)
    if role is None:
        raise NotFound("There is no such role.")
    return role


def _shown(tx: Transaction, role: Role) -> ShownRole:
    return ShownRole(role, tx.roles.count_holders().get(role.code, 0))


def _name(text: str) -> str:
    return checked_text(text, "/name", LONGEST_NAME, shortest=1)


def _description(text: str) -> str:
    return checked_text(text, "/description", LONGEST_DESCRIPTION)


def _fields(seen: Role, changed: Role) -> list[str]:
    names = {"name": "name", "description": "description", "scopes": "grants"}
    return [shown for name, shown in names.items() if getattr(seen, name) != getattr(changed, name)]


def _record(tx: Transaction, caller: Caller, before: Role | None, after: Role | None) -> None:
    """Audit a role itself, and log the act (L1)."""
    role = after or before
    if role is None:
        return
    old = _values(before) if before else None
    new = _values(after) if after else None
    if old and new:
        old, new = (
            {name: old[name] for name in old if old[name] != new[name]},
            {name: new[name] for name in new if old[name] != new[name]},
        )
    change = ConfigurationChange(table="roles", record=role.code, before=old, after=new)
    tx.audit.log_configuration(caller, change)
    entry = LoggedAction(action=f"role.{change.action}", resource="role", resource_id=role.code)
    tx.audit.log_action(caller, entry)


def _values(role: Role) -> dict[str, object]:
    return {
        "name": role.name,
        "description": role.description,
        "grants": {str(permission): str(scope) for permission, scope in role.scopes.items()},
    }
