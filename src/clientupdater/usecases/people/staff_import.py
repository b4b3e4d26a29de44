"""Adding and changing users by a file: a verdict on each line, and all of it or nothing (A6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from attrs import evolve, field, frozen

from clientupdater.domain.access import Territory
from clientupdater.domain.accounts import Person, checked_email, checked_name
from clientupdater.domain.administration import PersonPlace, decide_over_person, people_scope_of
from clientupdater.domain.delegation import require_may_give_area, require_may_give_branch
from clientupdater.domain.errors import (
    Conflict,
    Fault,
    InvalidInput,
    NotFound,
    PrivilegeExceeded,
)
from clientupdater.domain.ids import AreaId, BranchId, CompanyId, PersonId
from clientupdater.domain.imports import (
    LineVerdict,
    Verdict,
    faults_by_column,
    repeated_lines,
    require_line_count,
    require_none_refused,
)
from clientupdater.domain.permissions import Permission
from clientupdater.domain.roles import RoleOfPerson, require_may_give_role
from clientupdater.ports.people import PlaceKind
from clientupdater.ports.unit_of_work import ADMINISTRATION
from clientupdater.runtime.random_secrets import readable_password
from clientupdater.usecases.access.giving_roles import give_roles
from clientupdater.usecases.access.territories import give_place
from clientupdater.usecases.access.user_admin import (
    UserAdmin,
    current_actor,
    refusals_recorded,
    require_over_new_person,
)
from clientupdater.usecases.people.users import CreatedUser, add_person, require_may_give_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
    from typing import TypeAlias
    from uuid import UUID

    from clientupdater.domain.access import Actor
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.imports import SheetLine
    from clientupdater.domain.roles import Role
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork

    _Gifts: TypeAlias = tuple[Sequence[BranchId], Sequence[AreaId], Sequence[RoleOfPerson]]

MANAGE = Permission.USERS_MANAGE
NAMES, PLACES = ("first_name", "last_name"), ("branches", "areas")
ROLES, COMPANY = "roles", "company"
COLUMNS = (*NAMES, *PLACES, ROLES)
Id = TypeVar("Id")


@frozen(kw_only=True)
class _Plan:
    """What one line does."""

    verdict: LineVerdict
    before: Person | None = None
    after: Person | None = None
    branches: tuple[BranchId, ...] = ()
    """Those that a known person gets."""
    areas: tuple[AreaId, ...] = ()
    roles: tuple[RoleOfPerson, ...] = ()
    """Those that the person, new or known, gets."""


@frozen
class ImportedStaff:
    """The verdicts on all lines, and the new accounts, whose passwords are shown only now."""

    verdicts: tuple[LineVerdict, ...]
    created: tuple[CreatedUser, ...] = field(default=(), repr=False)


@frozen
class StaffImport:
    """A line adds and changes, and takes nothing away; an empty cell leaves a value as it is.

    So the same file, taken again, changes nothing. Each line is judged like creating its user, or
    like giving them the branches, areas and roles one by one.
    """

    work: UnitsOfWork
    clock: Clock
    passwords: Passwords

    def preview(self, caller: Caller, lines: Sequence[SheetLine]) -> ImportedStaff:
        """State what taking the lines would do, and change nothing."""
        with refusals_recorded(self.work, caller, None), self.work.begin(ADMINISTRATION) as tx:
            plans = _plans(tx, current_actor(tx, caller), lines)
            return ImportedStaff(tuple(plan.verdict for plan in plans))

    def apply(self, caller: Caller, lines: Sequence[SheetLine]) -> ImportedStaff:
        """Take all lines. Raises BulkRejected, with the verdicts, if one of them is refused.

        Hashing is slow, so it comes before the transaction that makes other changes of rights wait.
        """
        seen = self.preview(caller, lines).verdicts
        require_none_refused(seen)
        count = sum(each.verdict is Verdict.CREATE for each in seen)
        words = [readable_password() for _ in range(count)]
        hashed = [(word, self.passwords.hash(word)) for word in words]
        with refusals_recorded(self.work, caller, None), self.work.begin(ADMINISTRATION) as tx:
            tx.people.lock_rights()
            actor = current_actor(tx, caller)
            plans = _plans(tx, actor, lines)
            verdicts = tuple(plan.verdict for plan in plans)
            require_none_refused(verdicts)
            created = tuple(self._created(tx, caller, plans, hashed))
            for plan in plans:
                self._change(tx, caller, actor, plan)
                if plan.after and plan.roles:
                    now = self.clock.now()
                    give_roles(tx, caller, actor, plan.after.id, tx.roles.all(), plan.roles, now)
        return ImportedStaff(verdicts, created)

    def _created(
        self,
        tx: Transaction,
        caller: Caller,
        plans: Iterable[_Plan],
        hashed: Sequence[tuple[str, str]],
    ) -> Iterator[CreatedUser]:
        new = [plan.after for plan in plans if plan.after and not plan.before]
        if len(new) > len(hashed):
            raise Conflict  # a user that the first look found is gone
        for person, (word, hash_) in zip(new, hashed, strict=False):
            expires_at = add_person(tx, caller, person, hash_, self.clock.now())
            yield CreatedUser(person=person, initial_password=word, expires_at=expires_at)

    def _change(self, tx: Transaction, caller: Caller, actor: Actor, plan: _Plan) -> None:
        if plan.before is None or plan.after is None:
            return
        rights = tx.people.actor(plan.before.id)
        if rights is None:
            raise NotFound
        admin = UserAdmin(tx, caller, actor, plan.before, rights)
        if names := [name for name in NAMES if name in plan.verdict.changes]:
            tx.people.save(plan.after)
            admin.log_action("user.change", fields=names)
        for branch in plan.branches:
            give_place(admin, PlaceKind.BRANCH, branch, self.clock.now())
        for area in plan.areas:
            give_place(admin, PlaceKind.AREA, area, self.clock.now())


def _plans(tx: Transaction, actor: Actor, lines: Sequence[SheetLine]) -> list[_Plan]:
    if not people_scope_of(actor, MANAGE).myself:
        require_over_new_person(actor, PersonPlace(PersonId(uuid4()), Territory()))
    require_line_count(len(lines))
    branches, areas = ({code for line in lines for code in line.codes(column)} for column in PLACES)
    planner = _Planner(
        tx=tx,
        actor=actor,
        repeated=repeated_lines(lines, "email"),
        taken=tx.people.taken([line.text("email") or "" for line in lines]),
        branches={code: each.id for code, each in tx.branches.by_codes(branches).items()},
        areas={code: each.id for code, each in tx.areas.by_codes(areas).items()},
        roles=tx.roles.all(),
        companies={code: CompanyId(id_) for id_, code in _company_codes(tx).items()},
    )
    return [planner.plan(line) for line in lines]


@frozen(kw_only=True)
class _Planner:
    """Judges lines by what the database has."""

    tx: Transaction
    actor: Actor
    repeated: Mapping[int, int]
    taken: Set[str]
    """The emails that belong to people, deleted ones included."""
    branches: Mapping[str, BranchId]
    areas: Mapping[str, AreaId]
    roles: Mapping[str, Role]
    companies: Mapping[str, CompanyId]
    _members: dict[AreaId, frozenset[BranchId]] = field(factory=dict, init=False)

    def plan(self, line: SheetLine) -> _Plan:
        faults = line.cell_faults((*PLACES, ROLES))
        if line.line in self.repeated:
            faults.append(Fault("email", f"repeats line {self.repeated[line.line]}"))
        values = self._values(line, faults)
        if faults:
            return _Plan(verdict=_verdict(line, None, (), faults))
        branches = _named(line, "branches", self.branches, faults)
        areas = _named(line, "areas", self.areas, faults)
        roles = self._roles(line, faults)
        email = str(values["email"])
        before = self.tx.people.by_email(email) if email.lower() in self.taken else None
        if before is None:
            if email.lower() in self.taken:
                faults.append(Fault("email", "belonged to a user who is deleted"))
            return self._new(line, values, (branches, areas, roles), faults)
        return self._known(line, before, values, (branches, areas, roles), faults)

    def _new(
        self,
        line: SheetLine,
        values: Mapping[str, str | None],
        gifts: _Gifts,
        faults: list[Fault],
    ) -> _Plan:
        branches, areas, roles = gifts
        members = {area: self._members_of(area) for area in areas}
        person = Person(
            id=PersonId(uuid4()),
            email=str(values["email"]),
            first_name=values["first_name"],
            last_name=values["last_name"],
            must_change_password=True,
            territory=Territory.assemble(branches, members, members),
        )
        if not decide_over_person(self.actor, MANAGE, person.place).allowed:
            faults.append(Fault("", "you may not create a user with these branches and areas"))
        try:
            require_may_give_all(self.actor, person, members)
        except PrivilegeExceeded as error:
            faults.append(Fault("", error.message))
        faults += self._role_faults(person.id, roles)
        changes = [name for name in COLUMNS if line.text(name)]
        verdict = _verdict(line, None, changes, faults)
        return _Plan(verdict=verdict, after=person, roles=tuple(roles))

    def _known(
        self,
        line: SheetLine,
        before: Person,
        values: Mapping[str, str | None],
        gifts: _Gifts,
        faults: list[Fault],
    ) -> _Plan:
        if not decide_over_person(self.actor, MANAGE, before.place).allowed:
            faults.append(Fault("email", "another user has this email already"))
            return _Plan(verdict=_verdict(line, before, (), faults))
        branches = tuple(each for each in gifts[0] if each not in before.territory.branches)
        areas = tuple(each for each in gifts[1] if each not in before.territory.areas)
        roles = self._lacked(before.id, gifts[2])
        after = evolve(
            before,
            first_name=values["first_name"] or before.first_name,
            last_name=values["last_name"] or before.last_name,
        )
        faults += self._gift_faults(before.id, branches, areas)
        faults += self._role_faults(before.id, roles)
        changes = [name for name in NAMES if getattr(before, name) != getattr(after, name)]
        lists = zip((*PLACES, ROLES), (branches, areas, roles), strict=True)
        changes += [name for name, gained in lists if gained]
        return _Plan(
            verdict=_verdict(line, before, changes, faults),
            before=before,
            after=after,
            branches=branches,
            areas=areas,
            roles=roles,
        )

    def _roles(self, line: SheetLine, faults: list[Fault]) -> list[RoleOfPerson]:
        """Look up the roles of a line, all over its one company or over every company."""
        company, codes = line.text(COMPANY), _named(line, ROLES, self.roles, faults)
        if company and company not in self.companies:
            faults.append(Fault(COMPANY, f"{company[:50]!r} does not exist"))
        elif company and not line.codes(ROLES):
            faults.append(Fault(COMPANY, "says where roles count: name a role"))
        over = self.companies.get(company) if company else None
        return [RoleOfPerson(role.code, over) for role in codes]

    def _lacked(self, person: PersonId, roles: Sequence[RoleOfPerson]) -> tuple[RoleOfPerson, ...]:
        """Leave out the roles that a person has: a grant that was revoked since stays so."""
        held = self.tx.roles.holdings([person])[person].roles if roles else ()
        return tuple(each for each in roles if each not in held)

    def _role_faults(self, person: PersonId, roles: Iterable[RoleOfPerson]) -> Iterator[Fault]:
        for each in roles:
            try:
                grants = self.roles[each.role].over(each.company)
                require_may_give_role(self.actor, person, grants)
            except PrivilegeExceeded as error:
                yield Fault(ROLES, error.message)

    def _gift_faults(
        self, person: PersonId, branches: Iterable[BranchId], areas: Iterable[AreaId]
    ) -> Iterator[Fault]:
        try:
            for branch in branches:
                require_may_give_branch(self.actor, person, branch)
        except PrivilegeExceeded as error:
            yield Fault("branches", error.message)
        try:
            for area in areas:
                require_may_give_area(self.actor, person, area, self._members_of(area))
        except PrivilegeExceeded as error:
            yield Fault("areas", error.message)

    def _values(self, line: SheetLine, faults: list[Fault]) -> dict[str, str | None]:
        values: dict[str, str | None] = {}
        for name, check in _CHECKS.items():
            try:
                values[name] = check(line.text(name) or "")
            except InvalidInput as error:
                faults += faults_by_column(error)
        return values

    def _members_of(self, area: AreaId) -> frozenset[BranchId]:
        if area not in self._members:
            self._members[area] = self.tx.organisation.members(area)
        return self._members[area]


def _named(line: SheetLine, column: str, known: Mapping[str, Id], faults: list[Fault]) -> list[Id]:
    """Look up the codes in a cell, and note those that do not exist."""
    codes = line.codes(column)
    faults += [Fault(column, f"{c[:50]!r} does not exist") for c in codes if c not in known]
    return [known[code] for code in codes if code in known]


def _company_codes(tx: Transaction) -> Mapping[UUID, str]:
    return tx.organisation.names(frozenset()).companies


def _verdict(
    line: SheetLine, before: Person | None, changes: Iterable[str], faults: Iterable[Fault]
) -> LineVerdict:
    return LineVerdict.of(
        line, line.text("email"), is_new=before is None, changes=changes, faults=faults
    )


_CHECKS: Mapping[str, Callable[[str], str | None]] = {
    "email": checked_email,
    "first_name": lambda text: checked_name(text, "/first_name"),
    "last_name": lambda text: checked_name(text, "/last_name"),
}
