"""Which status and reason can be recorded for whom."""

from __future__ import annotations

from uuid import UUID

import pytest

from clientupdater.domain.errors import (
    InvalidInput,
    ReasonNotAllowed,
    ReasonRequired,
    RemarksRequired,
    StatusNotAllowed,
)
from clientupdater.domain.ids import CompanyId
from clientupdater.domain.statuses import (
    Choice,
    Reason,
    Status,
    StatusCatalogue,
    required_remarks,
    tidy_remarks,
)
from tests.support.builders import DONE_REASONS, FCASH, PCNI, catalogue

seeded = catalogue()


def test_S1_pending_cannot_be_recorded() -> None:
    with pytest.raises(StatusNotAllowed) as refused:
        seeded.choose("PENDING", None, None, FCASH)
    assert str(refused.value) == (
        "Every row begins at PENDING, so it cannot be recorded."
        " Choose one of TO_FOLLOW, CALLED, VISITED, UPDATED, DONE."
    )


@pytest.mark.parametrize("status", ["TO_FOLLOW", "CALLED", "VISITED", "UPDATED"])
def test_S2_attempts_and_findings_stand_alone(status: str) -> None:
    assert seeded.choose(status, None, None, FCASH) == Choice(status, None, None, is_terminal=False)


def test_an_unknown_status_is_answered_with_what_can_be_chosen_in_order() -> None:
    with pytest.raises(StatusNotAllowed) as refused:
        seeded.choose("CALED", None, None, PCNI)
    assert str(refused.value) == (
        "There is no such status in use. Choose one of TO_FOLLOW, CALLED, UPDATED, DONE."
    )


@pytest.mark.rule("S6")
def test_what_is_offered_is_what_this_company_uses() -> None:
    with pytest.raises(StatusNotAllowed, match="CALLED, VISITED, UPDATED, DONE"):
        seeded.choose("CALED", None, None, FCASH)


@pytest.mark.parametrize(
    ("reason", "remarks", "terminal"),
    [
        ("DECEASED", None, True),
        ("FULLY_PAID", None, True),
        ("CONFIRMED", None, False),
        ("NOT_REACHABLE", "rang six times", False),
    ],
)
def test_S4_done_takes_each_of_its_reasons(
    reason: str, remarks: str | None, terminal: bool
) -> None:
    choice = seeded.choose("DONE", reason, remarks, PCNI)
    assert choice == Choice("DONE", reason, remarks, is_terminal=terminal)


def test_S4_a_status_with_reasons_requires_one_and_lists_them() -> None:
    with pytest.raises(ReasonRequired) as refused:
        seeded.choose("DONE", None, None, FCASH)
    message = "DONE needs a reason: DECEASED, FULLY_PAID, CONFIRMED, NOT_REACHABLE."
    assert str(refused.value) == message


def test_S4_a_status_without_reasons_takes_none() -> None:
    with pytest.raises(ReasonNotAllowed) as refused:
        seeded.choose("CALLED", "CONFIRMED", None, FCASH)
    assert str(refused.value) == "This is no reason for CALLED. It takes none."


def test_S4_a_reason_must_belong_to_its_status() -> None:
    with pytest.raises(ReasonNotAllowed) as refused:
        seeded.choose("DONE", "NOBODY_HOME", None, FCASH)
    message = (
        "This is no reason for DONE. Choose one of DECEASED, FULLY_PAID, CONFIRMED, NOT_REACHABLE."
    )
    assert str(refused.value) == message


@pytest.mark.parametrize("remarks", [None, "", "  \t\n"])
def test_S5_a_reason_that_requires_remarks_wants_more_than_white_space(
    remarks: str | None,
) -> None:
    with pytest.raises(RemarksRequired) as refused:
        seeded.choose("DONE", "NOT_REACHABLE", remarks, FCASH)
    assert str(refused.value) == "DONE with NOT_REACHABLE needs remarks."


def test_S5_remarks_are_kept_trimmed() -> None:
    assert seeded.choose("CALLED", None, "  at noon \n", FCASH).remarks == "at noon"
    assert tidy_remarks("   ") is None
    assert tidy_remarks(None) is None


def test_S5_remarks_hold_four_thousand_characters_once_trimmed() -> None:
    assert tidy_remarks(" " + "x" * 4000 + " ") == "x" * 4000
    with pytest.raises(InvalidInput) as refused:
        tidy_remarks("x" * 4001)
    assert str(refused.value) == "/remarks: holds 4000 characters at most, not 4001"


