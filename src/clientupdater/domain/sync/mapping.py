"""From a source's records to rows and rejects (Y1, Y3, Y10).

No source's column names are in this module: mappings are data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.errors import Fault, InvalidInput, Misconfigured
from clientupdater.domain.sync.cells import cell_reader
from clientupdater.domain.sync.fields import ESSENTIAL, IDENTITY, VERSIONING, Entry, Field
from clientupdater.domain.sync.protection import (
    REPEATED,
    can_repeat,
    is_number,
    number_in,
    pension_columns,
    protection_faults,
    repeats,
)
from clientupdater.domain.sync.transforms import TRANSFORMS, Lookups, Transform, Unfit
from clientupdater.domain.sync.versions import RecordVersion

if TYPE_CHECKING:
    from collections.abc import Collection

    from clientupdater.domain.sync.cells import CellReader
    from clientupdater.domain.sync.fields import Raw, Value

_FIELDS = {str(each): each for each in Field}


@frozen
class FieldMapping:
    """Which column fills a field, by which steps, and whether the source owns it (Y10)."""

    field: Field
    column: str
    steps: tuple[Transform, ...]
    owns: bool


@frozen
class SourceMapping:
    """How one source's records become rows."""

    fields: tuple[FieldMapping, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.column for each in self.fields))

    @property
    def owned(self) -> frozenset[Field]:
        """The fields that this source updates in known clients (Y10)."""
        return frozenset(each.field for each in self.fields if each.owns)

    def column_of(self, target: Field) -> str:
        """Give the column that fills a field, or the field's own name."""
        return next((each.column for each in self.fields if each.field is target), str(target))


def require_columns(expected: Iterable[str], present: Iterable[str]) -> None:
    """Raise with the list of the expected columns that are missing (Y3)."""
    existing = frozenset(present)
    missing = [column for column in expected if column not in existing]
    if missing:
        raise Misconfigured(
            Fault(column, "the source has no such column; have it put back, or adapt the mapping")
            for column in missing
        )


def check_mapping(
    entries: Iterable[Entry], protected: Collection[str] = frozenset()
) -> SourceMapping:
    """Check the lines of a mapping; raise with every fault (Y1, C3).

    `protected` are the columns that any mapping reads, or ever read, as pension numbers.
    """
    listed = tuple(entries)
    faults = [fault for n, entry in enumerate(listed) for fault in _entry_faults(n, entry)]
    faults += protection_faults(listed, pension_columns(listed).union(protected))
    counts = Counter(entry.field for entry in listed)
    faults += [Fault("", f"{name} is filled twice") for name, n in counts.items() if n > 1]
    faults += [Fault("", f"{name} must be filled") for name in sorted(IDENTITY - counts.keys())]
    if faults:
        raise InvalidInput(faults)
    return SourceMapping(tuple(_field_mapping(entry) for entry in listed))


def effective_entries(general: Iterable[Entry], own: Iterable[Entry]) -> tuple[Entry, ...]:
    """Replace general lines by a company's own lines, field by field (Y1)."""
    return tuple({entry.field: entry for entry in chain(general, own)}.values())


def _entry_faults(n: int, entry: Entry) -> Iterable[Fault]:
    if entry.field not in _FIELDS:
        yield Fault(
            f"/{n}/field", f"there is no field {entry.field}; it is one of {', '.join(_FIELDS)}"
        )
    if not entry.column.strip():
        yield Fault(f"/{n}/column", "a column must be named")
    for m, name in enumerate(entry.transforms):
        if name not in TRANSFORMS:
            yield Fault(
                f"/{n}/transforms/{m}",
                f"there is no transform {name}; it is one of {', '.join(TRANSFORMS)}",
            )


def _field_mapping(entry: Entry) -> FieldMapping:
    steps = tuple(TRANSFORMS[name] for name in entry.transforms)
    return FieldMapping(_FIELDS[entry.field], entry.column, steps, entry.owns)


@frozen
class Record:
    """A record as the source sent it; a deleted one may hold little more than its code."""

    position: int
    cells: Mapping[str, Raw]
    deleted: bool = False
    faults: tuple[Fault, ...] = ()
    """Why the source's own form could not be read: a ragged line, a nested cell (Y3)."""


@frozen
class Row:
    """A checked record in our terms: lookups as codes."""

    position: int
    code: str
    values: Mapping[Field, Value]
    version: RecordVersion = field(factory=RecordVersion)
    deleted: bool = False

    @property
    def company(self) -> str | None:
        """The company's code; a deleted record may have none."""
        return _text(self.values.get(Field.COMPANY))


@frozen
class Reject:
    """A rejected record, with every reason (Y3)."""

    position: int
    code: str | None
    faults: tuple[Fault, ...]
    company: str | None = None
    """The record's company, if known: a run for one company ignores other companies' rejects."""
    hides_code: bool = False
    """Its code could not be read, so the run marks no client as missing (Y6)."""


@frozen
class Mapped:
    """All records of a fetch: each is a row or a reject."""

    rows: tuple[Row, ...] = ()
    rejects: tuple[Reject, ...] = ()
    without_code: int = 0
    hidden_codes: int = 0
    repeated_codes: int = 0

    @property
    def seen(self) -> frozenset[str]:
        """The codes that the source has, those of rejects included (Y6)."""
        rejected = frozenset(each.code for each in self.rejects if each.code is not None)
        return rejected.union(each.code for each in self.rows)


