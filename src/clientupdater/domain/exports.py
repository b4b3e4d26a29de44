"""Exports: their columns, how a cell is kept from being a formula, when a file expires."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from clientupdater.domain.errors import Fault, InvalidInput
from clientupdater.domain.permissions import Permission

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


class ExportType(StrEnum):
    CLIENTS = "clients"
    STATUS = "status"
    REPORT = "report"


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class Kind(StrEnum):
    """The kind of a column's cells."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    TRUTH = "truth"


_CLIENT: Mapping[str, Kind] = {
    "client_code": Kind.TEXT,
    "full_name": Kind.TEXT,
    "address": Kind.TEXT,
    "company": Kind.TEXT,
    "branch": Kind.TEXT,
    "product": Kind.TEXT,
    "pension_type": Kind.TEXT,
    "pensioner_type": Kind.TEXT,
    "par_status": Kind.TEXT,
    "account_type": Kind.TEXT,
    "pension_number_masked": Kind.TEXT,
    "birth_date": Kind.DAY,
    "contact_number": Kind.TEXT,
    "contact_number_alt": Kind.TEXT,
    "past_due_amount": Kind.NUMBER,
    "loan_status": Kind.TEXT,
    "is_active": Kind.TRUTH,
    "is_trackable": Kind.TRUTH,
    "assigned_to": Kind.TEXT,
    "updated_at": Kind.MOMENT,
}
_STATUS: Mapping[str, Kind] = {
    "client_code": Kind.TEXT,
    "full_name": Kind.TEXT,
    "company": Kind.TEXT,
    "branch": Kind.TEXT,
    "period": Kind.TEXT,
    "status": Kind.TEXT,
    "reason": Kind.TEXT,
    "remarks": Kind.TEXT,
    "has_payment": Kind.TRUTH,
    "occurred_at": Kind.MOMENT,
    "next_follow_up_on": Kind.DAY,
    "channel": Kind.TEXT,
    "promised_on": Kind.DAY,
    "promised_amount": Kind.NUMBER,
    "update_count": Kind.NUMBER,
    "is_terminal": Kind.TRUTH,
    "exempt": Kind.TEXT,
    "assigned_to": Kind.TEXT,
    "updated_by": Kind.TEXT,
    "updated_at": Kind.MOMENT,
    "version": Kind.NUMBER,
}
_COUNTS = (
    *("rows", "exempt", "pending", "to_follow", "called", "visited", "updated", "done", "other"),
    *("terminal", "with_payment", "contacted", "confirmed"),
    *("completion_rate", "contact_rate", "confirmation_rate"),
)
_REPORT: Mapping[str, Kind] = {
    "company": Kind.TEXT,
    "branch": Kind.TEXT,
    "branch_name": Kind.TEXT,
    "period": Kind.TEXT,
    **dict.fromkeys(_COUNTS, Kind.NUMBER),
}

COLUMNS: Mapping[ExportType, Mapping[str, Kind]] = {
    ExportType.CLIENTS: _CLIENT,
    ExportType.STATUS: _STATUS,
    ExportType.REPORT: _REPORT,
}
"""Every column, in order. Pension numbers are masked in every export (C3)."""

NEEDS: Mapping[ExportType, tuple[Permission, ...]] = {
    ExportType.CLIENTS: (Permission.REPORTS_EXPORT, Permission.CLIENTS_READ),
    ExportType.STATUS: (
        Permission.REPORTS_EXPORT,
        Permission.CLIENTS_READ,
        Permission.STATUS_READ,
    ),
    ExportType.REPORT: (Permission.REPORTS_EXPORT, Permission.REPORTS_READ),
}
"""The required permissions: a file holds only what all of them cover (A10)."""


def chosen_columns(kind: ExportType, named: Sequence[str]) -> tuple[str, ...]:
    """Check the requested columns and give them in their order; no names means all."""
    known = COLUMNS[kind]
    faults = [
        Fault(f"/columns/{n}", f"is no column of {kind}; there are {', '.join(known)}")
        for n, name in enumerate(named)
        if name not in known
    ]
    faults += [
        Fault(f"/columns/{n}", "comes twice")
        for n, name in enumerate(named)
        if name in known and name in named[:n]
    ]
    if faults:
        raise InvalidInput(faults)
    return tuple(named) or tuple(known)


def is_over(expires_at: datetime | None, now: datetime) -> bool:
    """Whether a file has expired."""
    return expires_at is not None and expires_at <= now


EMPTY = "\x01"
"""An empty cell of a workbook; no text in one may hold this character."""

# --- cells of a CSV

COVER = "# "
"""The start of the lines above the column names, which describe the file."""
FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""A spreadsheet evaluates a text that begins with one of these, in full width as well."""
_QUOTE = "'"
ESCAPED_STARTS = FORMULA_STARTS + _QUOTE
"""The quote too, so that an added quote differs from one that belongs to the text."""


def escaped(text: str) -> str:
    """Put a quote before a text that a spreadsheet would evaluate."""
    return _QUOTE + text if text[:1] and text[0] in ESCAPED_STARTS else text


def unescaped(cell: str) -> str:
    """Undo `escaped`."""
    is_escaped = cell[:1] == _QUOTE and cell[1:2] and cell[1] in ESCAPED_STARTS
    return cell[1:] if is_escaped else cell
