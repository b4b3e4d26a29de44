"""Creating, changing, locking and deleting users, and listing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from attrs import evolve, field, frozen

from clientupdater.domain.access import Territory
from clientupdater.domain.accounts import (
    LOCKED_FOR_GOOD,
    Person,
    checked_email,
    checked_name,
    checked_subject,
)
from clientupdater.domain.administration import PersonPlace, people_scope_of
from clientupdater.domain.delegation import (
    require_may_give_area,
    require_may_give_branch,
    require_not_wider,
)
from clientupdater.domain.errors import Fault, Forbidden, InvalidInput, NotFound
from clientupdater.domain.ids import PersonId
from clientupdater.domain.permissions import Permission
from clientupdater.domain.versions import require_version
from clientupdater.ports.audit import RightsChange
from clientupdater.ports.people import PlaceKind
from clientupdater.ports.unit_of_work import ADMINISTRATION
from clientupdater.runtime.random_secrets import readable_password
from clientupdater.usecases.access.giving_roles import give_new_roles
from clientupdater.usecases.access.user_admin import (
    current_actor,
    find_person,
    log_user_action,
    refusals_recorded,
    require_over_new_person,
    require_over_person,
    user_admin,
)
from clientupdater.usecases.people.credentials import set_initial_password
from clientupdater.usecases.people.deactivation import shut_out

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from clientupdater.domain.access import Actor
    from clientupdater.domain.accounts import GivenGrant
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import AreaId, BranchId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork
    from clientupdater.usecases.access.giving_roles import NewRole
    from clientupdater.usecases.access.user_admin import UserAdmin

Reference = TypeVar("Reference")
Id = TypeVar("Id")


@frozen(kw_only=True)
class NewUser:
    """A user to create; branches and areas are ids or codes."""

    email: str = field(repr=False)
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    branches: Collection[BranchId | str] = ()
    areas: Collection[AreaId | str] = ()
    roles: Collection[NewRole] = ()


@frozen(kw_only=True)
class CreatedUser:
    """A new account; its password is shown only now."""

    person: Person
    initial_password: str = field(repr=False)
    expires_at: datetime


@frozen(kw_only=True)
class UserChanges:
    """The new values of a user; None leaves a value as it is, an empty name removes it."""

    email: str | None = field(default=None, repr=False)
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    clerk_id: str | None = field(default=None, repr=False)
    is_active: bool | None = None

    def applied(self, person: Person) -> Person:
        """Return the person with these changes."""
        return evolve(
            person,
            email=person.email if self.email is None else checked_email(self.email),
            first_name=_changed_name(person.first_name, self.first_name, "/first_name"),
            last_name=_changed_name(person.last_name, self.last_name, "/last_name"),
            clerk_id=person.clerk_id if self.clerk_id is None else checked_subject(self.clerk_id),
            is_active=person.is_active if self.is_active is None else self.is_active,
        )


@frozen
class ShownUser:
    """A user with their grants."""

    person: Person
    grants: Sequence[GivenGrant]


@frozen
class Users:
    """Every verb judges the caller over the user it acts upon (A6)."""

    work: UnitsOfWork
    clock: Clock
    passwords: Passwords

    def create(self, caller: Caller, new: NewUser) -> CreatedUser:
        """Create a user with a password that works once and within 72 hours.

        The new user gets branches and areas at once: without any, only a caller over everyone
        could act upon them (A6a). Roles come with them, or nothing is created.
        """
        password = readable_password()
        hashed, now = self.passwords.hash(password), self.clock.now()
        with refusals_recorded(self.work, caller, None), self.work.begin(ADMINISTRATION) as tx:
            tx.people.lock_rights()
            actor = current_actor(tx, caller)
            person, members = self._new_person(tx, actor, new)
            require_over_new_person(actor, person.place)
            require_may_give_all(actor, person, members)
            expires_at = add_person(tx, caller, person, hashed, now)
            give_new_roles(tx, caller, actor, person.id, new.roles, now)
        return CreatedUser(person=person, initial_password=password, expires_at=expires_at)

    def _new_person(
        self, tx: Transaction, actor: Actor, new: NewUser
    ) -> tuple[Person, Mapping[AreaId, frozenset[BranchId]]]:
        """Build the person, and look up the branches of their areas.

        Callers without users:manage are refused before they learn which branches exist.
        """
        identity = PersonId(uuid4())
        if not actor.grants_of(Permission.USERS_MANAGE):
            require_over_new_person(actor, PersonPlace(identity, Territory()))
        branches = _find_all(tx.organisation.branch, new.branches, "/branches")
        areas = _find_all(tx.organisation.area, new.areas, "/areas")
        members = {area: tx.organisation.members(area) for area in areas}
        person = Person(
            id=identity,
            email=checked_email(new.email),
            first_name=checked_name(new.first_name, "/first_name"),
            last_name=checked_name(new.last_name, "/last_name"),
            must_change_password=True,
            territory=Territory.assemble(branches, members, members),
        )
        return person, members

    def change(
        self, caller: Caller, person: PersonId | str, changes: UserChanges, version: int | None
    ) -> Person:
        """Apply the changes to the version that the caller saw, or to any (None).

        A new email or clerk_id, or being active or not, gives or takes a way to sign in. Such a
        change needs the same rights as a password reset (A6).
        """
        with user_admin(self.work, caller, person, allow_wider_rights=True) as admin:
            seen = admin.person
            changed = changes.applied(seen)
            require_version(version, seen.version, _changed_fields(seen, changed))
            if _ways_to_sign_in(seen) != _ways_to_sign_in(changed):
                require_not_wider(admin.actor, admin.person_rights)
            saved = admin.tx.people.save(changed)
            if changed.email != seen.email:
                admin.tx.credentials.void_one_time(seen.id)
            if seen.is_active and not changed.is_active:
                shut_out(admin, self.clock.now(), "deactivated")
            for name in ("clerk_id", "is_active"):
                _audit_change(admin, changed, name)
            admin.log_action("user.change", fields=_changed_fields(seen, changed))
        return saved

    def delete(self, caller: Caller, person: PersonId | str, version: int | None) -> None:
        """Deactivate and delete the account at the version that the caller saw, or at any (None).

        From then on, no look-up finds it.
        """
        with user_admin(self.work, caller, person, allow_wider_rights=True) as admin:
            require_version(version, admin.person.version)
            require_not_wider(admin.actor, admin.person_rights)
            deactivated = evolve(admin.person, is_active=False)
            admin.tx.people.save(deactivated, deleted_at=self.clock.now())
            shut_out(admin, self.clock.now(), "deleted")
            admin.log_action("user.delete")
            admin.audit_rights("revoked", "user", admin.person.id)

    def lock(
        self, caller: Caller, person: PersonId | str, until: datetime = LOCKED_FOR_GOOD
    ) -> Person:
        """Refuse new sign-ins until a moment, or for good; the last administrator stays free.

        Open sessions continue; to end them as well, deactivate the user.
        """
        with user_admin(self.work, caller, person) as admin:
            saved = admin.tx.people.save(evolve(admin.person, locked_until=until))
            admin.require_administrator_left()
            admin.log_action("user.lock", until=until)
        return saved

    def unlock(self, caller: Caller, person: PersonId | str) -> Person:
        """End any lock, and count failed sign-ins from zero again."""
        with user_admin(self.work, caller, person) as admin:
            saved = admin.tx.people.save(evolve(admin.person, locked_until=None))
            admin.log_action("user.unlock")
        return saved

    def show(self, caller: Caller, person: PersonId | str) -> ShownUser:
        """Return a user with their grants; another's need users:read.

        Raises NotFound for one who does not exist, or whom the caller must not see.
        """
        with refusals_recorded(self.work, caller, person), self.work.begin(ADMINISTRATION) as tx:
            actor, shown = current_actor(tx, caller), find_person(tx, person)
            if shown.id != actor.id:
                require_over_person(actor, Permission.USERS_READ, shown.place)
            return ShownUser(shown, tx.people.grants(shown.id))

    def show_own(self, person: Person) -> ShownUser:
        """Return the user that a session was just opened or found for, with their grants."""
        with self.work.autocommit() as tx:
            return ShownUser(person, tx.people.grants(person.id))

    def list(
        self, caller: Caller, *, after: str = "", at_most: int = 50, active: bool | None = None
    ) -> Sequence[Person]:
        """Return one page of users in the order of their emails, beginning behind `after`."""
        with self.work.begin(ADMINISTRATION) as tx:
            actor = current_actor(tx, caller)
            access_scope = people_scope_of(actor, Permission.USERS_READ)
            if not access_scope.myself:
                raise Forbidden(Permission.USERS_READ)
            return tx.people.within(access_scope, after=after, at_most=at_most, active=active)

    def judge(self, caller: Caller, permission: Permission, person: PersonId | str) -> None:
        """Refuse with NotFound or Forbidden, and do nothing else.

        An entry point calls this for a request with invalid input, so that a caller who must not
        see the person learns nothing from the faults.
        """
        with refusals_recorded(self.work, caller, person), self.work.begin(ADMINISTRATION) as tx:
            require_over_person(
                current_actor(tx, caller), permission, find_person(tx, person).place
            )


def require_may_give_all(
    actor: Actor, person: Person, members: Mapping[AreaId, frozenset[BranchId]]
) -> None:
    """Require that the actor may give a new person their branches and areas (A6)."""
    for branch in person.territory.branches:
        require_may_give_branch(actor, person.id, branch)
    for area, branches in members.items():
        require_may_give_area(actor, person.id, area, branches)


def add_person(
    tx: Transaction, caller: Caller, person: Person, hashed: str, now: datetime
) -> datetime:
    """Store a new person with their territory; return when the initial password expires."""
    by = caller.actor.id
    tx.people.add(person)
    expires_at = set_initial_password(tx, person.id, hashed, now, by)
    for branch in person.territory.branches:
        tx.people.give_place(PlaceKind.BRANCH, branch, person.id, by, now)
    for area in person.territory.areas:
        tx.people.give_place(PlaceKind.AREA, area, person.id, by, now)
    _record_creation(tx, caller, person)
    return expires_at


def _find_all(
    find: Callable[[Reference], Id], references: Iterable[Reference], pointer: str
) -> list[Id]:
    """Find all of them; the error names every one that does not exist."""
    ids, faults = [], []
    for index, reference in enumerate(references):
        try:
            ids.append(find(reference))
        except NotFound:
            faults.append(Fault(f"{pointer}/{index}", "does not exist"))
    if faults:
        raise InvalidInput(faults)
    return ids


def _record_creation(tx: Transaction, caller: Caller, person: Person) -> None:
    log_user_action(tx, caller, "user.create", person.id)
    change = RightsChange(
        decision="granted",
        person=person.id,
        resource="user",
        resource_id=str(person.id),
        after={
            "branches": sorted(map(str, person.territory.branches)),
            "areas": sorted(map(str, person.territory.areas)),
        },
    )
    tx.audit.log_rights_change(caller, change)


def _audit_change(admin: UserAdmin, changed: Person, name: str) -> None:
    before, after = getattr(admin.person, name), getattr(changed, name)
    if before != after:
        admin.audit_rights(
            "changed", "user", changed.id, before={name: before}, after={name: after}
        )


def _ways_to_sign_in(person: Person) -> tuple[object, ...]:
    return person.email, person.clerk_id, person.is_active


def _changed_fields(seen: Person, changed: Person) -> list[str]:
    """Name the changed fields; their values are personal."""
    names = ("email", "first_name", "last_name", "clerk_id", "is_active")
    return [name for name in names if getattr(seen, name) != getattr(changed, name)]


def _changed_name(before: str | None, after: str | None, pointer: str) -> str | None:
    return before if after is None else checked_name(after, pointer)
