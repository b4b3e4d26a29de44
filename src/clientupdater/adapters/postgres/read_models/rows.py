"""Makes the rows of lists, each once, from the columns of a database row.

A row has the members of its class in `ports.lists` by name, in the form in which they go out.
"""

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

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.domain.periods import Cycle
    from clientupdater.ports.lists import ReadContext

Columns = tuple[Any, ...]
Row = dict[str, Any]
_uuid = cache(UUID)


@cache
def _cycle_of(period: str) -> Cycle:
    return Period.parse(period).cycle


def worklist_rows(rows: Iterable[Columns], configuration: Configuration, today: date) -> list[Row]:
    """Make each `WorklistItem` from the columns of `work_shown`."""
    codes, made = configuration.codes, []
    for columns in rows:
        id_, code, name, contact, contact_alt, branch, owes, par, officer, *shown = columns
        snapshot = _snapshot(id_, code, officer, shown, configuration)
        client = {
            "id": id_,
            "client_code": code,
            "full_name": name,
            "contact_number": contact,
            "contact_number_alt": contact_alt,
            "branch": codes[branch],
            "past_due_amount": owes,
            "par_status": codes[par],
        }
        cause = cause_of(snapshot["next_follow_up_on"], snapshot["update_count"], today)
        made.append({"client": client, "snapshot": snapshot, "cause": cause})
    return made


def client_row(columns: Columns, configuration: Configuration, read_context: ReadContext) -> Row:
    """Make a `ClientRecord` from the columns of `client_shown`.

    It has the row of the running period only where the reader may see that.
    """
    codes = configuration.codes
    id_, code, name, address, company, branch, product, *kinds = columns[:11]
    pension, pensioner, par, account = kinds
    masked, born, contact, contact_alt, conflicts, owes, loan, active, trackable = columns[11:20]
    officer, source, synced_at, created_at, updated_at, version, cycle_from = columns[20:27]
    row = {
        "id": id_,
        "client_code": code,
        "full_name": name,
        "address": address,
        "company": codes[company],
        "branch": codes[branch],
        "product": codes[product],
        "pension_type": codes[pension],
        "pensioner_type": codes[pensioner],
        "par_status": codes[par],
        "account_type": codes[account],
        "pension_number_masked": masked,
        "birth_date": born,
        "contact_number": contact,
        "contact_number_alt": contact_alt,
        "contact_conflict": _conflicts(conflicts),
        "past_due_amount": owes,
        "loan_status": loan,
        "is_active": active,
        "is_trackable": trackable,
        "assigned_to": configuration.staff_members[officer],
        "sync_source": source,
        "last_synced_at": synced_at,
        "created_at": created_at,
        "updated_at": updated_at,
        "version": version,
        "current": None,
    }
    if read_context.statuses.covers(_place(company, branch, officer)):
        snapshot = columns[27:]
        row["current"] = (
            _unopened(row, configuration.cycles.get(product), cycle_from, read_context)
            if snapshot[0] is None
            else _snapshot(id_, code, officer, snapshot, configuration)
        )
    return row


def _snapshot(
    client: UUID,
    client_code: str,
    officer: str | None,
    columns: Sequence[Any],
    configuration: Configuration,
) -> Row:
    codes, staff = configuration.codes, configuration.staff_members
    period, status, reason, remarks, paid, updates, terminal, exempt, *rest = columns
    follow_up, promised_on, amount, branch, author, updated_at, version = rest
    return {
        "client_id": client,
        "client_code": client_code,
        "period": period,
        "period_type": _cycle_of(period),
        "status": codes[status],
        "reason": codes[reason],
        "remarks": remarks,
        "has_payment": paid,
        "update_count": updates,
        "is_terminal": terminal,
        "exempt": exempt and ExemptCause(exempt),
        "next_follow_up_on": follow_up,
        "promised_on": promised_on,
        "promised_amount": amount,
        "assigned_to": staff[officer],
        "branch": codes[branch],
        "updated_by": staff[author],
        "updated_at": updated_at,
        "version": version,
    }


def _place(company: str, branch: str, officer: str | None) -> ClientPlace:
    assigned_to = PersonId(_uuid(officer)) if officer else None
    return ClientPlace(CompanyId(_uuid(company)), BranchId(_uuid(branch)), assigned_to)


def _conflicts(items: list[list[str | None]] | None) -> tuple[Row, ...] | None:
    if not items:
        return None
    return tuple(
        {"source": source, "contact_number": number, "contact_number_alt": alternative}
        for source, number, alternative in items
    )


def _unopened(
    row: Row, cycle: Cycle | None, cycle_from: date | None, read_context: ReadContext
) -> Row | None:
    """Make the row that is due and was never opened: PENDING, version 0 (P4)."""
    is_due = row["is_trackable"] and (cycle_from is None or cycle_from <= read_context.today)
    if cycle is None or not is_due:
        return None
    return {
        "client_id": row["id"],
        "client_code": row["client_code"],
        "period": str(Period.containing(read_context.today, cycle)),
        "period_type": cycle,
        "status": PENDING,
        "reason": None,
        "remarks": None,
        "has_payment": False,
        "update_count": 0,
        "is_terminal": False,
        "exempt": None,
        "next_follow_up_on": None,
        "promised_on": None,
        "promised_amount": None,
        "assigned_to": row["assigned_to"],
        "branch": row["branch"],
        "updated_by": None,
        "updated_at": read_context.now,
        "version": 0,
    }
