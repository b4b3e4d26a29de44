"""From JSON to values: strictly, and with every fault at once.

Nothing is coerced: a number is not text, true is not a number, 1.9 is not 1. A fault names its JSON
pointer. An unknown member is a fault, too, because it may be a misspelling.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_origin
from uuid import UUID

import attrs
from attrs import frozen
from cattrs import Converter
from cattrs.errors import (
    AttributeValidationNote,
    BaseValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn

from clientupdater.domain.errors import Fault, InvalidInput, InvalidPeriod
from clientupdater.domain.periods import Period
from clientupdater.domain.sync.fields import SOURCE_FORM, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})")
_AMOUNT = re.compile(r"-?\d{1,18}(\.\d{1,6})?")
_WHOLE = re.compile(r"-?\d{1,18}")


MOST_FAULTS = 100
"""Of more, no client makes use, and a fault costs more than the value it is about."""

INVALID = "Some values are not valid; see the fields."


class Unfit(Exception):
    """An invalid value; the message completes "/pointer: …"."""


@frozen
class Text:
    longest: int
    shortest: int = 0


@frozen
class Integer:
    least: int
    most: int


@frozen
class Many:
    most: int
    least: int = 0


def structured(value: object, shape: type[T]) -> T:
    """Structure parsed JSON as this type; InvalidInput names every fault."""
    return _structured(_BODIES, value, shape)


def structured_words(words: dict[str, str], shape: type[T]) -> T:
    """Structure the words of a query as this type."""
    return _structured(_WORDS, words, shape)


def _structured(converter: Converter, value: object, shape: type[T]) -> T:
    try:
        return converter.structure(value, shape)
    except (BaseValidationError, Unfit) as error:
        faults = islice(_faults(error, ""), MOST_FAULTS)
        raise InvalidInput(faults, INVALID) from None


# --- faults


def _faults(error: BaseException, pointer: str) -> Iterator[Fault]:
    if isinstance(error, BaseValidationError):
        for each in error.exceptions:
            yield from _faults(each, pointer + _step(each))
    elif isinstance(error, ForbiddenExtraKeysError):
        yield from _unknown(error.extra_fields, pointer)
    elif isinstance(error, KeyError):
        yield Fault(pointer, "is missing")
    elif isinstance(error, Unfit):
        yield Fault(pointer, str(error))
    else:  # a bug in the software, not a fault of the client
        raise error


def _step(error: BaseException) -> str:
    """Return one step of the pointer, from the note that cattrs adds to the error."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return f"/{note.name}"
        if isinstance(note, IterableValidationNote):
            return f"/{note.index}"
    return ""


def _unknown(names: Iterable[str], pointer: str) -> Iterator[Fault]:
    """Name the unknown members; report one that does not look like a name by its place alone."""
    unknown = sorted(names)
    for name in filter(is_a_name, unknown):
        yield Fault(f"{pointer}/{name}", "is unknown")
    if not all(map(is_a_name, unknown)):
        yield Fault(pointer, "has an unknown member")


def is_a_name(word: str) -> bool:
    """Whether a word looks like a name, and so may be quoted in a response.

    Otherwise a pension number, typed in the place of a name, would appear in a response and in logs
    of it (C3). A name needs no escape in a JSON pointer.
    """
    return _NAME.fullmatch(word) is not None


# --- single values


def _exactly(kind: type, text: str, value: Any, wanted: Any) -> Any:
    if wanted is not kind:  # cattrs passes a StrEnum as a str
        return _member(value, wanted)
    if type(value) is not kind:
        raise Unfit(text)
    return value


def _text_like(text: str, form: re.Pattern[str], read: Callable[[str], T]) -> Callable[..., T]:
    def hook(value: Any, _: object) -> T:
        if type(value) is not str or not form.fullmatch(value) or not value.isascii():
            raise Unfit(text)
        try:
            return read(value)
        except (ValueError, InvalidOperation, OverflowError):
            raise Unfit(text) from None

    return hook


def _period(value: Any, _: object) -> Period:
    if type(value) is not str:
        raise Unfit("must be a month (2026-11) or a quarter (2026-Q4)")
    try:
        return Period.parse(value)
    except InvalidPeriod as error:
        raise Unfit("; ".join(fault.message for fault in error.faults)) from None


def _member(value: Any, kind: Any) -> Any:
    if type(value) is str and value in {each.value for each in kind}:
        return kind(value)
    raise Unfit(f"must be one of {', '.join(str(each.value) for each in kind)}")


def _source(value: Any, _: object) -> Source:
    if type(value) is not str or not re.fullmatch(Source.PATTERN, value):
        raise Unfit(SOURCE_FORM)
    return Source(value)


