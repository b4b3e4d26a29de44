"""What can be taken out, and how its cells are kept from being formulas."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.exports import (
    COLUMNS,
    ESCAPED_STARTS,
    FORMULA_STARTS,
    ExportType,
    chosen_columns,
    escaped,
    is_over,
    unescaped,
)

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@given(st.text() | st.builds(str.__add__, st.sampled_from(ESCAPED_STARTS), st.text()))
def test_no_text_begins_as_a_formula_and_every_text_comes_back(text: str) -> None:
    assert escaped(text)[:1] not in set(FORMULA_STARTS)
    assert unescaped(escaped(text)) == text


@pytest.mark.parametrize("start", ["\uff1d", "\uff0b", "\uff0d", "\uff20", "\n", "\r", "\t"])
def test_signs_of_full_width_and_breaks_of_lines_begin_no_formula(start: str) -> None:
    assert escaped(f"{start}1+1") == f"'{start}1+1"


def test_a_phone_number_keeps_every_digit_and_its_sign() -> None:
    assert escaped("+639171234567") == "'+639171234567"
    assert unescaped("'+639171234567") == "+639171234567"


def test_what_only_looks_like_it_is_left_alone() -> None:
    assert unescaped("'til Friday") == "'til Friday"
    assert unescaped("'") == "'"


def test_no_columns_named_are_all_of_them_in_their_order() -> None:
    assert chosen_columns(ExportType.CLIENTS, ()) == tuple(COLUMNS[ExportType.CLIENTS])
    assert chosen_columns(ExportType.CLIENTS, ["branch", "client_code"]) == (
        "branch",
        "client_code",
    )


def test_an_unknown_or_repeated_column_is_reported() -> None:
    with pytest.raises(InvalidInput) as caught:
        chosen_columns(ExportType.STATUS, ["status", "shoe_size", "status"])
    assert [fault.pointer for fault in caught.value.faults] == ["/columns/1", "/columns/2"]


def test_no_column_holds_a_pension_number_in_full() -> None:
    assert not {"pension_number", "pension_last4"} & {
        name for columns in COLUMNS.values() for name in columns
    }


def test_a_time_is_over_from_its_very_moment_on() -> None:
    assert is_over(NOW, NOW)
    assert not is_over(NOW + timedelta(seconds=1), NOW)
    assert not is_over(None, NOW)
