"""Parse a CSV file of status updates: its lines, or every fault of the file.

Text is taken literally. One of our own exports can be imported too; its cover row identifies it:
the quote before its texts is removed, and lines without anything to record are skipped.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

from attrs import define, field, frozen

from clientupdater.domain.errors import Fault, InvalidInput, InvalidPeriod
from clientupdater.domain.events import Channel
from clientupdater.domain.exports import COVER, unescaped
from clientupdater.domain.periods import Period
from clientupdater.domain.statuses import PENDING, tidy_remarks
from clientupdater.domain.updates import StatusUpdate
from clientupdater.entrypoints.csv_lines import csv_rows, csv_text, head_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import tzinfo

    from clientupdater.entrypoints.csv_lines import Row

REQUIRED = (
    *("client_code", "status", "reason", "remarks", "has_payment", "occurred_at"),
    *("next_follow_up_on", "channel"),
)
OPTIONAL = ("period", "version")
MOST = 500
"""Lines of a file: as many as are recorded all or none."""

_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_VERSION = re.compile(r"\d{1,9}", re.ASCII)
_PAID = {"yes": True, "true": True, "no": False, "false": False}
_LONGEST_CODE = 60
_T = TypeVar("_T")


@frozen(kw_only=True)
class FieldLine:
    """One line of the file, and its number."""

    line: int
    client_code: str
    update: StatusUpdate
    period: Period | None = None
    version: int | None = None


class _Unfit(Exception):
    """One cell does not fit."""


def read_field_file(raw: bytes, zone: tzinfo) -> tuple[FieldLine, ...]:
    """Read it; InvalidInput tells all that is wrong, by the number of the line.

    A time without an offset is one of the business's own clock, `zone`.
    """
    rows = list(csv_rows(csv_text(raw)))
    if rows and _is_cover(rows[0]):
        return _of_export(rows, zone)
    return _of_field(rows, zone)


def _of_export(rows: Sequence[Row], zone: tzinfo) -> tuple[FieldLine, ...]:
    """Leave out the cover, columns that are not for recording, and untouched rows (S1)."""
    (head_at, head), *body = [row for row in rows if not _is_cover(row)] or [(1, [])]
    known = [at for at, name in enumerate(head) if name in (*REQUIRED, *OPTIONAL)]
    status = head.index("status") if "status" in head else None
    items = [
        (number, [unescaped(cells[at]) for at in known] if len(cells) == len(head) else cells)
        for number, cells in body
        if status is None or cells[status : status + 1] != [PENDING]
    ]
    return _of_field([(head_at, [head[at] for at in known]), *items], zone)


def _is_cover(row: Row) -> bool:
    return row[1][0].startswith(COVER)


def _of_field(rows: Sequence[Row], zone: tzinfo) -> tuple[FieldLine, ...]:
    if not rows:
        raise InvalidInput.of("line 1", "the file is empty")
    (head_at, head), *body = rows
    names = [name.strip() for name in head]
    faults = list(head_faults(names, head_at, REQUIRED, OPTIONAL))
    if faults:
        raise InvalidInput(faults)
    lines = [_read(number, names, cells, zone, faults) for number, cells in body]
    items = tuple(line for line in lines if line)
    faults += _faults_of_all(items, len(body))
    if faults:
        raise InvalidInput(sorted(faults, key=_place))
    return items


def _faults_of_all(lines: Sequence[FieldLine], value: int) -> Iterator[Fault]:
    if not value:
        yield Fault("line 1", "there is nothing below the header")
    if value > MOST:
        yield Fault("", f"a file holds {MOST} lines at most, not {value}: split it")
    first: dict[tuple[object, ...], int] = {}
    for each in lines:
        result = each.update
        remarks = (result.remarks or "").strip() or None
        key = (
            each.client_code,
            each.period,
            result.status,
            result.reason,
            remarks,
            result.occurred_at,
        )
        before = first.setdefault(key, each.line)
        if before != each.line:
            yield Fault(f"line {each.line}", f"repeats line {before}")


def _place(fault: Fault) -> int:
    match = re.match(r"line (\d+)", fault.pointer)
    return int(match[1]) if match else 0


def _read(
    number: int, names: Sequence[str], cells: Sequence[str], zone: tzinfo, faults: list[Fault]
) -> FieldLine | None:
    if len(cells) != len(names):
        result = f"has {len(cells)} cells, and the header {len(names)}"
        faults.append(Fault(f"line {number}", result))
        return None
    row = _Row(number, dict(zip(names, cells, strict=True)))
    read = FieldLine(
        line=number,
        client_code=row.required("client_code", _code),
        period=row.optional("period", _period),
        version=row.optional("version", _version),
        update=StatusUpdate(
            status=row.required("status", _code),
            reason=row.optional("reason", _code),
            remarks=row.optional("remarks", _remarks),
            has_payment=row.optional("has_payment", _paid),
            occurred_at=row.required("occurred_at", lambda cell: read_moment(cell, zone)),
            next_follow_up_on=row.optional("next_follow_up_on", _day),
            channel=row.optional("channel", _channel),
        ),
    )
    faults += row.faults
    return None if row.faults else read


@define
class _Row:
    """The cells of one line by column, and their faults."""

    line: int
    cells: dict[str, str]
    faults: list[Fault] = field(factory=list)

    def optional(self, column: str, read: Callable[[str], _T]) -> _T | None:
        """Read a cell; an empty one is None."""
        cell = self.cells.get(column, "").strip()
        if not cell:
            return None
        try:
            return read(cell)
        except _Unfit as unfit:
            self._add(column, str(unfit))
        except InvalidInput as error:
            self._add(column, "; ".join(fault.message for fault in error.faults))
        return None

    def required(self, column: str, read: Callable[[str], _T]) -> _T:
        """Read a cell that must not be empty; if it is, the line is dropped."""
        if not self.cells[column].strip():
            self._add(column, "is empty")
        return self.optional(column, read)  # type: ignore[return-value]

    def _add(self, column: str, message: str) -> None:
        self.faults.append(Fault(f"line {self.line}, {column}", message))


def _code(cell: str) -> str:
    """Refuse control characters: codes are printed in reports, and a terminal would obey them."""
    if len(cell) > _LONGEST_CODE or not cell.isprintable():
        raise _Unfit(f"expected a code of at most {_LONGEST_CODE} printable characters")
    return cell


def _remarks(cell: str) -> str | None:
    return tidy_remarks(cell)


def _period(cell: str) -> Period:
    try:
        return Period.parse(cell)
    except InvalidPeriod:
        raise _Unfit("expected a month such as 2026-11 or a quarter such as 2026-Q4") from None


def _version(cell: str) -> int:
    if not _VERSION.fullmatch(cell):
        raise _Unfit("expected a whole number")
    return int(cell)


def _paid(cell: str) -> bool:
    if cell.lower() not in _PAID:
        raise _Unfit("expected yes, no, or nothing")
    return _PAID[cell.lower()]


def _channel(cell: str) -> Channel:
    try:
        return Channel(cell)
    except ValueError:
        raise _Unfit(f"expected one of {', '.join(Channel)}, or nothing") from None


def _day(cell: str) -> date:
    try:
        if _DATE.fullmatch(cell):
            return date.fromisoformat(cell)
    except ValueError:
        pass
    raise _Unfit("expected a day such as 2026-11-25")


def read_moment(text: str, zone: tzinfo) -> datetime:
    """Read a day and a time; without an offset, it is in the business's time zone."""
    try:
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    except ValueError:
        pass
    message = "expected a time such as 2026-11-20 09:30 or 2026-11-20T09:30:00+08:00"
    raise InvalidInput.of("", message)
