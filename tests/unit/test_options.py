"""Categories and options: trees, defaults, bounds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from attrs import evolve

from clientupdater.domain.errors import AlreadyExists, ConfigurationNotAllowed, InvalidInput
from clientupdater.domain.ids import OptionId
from clientupdater.domain.options import (
    DEEPEST,
    LARGEST_METADATA,
    MOST_CATEGORIES,
    MOST_OPTIONS,
    Category,
    Option,
    checked_category,
    checked_option,
    require_no_children,
    require_no_options,
)

ANSWERS = Category(code="answers", name="Answers")


def option(number: int, **facts: Any) -> Option:
    usual = {"category": "answers", "code": f"o{number}", "label": f"Option {number}"}
    return Option(id=OptionId(UUID(int=number)), **{**usual, **facts})


def faults(checked: Option, *others: Option) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        checked_option(checked, others)
    return {fault.pointer: fault.message for fault in caught.value.faults}


def chain(length: int) -> list[Option]:
    """Give options each below the one before."""
    first = option(1)
    return [first, *(option(n, parent=OptionId(UUID(int=n - 1))) for n in range(2, length + 1))]


def test_a_category_is_tidied_and_kept_in_its_bounds() -> None:
    tidy = checked_category(evolve(ANSWERS, name=" Answers ", description="Two\nlines"), [])
    assert tidy.name == "Answers"
    assert tidy.values["description"] == "Two\nlines"
    wrong = Category(code="a b", name=" ", description="\x00", sort_order=-1)
    with pytest.raises(InvalidInput) as caught:
        checked_category(wrong, [])
    pointers = [fault.pointer for fault in caught.value.faults]
    assert pointers == ["/code", "/name", "/sort_order", "/description"]
    with pytest.raises(AlreadyExists):
        checked_category(ANSWERS, [evolve(ANSWERS, code="Answers")])
    many = [evolve(ANSWERS, code=f"c{n}") for n in range(MOST_CATEGORIES)]
    with pytest.raises(ConfigurationNotAllowed, match="500 categories at most"):
        checked_category(ANSWERS, many)


def test_every_fault_of_an_option_is_named_at_once() -> None:
    wrong = option(
        1,
        code="",
        label="a\nb",
        value="x" * 4_001,
        metadata={"a": "x" * LARGEST_METADATA},
        sort_order=100_001,
        is_default=True,
        is_active=False,
        parent=OptionId(UUID(int=9)),
    )
    assert set(faults(wrong)) == {
        "/code",
        "/label",
        "/value",
        "/metadata",
        "/sort_order",
        "/is_default",
        "/parent",
    }
    for text in ("a\x00b", "a\ud800b"):
        assert set(faults(option(1, value=text, metadata={"a": text}))) == {"/value", "/metadata"}
    assert checked_option(option(1, label=" Yes ", value=""), []).label == "Yes"


def test_codes_and_defaults_are_unique_within_a_company() -> None:
    yes = option(1, code="yes", is_default=True)
    with pytest.raises(AlreadyExists, match="the code YES"):
        checked_option(option(2, code="YES"), [yes])
    with pytest.raises(ConfigurationNotAllowed, match="yes is the default of answers"):
        checked_option(option(2, is_default=True), [yes])
    own = option(2, code="yes", is_default=True, company="FCASH")
    assert checked_option(own, [yes]) == own
    many = [option(n) for n in range(2, MOST_OPTIONS + 2)]
    with pytest.raises(ConfigurationNotAllowed, match="1000 options at most"):
        checked_option(option(1), many)


def test_a_companys_option_stands_below_a_general_one_and_never_the_reverse() -> None:
    general, own = option(1), option(2, company="FCASH")
    below = option(3, company="FCASH", parent=own.id)
    assert checked_option(below, [general, own]) == below
    checked_option(evolve(below, parent=general.id), [general, own])
    for company in (None, "PCNI"):
        assert faults(evolve(below, company=company), general, own) == {
            "/parent": "must be a general option, or one of the same company"
        }


def test_options_make_no_circle_and_no_tree_that_is_too_deep() -> None:
    line = chain(DEEPEST)
    assert checked_option(line[-1], line[:-1]) == line[-1]
    turned = evolve(line[0], parent=line[-1].id)
    assert faults(turned, *line[1:]) == {"/parent": "must not be below this option itself"}
    deeper = option(20, parent=line[-1].id)
    assert list(faults(deeper, *line)) == ["/parent"]
    above = option(21)
    assert list(faults(evolve(line[0], parent=above.id), above, *line[1:])) == ["/parent"]
    twisted = [option(1, parent=OptionId(UUID(int=2))), option(2, parent=OptionId(UUID(int=1)))]
    assert list(faults(option(3, parent=twisted[0].id), *twisted)) == ["/parent"]


def test_what_others_depend_on_is_not_deleted() -> None:
    first, second = chain(2)
    with pytest.raises(ConfigurationNotAllowed, match="options below it"):
        require_no_children(first, [second])
    require_no_children(second, [first])
    with pytest.raises(ConfigurationNotAllowed, match="answers has options"):
        require_no_options(ANSWERS, [first])
    require_no_options(ANSWERS, [])


def test_the_audit_keeps_a_parent_as_text() -> None:
    first, second = chain(2)
    assert first.values["parent"] is None
    assert second.values["parent"] == str(first.id)
