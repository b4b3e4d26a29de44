"""The eight lookups, and what administrators may change in them (S1-S7, P2, P6, T1).

An entry keeps its code, and every fact that gives meaning to what was recorded with it: its
company, its parent, its cycle, whether it is terminal. To change one of those, an administrator
creates another entry and deactivates the old one, so that history reads as it was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypeAlias

from attrs import evolve, field, frozen

from clientupdater.domain.config_fields import (
    LARGEST_ORDER,
    LONGEST_NAME,
    code_faults,
    order_faults,
    text_faults,
)
from clientupdater.domain.errors import (
    AlreadyExists,
    ConfigurationNotAllowed,
    Fault,
    InvalidInput,
)
from clientupdater.domain.periods import Cycle
from clientupdater.domain.statuses import DONE, PENDING

FactValue: TypeAlias = "str | int | bool | None"

LONGEST_CODE = 50


class LookupTable(StrEnum):
    """The eight lookups."""

    COMPANIES = "companies"
    PENSION_TYPES = "pension_types"
    PENSIONER_TYPES = "pensioner_types"
    PRODUCTS = "products"
    ACCOUNT_TYPES = "account_types"
    PAR_STATUSES = "par_statuses"
    STATUS_TYPES = "status_types"
    STATUS_REASONS = "status_reasons"


@frozen(kw_only=True)
class Lookup:
    """One entry of a lookup; its further facts depend on its table."""

    code: str
    name: str
    is_active: bool
    is_system: bool
    sort_order: int
    version: int
    facts: Mapping[str, FactValue] = field(factory=dict)

    @property
    def values(self) -> Mapping[str, FactValue]:
        """What the audit keeps of it: every value that an administrator sets."""
        return {
            "code": self.code,
            "name": self.name,
            "sort_order": self.sort_order,
            "is_active": self.is_active,
            **self.facts,
        }


Lookups: TypeAlias = "Mapping[str, tuple[Lookup, ...]]"
"""The eight tables by name, each in its own order."""


@frozen
class Fact:
    """A fact of a table's own."""

    name: str
    kind: type = str
    default: FactValue = None
    is_required: bool = False
    refers_to: LookupTable | None = None
    """It is the code of an entry there."""
    can_change: bool = False
    values: tuple[str, ...] = ()
    """The only ones there are; none: any."""

    def fault(self, value: FactValue) -> str | None:
        """Say why a value does not fit by itself."""
        if not isinstance(value, self.kind) or (self.kind is int and isinstance(value, bool)):
            return _KINDS[self.kind]
        if self.values and value not in self.values:
            return f"must be one of {', '.join(self.values)}"
        if isinstance(value, int) and not 0 <= value <= LARGEST_ORDER:
            return f"must be from 0 to {LARGEST_ORDER}"
        return None


_KINDS = {str: "must be text", int: "must be a whole number", bool: "must be true or false"}
_COMPANY = Fact("company", is_required=True, refers_to=LookupTable.COMPANIES)
FACTS: Mapping[LookupTable, tuple[Fact, ...]] = {
    LookupTable.COMPANIES: (),
    LookupTable.PENSION_TYPES: (_COMPANY,),
    LookupTable.PENSIONER_TYPES: (Fact("pension_type", refers_to=LookupTable.PENSION_TYPES),),
    LookupTable.PRODUCTS: (
        _COMPANY,
        Fact("tracking_cycle", default=str(Cycle.MONTHLY), values=tuple(map(str, Cycle))),
    ),
    LookupTable.ACCOUNT_TYPES: (),
    LookupTable.PAR_STATUSES: (Fact("is_trackable", bool, default=True),),
    LookupTable.STATUS_TYPES: (
        Fact("sequence", int, is_required=True, can_change=True),
        Fact("company", refers_to=LookupTable.COMPANIES),
    ),
    LookupTable.STATUS_REASONS: (
        Fact("status", is_required=True, refers_to=LookupTable.STATUS_TYPES),
        Fact("is_terminal", bool, default=False),
        Fact("requires_remarks", bool, default=False, can_change=True),
    ),
}


