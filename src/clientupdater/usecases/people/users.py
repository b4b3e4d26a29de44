"""Creating, changing, locking and deleting users, and listing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from attrs import evolve, field, frozen

from clientupdater.domain.access import Territory
from clientupdater.domain.accounts import (
    LOCKED_FOR_GOOD,
    OneTime,
    Person,
    checked_email,
    checked_name,
    checked_subject,
)
from clientupdater.domain.administration import PersonPlace, people_reach_of
from clientupdater.domain.delegation import (
    require_may_give_area,
    require_may_give_branch,
    require_not_wider,
)
from clientupdater.domain.errors import Fault, Forbidden, InvalidInput, NotFound, VersionConflict
from clientupdater.domain.ids import PersonId
from clientupdater.domain.people import OneTimePassword
from clientupdater.domain.permissions import Permission
from clientupdater.ports.audit import LoggedAction, RightsChange
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.access.user_admin import (
    acting,
    found,
    refusals_noted,
    require_over,
    require_over_new,
    user_admin,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from clientupdater.domain.access import Actor
    from clientupdater.domain.accounts import GivenGrant
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import AreaId, BranchId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Passwords, Secrets
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork
    from clientupdater.usecases.access.user_admin import UserAdmin

Named = TypeVar("Named")

Found = TypeVar("Found")


@frozen(kw_only=True)
class NewUser:
    """Who is to come; branches and areas are named by identity or code."""

    email: str = field(repr=False)
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    branches: Collection[BranchId | str] = ()
    areas: Collection[AreaId | str] = ()


@frozen(kw_only=True)
class CreatedUser:
    """An account that was just made; its password is shown this once."""

    person: Person
    initial_password: str = field(repr=False)
    expires_at: datetime


@frozen(kw_only=True)
class UserChanges:
    """What is to be otherwise; None leaves it as it is."""

    email: str | None = field(default=None, repr=False)
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    clerk_id: str | None = field(default=None, repr=False)
    is_active: bool | None = None

    def applied(self, person: Person) -> Person:
        """Give the person as changed."""
        return evolve(
            person,
            email=person.email if self.email is None else checked_email(self.email),
            first_name=_named(person.first_name, self.first_name, "/first_name"),
            last_name=_named(person.last_name, self.last_name, "/last_name"),
            clerk_id=person.clerk_id if self.clerk_id is None else checked_subject(self.clerk_id),
            is_active=person.is_active if self.is_active is None else self.is_active,
        )


@frozen
class ShownUser:
    """Somebody, and what they may do."""

    person: Person
    grants: Sequence[GivenGrant]


@frozen
class Users:
    """Every verb judges the caller over the user it acts upon (A6)."""

    work: UnitsOfWork
    clock: Clock
    passwords: Passwords
    secrets: Secrets

    def create(self, caller: Caller, new: NewUser) -> CreatedUser:
        """Make it, with a password that is good once and for 72 hours.

        With branches or areas right away, or else only who is over everyone could do it (A6a).
        """
        password = self.secrets.password()
        kept, now = self.passwords.hash(password), self.clock.now()
        identity = PersonId(self.secrets.identity())
        with refusals_noted(self.work, caller, None), self.work.begin(SYSTEM) as tx:
            tx.people.lock_rights()
            actor = acting(tx, caller)
            if not actor.found(Permission.USERS_MANAGE):
                require_over_new(actor, PersonPlace(identity, Territory()))
            branches = _places(tx.organisation.branch, new.branches, "/branches")
            areas = _areas(tx, new)
            territory = Territory.assemble(branches, areas, areas)
            person = Person(
                id=identity,
                email=checked_email(new.email),
                first_name=checked_name(new.first_name, "/first_name"),
                last_name=checked_name(new.last_name, "/last_name"),
                must_change_password=True,
                territory=territory,
            )
            self._judge(actor, person, areas)
            one_time = OneTimePassword(now)
            tx.people.add(person)
            tx.credentials.set(identity, kept, now, one_time.expires_at)
            issued = OneTime(password=one_time, issued_by=actor.id)
            tx.credentials.issue_one_time(identity, issued, None)
            self._give(tx, actor, person)
            _write_down(tx, caller, person)
        return CreatedUser(person=person, initial_password=password, expires_at=one_time.expires_at)

    def _judge(
        self, actor: Actor, person: Person, areas: Mapping[AreaId, frozenset[BranchId]]
    ) -> None:
        require_over_new(actor, PersonPlace(person.id, person.territory))
        for branch in person.territory.branches:
            require_may_give_branch(actor, person.id, branch)
        for area, members in areas.items():
            require_may_give_area(actor, person.id, area, members)

    def _give(self, tx: Transaction, actor: Actor, person: Person) -> None:
        now = self.clock.now()
        for branch in person.territory.branches:
            tx.territories.give_branch(person.id, branch, actor.id, now)
        for area in person.territory.areas:
            tx.territories.give_area(person.id, area, actor.id, now)

    def change(
        self, caller: Caller, person: PersonId | str, changes: UserChanges, version: int | None
    ) -> Person:
        """Change what is named; `version` is the one that was seen, None whichever it is.

        A change of email or clerk_id is as a password reset: it gives a way in, or takes one (A6).

        So is making somebody active or inactive.
        """
        with user_admin(
            self.work, caller, Permission.USERS_MANAGE, person, even_wider=True
        ) as over:
            seen = over.person
            changed = changes.applied(seen)
            if version is not None and version != seen.version:
                raise VersionConflict(
                    provided=version, current=seen.version, fields=_fields(seen, changed)
                )
            if _ways_in(seen) != _ways_in(changed):
                require_not_wider(over.actor, over.other)
            kept = over.tx.people.save(changed)
            self._follow(over, changed)
            over.did("user.change", fields=_fields(seen, changed))
        return kept

    def _follow(self, over: UserAdmin, changed: Person) -> None:
        seen = over.person
        if changed.email != seen.email:
            over.tx.credentials.void_one_time(seen.id)
        if changed.clerk_id != seen.clerk_id:
            over.changed_rights(
                "changed",
                "user",
                seen.id,
                before={"clerk_id": seen.clerk_id},
                after={"clerk_id": changed.clerk_id},
            )
        if changed.is_active == seen.is_active:
            return
        if not changed.is_active:
            over.shut_out(self.clock.now(), "deactivated")
        over.changed_rights(
            "changed",
            "user",
            seen.id,
            before={"is_active": seen.is_active},
            after={"is_active": changed.is_active},
        )

    def delete(self, caller: Caller, person: PersonId | str, version: int | None) -> None:
        """Delete it, at the version that was seen.

        Deactivates as well; nobody finds the account afterwards.
        """
        now = self.clock.now()
        with user_admin(
            self.work, caller, Permission.USERS_MANAGE, person, even_wider=True
        ) as over:
            if version is not None and version != over.person.version:
                raise VersionConflict(provided=version, current=over.person.version)
            require_not_wider(over.actor, over.other)
            over.tx.people.save(evolve(over.person, is_active=False), deleted_at=now)
            over.shut_out(now, "deleted")
            over.did("user.delete")
            over.changed_rights("revoked", "user", over.person.id)

    def lock(
        self, caller: Caller, person: PersonId | str, until: datetime = LOCKED_FOR_GOOD
    ) -> Person:
        """Lock it until then, or until it is unlocked; the last administrator stays free.

        Open sessions go on, as with any lock; who is to be out at once is deactivated.
        """
        with user_admin(self.work, caller, Permission.USERS_MANAGE, person) as over:
            kept = over.tx.people.save(evolve(over.person, locked_until=until))
            over.require_administrator_left()
            over.did("user.lock", until=until)
        return kept

    def unlock(self, caller: Caller, person: PersonId | str) -> Person:
        """Unlock it.

        Counts failures from nothing again, whoever or whatever had locked it.
        """
        with user_admin(self.work, caller, Permission.USERS_MANAGE, person) as over:
            kept = over.tx.people.save(evolve(over.person, locked_until=None))
            over.did("user.unlock")
        return kept

    def show(self, caller: Caller, person: PersonId | str) -> ShownUser:
        """Show them; raise NotFound for one who is not there or out of sight.

        Oneself for everybody, others by users:read.
        """
        with refusals_noted(self.work, caller, person), self.work.begin(SYSTEM) as tx:
            actor, shown = acting(tx, caller), found(tx, person)
            if shown.id != actor.id:
                require_over(actor, Permission.USERS_READ, shown.place)
            return ShownUser(shown, tx.grants.of_person(shown.id))

    def list(
        self, caller: Caller, *, after: str = "", at_most: int = 50, active: bool | None = None
    ) -> Sequence[Person]:
        """List them; who holds no users:read at all is refused.

        In the order of emails, page by page: the next begins after the last email of this one.
        """
        with self.work.begin(SYSTEM) as tx:
            actor = acting(tx, caller)
            access_scope = people_reach_of(actor, Permission.USERS_READ)
            if not access_scope.myself:
                raise Forbidden(Permission.USERS_READ)
            return tx.people.within(access_scope, after=after, at_most=at_most, active=active)

    def judge(self, caller: Caller, permission: Permission, person: PersonId | str) -> None:
        """Raise NotFound for one out of sight, Forbidden for one who may only be seen.

        For what does not fit: sight and right are told before its faults are.
        """
        with refusals_noted(self.work, caller, person), self.work.begin(SYSTEM) as tx:
            require_over(acting(tx, caller), permission, found(tx, person).place)


def _areas(tx: Transaction, new: NewUser) -> dict[AreaId, frozenset[BranchId]]:
    result = _places(tx.organisation.area, new.areas, "/areas")
    return {area: tx.organisation.members(area) for area in result}


def _places(find: Callable[[Named], Found], named: Iterable[Named], pointer: str) -> list[Found]:
    """Find them all; what is not there is told where it was named, every one at once."""
    result, faults = [], []
    for index, each in enumerate(named):
        try:
            result.append(find(each))
        except NotFound:
            faults.append(Fault(f"{pointer}/{index}", "is not there"))
    if faults:
        raise InvalidInput(faults)
    return result


def _write_down(tx: Transaction, caller: Caller, person: Person) -> None:
    who = str(person.id)
    tx.audit.did(caller, LoggedAction(action="user.create", resource="user", resource_id=who))
    result = {
        "branches": sorted(map(str, person.territory.branches)),
        "areas": sorted(map(str, person.territory.areas)),
    }
    change = RightsChange(
        decision="granted", person=person.id, resource="user", resource_id=who, after=result
    )
    tx.audit.changed_rights(caller, change)


def _ways_in(person: Person) -> tuple[object, ...]:
    return person.email, person.clerk_id, person.is_active


def _fields(seen: Person, changed: Person) -> list[str]:
    """Name what was changed; what it was and is, is personal."""
    names = ("email", "first_name", "last_name", "clerk_id", "is_active")
    return [name for name in names if getattr(seen, name) != getattr(changed, name)]


def _named(before: str | None, after: str | None, pointer: str) -> str | None:
    """Give the name as changed; an empty one takes it away."""
    return before if after is None else checked_name(after, pointer)
