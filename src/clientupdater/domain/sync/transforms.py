"""Transforms: from a source's cell to a field's value (Y1, Y3).

A transform takes the previous one's result. None stays None, and an empty text becomes None. A cell
that cannot be transformed is *unfit*; the message never holds the cell itself, which may be a
person's number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from attrs import field, frozen

from clientupdater.domain.sync.fields import LOOKUP_TABLES, Raw

if TYPE_CHECKING:
    from collections.abc import Sequence


class Unfit(Exception):
    """A cell that cannot be converted; it becomes a fault of its row."""


@frozen
class Lookups:
    """The codes and aliases of each table, and the company of each product."""

    tables: Mapping[str, Mapping[str, str]] = field(factory=dict)
    ambiguous: Mapping[str, frozenset[str]] = field(factory=dict)
    product_companies: Mapping[str, str] = field(factory=dict)

    @classmethod
    def of(
        cls,
        tables: Mapping[str, Mapping[str, Iterable[str]]],
        product_companies: Mapping[str, str] | None = None,
    ) -> Lookups:
        """Build lookups from codes with aliases. A code wins over another code's alias."""
        values: dict[str, dict[str, str]] = {}
        ambiguous: dict[str, frozenset[str]] = {}
        for table, codes in tables.items():
            values[table], ambiguous[table] = _by_alias(codes)
        return cls(values, ambiguous, product_companies or {})

    def code(self, table: str, text: str) -> str:
        """Find the code for a text."""
        exact = self.tables.get(table, {}).get(text)
        return self._by_meaning(table, _folded(text)) if exact is None else exact

    def _by_meaning(self, table: str, key: str) -> str:
        if key in self.ambiguous.get(table, frozenset()):
            raise Unfit(f"is an alias of more than one of the {table}")
        code = self.tables.get(table, {}).get(key)
        if code is None:
            raise Unfit(f"is not among the {table}")
        return code


def _by_alias(codes: Mapping[str, Iterable[str]]) -> tuple[dict[str, str], frozenset[str]]:
    plain = {_folded(code): code for code in codes}
    by_alias: dict[str, set[str]] = {}
    for code, aliases in codes.items():
        for alias in aliases:
            by_alias.setdefault(_folded(alias), set()).add(code)
    aliases_only = {alias: named for alias, named in by_alias.items() if alias not in plain}
    clear = {alias: min(named) for alias, named in aliases_only.items() if len(named) == 1}
    exact = {code: code for code in codes}
    return {**clear, **plain, **exact}, frozenset(aliases_only.keys() - clear.keys())


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


Transform: TypeAlias = Callable[[Raw, Lookups], Raw]

_DASHES = dict.fromkeys(map(ord, "-\u00ad\u2010\u2011\u2012\u2013\u2014\u2212"))
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_US_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_MONEY = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_WHOLE = re.compile(r"[0-9]+")
_USUAL_NUMBER = re.compile(r"09[0-9]{9}")
_MOBILE = re.compile(r"(?:\+?63)?0?(9[0-9]{9})")
_LANDLINE = re.compile(r"(?:\+630?|0)([2-8][0-9]{7,8})")
_AROUND_NUMBERS = re.compile(r"[\s().]+")
_LONGEST_NUMBER = 100
_CENTAVO = Decimal("0.01")
_TOO_MUCH = Decimal("9999999999999.995")