@frozen(kw_only=True)
class NewLookup:
    """An entry to create."""

    code: str
    name: str
    sort_order: int = 0
    facts: Mapping[str, FactValue] = field(factory=dict)
    """Those that are named; None is as if it were not."""


@frozen(kw_only=True)
class LookupChanges:
    """The new values of an entry; None leaves a value as it is."""

    name: str | None = None
    sort_order: int | None = None
    is_active: bool | None = None
    facts: Mapping[str, FactValue] = field(factory=dict)

    def applied(self, entry: Lookup) -> Lookup:
        """Return the entry with these changes, unchecked."""
        named = {name: value for name, value in self.facts.items() if value is not None}
        return evolve(
            entry,
            name=entry.name if self.name is None else self.name.strip(),
            sort_order=entry.sort_order if self.sort_order is None else self.sort_order,
            is_active=entry.is_active if self.is_active is None else self.is_active,
            facts={**entry.facts, **named},
        )


def created_lookup(lookups: Lookups, table: LookupTable, new: NewLookup) -> Lookup:
    """Check a new entry, with every fault at once (S1, S4, T1)."""
    own = {fact.name for fact in FACTS[table]}
    named = {name: value for name, value in new.facts.items() if value is not None}
    faults = [*code_faults(new.code, LONGEST_CODE), *order_faults(new.sort_order)]
    faults += text_faults("/name", new.name, LONGEST_NAME)
    faults += [_not_of(table, name) for name in named if name not in own]
    for fact in FACTS[table]:
        faults += _fact_faults(lookups, fact, named.get(fact.name))
    if table is LookupTable.STATUS_REASONS:
        faults += _reason_faults(named)
    if faults:
        raise InvalidInput(faults)
    if any(entry.code.casefold() == new.code.casefold() for entry in lookups[table]):
        raise AlreadyExists(f"There is an entry with the code {new.code} in {table} already.")
    return Lookup(
        code=new.code,
        name=new.name.strip(),
        is_active=True,
        is_system=False,
        sort_order=new.sort_order,
        version=1,
        facts={fact.name: named.get(fact.name, fact.default) for fact in FACTS[table]},
    )


def changed_lookup(
    lookups: Lookups, table: LookupTable, seen: Lookup, changes: LookupChanges
) -> Lookup:
    """Check changed values, with every fault at once (S4, S7)."""
    changed = changes.applied(seen)
    faults = [
        *text_faults("/name", changed.name, LONGEST_NAME),
        *order_faults(changed.sort_order),
        *_changed_fact_faults(table, seen, changed),
    ]
    if faults:
        raise InvalidInput(faults)
    if seen.is_active and not changed.is_active:
        _require_dispensable(lookups, table, seen)
    return changed


def refuse_deletion(table: LookupTable, code: str) -> None:
    """Refuse always: what was recorded with an entry must still read (S7)."""
    message = f"{code} of {table} cannot be deleted: deactivate it, and its history still reads."
    raise ConfigurationNotAllowed(message)


def company_of(lookups: Lookups, table: LookupTable, facts: Mapping[str, FactValue]) -> str | None:
    """Name the one company that an entry belongs to, by itself or by its parent (A6a)."""
    if "company" in facts:
        company = facts["company"]
        return company if isinstance(company, str) else None
    for fact in FACTS[table]:
        parent = fact.refers_to and find_lookup(lookups, fact.refers_to, facts.get(fact.name))
        if fact.refers_to and parent:
            return company_of(lookups, fact.refers_to, parent.facts)
    return None


@frozen
class OfferedReason:
    """A reason that can be recorded with its status."""

    code: str
    name: str
    requires_remarks: bool


