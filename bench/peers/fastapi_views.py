"""From the models of the FastAPI peer to what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.peers import fastapi_schemas as schemas

if TYPE_CHECKING:
    from datetime import date

    from bench.peers.fastapi_models import PeriodStatus, StatusEvent, User


def worklist_item(row: PeriodStatus, today: date) -> schemas.WorklistItem:
    due = row.next_follow_up_on
    if due is not None:
        cause = "follow_up_due" if due <= today else "follow_up_later"
    else:
        cause = "in_hand" if row.update_count else "not_touched"
    client = row.client
    shown = schemas.WorklistClient(
        id=client.id,
        client_code=client.client_code,
        full_name=client.full_name,
        contact_number=client.contact_number,
        contact_number_alt=client.contact_number_alt,
        branch=client.branch.code,
        past_due_amount=client.past_due_amount,
        par_status=client.par_status.code if client.par_status else None,
    )
    return schemas.WorklistItem(client=shown, snapshot=snapshot(row), cause=cause)


def snapshot(row: PeriodStatus) -> schemas.Snapshot:
    return schemas.Snapshot(
        client_id=row.client_id,
        client_code=row.client.client_code,
        period=row.period,
        period_type=row.period_type,
        status=row.status.code,
        reason=row.reason.code if row.reason else None,
        remarks=row.remarks,
        has_payment=row.has_payment,
        update_count=row.update_count,
        is_terminal=row.is_terminal,
        exempt=row.exempt_cause,
        next_follow_up_on=row.next_follow_up_on,
        promised_on=row.promised_on,
        promised_amount=row.promised_amount,
        assigned_to=staff_member(row.client.officer),
        branch=row.branch.code,
        updated_by=staff_member(row.author),
        updated_at=row.updated_at,
        version=row.version,
    )


def staff_member(user: User | None) -> schemas.StaffMember | None:
    return schemas.StaffMember(id=user.id, name=user.name) if user else None


def event_shown(event: StatusEvent, row: PeriodStatus) -> schemas.Event:
    by = staff_member(row.author)
    assert by is not None  # noqa: S101 — the author has just been set
    return schemas.Event(
        sequence=event.event_sequence,
        kind=event.kind,
        status=row.status.code,
        remarks=event.remarks,
        occurred_at=event.occurred_at,
        recorded_at=event.created_at,
        by=by,
        branch=row.branch.code,
    )
