"""Sixty people who do not exist, and what each of them may do where (A1, A2)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from clientupdater.demo_data.lookups import FCASH, PCNI
from clientupdater.demo_data.names import Name, made_up_name
from clientupdater.demo_data.random_draws import identity
from clientupdater.domain.access import Actor, Grant, Territory
from clientupdater.domain.ids import PersonId
from clientupdater.domain.permissions import Permission, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from random import Random

    from clientupdater.demo_data.organisation import Area, Branch, Organisation
    from clientupdater.domain.ids import CompanyId


class Role(StrEnum):
    """A person's job."""

    ADMINISTRATOR = "administrator"
    HEAD_OFFICE = "head office"
    AREA_MANAGER = "area manager"
    BRANCH_MANAGER = "branch manager"
    TELEMARKETER = "telemarketer"
    FIELD_STAFF = "field staff"
    AUDITOR = "auditor"

    @property
    def code(self) -> str:
        return self.replace(" ", "_")


@frozen
class Rights:
    """What a role may do: some of it as far as its scope, some (A6a) over all or not at all."""

    scope: Scope
    within: frozenset[Permission]
    over_all: frozenset[Permission] = frozenset()

    def over(self, company: CompanyId | None) -> frozenset[Grant]:
        """Spell it out as grants over one company or (none named) every company."""
        near = {Grant(permission, company, self.scope) for permission in self.within}
        far = {Grant(permission, company, Scope.ALL) for permission in self.over_all}
        return frozenset(near | far)


P = Permission
_READS = frozenset({P.CLIENTS_READ, P.STATUS_READ, P.STATUS_HISTORY_READ})
_WORKS = _READS | {P.STATUS_UPDATE}
_CALLS = _WORKS | {P.CLIENTS_UPDATE, P.REPORTS_READ}
_LEADS = _CALLS | {P.STATUS_CORRECT, P.CLIENTS_ASSIGN, P.USERS_READ}
_MAP = frozenset({P.BRANCHES_READ, P.AREAS_READ})

RIGHTS: Mapping[Role, Rights] = {
    Role.ADMINISTRATOR: Rights(Scope.ALL, frozenset(Permission)),
    Role.HEAD_OFFICE: Rights(
        Scope.ALL,
        _READS
        | _MAP
        | {P.CLIENTS_ASSIGN, P.CLIENTS_REVEAL, P.REPORTS_READ, P.REPORTS_EXPORT, P.USERS_READ}
        | {P.USERS_MANAGE, P.CONFIG_READ, P.SYNC_READ, P.SYNC_EXECUTE},
    ),
    Role.AREA_MANAGER: Rights(Scope.AREA, _LEADS | {P.CLIENTS_REVEAL, P.REPORTS_EXPORT}, _MAP),
    Role.BRANCH_MANAGER: Rights(Scope.BRANCH, _LEADS, _MAP),
    Role.TELEMARKETER: Rights(Scope.BRANCH, _CALLS),
    Role.FIELD_STAFF: Rights(Scope.SELF, _WORKS),
    Role.AUDITOR: Rights(
        Scope.ALL,
        _READS | _MAP | {P.REPORTS_READ, P.USERS_READ, P.CONFIG_READ, P.SYNC_READ, P.AUDIT_READ},
    ),
}

OWN_ROLES = {
    Role.FIELD_STAFF: "Visits the clients that are assigned to them",
    Role.AUDITOR: "Reads everything, the audits included, and changes nothing",
}
"""Roles of the demo's own, with what they are for; the others are seeded."""

SHOWN = {
    Role.ADMINISTRATOR: None,
    Role.HEAD_OFFICE: FCASH,
    Role.AREA_MANAGER: None,
    Role.BRANCH_MANAGER: FCASH,
    Role.TELEMARKETER: FCASH,
}
"""Of each of these, one who works for that company (none named: for both) can be signed in as."""


@frozen
class Person:
    """Somebody on the staff."""

    actor: Actor
    name: Name
    email: str
    role: Role
    company: str | None
    """The company they work for; none named: every company."""
    has_role_over: frozenset[CompanyId | None] = frozenset()
    """None: over every company."""
    is_deleted: bool = False
    is_shown: bool = False

    @property
    def id(self) -> PersonId:
        """Who it is."""
        return self.actor.id


