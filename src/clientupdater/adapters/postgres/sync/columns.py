"""The lists of columns in sync's statements, made from the fields of the domain.

A field that is added to ``domain/sync/fields.py`` is staged, compared, written and kept in history
without a change here. Pension numbers are an exception: they are compared by blind index and
written sealed, so the statements name their columns themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.sync.fields import CONTACTS, ESSENTIAL, VERSIONING, Field, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import LiteralString

_ABOUT_THE_RECORD = VERSIONING | {Field.CLIENT_CODE, Field.COMPANY}
_OWNED = (Field.COMPANY, *(each for each in Field if each not in _ABOUT_THE_RECORD))
"""The order of a new client's values in a plan's hash."""
STAGED = tuple(each for each in _OWNED if each is not Field.PENSION_NUMBER)
"""The order of the staging table's columns."""

_LOOKED_UP = tuple(each for each in STAGED if each.table)
_REQUIRED = sorted(ESSENTIAL - {Field.CLIENT_CODE})
_TYPES = {Kind.TEXT: "text", Kind.DATE: "date", Kind.MONEY: "numeric(15, 2)"}
_WORDS_APART = ("branches", "products")
"""Lookup tables that have statements of their own."""


def _column(field: Field) -> str:
    """Name the column of `clients`."""
    return f"{field}_id" if field.table else str(field)


def _sent(field: Field) -> str:
    """Give the source's value, in the form of the client's column."""
    return f"{field.table}.id" if field.table else f"s.{field}"


def _code(field: Field) -> str:
    """Give a changed row's new value in readable form."""
    if field is Field.PENSION_NUMBER:
        return "x.pension_index"
    return f"{field.table}.code" if field.table else f"x.{field}"


def _old_code(field: Field) -> str:
    return f"old_{field.table}.code" if field.table else f"c.{field}"


def _differs(field: Field) -> str:
    unequal = "<>" if field in ESSENTIAL else "is distinct from"
    known = f"c.{_column(field)}"
    if field in CONTACTS:
        known = f"case when c.{field}_corrected then k.{field} else {known} end"
    return f"(o.owns_{field} and {_sent(field)} {unequal} {known})"


def _becomes(field: Field) -> str:
    """Give a client column's new value: the source's, if the source owns the field (Y10)."""
    column = _column(field)
    counts = f"o.owns_{field}" + f" and not c.{field}_corrected" * (field in CONTACTS)
    takes = f"is_of.is_new or is_of.is_taken and {counts}"
    return f"case when {takes} then {_sent(field)} else c.{column} end as {column}"


def _listed(line: Callable[[Field], str], fields: Iterable[Field] = STAGED) -> LiteralString:
    return ",\n    ".join(map(line, fields))


def _joined(line: Callable[[Field], str]) -> LiteralString:
    return "\n".join(f"left join {line(each)}" for each in _LOOKED_UP)


def _words_of(table: str) -> str:
    return f"select '{table}', id, code, name from {table} where is_active"  # noqa: S608 — our own names


PIECES: Mapping[str, LiteralString] = {
    "staged_columns": _listed(lambda f: f"{f} {_TYPES[f.kind]}"),
    "owned_columns": _listed(lambda f: f"owns_{f} boolean not null", _OWNED),
    "owned_values": _listed(lambda f: f"'{f}' = any(t.fields)", _OWNED),
    "required_values": _listed(lambda f: f"s.{f}", _REQUIRED),
    "required_pairs": _listed(lambda f: f"('{f}', t.{f})", _REQUIRED),
    "join_sent": _joined(lambda f: f"{f.table} on {f.table}.code = s.{f}"),
    "join_codes": _joined(lambda f: f"{f.table} on {f.table}.id = x.{f}_id"),
    "join_old_codes": _joined(lambda f: f"{f.table} old_{f.table} on old_{f.table}.id = c.{f}_id"),
    "fields_differ": "\nor ".join(map(_differs, STAGED)),
    "becoming": _listed(_becomes),
    "codes": _listed(_code, _OWNED),
    "old_and_new": _listed(lambda f: f"('{f}', {_old_code(f)}::text, {_code(f)}::text, '')"),
    "client_columns": _listed(_column),
    "client_values": _listed(lambda f: f"x.{_column(f)}"),
    "client_changes": _listed(lambda f: f"{_column(f)} = x.{_column(f)}"),
    "words": "\nunion all\n".join(
        _words_of(f.table) for f in _LOOKED_UP if f.table not in _WORDS_APART
    ),
}
