"""What may be written as a contact number, and what a correction or a settlement makes of two."""

from __future__ import annotations

import pytest

from clientupdater.domain.contacts import ContactCard, Settlement, checked_number
from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.sync.contacts import Contact
from clientupdater.domain.sync.fields import Field
from clientupdater.domain.sync.plan import FieldChange
from tests.support.builders import JUAN

FIRST, SECOND = Field.CONTACT_NUMBER, Field.CONTACT_NUMBER_ALT
OURS, THEIRS, NEWER = "+639170000001", "+639170000002", "+639170000003"
FLAGGED = Contact(OURS, NEWER, corrected=True, conflict=True)
SETTLED = Contact(OURS, NEWER, corrected=True)


def card(first: Contact | None = None, second: Contact | None = None) -> ContactCard:
    numbers = {FIRST: first or Contact(THEIRS, THEIRS), SECOND: second or Contact()}
    return ContactCard(client=JUAN, version=3, numbers=numbers)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0917 000 0001", OURS),
        (" +63 (917) 000-0001 ", OURS),
        ("(02) 8123-4567", "+6328123 4567".replace(" ", "")),
        ("8123 4567", "8123 4567"),
        ("812-3456", "812-3456"),
        ("02 8123 4567  loc. 12", "02 8123 4567 loc. 12"),
        ("+1 202 555 0143", "+1 202 555 0143"),
        ("8123\u20114567", "8123\u20114567"),
    ],
)
def test_C1_a_number_is_kept_in_its_philippine_form_or_else_as_typed(typed: str, kept: str) -> None:
    assert checked_number(typed, "/contact_number") == kept


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "none", "123456", "1" * 16, "8123 4567 Juan", "juan@example.com", "8123456\x00",
     "local 7", "8" + ".-" * 25 + "1234567", "8123 4567 loc. 1234567", "٨١٢٣٤٥٦٧"],
)  # fmt: skip
def test_C1_a_malformed_telephone_number_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_number(typed, "/contact_number")
    (fault,) = refused.value.faults
    assert fault.pointer == "/contact_number"
    assert not typed.strip() or typed not in fault.message


def test_C1_all_malformed_numbers_are_reported_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        card().corrected({FIRST: "Juan", SECOND: "none"})
    assert [fault.pointer for fault in refused.value.faults] == [f"/{FIRST}", f"/{SECOND}"]


@pytest.mark.rule("C1", "C2")
def test_a_correction_of_one_number_leaves_the_other_and_names_the_change() -> None:
    before = card(second=FLAGGED)
    after = before.corrected({FIRST: "0917 000 0001"})
    assert after.numbers == {FIRST: Contact(OURS, THEIRS, corrected=True), SECOND: FLAGGED}
    assert after.in_conflict == {SECOND}
    assert before.changes_to(after) == (FieldChange("contact_number", THEIRS, OURS),)


@pytest.mark.rule("C1", "C2")
def test_null_takes_a_number_away_and_what_is_the_same_changes_nothing() -> None:
    before = card()
    after = before.corrected({FIRST: None})
    assert before.changes_to(after) == (FieldChange("contact_number", THEIRS, None),)
    assert before.corrected({FIRST: THEIRS}) == before.corrected({}) == before


def test_C1_keeping_ours_settles_every_conflict_and_changes_no_number() -> None:
    before = card(FLAGGED, FLAGGED)
    after = before.settled(Settlement.KEEP_OURS)
    assert after.numbers == {FIRST: SETTLED, SECOND: SETTLED}
    assert before.changes_to(after) == ()
    assert not after.in_conflict


def test_C1_taking_theirs_takes_what_is_in_conflict_and_not_what_was_settled() -> None:
    before = card(FLAGGED, SETTLED)
    after = before.settled(Settlement.TAKE_THEIRS)
    assert after.numbers == {FIRST: Contact(NEWER, NEWER), SECOND: SETTLED}
    assert before.changes_to(after) == (FieldChange("contact_number", OURS, NEWER),)


def test_C1_a_number_that_is_named_can_be_the_sources_again_later_on() -> None:
    before = card(FLAGGED, SETTLED)
    after = before.settled(Settlement.TAKE_THEIRS, {SECOND})
    assert after.numbers == {FIRST: FLAGGED, SECOND: Contact(NEWER, NEWER)}


def test_C1_an_uncorrected_number_needs_no_decision() -> None:
    before = card()
    for how in Settlement:
        assert before.settled(how) == before.settled(how, {FIRST, SECOND}) == before
