"""Adding and changing branches by a file: a verdict on each line, and all of it or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import field, frozen

from clientupdater.domain.administration import decide_over_thing
from clientupdater.domain.delegation import require_may_place_branch
from clientupdater.domain.errors import Fault, InvalidInput, PrivilegeExceeded
from clientupdater.domain.imports import (
    LineVerdict,
    faults_by_column,
    repeated_lines,
    require_line_count,
    require_none_refused,
)
from clientupdater.domain.organisation import EMAIL, PHONE, BranchContact
from clientupdater.domain.permissions import Permission
from clientupdater.usecases.access.user_admin import require_over_thing
from clientupdater.usecases.organisation.areas import place_branch
from clientupdater.usecases.organisation.branches import MANAGE, BranchChanges, NewBranch
from clientupdater.usecases.organisation.changes import organisation_admin, record_change
from clientupdater.usecases.organisation.contacts import (
    ContactChanges,
    NewContact,
    add_contact,
    save_contact,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

    from clientupdater.domain.access import Actor
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import AreaId
    from clientupdater.domain.imports import SheetLine
    from clientupdater.domain.organisation import Area, Branch
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork

CONTACTS = (PHONE, EMAIL)


@frozen(kw_only=True)
class _Plan:
    """What one line does."""

    verdict: LineVerdict
    before: Branch | None = None
    after: Branch | None = None
    placements: tuple[tuple[AreaId, bool | None], ...] = ()
    new_contacts: tuple[NewContact, ...] = ()
    changed_contacts: tuple[tuple[BranchContact, BranchContact], ...] = ()


@frozen
class BranchImport:
    """A line adds and changes, and takes nothing away; an empty cell leaves a value as it is.

    So the same file, taken again, changes nothing.
    """

    work: UnitsOfWork

    def preview(self, caller: Caller, lines: Sequence[SheetLine]) -> tuple[LineVerdict, ...]:
        """State what taking the lines would do, and change nothing."""
        with organisation_admin(self.work, caller, "branch") as (tx, actor):
            return tuple(plan.verdict for plan in _plans(tx, actor, lines))

    def apply(self, caller: Caller, lines: Sequence[SheetLine]) -> tuple[LineVerdict, ...]:
        """Take all lines. Raises BulkRejected, with the verdicts, if one of them is refused."""
        with organisation_admin(self.work, caller, "branch", bears_on_rights=True) as (tx, actor):
            plans = _plans(tx, actor, lines)
            verdicts = tuple(plan.verdict for plan in plans)
            require_none_refused(verdicts)
            tx.branches.add(*(plan.after for plan in plans if plan.after and not plan.before))
            for plan in plans:
                _write(tx, caller, plan)
        return verdicts


def _plans(tx: Transaction, actor: Actor, lines: Sequence[SheetLine]) -> list[_Plan]:
    require_over_thing(actor, MANAGE, None)
    require_line_count(len(lines))
    known = tx.branches.by_codes([code for line in lines if (code := line.text("code"))])
    planner = _Planner(
        actor=actor,
        known=known,
        taken=frozenset(tx.organisation.names(frozenset()).branches.values()),
        areas=_areas(tx, lines),
        primary_areas=_primary_areas(tx, known.values()),
        contacts=tx.branches.contacts(*(branch.id for branch in known.values())),
        repeated=repeated_lines(lines, "code"),
    )
    return [planner.plan(line) for line in lines]


def _areas(tx: Transaction, lines: Iterable[SheetLine]) -> Mapping[str, Area]:
    columns = ("areas", "primary_area")
    return tx.areas.by_codes({code for line in lines for c in columns for code in line.codes(c)})


def _primary_areas(tx: Transaction, branches: Iterable[Branch]) -> Mapping[AreaId, Area]:
    found = (tx.areas.find(area) for area in {each.primary_area for each in branches} if area)
    return {area.id: area for area in found if area}


@frozen(kw_only=True)
class _Planner:
    """Judges lines by what the database has."""

    actor: Actor
    known: Mapping[str, Branch]
    taken: Set[str]
    """The codes of all branches, deleted ones included."""
    areas: Mapping[str, Area]
    primary_areas: Mapping[AreaId, Area]
    contacts: Sequence[BranchContact]
    repeated: Mapping[int, int] = field(factory=dict)

    def plan(self, line: SheetLine) -> _Plan:
        faults = line.cell_faults(("areas", "primary_area"))
        code = line.text("code")
        before = self.known.get(code or "")
        if line.line in self.repeated:
            faults.append(Fault("code", f"repeats line {self.repeated[line.line]}"))
        if code in self.taken and not before:
            faults.append(Fault("code", "belongs to a deleted branch; choose another code"))
        try:
            after = _branch(line, before)
        except InvalidInput as error:
            faults += faults_by_column(error)
            return _Plan(verdict=_verdict(line, before, (), faults))
        if faults:
            return _Plan(verdict=_verdict(line, before, (), faults))
        return self._plan_of(line, before, after)

    def _plan_of(self, line: SheetLine, before: Branch | None, after: Branch) -> _Plan:
        faults: list[Fault] = []
        placements = tuple(self._placements(line, after, faults))
        new, changed = [], []
        for type_ in CONTACTS:
            seen, contact = self._contact(line, after, type_, faults)
            if contact and seen:
                changed.append((seen, contact))
            elif contact:
                new.append(NewContact(type=type_, value=contact.value, is_primary=True))
        contact_types = (*(each.type for each in new), *(each.type for _, each in changed))
        changes = [
            *_fields(before, after),
            *(["areas"] if any(area not in after.areas for area, _ in placements) else []),
            *(["primary_area"] if any(primary for _, primary in placements) else []),
            *(type_ for type_ in CONTACTS if type_ in contact_types),
        ]
        return _Plan(
            verdict=_verdict(line, before, changes, faults),
            before=before,
            after=after,
            placements=placements,
            new_contacts=tuple(new),
            changed_contacts=tuple(changed),
        )

    def _placements(
        self, line: SheetLine, branch: Branch, faults: list[Fault]
    ) -> Iterator[tuple[AreaId, bool | None]]:
        primary, places = line.text("primary_area"), line.codes("areas")
        codes = places if primary is None or primary in places else (*places, primary)
        for code in codes:
            column = "areas" if code in places else "primary_area"
            area = self.areas.get(code)
            if area is None or not self._sees(area):
                faults.append(Fault(column, f"there is no area {code[:50]!r}"))
                continue
            becomes_primary = code == primary and branch.primary_area != area.id
            if area.id in branch.areas and not becomes_primary:
                continue
            if fault := self._refusal(area, branch):
                faults.append(Fault(column, fault))
            former = self.primary_areas.get(branch.primary_area) if branch.primary_area else None
            if becomes_primary and former and not self._manages(former):
                message = "another area is the primary one, and you do not manage that"
                faults.append(Fault("primary_area", message))
            yield area.id, True if becomes_primary else None

    def _sees(self, area: Area) -> bool:
        permissions = (Permission.AREAS_READ, Permission.AREAS_MANAGE)
        return any(decide_over_thing(self.actor, p, area.company).allowed for p in permissions)

    def _manages(self, area: Area) -> bool:
        return decide_over_thing(self.actor, Permission.AREAS_MANAGE, area.company).allowed

    def _refusal(self, area: Area, branch: Branch) -> str | None:
        """Return why the actor may not put the branch into the area, if so (A6)."""
        if not self._manages(area):
            return f"changing the area {area.code} needs the permission areas:manage"
        try:
            require_may_place_branch(self.actor, branch.id, area.id)
        except PrivilegeExceeded as error:
            return error.message
        return None

    def _contact(
        self, line: SheetLine, branch: Branch, type_: str, faults: list[Fault]
    ) -> tuple[BranchContact | None, BranchContact | None]:
        """Return the primary contact of a type, and what the line makes of it, if that differs."""
        value = line.text(type_)
        mine = [each for each in self.contacts if (each.branch, each.type) == (branch.id, type_)]
        if value is None or value in {each.value for each in mine}:
            return None, None
        seen = next((each for each in mine if each.is_primary), None)
        blank = BranchContact(id=uuid4(), branch=branch.id, type=type_, value="", is_primary=True)
        try:
            return seen, ContactChanges(value=value).applied(seen or blank)
        except InvalidInput as error:
            faults += [Fault(type_, fault.message) for fault in error.faults]
            return None, None


def _branch(line: SheetLine, before: Branch | None) -> Branch:
    name, location, category = (line.text(each) for each in ("name", "location", "category"))
    if before:
        return BranchChanges(name=name, location=location, category=category).applied(before)
    return NewBranch(
        code=line.text("code") or "", name=name or "", location=location, category=category
    ).made()


def _fields(before: Branch | None, after: Branch) -> list[str]:
    if before is None:
        return [name for name, value in after.record.items() if value is not None]
    return [name for name in after.record if before.record[name] != after.record[name]]


def _verdict(
    line: SheetLine, before: Branch | None, changes: Iterable[str], faults: Iterable[Fault]
) -> LineVerdict:
    return LineVerdict.of(
        line, line.text("code"), is_new=before is None, changes=changes, faults=faults
    )


def _write(tx: Transaction, caller: Caller, plan: _Plan) -> None:
    before, after = plan.before, plan.after
    if after is None:
        return
    if before is None:
        record_change(tx, caller, "branch.create", "branches", after.id, None, after.record)
    elif before.record != after.record:
        tx.branches.save(after)
        record_change(
            tx, caller, "branch.change", "branches", after.id, before.record, after.record
        )
    for area, is_primary in plan.placements:
        place_branch(tx, caller, area, after.id, is_primary=is_primary)
    if plan.new_contacts or plan.changed_contacts:
        tx.branches.lock(after.id)
    for new in plan.new_contacts:
        add_contact(tx, caller, after, new)
    for seen, changed in plan.changed_contacts:
        save_contact(tx, caller, seen, changed)