def _word_as_whole(value: Any, _: object) -> int:
    if not _WHOLE.fullmatch(value) or not value.isascii():
        raise Unfit("must be a whole number")
    return int(value)


def _word_as_truth(value: Any, _: object) -> bool:
    if value not in {"true", "false"}:
        raise Unfit("must be true or false")
    return bool(value == "true")


# --- shapes


def takes_more(kind: type) -> bool:
    """Whether unknown members are ignored, because the sender may add some at any time."""
    return bool(getattr(kind, "TAKES_MORE", False))


def _object_hook(converter: Converter, kind: Any) -> Callable[..., Any]:
    strict = not takes_more(kind)
    read = make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=strict)

    def hook(value: Any, _: object) -> Any:
        if type(value) is not dict:
            raise Unfit("must be an object")
        return read(value, kind)

    return hook


def _list_hook(converter: Converter, kind: Any) -> Callable[..., tuple[Any, ...]]:
    (item, *_) = get_args(kind)

    def hook(value: Any, _: object) -> tuple[Any, ...]:
        if type(value) is not list:
            raise Unfit("must be a list")
        return tuple(_each(converter, value, item))

    return hook


def _each(converter: Converter, values: list[Any], item: Any) -> list[Any]:
    read, faults = [], []
    for index, value in enumerate(values):
        try:
            read.append(converter.structure(value, item))
        except (BaseValidationError, Unfit) as error:
            error.add_note(IterableValidationNote("", index, item))
            faults.append(error)
    if faults:
        raise IterableValidationError("items", faults, tuple)
    return read


def _plain_object(value: Any, _: object) -> dict[str, Any]:
    """Take an object whose members are free; the rules bound its size."""
    if type(value) is not dict:
        raise Unfit("must be an object")
    return value


def _limited_hook(converter: Converter, kind: Any) -> Callable[..., Any]:
    within, *limits = get_args(kind)

    def hook(value: Any, _: object) -> Any:
        for limit in limits:
            if isinstance(limit, Many) and type(value) is list:
                _require_within(limit, value)  # before a list that is too long is read
        read = converter.structure(value, within)
        for limit in limits:
            if read is not None:
                _require_within(limit, read)
        return read

    return hook


def _require_within(limit: object, value: Any) -> None:
    if isinstance(limit, Text):
        if len(value) > limit.longest:
            raise Unfit(f"must have at most {limit.longest} characters")
        if len(value) < limit.shortest:
            raise Unfit(f"must have at least {limit.shortest} characters")
    elif isinstance(limit, Integer) and not limit.least <= value <= limit.most:
        raise Unfit(f"must be from {limit.least} to {limit.most}")
    elif isinstance(limit, Many) and not limit.least <= len(value) <= limit.most:
        raise Unfit(f"must have {limit.least} to {limit.most} items")


def _is_limited(kind: Any) -> bool:
    return get_origin(kind) is Annotated


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _is_plain_object(kind: Any) -> bool:
    return get_origin(kind) is dict


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


_EXACT: tuple[tuple[type, str], ...] = (
    (str, "must be text"),
    (int, "must be a whole number"),
    (bool, "must be true or false"),
)


def _moment(text: str) -> datetime:
    """Read a moment in UTC: PostgreSQL takes no offset of more than sixteen hours."""
    return datetime.fromisoformat(text).astimezone(UTC)


_WRITTEN: tuple[tuple[Any, Callable[[str], Any], re.Pattern[str], str], ...] = (
    (UUID, UUID, _UUID, "must be a UUID"),
    (Decimal, Decimal, _AMOUNT, "must be a decimal number in a string, as in '1500.00'"),
    (date, date.fromisoformat, _DATE, "must be a date, as in 2026-11-05"),
    (
        datetime,
        _moment,
        _MOMENT,
        "must be a time with an offset, as in 2026-11-05T09:30:00+08:00",
    ),
)


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    for predicate, factory in (
        (attrs.has, _object_hook),
        (_is_list, _list_hook),
        (_is_limited, _limited_hook),
    ):
        converter.register_structure_hook_factory(predicate, partial(factory, converter))
    converter.register_structure_hook_func(_is_enum, _member)
    converter.register_structure_hook_func(_is_plain_object, _plain_object)
    for kind, result in _EXACT:
        converter.register_structure_hook(kind, partial(_exactly, kind, result))
    for kind, read, form, result in _WRITTEN:
        converter.register_structure_hook(kind, _text_like(result, form, read))
    converter.register_structure_hook(Period, _period)
    converter.register_structure_hook(Source, _source)
    return converter


def _converter_of_words() -> Converter:
    converter = _converter()
    converter.register_structure_hook(int, _word_as_whole)
    converter.register_structure_hook(bool, _word_as_truth)
    return converter


_BODIES = _converter()
_WORDS = _converter_of_words()