@define
class _StaffMaker:
    """Takes people on one after the other; no two get the same address."""

    rng: Random
    organisation: Organisation
    companies: Mapping[str, CompanyId]
    staff: list[Person] = field(factory=list)
    _taken: set[str] = field(factory=set)

    def hire(
        self,
        role: Role,
        company: str | None,
        *,
        branches: Iterable[Branch] = (),
        areas: Iterable[Area] = (),
    ) -> Person:
        name = made_up_name(self.rng)
        territory = Territory.assemble(
            [branch.id for branch in branches],
            [area.id for area in areas],
            self.organisation.members,
        )
        actor = Actor(PersonId(identity(self.rng)), territory=territory)
        person = Person(actor, name, self._address(name, company), role, company)
        self.staff.append(person)
        return self.give_role(person, self.companies[company] if company else None)

    def give_role(self, person: Person, *over: CompanyId | None) -> Person:
        """Give a person their role over these companies, and over no other."""
        grants = frozenset().union(*map(RIGHTS[person.role].over, over))
        actor = evolve(person.actor, grants=grants)
        return self._replace(person, evolve(person, actor=actor, has_role_over=frozenset(over)))

    def deactivate(self, person: Person) -> None:
        self._replace(person, evolve(person, actor=evolve(person.actor, is_active=False)))

    def _replace(self, person: Person, changed: Person) -> Person:
        self.staff[self.staff.index(person)] = changed
        return changed

    def _address(self, name: Name, company: str | None) -> str:
        domain = f"{(company or 'group').lower()}.example"
        mailbox, number = name.mailbox, 1
        while f"{mailbox}@{domain}" in self._taken:
            number += 1
            mailbox = f"{name.mailbox}{number}"
        self._taken.add(f"{mailbox}@{domain}")
        return f"{mailbox}@{domain}"


def made_up_staff(
    rng: Random, organisation: Organisation, companies: Mapping[str, CompanyId]
) -> tuple[Person, ...]:
    """Make up everybody: sixty people, the administrator first."""
    maker = _StaffMaker(rng, organisation, companies)
    maker.hire(Role.ADMINISTRATOR, None)
    for company in (FCASH, FCASH, PCNI, PCNI):
        maker.hire(Role.HEAD_OFFICE, company)
    for area in organisation.areas:
        maker.hire(Role.AREA_MANAGER, area.company, areas=[area])
    for branch in organisation.branches:
        _manager(maker, branch)
    for area in organisation.areas:
        _callers(maker, area)
        maker.hire(Role.FIELD_STAFF, area.company, areas=[area])
    _others(maker)
    return _shown(maker.staff)


def _manager(maker: _StaffMaker, branch: Branch) -> None:
    """A branch of both companies has a manager with the role over each."""
    person = maker.hire(Role.BRANCH_MANAGER, branch.area.company, branches=[branch])
    if branch.area.company is None:
        maker.give_role(person, *(maker.companies[each] for each in branch.area.companies))


def _callers(maker: _StaffMaker, area: Area) -> None:
    """Two to an area: one for each company, or for half of the branches each."""
    branches = maker.organisation.of(area)
    if area.company is None:
        for company in area.companies:
            maker.hire(Role.TELEMARKETER, company, branches=branches)
        return
    for half in (branches[:2], branches[2:]):
        maker.hire(Role.TELEMARKETER, area.company, branches=half)


def _others(maker: _StaffMaker) -> None:
    """Two more in the field, two auditors, and those who left or have not begun."""
    metro, _, northern, *_ = maker.organisation.areas
    for area in (metro, northern):
        maker.hire(Role.FIELD_STAFF, area.company, branches=maker.organisation.of(area)[:2])
    maker.hire(Role.AUDITOR, None)
    maker.hire(Role.AUDITOR, PCNI)
    branches = maker.organisation.of(metro)
    left = maker.hire(Role.TELEMARKETER, metro.company, branches=branches[:1])
    maker.deactivate(left)
    gone = maker.hire(Role.FIELD_STAFF, metro.company, branches=branches[1:2])
    maker.deactivate(gone)
    maker.staff[-1] = evolve(maker.staff[-1], is_deleted=True)
    newcomer = maker.hire(Role.TELEMARKETER, metro.company, branches=branches[2:3])
    maker.give_role(newcomer)


def _shown(staff: list[Person]) -> tuple[Person, ...]:
    """Give the first person of each listed role an address that is easy to type."""
    first: dict[tuple[Role, str | None], Person] = {}
    for person in staff:
        first.setdefault((person.role, person.company), person)
    shown = [first[each] for each in SHOWN.items()]
    return tuple(_as_shown(person) if person in shown else person for person in staff)


def _as_shown(person: Person) -> Person:
    email = f"{person.role.replace(' ', '.')}@demo.example"
    return evolve(person, email=email, is_shown=True)
