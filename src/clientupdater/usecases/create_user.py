"""Make an account for somebody (U4, U6, A6, A6a)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from attrs import field, frozen

from clientupdater.domain.access import Territory
from clientupdater.domain.accounts import OneTime, Person, checked_email, checked_name
from clientupdater.domain.delegation import require_may_give_area, require_may_give_branch
from clientupdater.domain.errors import Fault, InvalidInput, NotFound
from clientupdater.domain.ids import PersonId
from clientupdater.domain.oversight import PersonPlace
from clientupdater.domain.people import OneTimePassword
from clientupdater.domain.permissions import Permission
from clientupdater.ports.journal import Deed, RightsChange
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._overseeing import acting, refusals_noted, require_over_new

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime

    from clientupdater.domain.access import Actor
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import AreaId, BranchId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Passwords, Secrets
    from clientupdater.ports.people import StaffTransaction, StaffWork


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


@frozen
class CreateUser:
    """With branches or areas right away, or else only who is over everyone could do it (A6a)."""

    work: StaffWork
    clock: Clock
    passwords: Passwords
    secrets: Secrets

    def __call__(self, caller: Caller, new: NewUser) -> CreatedUser:
        """Make it, with a password that is good once and for 72 hours."""
        password = self.secrets.password()
        kept, now = self.passwords.hash(password), self.clock.now()
        identity = PersonId(self.secrets.identity())
        with refusals_noted(self.work, caller, None), self.work.begin(SYSTEM) as tx:
            tx.administration.hold()
            actor = acting(tx, caller)
            if not actor.found(Permission.USERS_MANAGE):
                require_over_new(actor, PersonPlace(identity, Territory()))
            branches = _places(tx.places.branch, new.branches, "/branches")
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
            tx.accounts.add(person)
            tx.credentials.set(identity, kept, now, one_time.expires_at)
            issued = OneTime(password=one_time, issued_by=actor.id)
            tx.one_time_passwords.issue(identity, issued, None)
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

    def _give(self, tx: StaffTransaction, actor: Actor, person: Person) -> None:
        now = self.clock.now()
        for branch in person.territory.branches:
            tx.territories.give_branch(person.id, branch, actor.id, now)
        for area in person.territory.areas:
            tx.territories.give_area(person.id, area, actor.id, now)


def _areas(tx: StaffTransaction, new: NewUser) -> dict[AreaId, frozenset[BranchId]]:
    found = _places(tx.places.area, new.areas, "/areas")
    return {area: tx.places.members(area) for area in found}


def _places(find: Callable[[Named], Found], named: Iterable[Named], pointer: str) -> list[Found]:
    """Find them all; what is not there is told where it was named, every one at once."""
    found, faults = [], []
    for index, each in enumerate(named):
        try:
            found.append(find(each))
        except NotFound:
            faults.append(Fault(f"{pointer}/{index}", "is not there"))
    if faults:
        raise InvalidInput(faults)
    return found


def _write_down(tx: StaffTransaction, caller: Caller, person: Person) -> None:
    who = str(person.id)
    tx.journal.did(caller, Deed(action="user.create", resource="user", resource_id=who))
    given = {
        "branches": sorted(map(str, person.territory.branches)),
        "areas": sorted(map(str, person.territory.areas)),
    }
    change = RightsChange(
        decision="granted", person=person.id, resource="user", resource_id=who, after=given
    )
    tx.journal.changed_rights(caller, change)
