"""Pension numbers stand in their own field alone (C3)."""

from __future__ import annotations

import pytest

from clientupdater.domain.errors import Fault, InvalidInput
from clientupdater.domain.sync.fields import Entry, Field, Raw
from clientupdater.domain.sync.mapping import (
    Record,
    RecordMapper,
    Reject,
    Row,
    SourceMapping,
    check_mapping,
)
from clientupdater.domain.sync.protection import REPEATED, repeats
from clientupdater.domain.sync.transforms import Lookups

pytestmark = pytest.mark.rule("C3")

IDENTITY = (Entry("client_code", "CODE", ("trim", "upper")), Entry("company", "COMPANY"))
NUMBER = Entry("pension_number", "SSS_NO", ("strip_spaces_and_dashes",))
MORE = (Entry("full_name", "NAME"), Entry("branch", "BRANCH"), Entry("address", "ADDRESS"))
MAPPING = check_mapping((*IDENTITY, NUMBER, *MORE))
PLAIN = "0134567890"


def refused(*entries: Entry, protected: frozenset[str] = frozenset()) -> tuple[Fault, ...]:
    with pytest.raises(InvalidInput) as refusal:
        check_mapping((*IDENTITY, *entries), protected)
    return refusal.value.faults


def mapped(mapping: SourceMapping = MAPPING, **cells: Raw) -> Row | Reject:
    values: dict[str, Raw] = {
        "CODE": "c-1",
        "COMPANY": "FCASH",
        "SSS_NO": "01-3456789-0",
        "NAME": "Juan dela Cruz",
        "BRANCH": "MNL",
        "ADDRESS": "12 Rizal Street",
    }
    return RecordMapper.of(mapping, Lookups())(Record(1, {**values, **cells}))


def rejected(mapping: SourceMapping = MAPPING, **cells: Raw) -> Reject:
    result = mapped(mapping, **cells)
    assert isinstance(result, Reject)
    assert PLAIN not in str(result).replace("-", "")
    return result


def test_a_column_that_is_read_as_a_pension_number_fills_nothing_else() -> None:
    assert refused(NUMBER, Entry("address", " sss_no ")) == (
        Fault(
            "/3/column",
            " sss_no  holds pension numbers, so it can fill pension_number only",
        ),
    )


def test_a_protected_column_fills_nothing_else_either() -> None:
    protected = frozenset({"sss_no"})
    assert refused(Entry("loan_status", "SSS_NO"), protected=protected) == (
        Fault("/2/column", "SSS_NO holds pension numbers, so it can fill pension_number only"),
    )
    assert check_mapping((*IDENTITY, NUMBER, *MORE), protected).columns[2] == "SSS_NO"


@pytest.mark.parametrize("cell", [PLAIN, "01 3456789 0", "01.3456789/0", f"SSS {PLAIN}"])
def test_a_record_that_repeats_its_number_in_another_field_is_refused(cell: str) -> None:
    assert rejected(ADDRESS=cell) == Reject(1, "C-1", (Fault("ADDRESS", REPEATED),), "FCASH")


def test_a_code_that_is_the_number_is_not_shown_and_no_client_is_marked_as_missing() -> None:
    assert rejected(CODE=PLAIN) == Reject(
        1, None, (Fault("CODE", REPEATED),), "FCASH", hides_code=True
    )


def test_a_company_that_is_the_number_is_not_shown() -> None:
    assert rejected(COMPANY=PLAIN) == Reject(1, "C-1", (Fault("COMPANY", REPEATED),))


def test_a_number_that_is_unfit_itself_is_known_by_its_cell() -> None:
    result = rejected(SSS_NO=f"{PLAIN}\x00", CODE=PLAIN)
    assert result.code is None
    assert Fault("CODE", REPEATED) in result.faults


def test_a_record_with_its_number_in_its_own_column_alone_is_taken() -> None:
    assert isinstance(mapped(), Row)


def test_a_code_that_is_made_from_the_number_is_taken() -> None:
    assert isinstance(mapped(CODE=f"FC-{PLAIN}"), Row)


@pytest.mark.parametrize("word", ["N/A", "0", "12345"])
def test_a_number_that_is_not_personal_may_stand_anywhere(word: str) -> None:
    assert isinstance(mapped(SSS_NO=word, ADDRESS=word), Row)


def test_a_short_number_is_found_where_it_is_the_whole_text() -> None:
    assert isinstance(mapped(SSS_NO="123456", ADDRESS="No. 123456 Rizal Street"), Row)
    assert isinstance(mapped(SSS_NO="123456", ADDRESS="123-456"), Reject)


def test_a_number_that_came_as_a_number_is_known_as_well() -> None:
    assert isinstance(mapped(SSS_NO=1234567890, ADDRESS="1234567890"), Reject)
    assert isinstance(mapped(SSS_NO=None, ADDRESS=PLAIN), Row)


def test_a_mapping_that_reads_no_pension_number_knows_none() -> None:
    without = check_mapping((*IDENTITY, *MORE))
    assert isinstance(mapped(without, ADDRESS=PLAIN), Row)


def test_a_number_is_found_in_letters_that_become_two_capitals() -> None:
    number = "AFI1234567"
    values = {Field.FULL_NAME: "Juana a\ufb01-1234567"}
    assert repeats(number, values, [Field.FULL_NAME]) == (Field.FULL_NAME,)


def test_a_value_that_is_no_text_repeats_no_number() -> None:
    number = "0312345678"
    values = {Field.FULL_NAME: number, Field.BRANCH: None}
    assert repeats(number, values, [Field.FULL_NAME, Field.BRANCH]) == (Field.FULL_NAME,)