@frozen
class OfferedStatus:
    """A status that can be recorded."""

    code: str
    name: str
    sequence: int
    reasons: tuple[OfferedReason, ...]


def offered_statuses(lookups: Lookups, company: str) -> tuple[OfferedStatus, ...]:
    """List what can be recorded for the clients of a company, in order (S1, S4, S6, S7)."""
    offered = [
        OfferedStatus(
            entry.code,
            entry.name,
            int(entry.facts["sequence"] or 0),
            tuple(_offered_reasons(lookups, entry.code)),
        )
        for entry in lookups[LookupTable.STATUS_TYPES]
        if entry.is_active and entry.code != PENDING and entry.facts["company"] in {None, company}
    ]
    return tuple(sorted(offered, key=lambda status: status.sequence))


def _offered_reasons(lookups: Lookups, status: str) -> Iterator[OfferedReason]:
    for entry in lookups[LookupTable.STATUS_REASONS]:
        if entry.is_active and entry.facts["status"] == status:
            yield OfferedReason(entry.code, entry.name, bool(entry.facts["requires_remarks"]))


def find_lookup(lookups: Lookups, table: LookupTable, code: FactValue) -> Lookup | None:
    """Find an entry by its code, active or not."""
    return next((entry for entry in lookups[table] if entry.code == code), None)


# --- pieces


def _not_of(table: LookupTable, name: str) -> Fault:
    return Fault(f"/facts/{name}", f"is not a fact of {table}")


def _fact_faults(lookups: Lookups, fact: Fact, value: FactValue) -> list[Fault]:
    pointer = f"/facts/{fact.name}"
    if value is None:
        return [Fault(pointer, "is missing")] if fact.is_required else []
    if fault := fact.fault(value):
        return [Fault(pointer, fault)]
    if fact.refers_to:
        entry = find_lookup(lookups, fact.refers_to, value)
        if entry is None or not entry.is_active:
            return [Fault(pointer, f"must be the code of an active entry of {fact.refers_to}")]
    return []


def _reason_faults(named: Mapping[str, FactValue]) -> list[Fault]:
    if named.get("status") == PENDING:
        return [Fault("/facts/status", "PENDING is never recorded, so it takes no reason")]
    if named.get("is_terminal") and named.get("status") != DONE:
        return [Fault("/facts/is_terminal", "only a reason of DONE can end a client's tracking")]
    return []


def _changed_fact_faults(table: LookupTable, seen: Lookup, changed: Lookup) -> list[Fault]:
    own = {fact.name: fact for fact in FACTS[table]}
    faults = []
    for name, value in changed.facts.items():
        if name not in own:
            faults.append(_not_of(table, name))
        elif value != seen.facts[name] and not own[name].can_change:
            faults.append(Fault(f"/facts/{name}", _FIXED.get(name, _KEPT)))
        elif value is not None and (fault := own[name].fault(value)):
            faults.append(Fault(f"/facts/{name}", fault))
    return faults


_KEPT = "cannot change, because records depend on it; create another entry and deactivate this one"
_FIXED = {"is_trackable": "changes by a previewed job of its own; preview it first"}


def _require_dispensable(lookups: Lookups, table: LookupTable, entry: Lookup) -> None:
    """Refuse to deactivate what the rules need (S1, S3, S4)."""
    if table is LookupTable.STATUS_TYPES and entry.code in {PENDING, DONE}:
        message = f"{entry.code} cannot be deactivated: every period begins and ends with it."
        raise ConfigurationNotAllowed(message)
    if table is LookupTable.STATUS_REASONS and entry.facts["status"] == DONE:
        others = (each for each in lookups[table] if each.is_active and each.code != entry.code)
        if not any(each.facts["status"] == DONE for each in others):
            message = (
                f"{entry.code} is the last active reason of DONE, which needs one;"
                " create or activate another reason first."
            )
            raise ConfigurationNotAllowed(message)