def as_text(value: Raw) -> str | None:
    """Read a cell as text; an empty cell is None."""
    if isinstance(value, str):
        return value or None
    if value is None:
        return None
    if isinstance(value, float):
        raise Unfit("came as a binary fraction, which loses digits; it must come as text")
    if isinstance(value, bool):
        raise Unfit("is a yes or no where text belongs")
    if isinstance(value, Decimal):
        return _digits(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _digits(number: Decimal) -> str:
    """Write a number out, unless that would be enormous, as for 1E+999999999."""
    if abs(number.adjusted()) > _LONGEST_NUMBER:
        raise Unfit(f"is a number of more than {_LONGEST_NUMBER} digits")
    return format(number, "f")


def trim(value: Raw, _: Lookups) -> Raw:
    text = as_text(value)
    return (text.strip() or None) if text else None


def upper(value: Raw, _: Lookups) -> Raw:
    text = as_text(value)
    return text.upper() if text else None


def squeeze_spaces(value: Raw, _: Lookups) -> Raw:
    text = as_text(value)
    return (" ".join(text.split()) or None) if text else None


def strip_spaces_and_dashes(value: Raw, _: Lookups) -> Raw:
    text = as_text(value)
    return (_undashed("".join(text.split())) or None) if text else None


def _undashed(text: str) -> str:
    """Remove every dash; nearly all dashes are plain ones."""
    return text.replace("-", "") if text.isascii() else text.translate(_DASHES)


def iso_date(value: Raw, _: Lookups) -> Raw:
    """Read a date as YYYY-MM-DD."""
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    text = _stripped(value)
    if text is None:
        return None
    if not _ISO_DATE.fullmatch(text):
        raise Unfit("is not a date as YYYY-MM-DD")
    return _day(*map(int, text.split("-")))


def us_date(value: Raw, lookups: Lookups) -> Raw:
    """Read a date as MM/DD/YYYY or YYYY-MM-DD."""
    match = _US_DATE.fullmatch(_stripped(value) or "")
    if match is None:
        return iso_date(value, lookups)
    month, day, year = map(int, match.groups())
    return _day(year, month, day)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unfit("is a date that no calendar has") from None


def money(value: Raw, _: Lookups) -> Raw:
    """Read an amount exactly, rounded to two places, halves away from zero."""
    text = _stripped(value)
    if text is None:
        return None
    if not _MONEY.fullmatch(text):
        raise Unfit("is not an amount of money")
    amount = Decimal(text.replace(",", ""))
    if abs(amount) >= _TOO_MUCH:
        raise Unfit("is an amount larger than there is room for")
    return amount.quantize(_CENTAVO, ROUND_HALF_UP) + 0  # there is no -0.00


def ph_number(value: Raw, _: Lookups) -> Raw:
    """Write a Philippine number in its +63 form; other text stays as it is."""
    text = as_text(value)
    if text is None or not text.strip():
        return None
    if _USUAL_NUMBER.fullmatch(text):
        return f"+63{text[1:]}"
    bare = _undashed(_AROUND_NUMBERS.sub("", text))
    match = _MOBILE.fullmatch(bare) or _LANDLINE.fullmatch(bare)
    return f"+63{match.group(1)}" if match else text


def days_past_due(value: Raw, _: Lookups) -> Raw:
    """Turn days past due into the code of a PAR status; a code stays as it is."""
    text = _stripped(value)
    if text is None or not re.fullmatch(r"-?[0-9]+(?:\.0*)?", text):
        return text
    days = Decimal(text)
    if days < 0:
        raise Unfit("is a negative number of days past due")
    return next(code for code, first in _PAR_FROM if days >= first)


_PAR_FROM = (("tele_hardcore", 60), ("tele_130", 30), ("do_not_show", 0))


def moment(value: Raw, _: Lookups) -> Raw:
    """Read a date and time; without a time zone it is UTC."""
    if isinstance(value, date):
        return _aware(value)
    text = _stripped(value)
    if text is None:
        return None
    try:
        return _aware(datetime.fromisoformat(text))
    except ValueError:
        raise Unfit("is not a moment in ISO 8601") from None


def _aware(value: date) -> datetime:
    at = value if isinstance(value, datetime) else datetime.combine(value, time())
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def whole_number(value: Raw, _: Lookups) -> Raw:
    """Read a whole number that is not negative."""
    text = _stripped(value)
    if text is None:
        return None
    if not _WHOLE.fullmatch(text):
        raise Unfit("is not a whole number")
    return int(text)


def _stripped(value: Raw) -> str | None:
    text = as_text(value)
    return (text.strip() or None) if text else None


def lookup(table: str, value: Raw, lookups: Lookups) -> Raw:
    """Find a table's code, by code or by alias."""
    text = _stripped(value)
    return None if text is None else lookups.code(table, text)


def looked_up_in(steps: Sequence[Transform]) -> str | None:
    """Give the table whose codes are the only results of these steps, if there is one."""
    last = steps[-1] if steps else None
    return str(last.args[0]) if isinstance(last, partial) and last.func is lookup else None


#: Every transform by its name in mappings.
TRANSFORMS: Mapping[str, Transform] = {
    "trim": trim,
    "upper": upper,
    "squeeze_spaces": squeeze_spaces,
    "strip_spaces_and_dashes": strip_spaces_and_dashes,
    "date": iso_date,
    "date:mm/dd/yyyy": us_date,
    "decimal": money,
    "ph_number": ph_number,
    "days_past_due": days_past_due,
    "moment": moment,
    "whole_number": whole_number,
    **{f"lookup:{table}": partial(lookup, table) for table in LOOKUP_TABLES},
}