def test_S5_remarks_cannot_hold_what_the_database_cannot_keep() -> None:
    with pytest.raises(InvalidInput) as refused:
        tidy_remarks("a\x00b")
    assert str(refused.value) == "/remarks: cannot hold a NUL character"


def test_S12_a_correction_insists_on_remarks() -> None:
    assert required_remarks(" wrong client ", "voiding") == "wrong client"
    with pytest.raises(RemarksRequired) as refused:
        required_remarks(" ", "voiding")
    assert str(refused.value) == "Say why: voiding needs remarks."


def test_S6_a_status_bound_to_a_company_is_only_for_its_clients() -> None:
    assert seeded.choose("VISITED", None, None, FCASH).status == "VISITED"
    with pytest.raises(StatusNotAllowed) as refused:
        seeded.choose("VISITED", None, None, PCNI)
    assert str(refused.value) == (
        "VISITED is not for clients of this company."
        " Choose one of TO_FOLLOW, CALLED, UPDATED, DONE."
    )


def test_S6_a_status_can_be_bound_to_several_companies() -> None:
    third = CompanyId(UUID(int=3))
    status = Status("VISITED", 4, companies=frozenset({FCASH, third}))
    assert [status.is_for(company) for company in (FCASH, PCNI, third)] == [True, False, True]


def test_S7_an_inactive_status_cannot_be_recorded_nor_is_it_offered() -> None:
    shelved = StatusCatalogue([Status("CALLED", 2, is_active=False), Status("DONE", 1)])
    with pytest.raises(StatusNotAllowed) as refused:
        shelved.choose("CALLED", None, None, FCASH)
    assert str(refused.value) == "There is no such status in use. Choose one of DONE."


def test_S7_an_inactive_reason_cannot_be_recorded() -> None:
    reasons = (Reason("CONFIRMED"), Reason("MOVED_AWAY", is_active=False))
    shelved = StatusCatalogue([Status("DONE", 1, reasons)])
    with pytest.raises(ReasonNotAllowed):
        shelved.choose("DONE", "MOVED_AWAY", None, FCASH)


@pytest.mark.rule("S4", "S7")
def test_a_status_whose_reasons_are_all_inactive_takes_none() -> None:
    shelved = StatusCatalogue([Status("DONE", 1, (Reason("CONFIRMED", is_active=False),))])
    assert shelved.choose("DONE", None, None, FCASH).reason is None
    with pytest.raises(ReasonNotAllowed, match="It takes none"):
        shelved.choose("DONE", "CONFIRMED", None, FCASH)


@pytest.mark.parametrize(
    ("status", "reason", "ends"),
    [
        ("DONE", "DECEASED", True),
        ("DONE", "CONFIRMED", False),
        ("DONE", None, False),
        ("CALLED", "DECEASED", False),
        ("NO SUCH", "DECEASED", False),
    ],
)
@pytest.mark.rule("T1")
def test_only_a_terminal_reason_of_its_status_may_end_a_client(
    status: str, reason: str | None, *, ends: bool
) -> None:
    assert catalogue().may_end(status, reason) is ends


@pytest.mark.rule("S4", "S5")
def test_S4_a_refusal_carries_the_field_and_what_may_be_chosen_for_it() -> None:
    seeded = catalogue()
    for status, reason, error, field, allowed in (
        ("PENDING", None, StatusNotAllowed, "/status", ["TO_FOLLOW", "CALLED", "UPDATED", "DONE"]),
        ("NO SUCH", None, StatusNotAllowed, "/status", ["TO_FOLLOW", "CALLED", "UPDATED", "DONE"]),
        ("VISITED", None, StatusNotAllowed, "/status", ["TO_FOLLOW", "CALLED", "UPDATED", "DONE"]),
        ("DONE", None, ReasonRequired, "/reason", [each.code for each in DONE_REASONS]),
        ("DONE", "BUSY", ReasonNotAllowed, "/reason", [each.code for each in DONE_REASONS]),
        ("CALLED", "BUSY", ReasonNotAllowed, "/reason", []),
    ):
        with pytest.raises(error) as refused:
            seeded.choose(status, reason, None, PCNI)
        assert refused.value.details == {"field": field, "allowed": allowed}
    with pytest.raises(RemarksRequired) as unsaid:
        seeded.choose("DONE", "NOT_REACHABLE", None, PCNI)
    assert unsaid.value.details == {"field": "/remarks"}
