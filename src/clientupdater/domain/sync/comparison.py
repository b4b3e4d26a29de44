"""What a row changes in the client with its code, or creates (Y4, Y10, C1, T2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.errors import Fault
from clientupdater.domain.sync.contacts import Contact
from clientupdater.domain.sync.fields import CONTACTS, ESSENTIAL, Field
from clientupdater.domain.sync.mapping import Reject
from clientupdater.domain.sync.plan import Create, FieldChange, Update
from clientupdater.domain.sync.versions import RecordVersion

if TYPE_CHECKING:
    from collections.abc import Set

    from clientupdater.domain.sync.fields import Sealed, Value
    from clientupdater.domain.sync.mapping import Row


@frozen
class Known:
    """A client as it is, and the version that this source gave last."""

    values: Mapping[Field, Value]
    contacts: Mapping[Field, Contact] = field(factory=dict)
    taken: RecordVersion = field(factory=RecordVersion)
    has_terminal_outcome: bool = False


@frozen
class Finding:
    """The result for one row: at most one of create, update and reject."""

    create: Create | None = None
    update: Update | None = None
    reject: Reject | None = None
    contacts: Mapping[Field, Contact] = field(factory=dict)
    conflict: bool = False
    terminal_exception: bool = False
    outdated: bool = False
    deleted: bool = False


def compare(
    known: Known | None, row: Row, owned: Set[Field], seal: Callable[[str], Sealed]
) -> Finding:
    """Compare a row with the known client of its code, if there is one."""
    if known is None:
        return Finding() if row.deleted else _created(row, _sealed(row.values, seal))
    if row.version.is_older_than(known.taken):
        return Finding(outdated=True)
    if row.deleted:
        return Finding(deleted=True)
    values = _sealed(row.values, seal)
    return _compared(known, row, {each: values[each] for each in values if each in owned})


def _compared(known: Known, row: Row, owns: Mapping[Field, Value]) -> Finding:
    contacts = {
        each: known.contacts.get(each, Contact()).as_source_says(_text(value))
        for each, value in owns.items()
        if each in CONTACTS
    }
    return Finding(
        update=_update(row.code, known, {**owns, **_in_force(contacts)}),
        contacts=contacts,
        conflict=any(_newly_flagged(known, each, contact) for each, contact in contacts.items()),
        terminal_exception=known.has_terminal_outcome,
    )


def _created(row: Row, values: Mapping[Field, Value]) -> Finding:
    lacking = sorted(each for each in ESSENTIAL if values.get(each) is None)
    if lacking:
        faults = tuple(Fault(str(each), "is needed for a new client") for each in lacking)
        return Finding(reject=Reject(row.position, row.code, faults))
    contacts = {
        each: Contact().as_source_says(_text(value))
        for each, value in values.items()
        if each in CONTACTS
    }
    return Finding(create=Create(row.code, values), contacts=contacts)


def _update(code: str, known: Known, values: Mapping[Field, Value]) -> Update | None:
    changes = tuple(
        FieldChange(str(each), known.values.get(each), values[each])
        for each in sorted(values)
        if known.values.get(each) != values[each]
    )
    return Update(code, changes) if changes else None


def _in_force(contacts: Mapping[Field, Contact]) -> dict[Field, Value]:
    return {each: contact.value for each, contact in contacts.items()}


def _newly_flagged(known: Known, each: Field, contact: Contact) -> bool:
    return contact.conflict and contact != known.contacts.get(each)


def _sealed(values: Mapping[Field, Value], seal: Callable[[str], Sealed]) -> dict[Field, Value]:
    return {
        each: seal(value) if each is Field.PENSION_NUMBER and isinstance(value, str) else value
        for each, value in values.items()
    }


def _text(value: Value) -> str | None:
    return None if value is None else str(value)
