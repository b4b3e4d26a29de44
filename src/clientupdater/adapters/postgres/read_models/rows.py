"""Makes the rows of lists, each once, from the columns of a database row."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from clientupdater.domain.access import ClientPlace
from clientupdater.domain.events import ExemptCause
from clientupdater.domain.ids import BranchId, CompanyId, PersonId
from clientupdater.domain.periods import Period
from clientupdater.domain.statuses import PENDING
from clientupdater.domain.worklist import cause_of
from clientupdater.ports.lists import (
    ClientRecord,
    ContactConflict,
    PeriodSnapshot,
    StaffMember,
    WorklistClient,
    WorklistItem,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.domain.periods import Cycle
    from clientupdater.ports.lists import ReadContext

Columns = tuple[Any, ...]
_period, _uuid = cache(Period.parse), cache(UUID)


def worklist_item(columns: Columns, configuration: Configuration, today: date) -> WorklistItem:
    """Make an item from the columns of `work_shown`."""
    codes = configuration.codes
    id_, code, name, contact, contact_alt, branch, owes, par, officer, officer_name = columns[:10]
    client = WorklistClient(id_, code, name, contact, contact_alt, codes[branch], owes, codes[par])
    snapshot = _snapshot(id_, code, _staff(officer, officer_name), columns[10:], codes)
    cause = cause_of(snapshot.next_follow_up_on, snapshot.update_count, today)
    return WorklistItem(client, snapshot, cause)


def client_record(
    columns: Columns, configuration: Configuration, read_context: ReadContext
) -> ClientRecord:
    """Make a client from the columns of `client_shown`.

    It has the row of the running period only where the reader may see that.
    """
    codes = configuration.codes
    id_, code, name, address, company, branch, product, *kinds = columns[:11]
    pension, pensioner, par, account = kinds
    masked, born, contact, contact_alt, conflicts, owes, loan, active, trackable = columns[11:20]
    officer, officer_name, source, synced_at, created_at, updated_at, version = columns[20:27]
    record = ClientRecord(
        id_,
        code,
        name,
        address,
        codes[company],
        codes[branch],
        codes[product],
        codes[pension],
        codes[pensioner],
        codes[par],
        codes[account],
        masked,
        born,
        contact,
        contact_alt,
        _conflicts(conflicts),
        owes,
        loan,
        active,
        trackable,
        _staff(officer, officer_name),
        source,
        synced_at,
        created_at,
        updated_at,
        version,
        None,
    )
    if read_context.statuses.covers(_place(company, branch, officer)):
        cycle, snapshot = configuration.cycles.get(product), columns[28:]
        record.current = (
            _unopened(record, cycle, columns[27], read_context)
            if snapshot[0] is None
            else _snapshot(id_, code, record.assigned_to, snapshot, codes)
        )
    return record


def _staff(person: UUID | None, name: str) -> StaffMember | None:
    return StaffMember(person, name) if person else None


def _snapshot(
    client: UUID,
    client_code: str,
    officer: StaffMember | None,
    columns: Columns,
    codes: Mapping[str | None, Any],
) -> PeriodSnapshot:
    period, status, reason, remarks, paid, updates, terminal, exempt, *rest = columns
    follow_up, promised_on, amount, branch, author, author_name, updated_at, version = rest
    known = _period(period)
    return PeriodSnapshot(
        client,
        client_code,
        known,
        known.cycle,
        codes[status],
        codes[reason],
        remarks,
        paid,
        updates,
        terminal,
        exempt and ExemptCause(exempt),
        follow_up,
        promised_on,
        amount,
        officer,
        codes[branch],
        _staff(author, author_name),
        updated_at,
        version,
    )


def _place(company: str, branch: str, officer: UUID | None) -> ClientPlace:
    assigned_to = PersonId(officer) if officer else None
    return ClientPlace(CompanyId(_uuid(company)), BranchId(_uuid(branch)), assigned_to)


def _conflicts(items: list[list[str | None]] | None) -> tuple[ContactConflict, ...] | None:
    if not items:
        return None
    return tuple(ContactConflict(str(source), *numbers) for source, *numbers in items)


def _unopened(
    record: ClientRecord, cycle: Cycle | None, cycle_from: date | None, read_context: ReadContext
) -> PeriodSnapshot | None:
    """Make the row that is due and was never opened: PENDING, version 0 (P4)."""
    is_due = record.is_trackable and (cycle_from is None or cycle_from <= read_context.today)
    if cycle is None or not is_due:
        return None
    return PeriodSnapshot(
        client_id=record.id,
        client_code=record.client_code,
        period=Period.containing(read_context.today, cycle),
        period_type=cycle,
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
        assigned_to=record.assigned_to,
        branch=record.branch,
        updated_by=None,
        updated_at=read_context.now,
        version=0,
    )
