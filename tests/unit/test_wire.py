"""How domain values look in JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from clientupdater.entrypoints.wire import to_json, to_plain, to_readable_json


class Colour(StrEnum):
    RED = "red"


@frozen
class Inner:
    amount: Decimal
    day: date


@frozen
class Outer:
    id: UUID
    at: datetime
    colour: Colour
    inners: tuple[Inner, ...]
    maybe: Inner | None = None
    by_colour: dict[Colour, int] = field(factory=dict)


class Pair(NamedTuple):
    left: date
    right: Decimal


OUTER = Outer(
    id=UUID(int=7),
    at=datetime(2026, 1, 31, 23, 30, tzinfo=ZoneInfo("Asia/Manila")),
    colour=Colour.RED,
    inners=(Inner(Decimal("1234.50"), date(2026, 2, 1)),),
    by_colour={Colour.RED: 3},
)


def test_a_value_of_the_domain_is_written_in_the_forms_of_the_contract() -> None:
    assert orjson.loads(to_json(OUTER)) == {
        "id": "00000000-0000-0000-0000-000000000007",
        "at": "2026-01-31T23:30:00+08:00",
        "colour": "red",
        "inners": [{"amount": "1234.50", "day": "2026-02-01"}],
        "maybe": None,
        "by_colour": {"red": 3},
    }


def test_a_moment_keeps_its_offset_also_when_it_is_utc() -> None:
    assert to_plain(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00+00:00"


def test_no_moment_goes_out_without_an_offset() -> None:
    assert to_plain(datetime(2026, 1, 1)) == "2026-01-01T00:00:00+00:00"  # noqa: DTZ001


def test_a_date_is_a_day_and_no_moment() -> None:
    assert to_plain(date(2026, 1, 1)) == "2026-01-01"


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_an_amount_that_is_none_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        to_json(Decimal(amount))


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_money_is_a_string_without_exponent_that_says_the_same_number(amount: Decimal) -> None:
    result = to_plain(amount)
    assert "E" not in result
    assert Decimal(result) == amount


def test_sets_have_one_order() -> None:
    assert to_plain({"users:read": {"b", "a", "c"}}) == {"users:read": ["a", "b", "c"]}
    assert to_plain(frozenset({Colour.RED})) == ["red"]


def test_a_named_tuple_and_a_read_only_mapping_are_written_as_list_and_object() -> None:
    assert to_plain(Pair(date(2026, 1, 1), Decimal(1))) == ["2026-01-01", "1"]
    assert to_plain(MappingProxyType({"a": Decimal(1)})) == {"a": "1"}


def test_an_unknown_type_is_an_error() -> None:
    with pytest.raises(TypeError):
        to_json(object())


def test_for_people_it_is_indented() -> None:
    assert to_readable_json({"a": 1}) == '{\n  "a": 1\n}'
