"""Answers about clients, snapshots and events."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

import attrs
from attrs import field, frozen

from clientupdater.domain.events import Channel, EventKind, ExemptCause, voided
from clientupdater.domain.periods import Cycle, Period
from clientupdater.domain.worklist import Cause
from clientupdater.entrypoints.http.descriptions.members import About
from clientupdater.ports.lists import ContactConflict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import StatusEvent
    from clientupdater.domain.tracking import PeriodRow
    from clientupdater.entrypoints.http.contract import Call
    from clientupdater.ports.codes import Names

Shown = TypeVar("Shown")


def shape_of(kind: type[Shown], view: Any, **made: Any) -> Shown:
    """Show what a read model found by the members of a shape; some of them made anew."""
    names = _names(kind)  # type: ignore[arg-type] # a class is hashable
    return kind(**{name: getattr(view, name) for name in names if name not in made}, **made)


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(a.name for a in attrs.fields(kind))


@frozen
class StaffMember:
    """A member of the staff, by name."""

    id: UUID
    name: Annotated[str, About("The name, for people to read.", "Ana Cruz")]


@frozen(kw_only=True)
class PeriodSnapshot:
    """A client's status in a period."""

    client_id: UUID
    client_code: str
    period: Period
    period_type: Cycle
    status: str
    reason: str | None
    remarks: str | None = field(repr=False)
    has_payment: bool
    update_count: int
    is_terminal: bool
    exempt: ExemptCause | None
    next_follow_up_on: date | None
    promised_on: date | None
    promised_amount: Decimal | None
    assigned_to: StaffMember | None
    branch: str
    updated_by: StaffMember | None
    updated_at: datetime
    version: int

    @classmethod
    def of(cls, client: Client, row: PeriodRow, names: Names) -> PeriodSnapshot:
        snapshot, promise = row.snapshot, row.snapshot.promise
        return cls(
            client_id=client.id,
            client_code=client.code,
            period=row.period,
            period_type=row.period.cycle,
            status=snapshot.status,
            reason=snapshot.standing.reason,
            remarks=snapshot.standing.remarks,
            has_payment=snapshot.has_payment,
            update_count=snapshot.update_count,
            is_terminal=snapshot.is_terminal,
            exempt=snapshot.exempt,
            next_follow_up_on=snapshot.standing.next_follow_up_on,
            promised_on=promise.on if promise else None,
            promised_amount=promise.amount if promise else None,
            assigned_to=_person(client.assigned_to, names),
            branch=names.branches[snapshot.branch],
            updated_by=_person(snapshot.updated_by, names),
            updated_at=snapshot.updated_at,
            version=snapshot.version,
        )


@frozen(kw_only=True)
class PeriodEvent:
    """Something that happened to a client in a period."""

    sequence: int
    kind: EventKind
    status: str
    reason: str | None
    remarks: str | None = field(repr=False)
    has_payment: bool | None
    channel: Channel | None
    next_follow_up_on: date | None
    promised_on: date | None
    promised_amount: Decimal | None
    occurred_at: datetime
    recorded_at: datetime
    by: StaffMember | None
    branch: str
    voids: int | None
    voided_by: int | None

    @classmethod
    def of(cls, event: StatusEvent, names: Names, voided_by: int | None = None) -> PeriodEvent:
        promise = event.promise
        return shape_of(
            cls,
            event,
            promised_on=promise.on if promise else None,
            promised_amount=promise.amount if promise else None,
            by=_person(event.by, names),
            branch=names.branches[event.branch],
            voided_by=voided_by,
        )


@frozen
class RecordedUpdate:
    """The event that was recorded, and the snapshot after it."""

    event: PeriodEvent
    snapshot: PeriodSnapshot


@frozen(kw_only=True)
class ClientRecord:
    """A client, with the snapshot of the running period."""

    id: UUID
    client_code: str
    full_name: str = field(repr=False)
    address: str | None = field(repr=False)
    company: str
    branch: str
    product: str | None
    pension_type: str | None
    pensioner_type: str | None
    par_status: str | None
    account_type: str | None
    pension_number_masked: str | None = field(repr=False)
    birth_date: date | None = field(repr=False)
    contact_number: str | None = field(repr=False)
    contact_number_alt: str | None = field(repr=False)
    contact_conflict: tuple[ContactConflict, ...] | None
    past_due_amount: Decimal | None
    loan_status: str | None
    is_active: bool
    is_trackable: bool
    assigned_to: StaffMember | None
    sync_source: str | None
    last_synced_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int
    current: PeriodSnapshot | None

    @classmethod
    def of(cls, view: Any) -> ClientRecord:
        current = view.current and shape_of(PeriodSnapshot, view.current)
        return shape_of(cls, view, current=current)


@frozen(kw_only=True)
class WorklistClient:
    """The part of a client that a call needs."""

    id: UUID
    client_code: str
    full_name: str = field(repr=False)
    contact_number: str | None = field(repr=False)
    contact_number_alt: str | None = field(repr=False)
    branch: str
    past_due_amount: Decimal | None
    par_status: str | None


@frozen
class WorklistItem:
    """A client to contact, with its snapshot and the cause of its place."""

    client: Annotated[WorklistClient, About("The client to contact.")]
    snapshot: PeriodSnapshot
    cause: Cause

    @classmethod
    def of(cls, item: Any) -> WorklistItem:
        client = shape_of(WorklistClient, item.client)
        return cls(client, shape_of(PeriodSnapshot, item.snapshot), item.cause)


def names_in(
    call: Call,
    clients: Iterable[Client],
    rows: Iterable[PeriodRow] = (),
    events: Iterable[StatusEvent] = (),
) -> Names:
    """Look up all names that rows and events need, at once."""
    snapshots, happened = [row.snapshot for row in rows], tuple(events)
    people = {
        *(client.assigned_to for client in clients),
        *(snapshot.updated_by for snapshot in snapshots),
        *(event.by for event in happened),
    }
    branches = {*(s.branch for s in snapshots), *(event.branch for event in happened)}
    known = {person for person in people if person}
    return call.app.look_up_names(call.caller, branches=branches, people=known)


def period_events(events: tuple[StatusEvent, ...], names: Names) -> tuple[PeriodEvent, ...]:
    """Show a history; each event says which later one voids it."""
    gone = voided(events)
    return tuple(PeriodEvent.of(each, names, gone.get(each.sequence)) for each in events)


def _person(person: UUID | None, names: Names) -> StaffMember | None:
    return StaffMember(person, names.people[person]) if person else None
