"""Answers about clients, snapshots and events."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import field, frozen

from clientupdater.domain.events import Channel, EventKind, voided
from clientupdater.ports.lists import PeriodSnapshot, StaffMember

if TYPE_CHECKING:
    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import StatusEvent
    from clientupdater.domain.tracking import PeriodRow
    from clientupdater.ports.codes import Names


def snapshot_of(client: Client, row: PeriodRow, names: Names) -> PeriodSnapshot:
    """Show a row, with codes and names in place of ids."""
    snapshot, promise = row.snapshot, row.snapshot.promise
    return PeriodSnapshot(
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
        return cls(
            sequence=event.sequence,
            kind=event.kind,
            status=event.status,
            reason=event.reason,
            remarks=event.remarks,
            has_payment=event.has_payment,
            channel=event.channel,
            next_follow_up_on=event.next_follow_up_on,
            occurred_at=event.occurred_at,
            recorded_at=event.recorded_at,
            voids=event.voids,
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


def period_events(events: tuple[StatusEvent, ...], names: Names) -> tuple[PeriodEvent, ...]:
    """Show a history; each event says which later one voids it."""
    gone = voided(events)
    return tuple(PeriodEvent.of(each, names, gone.get(each.sequence)) for each in events)


def _person(person: UUID | None, names: Names) -> StaffMember | None:
    return StaffMember(person, names.people[person]) if person else None
