"""Who must be reached, and in which period."""

from __future__ import annotations

from datetime import date

import pytest

from clientupdater.domain.access import ClientPlace
from clientupdater.domain.clients import has_terminal_outcome, masked_pension_number
from clientupdater.domain.events import ExemptCause, Snapshot
from clientupdater.domain.periods import Cycle, Period
from tests.support.builders import ANA, CALOOCAN, FCASH, NOVEMBER, client, manila

QUARTER = Period.quarter(2026, 4)
DECEMBER = Period.month(2026, 12)


def test_P5_active_and_not_deleted_with_a_trackable_par_status_is_tracked() -> None:
    assert client(par_trackable=True).exempt_cause is None


def test_P5_no_par_status_counts_as_trackable() -> None:
    assert client(par_trackable=None).exempt_cause is None


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        ({"has_terminal_outcome": True}, ExemptCause.TERMINAL),
        ({"is_deleted": True}, ExemptCause.DELETED),
        ({"is_active": False}, ExemptCause.INACTIVE),
        ({"par_trackable": False}, ExemptCause.PAR_STATUS),
    ],
)
def test_P5_any_of_four_causes_ends_it(facts: dict[str, object], cause: ExemptCause) -> None:
    assert client(**facts).exempt_cause is cause


def test_P6_of_several_causes_the_first_in_a_fixed_order_is_shown() -> None:
    facts: dict[str, object] = {
        "has_terminal_outcome": True,
        "is_deleted": True,
        "is_active": False,
        "par_trackable": False,
    }
    shown = []
    for gone, back in [
        ("has_terminal_outcome", False),
        ("is_deleted", False),
        ("is_active", True),
        ("par_trackable", True),
    ]:
        shown.append(client(**facts).exempt_cause)
        facts[gone] = back
    assert shown == ["terminal", "deleted", "inactive", "par_status"]
    assert client(**facts).exempt_cause is None


def test_P2_the_products_cycle_decides_the_running_period() -> None:
    day = date(2026, 11, 5)
    assert client(cycle=Cycle.MONTHLY).running_period(day) == NOVEMBER
    assert client(cycle=Cycle.QUARTERLY).running_period(day) == QUARTER


def test_P2_a_client_without_a_cycle_is_unmapped_and_has_no_period() -> None:
    unmapped = client(cycle=None)
    assert unmapped.is_unmapped
    assert unmapped.running_period(date(2026, 11, 5)) is None
    assert not unmapped.is_due(NOVEMBER, date(2026, 11, 5))
    assert not client().is_unmapped


def test_P4_a_trackable_client_is_due_in_periods_of_its_own_cycle() -> None:
    today = date(2026, 11, 5)
    assert client().is_due(NOVEMBER, today)
    assert not client().is_due(QUARTER, today)
    assert client(cycle=Cycle.QUARTERLY).is_due(QUARTER, today)


def test_P4_a_client_who_is_not_trackable_is_due_in_none() -> None:
    assert not client(is_active=False).is_due(NOVEMBER, date(2026, 11, 5))


@pytest.mark.parametrize(
    ("today", "due"),
    [(date(2026, 11, 20), False), (date(2026, 11, 30), False), (date(2026, 12, 1), True)],
)
def test_P2_a_changed_cycle_gets_the_running_period_at_the_next_months_start(
    today: date, due: bool
) -> None:
    changed = client(cycle=Cycle.QUARTERLY, cycle_from=date(2026, 12, 1))
    assert changed.is_due(QUARTER, today) is due


@pytest.mark.rule("P2", "P4")
def test_a_period_opened_on_the_evening_before_counts_as_its_first_day() -> None:
    changed = client(cycle=Cycle.MONTHLY, cycle_from=date(2026, 12, 1))
    evening = date(2026, 11, 30)
    assert changed.is_due(DECEMBER, evening)
    assert not changed.is_due(NOVEMBER, evening)


def snapshot(*, ended: int | None = None, revived: int | None = None) -> Snapshot:
    return Snapshot(
        branch=CALOOCAN,
        updated_at=manila(1),
        terminal_at=manila(ended) if ended else None,
        revived_at=manila(revived) if revived else None,
    )


@pytest.mark.parametrize(
    ("rows", "ended"),
    [
        ([], False),
        ([snapshot()], False),
        ([snapshot(ended=5), snapshot()], True),
        ([snapshot(ended=5), snapshot(revived=6)], False),
        ([snapshot(revived=6), snapshot(ended=7)], True),
        ([snapshot(ended=5), snapshot(revived=6), snapshot(ended=7)], True),
        ([snapshot(revived=6)], False),
        ([snapshot(ended=6), snapshot(revived=6)], False),
    ],
)
@pytest.mark.rule("T1", "T4")
def test_a_terminal_outcome_holds_until_it_is_revived(rows: list[Snapshot], ended: bool) -> None:
    assert has_terminal_outcome(rows) is ended


def test_C3_a_pension_number_shows_its_last_four_alone() -> None:
    assert masked_pension_number("6789") == "••••6789"
    assert masked_pension_number(None) is None


@pytest.mark.rule("A2")
def test_A2_the_policy_looks_at_company_branch_and_officer_of_a_client() -> None:
    assert client().place == ClientPlace(FCASH, CALOOCAN)
    assert client(assigned_to=ANA).place.assigned_to == ANA
