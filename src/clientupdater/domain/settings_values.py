"""Settings in the database: typed text, per company where it makes sense (P7, Y7).

A setting that we know has a type, bounds and a default; any other is checked against the type
it is saved with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any, TypeAlias

from attrs import frozen

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.ids import CompanyId

SettingValue: TypeAlias = "str | Decimal | bool | dict[str, Any] | list[Any] | None"
"""What a value is once parsed; JSON may hold anything, with its numbers exact."""


class ValueType(StrEnum):
    """How the text of a setting is to be read."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    JSON = "json"


class Unreadable(Exception):
    """Text that is not of its type; the caller turns it into a fault of its field."""


@frozen
class KnownSetting:
    """A setting that the software reads: its type, its default, and what it may be."""

    key: str
    value_type: ValueType
    default: str
    complaint: Callable[[Any], str | None]


def parse(text: str, value_type: ValueType, pointer: str = "/value") -> SettingValue:
    """Read a text by its type, or refuse it."""
    try:
        return _READERS[value_type](text)
    except Unreadable as unreadable:
        raise InvalidInput.of(pointer, str(unreadable)) from None


def check(key: str, text: str, value_type: ValueType, pointer: str = "/value") -> SettingValue:
    """Take a setting that is being saved: of its type, and within its bounds where we know it."""
    known = KNOWN.get(key)
    if known is not None and value_type is not known.value_type:
        raise InvalidInput.of("/value_type", f"{key} is a {known.value_type}")
    value = parse(text, value_type, pointer)
    complaint = known.complaint(value) if known is not None else None
    if complaint is not None:
        raise InvalidInput.of(pointer, f"{key} {complaint}")
    return value


def effective(
    key: str, rows: Mapping[tuple[str, CompanyId | None], str], company: CompanyId | None
) -> SettingValue:
    """Find what a known setting is for a company: its own row, else the general one, else ours."""
    known = KNOWN[key]
    general = rows.get((key, None), known.default)
    return parse(rows.get((key, company), general), known.value_type)


def effective_number(
    key: str, rows: Mapping[tuple[str, CompanyId | None], str], company: CompanyId | None
) -> Decimal:
    """Find a known setting that is a number."""
    value = effective(key, rows, company)
    if not isinstance(value, Decimal):
        raise InvalidInput.of("", f"{key} is not a number")
    return value


def effective_text(
    key: str, rows: Mapping[tuple[str, CompanyId | None], str], company: CompanyId | None
) -> str:
    """Find a known setting that is text."""
    value = effective(key, rows, company)
    if not isinstance(value, str):
        raise InvalidInput.of("", f"{key} is not text")
    return value


# --- reading


def _read_number(text: str) -> Decimal:
    if not re.fullmatch(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", text):
        raise Unreadable("must be a number, such as 5 or -0.25")
    return Decimal(text)


def _read_boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise Unreadable("must be true or false")
    return text == "true"


def _read_string(text: str) -> str:
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Unreadable("holds characters that cannot be stored")
    return text


def _read_json(text: str) -> SettingValue:
    try:
        value: SettingValue = json.loads(
            text, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_constant
        )
        _check_texts(value)
    except (ValueError, RecursionError):
        raise Unreadable("must be JSON") from None
    return value


def _check_texts(value: object) -> None:
    """Look at every text within; an escape can hide what cannot be stored."""
    if isinstance(value, str):
        _read_string(value)
    elif isinstance(value, dict):
        _check_texts([*value, *value.values()])
    elif isinstance(value, list):
        for each in value:
            _check_texts(each)


def _no_constant(name: str) -> None:
    raise ValueError(name)


_READERS: Mapping[ValueType, Callable[[str], SettingValue]] = {
    ValueType.STRING: _read_string,
    ValueType.NUMBER: _read_number,
    ValueType.BOOLEAN: _read_boolean,
    ValueType.JSON: _read_json,
}


# --- what we know


def _whole(least: int, most: int, value: Decimal) -> str | None:
    fits = least <= value <= most and value == value.to_integral_value()
    return None if fits else f"must be a whole number from {least} to {most}"


def _percentage(value: Decimal) -> str | None:
    return None if 0 <= value <= 100 else "must be from 0 to 100"  # noqa: PLR2004


def _worklist_order(value: str) -> str | None:
    return None if value in WORKLIST_ORDERS else "must be urgency or name"


def _targets(value: SettingValue) -> str | None:
    if not isinstance(value, dict) or not value.keys() <= TARGETS:
        return "must be an object of completion, contact and confirmation"
    percentages = all(
        isinstance(each, Decimal) and _percentage(each) is None for each in value.values()
    )
    return None if percentages else "must hold percentages from 0 to 100"


#: What the worklist can be walked by: what is due first, or names.
WORKLIST_ORDERS = frozenset({"urgency", "name"})
#: The rates that a dashboard can have a target for (R1).
TARGETS = frozenset({"completion", "contact", "confirmation"})

BACKDATING_DAYS = "status.backdating_days"
GUARD_PERCENT = "sync.guard_percent"
GUARD_FLOOR = "sync.guard_floor"
WORKLIST_ORDER = "worklist.order"
DASHBOARD_TARGETS = "dashboard.targets"

KNOWN: Mapping[str, KnownSetting] = {
    each.key: each
    for each in (
        # No more than the shortest month: only the period before the current can be open (P7).
        KnownSetting(BACKDATING_DAYS, ValueType.NUMBER, "5", partial(_whole, 0, 28)),
        KnownSetting(GUARD_PERCENT, ValueType.NUMBER, "5", _percentage),
        KnownSetting(GUARD_FLOOR, ValueType.NUMBER, "50", partial(_whole, 0, 1_000_000)),
        KnownSetting(WORKLIST_ORDER, ValueType.STRING, "urgency", _worklist_order),
        KnownSetting(DASHBOARD_TARGETS, ValueType.JSON, "{}", _targets),
    )
}