def map_records(mapping: SourceMapping, lookups: Lookups, records: Iterable[Record]) -> Mapped:
    """Map and check each record; if a code comes twice, all its rows are rejected (Y3)."""
    mapped = list(map(RecordMapper.of(mapping, lookups), records))
    counts = Counter(each.code for each in mapped if each.code is not None)
    twice = {code: n for code, n in counts.items() if n > 1}
    hidden = sum(isinstance(each, Reject) and each.hides_code for each in mapped)
    if twice:
        column = mapping.column_of(Field.CLIENT_CODE)
        mapped = [_once(each, column, twice.get(each.code or "", 1)) for each in mapped]
    return Mapped(
        rows=tuple(each for each in mapped if isinstance(each, Row)),
        rejects=tuple(each for each in mapped if isinstance(each, Reject)),
        without_code=len(mapped) - counts.total() - hidden,
        hidden_codes=hidden,
        repeated_codes=len(twice),
    )


def _once(mapped: Row | Reject, column: str, times: int) -> Row | Reject:
    if times <= 1:
        return mapped
    twice = Fault(column, f"comes {times} times in one run; none of them is taken")
    earlier = mapped.faults if isinstance(mapped, Reject) else ()
    return Reject(mapped.position, mapped.code, (*earlier, twice), mapped.company)


@frozen
class RecordMapper:
    """A mapping prepared for many records.

    Of a deleted record it reads only code, company and version, and requires only the code (Y6).
    """

    living: tuple[tuple[Field, str, CellReader], ...]
    deleted: tuple[tuple[Field, str, CellReader], ...]
    product_column: str
    product_companies: Mapping[str, str]
    columns: Mapping[Field, str]
    watched: tuple[Field, ...]
    """The fields that could repeat the pension number."""

    @classmethod
    def of(cls, mapping: SourceMapping, lookups: Lookups) -> RecordMapper:
        of_deleted = [each for each in mapping.fields if each.field in IDENTITY | VERSIONING]
        return cls(
            tuple(_ready(each, lookups, ESSENTIAL) for each in mapping.fields),
            tuple(_ready(each, lookups, frozenset({Field.CLIENT_CODE})) for each in of_deleted),
            mapping.column_of(Field.PRODUCT),
            lookups.product_companies,
            {each.field: each.column for each in mapping.fields},
            tuple(e.field for e in mapping.fields if can_repeat(e.field, e.steps, lookups)),
        )

    def __call__(self, record: Record) -> Row | Reject:
        """Map one record; a reject lists every fault (Y3)."""
        if record.faults and not record.cells:
            return Reject(record.position, None, record.faults, hides_code=True)
        values: dict[Field, Value] = {}
        faults: list[Fault] = []
        cell = record.cells.get
        for each, column, take in self.deleted if record.deleted else self.living:
            try:
                values[each] = take(cell(column))
            except Unfit as unfit:
                faults.append(Fault(column, str(unfit)))
        if self._is_of_another_company(values):
            faults.append(Fault(self.product_column, "belongs to another company than the client"))
        number = self._number(record, values)
        if number is not None:
            repeated = repeats(number, values, self.watched)
            faults += [Fault(self.columns[each], REPEATED) for each in repeated]
        code = values.get(Field.CLIENT_CODE)
        if faults or record.faults or not isinstance(code, str):
            return self._reject(record, values, faults, number)
        return _row(record, code, values)

    def _number(self, record: Record, values: Mapping[Field, Value]) -> str | None:
        """Give the record's plain pension number, even if its cell is unfit (C3)."""
        column = self.columns.get(Field.PENSION_NUMBER)
        if column is None:
            return None
        value = values.get(Field.PENSION_NUMBER)
        return number_in(value if isinstance(value, str) else record.cells.get(column))

    def _reject(
        self,
        record: Record,
        values: Mapping[Field, Value],
        faults: Iterable[Fault],
        number: str | None,
    ) -> Reject:
        """Reject a record; a code or company that is the pension number is not shown (C3)."""
        code, company = values.get(Field.CLIENT_CODE), values.get(Field.COMPANY)
        visible_code = None if is_number(code, number) else _text(code)
        visible_company = None if is_number(company, number) else _text(company)
        # A cell that could not be read is not reported as missing too.
        unread = {fault.pointer for fault in record.faults}
        reasons = (*record.faults, *(each for each in faults if each.pointer not in unread))
        has_code = code is not None or self.columns[Field.CLIENT_CODE] in unread
        hides_code = visible_code is None and has_code
        return Reject(record.position, visible_code, reasons, visible_company, hides_code)

    def _is_of_another_company(self, values: Mapping[Field, Value]) -> bool:
        theirs = self.product_companies.get(str(values.get(Field.PRODUCT)))
        return theirs is not None and values.get(Field.COMPANY) not in {None, theirs}


def _ready(
    each: FieldMapping, lookups: Lookups, needed: frozenset[Field]
) -> tuple[Field, str, CellReader]:
    take = cell_reader(each.field, each.steps, lookups, required=each.field in needed)
    return each.field, each.column, take


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def _row(record: Record, code: str, values: dict[Field, Value]) -> Row:
    at = values.pop(Field.SOURCE_UPDATED_AT, None)
    number = values.pop(Field.SOURCE_VERSION, None)
    version = RecordVersion(
        at if isinstance(at, datetime) else None, number if isinstance(number, int) else None
    )
    return Row(record.position, code, values, version, record.deleted)
