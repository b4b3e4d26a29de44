"""Settings in the database: typed text, general or for one company (P7, Y7).

`KNOWN` lists every setting that the software reads; no other can be stored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any, TypeAlias

from attrs import frozen

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.ids import CompanyId, PersonId
from clientupdater.domain.report_settings import (
    HOLIDAYS,
    PROMISE_GRACE_DAYS,
    SIGNAL_THRESHOLDS,
    WORKING_HOURS,
    holidays,
    working_hours,
)

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
    """A setting that the software reads."""

    key: str
    value_type: ValueType
    default: str
    expected: str
    """Which values fit; completes "must be …"."""
    meaning: str
    fits: Callable[[Any], bool]


@frozen(kw_only=True)
class StoredSetting:
    """A stored value, general or (with a company) for one company."""

    key: str
    company: str | None
    """Its code."""
    value: str
    is_public: bool = False
    """Whether everyone who is signed in may read it."""
    version: int = 0
    updated_by: PersonId | None = None
    updated_at: datetime | None = None

    @property
    def record(self) -> str:
        """How the audit names it."""
        return f"{self.key}:{self.company}" if self.company else self.key

    @property
    def values(self) -> Mapping[str, object]:
        """What the audit keeps of it."""
        return {"value": self.value, "is_public": self.is_public}


def parse(text: str, value_type: ValueType, pointer: str = "/value") -> SettingValue:
    """Read a text by its type, or refuse it."""
    try:
        return _READERS[value_type](text)
    except Unreadable as unreadable:
        raise InvalidInput.of(pointer, str(unreadable)) from None


def known_setting(key: str, pointer: str = "/key") -> KnownSetting:
    """Find a setting; refuse a key that the software does not read."""
    if key not in KNOWN:
        listed = ", ".join(sorted(KNOWN))
        raise InvalidInput.of(pointer, f"is not a setting; the settings are: {listed}")
    return KNOWN[key]


def check(key: str, text: str, pointer: str = "/value") -> SettingValue:
    """Check a value that is to be stored: it has the setting's type, and fits."""
    known = known_setting(key)
    if len(text) > LONGEST_VALUE:
        raise InvalidInput.of(pointer, f"must have at most {LONGEST_VALUE} characters")
    value = parse(text, known.value_type, pointer)
    if not known.fits(value):
        raise InvalidInput.of(pointer, f"must be {known.expected}")
    return value


def effective(
    key: str, rows: Mapping[tuple[str, CompanyId | None], str], company: CompanyId | None
) -> SettingValue:
    """Find a setting's value for a company: its own row, else the general one, else the default."""
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


# --- the settings that the software reads


def _whole(least: int, most: int, value: Decimal) -> bool:
    return least <= value <= most and value == value.to_integral_value()


def _percentage(value: Decimal) -> bool:
    return 0 <= value <= 100  # noqa: PLR2004


def _threshold(key: str, default: str, least: int, most: int, meaning: str) -> KnownSetting:
    expected = f"a whole number from {least} to {most}"
    fits = partial(_whole, least, most)
    return KnownSetting(key, ValueType.NUMBER, default, expected, meaning, fits)


LONGEST_VALUE = 10_000
#: What the worklist can be walked by: what is due first, or names.
WORKLIST_ORDERS = ("urgency", "name")

BACKDATING_DAYS = "status.backdating_days"
UNDO_MINUTES = "status.undo_minutes"
GUARD_PERCENT = "sync.guard_percent"
GUARD_FLOOR = "sync.guard_floor"
WORKLIST_ORDER = "worklist.order"

KNOWN: Mapping[str, KnownSetting] = {
    each.key: each
    for each in (
        KnownSetting(
            BACKDATING_DAYS,
            ValueType.NUMBER,
            "5",
            "a whole number from 0 to 28",  # only the period before the current can be open (P7)
            "Days after its end in which a period can still be written to.",
            partial(_whole, 0, 28),
        ),
        KnownSetting(
            UNDO_MINUTES,
            ValueType.NUMBER,
            "10",
            "a whole number from 0 to 1440",
            "Minutes in which people may void their own last update without `status:correct`."
            " 0: never.",
            partial(_whole, 0, 1440),
        ),
        KnownSetting(
            GUARD_PERCENT,
            ValueType.NUMBER,
            "5",
            "a number from 0 to 100",
            "A sync that would deactivate more than this percentage of a company's clients is held"
            " until a person approves it.",
            _percentage,
        ),
        KnownSetting(
            GUARD_FLOOR,
            ValueType.NUMBER,
            "50",
            "a whole number from 0 to 1000000",
            "A sync that would deactivate no more clients of a company than this is never held.",
            partial(_whole, 0, 1_000_000),
        ),
        KnownSetting(
            WORKLIST_ORDER,
            ValueType.STRING,
            "urgency",
            "urgency or name",
            "The order of the worklist where a request names none.",
            WORKLIST_ORDERS.__contains__,
        ),
        _threshold(
            PROMISE_GRACE_DAYS,
            "5",
            0,
            28,
            "Days after the promised day in which a payment still keeps the promise.",
        ),
        KnownSetting(
            WORKING_HOURS,
            ValueType.STRING,
            "08:00-18:00",
            "two times of a day such as 08:00-18:00, the earlier one first",
            "Records outside of these hours are shown as a signal.",
            lambda text: working_hours(text) is not None,
        ),
        KnownSetting(
            HOLIDAYS,
            ValueType.STRING,
            "",
            "days such as 2026-12-25 2026-12-30, separated by spaces or commas",
            "Days on which nobody works, besides Saturdays and Sundays.",
            lambda text: holidays(text) is not None,
        ),
        *(_threshold(key, *values) for key, values in SIGNAL_THRESHOLDS.items()),
    )
}
