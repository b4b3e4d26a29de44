"""Makes the items of lists from the columns of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import evolve

from clientupdater.domain.access import ClientPlace
from clientupdater.domain.events import ExemptCause
from clientupdater.domain.ids import BranchId, ClientId, CompanyId, PersonId
from clientupdater.domain.periods import Cycle, Period
from clientupdater.domain.statuses import PENDING
from clientupdater.domain.worklist import cause_of
from clientupdater.ports.lists import (
    ClientView,
    ContactConflict,
    PersonName,
    SnapshotView,
    WorklistClient,
    WorklistItem,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from clientupdater.ports.lists import Looking

Columns = tuple[Any, ...]


def _person(items: Sequence[str] | None) -> PersonName | None:
    return PersonName(PersonId(UUID(items[0])), items[1]) if items else None


def _snapshot(
    client: ClientId, code: str, officer: Sequence[str] | None, columns: Columns
) -> SnapshotView:
    period, status, reason, remarks, paid, updates, terminal, exempt, *rest = columns
    follow_up, promised_on, amount, branch, updated_by, updated_at, version = rest
    return SnapshotView(
        client_id=client,
        client_code=code,
        period=Period.parse(period),
        status=status,
        reason=reason,
        remarks=remarks,
        has_payment=paid,
        update_count=updates,
        is_terminal=terminal,
        exempt=exempt and ExemptCause(exempt),
        next_follow_up_on=follow_up,
        promised_on=promised_on,
        promised_amount=amount,
        assigned_to=_person(officer),
        branch=branch,
        updated_by=_person(updated_by),
        updated_at=updated_at,
        version=version,
    )


def work_item(client: ClientId, columns: Columns, today: date) -> WorklistItem:
    """Make an item of the worklist."""
    code, name, contact, contact_alt, branch, owes, par, officer, *snapshot = columns
    row = _snapshot(client, code, officer, tuple(snapshot))
    return WorklistItem(
        client=WorklistClient(
            id=client,
            client_code=code,
            full_name=name,
            contact_number=contact,
            contact_number_alt=contact_alt,
            branch=branch,
            past_due_amount=owes,
            par_status=par,
        ),
        snapshot=row,
        cause=cause_of(row.next_follow_up_on, row.update_count, today),
    )


def client_view(client: ClientId, columns: Columns, looking: Looking) -> ClientView:
    """Make a client; with the running row only where the reader may see it."""
    facts, place, cycle, snapshot = columns[:25], columns[25:28], columns[28:30], columns[30:]
    code, name, address, company, branch, product, pension, pensioner, par, account, *rest = facts
    last4, born, contact, contact_alt, conflict, owes, loan, active, trackable, *rest = rest
    officer, source, synced_at, created_at, updated_at, version = rest
    view = ClientView(
        id=client,
        client_code=code,
        full_name=name,
        address=address,
        company=company,
        branch=branch,
        product=product,
        pension_type=pension,
        pensioner_type=pensioner,
        par_status=par,
        account_type=account,
        pension_last4=last4,
        birth_date=born,
        contact_number=contact,
        contact_number_alt=contact_alt,
        contact_conflict=_conflicts(conflict),
        past_due_amount=owes,
        loan_status=loan,
        is_active=active,
        is_trackable=trackable,
        assigned_to=_person(officer),
        sync_source=source,
        last_synced_at=synced_at,
        created_at=created_at,
        updated_at=updated_at,
        version=version,
        current=None,
    )
    if not looking.statuses.covers(_place(*place)):
        return view
    return _with_current(view, officer, cycle, snapshot, looking)


def _place(company: UUID, branch: UUID, officer: UUID | None) -> ClientPlace:
    return ClientPlace(CompanyId(company), BranchId(branch), PersonId(officer) if officer else None)


def _conflicts(items: list[list[str | None]] | None) -> tuple[ContactConflict, ...] | None:
    if not items:
        return None
    return tuple(ContactConflict(str(source), *numbers) for source, *numbers in items)


def _with_current(
    view: ClientView,
    officer: Sequence[str] | None,
    cycle: Columns,
    snapshot: Columns,
    looking: Looking,
) -> ClientView:
    if snapshot[0] is not None:
        return evolve(view, current=_snapshot(view.id, view.client_code, officer, snapshot))
    return evolve(view, current=_unopened(view, cycle[0], cycle[1], looking))


def _unopened(
    view: ClientView, cycle: str | None, cycle_from: date | None, looking: Looking
) -> SnapshotView | None:
    """Make the row that is due and was never opened: PENDING, version 0 (P4)."""
    is_due = view.is_trackable and (cycle_from is None or cycle_from <= looking.today)
    if cycle is None or not is_due:
        return None
    return SnapshotView(
        client_id=view.id,
        client_code=view.client_code,
        period=Period.containing(looking.today, Cycle(cycle)),
        status=PENDING,
        reason=None,
        remarks=None,
        has_payment=False,
        update_count=0,
        is_terminal=False,
        exempt=None,
        next_follow_up_on=None,
        promised_on=None,
        promised_amount=None,
        assigned_to=view.assigned_to,
        branch=view.branch,
        updated_by=None,
        updated_at=looking.now,
        version=0,
    )
