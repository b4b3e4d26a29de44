"""How history shows values, and what one row changes in a client."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from attrs import evolve

from clientupdater.domain.errors import Fault
from clientupdater.domain.sync.comparison import Finding, Known, compare
from clientupdater.domain.sync.contacts import Contact
from clientupdater.domain.sync.fields import Field, Sealed, Value
from clientupdater.domain.sync.mapping import Reject, Row
from clientupdater.domain.sync.plan import (
    Create,
    FieldChange,
    Update,
    canonical,
)
from clientupdater.domain.sync.versions import RecordVersion

OLD_SEAL, NEW_SEAL = Sealed("f1", "1234"), Sealed("f2", "1234")
# --- history


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("FCASH", "FCASH"),
        (7, "7"),
        (Decimal("1E+3"), "1000.00"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, tzinfo=UTC), "2026-01-02T03:00:00+00:00"),
        (Sealed("f1", "1234"), "••••1234"),
    ],
)
def test_C2_values_are_written_as_history_shows_them(value: Value, text: str | None) -> None:
    assert canonical(value) == text


# --- what one row comes to

KNOWN = Known(
    values={
        Field.CLIENT_CODE: "C-1",
        Field.COMPANY: "FCASH",
        Field.FULL_NAME: "Ana",
        Field.BRANCH: "MNL",
        Field.PENSION_NUMBER: Sealed("<341234>", "1234"),
        Field.CONTACT_NUMBER: "0917",
        Field.PAST_DUE_AMOUNT: Decimal("5.00"),
    },
    contacts={Field.CONTACT_NUMBER: Contact("0917", "0917")},
    taken=RecordVersion(None, 3),
)
SAME = Row(
    1,
    "C-1",
    {**KNOWN.values, Field.PENSION_NUMBER: "341234", Field.PAST_DUE_AMOUNT: Decimal("5.0")},
    RecordVersion(None, 3),
)
ALL = frozenset(Field)


def seal(number: str) -> Sealed:
    return Sealed(f"<{number}>", number[-4:])


def saying(**cells: Value) -> Row:
    return evolve(SAME, values={**SAME.values, **{Field(name): v for name, v in cells.items()}})


def test_Y4_a_row_that_says_the_same_changes_nothing() -> None:
    finding = compare(KNOWN, SAME, ALL, seal)
    assert finding == Finding(contacts=KNOWN.contacts)


def test_Y4_only_what_differs_is_changed() -> None:
    row = saying(branch="CEB", past_due_amount=None, pension_number="991234", address="Cebu")
    finding = compare(KNOWN, row, ALL, seal)
    assert finding.update == Update(
        "C-1",
        (
            FieldChange("address", None, "Cebu"),
            FieldChange("branch", "MNL", "CEB"),
            FieldChange("past_due_amount", Decimal("5.00"), None),
            FieldChange("pension_number", Sealed("<341234>", "1234"), Sealed("<991234>", "1234")),
        ),
    )
    assert finding.create is None
    assert finding.reject is None
    assert not finding.outdated
    assert not finding.conflict


def test_Y10_a_source_never_overwrites_what_another_owns() -> None:
    row = saying(branch="CEB", full_name="Eva", contact_number="0999")
    finding = compare(KNOWN, row, frozenset({Field.FULL_NAME}), seal)
    assert finding.update == Update("C-1", (FieldChange("full_name", "Ana", "Eva"),))
    assert finding.contacts == {}


def test_Y10_a_source_fills_what_another_owns_when_the_client_is_created() -> None:
    finding = compare(None, SAME, frozenset(), seal)
    assert finding == Finding(
        create=Create("C-1", {**SAME.values, Field.PENSION_NUMBER: seal("341234")}),
        contacts={Field.CONTACT_NUMBER: Contact("0917", "0917")},
    )


def test_Y10_an_older_version_never_overwrites_a_newer_one() -> None:
    older = evolve(saying(branch="CEB"), version=RecordVersion(None, 2))
    assert compare(KNOWN, older, ALL, seal) == Finding(outdated=True)
    assert compare(KNOWN, evolve(older, deleted=True), ALL, seal) == Finding(outdated=True)


def test_Y3_a_new_client_without_name_and_branch_is_rejected() -> None:
    row = Row(4, "C-8", {Field.CLIENT_CODE: "C-8", Field.COMPANY: "FCASH", Field.BRANCH: None})
    assert compare(None, row, ALL, seal) == Finding(
        reject=Reject(
            4,
            "C-8",
            (
                Fault("branch", "is needed for a new client"),
                Fault("full_name", "is needed for a new client"),
            ),
        )
    )


def test_Y6_a_deletion_counts_for_known_clients_only() -> None:
    gone = evolve(SAME, values={Field.CLIENT_CODE: "C-1"}, deleted=True)
    assert compare(KNOWN, gone, ALL, seal) == Finding(deleted=True)
    assert compare(None, gone, ALL, seal) == Finding()


def test_T2_a_record_of_a_client_with_a_terminal_outcome_is_reported_and_applied() -> None:
    ended = evolve(KNOWN, has_terminal_outcome=True)
    finding = compare(ended, saying(branch="CEB"), ALL, seal)
    assert finding.terminal_exception
    assert finding.update == Update("C-1", (FieldChange("branch", "MNL", "CEB"),))
    assert not compare(KNOWN, SAME, ALL, seal).terminal_exception


def _corrected(contact: Contact) -> Known:
    return evolve(
        KNOWN,
        values={**KNOWN.values, Field.CONTACT_NUMBER: contact.value},
        contacts={Field.CONTACT_NUMBER: contact},
    )


def test_C1_a_source_changes_no_number_that_staff_corrected() -> None:
    known = _corrected(Contact("0918", "0917", corrected=True))
    assert compare(known, SAME, ALL, seal) == Finding(contacts=known.contacts)
    finding = compare(known, saying(contact_number="0999"), ALL, seal)
    assert finding.update is None
    assert finding.conflict
    assert finding.contacts == {
        Field.CONTACT_NUMBER: Contact("0918", "0999", corrected=True, conflict=True)
    }


def test_C1_a_conflict_is_reported_once() -> None:
    flagged = _corrected(Contact("0918", "0999", corrected=True, conflict=True))
    assert not compare(flagged, saying(contact_number="0999"), ALL, seal).conflict
    assert compare(flagged, saying(contact_number="0888"), ALL, seal).conflict


def test_C1_the_first_number_of_a_source_is_taken() -> None:
    finding = compare(KNOWN, saying(contact_number_alt="02"), ALL, seal)
    assert finding.update == Update("C-1", (FieldChange("contact_number_alt", None, "02"),))
    assert finding.contacts[Field.CONTACT_NUMBER_ALT] == Contact("02", "02")
    emptied = compare(KNOWN, saying(contact_number=None), ALL, seal)
    assert emptied.update == Update("C-1", (FieldChange("contact_number", "0917", None),))
