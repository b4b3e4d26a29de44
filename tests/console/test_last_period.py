"""Recording for the period before the running one, while its backdating days last (P7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.browsers import faults

if TYPE_CHECKING:
    from tests.support.console_fixture import ConsoleFixture


def in_december(console: ConsoleFixture, days: int = 13) -> str:
    """Make a client with a row of November; go on to 3 December, or to another day."""
    client = console.client("Ana Reyes")
    console.staff.app.periods.open_due()
    console.staff.clock.forward(days=days)
    return client


def periods_of(console: ConsoleFixture) -> list[tuple[str, int]]:
    with console.staff.past_all_rules.connection() as connection:
        rows = connection.execute(
            "select period, update_count from client_period_status order by 1"
        )
        return [(str(period), int(count)) for period, count in rows]


def test_P7_a_call_is_recorded_for_the_last_period_in_its_backdating_days(
    console: ConsoleFixture,
) -> None:
    client = in_december(console)
    tab = console.tab()
    tab.open(f"/console/clients/{client}")
    tab.page.get_by_role("link", name="Nov 2026, until 5 Dec 2026").click()
    tab.page.locator(".tabs [aria-current]", has_text="Nov 2026").wait_for()
    assert faults(tab) == {}
    tab.press("3", "Enter")
    tab.says("Called recorded for Nov 2026")
    assert periods_of(console) == [("2026-11", 1), ("2026-12", 0)]
    tab.press("u")
    tab.says("the record is taken back")
    tab.page.locator(".tabs [aria-current]", has_text="Nov 2026").wait_for()
    assert periods_of(console) == [("2026-11", 0), ("2026-12", 0)]


def test_P7_the_running_period_is_recorded_for_unless_the_other_one_is_chosen(
    console: ConsoleFixture,
) -> None:
    client = in_december(console)
    tab = console.tab(scripts=False, width=360)
    tab.open(f"/console/clients/{client}")
    assert not tab.overflows()
    tab.page.get_by_text("Called").first.click()
    tab.page.get_by_role("button", name="Record").click()
    tab.says("Called recorded.")
    assert periods_of(console) == [("2026-11", 0), ("2026-12", 1)]


def test_P7_what_is_missing_keeps_the_period_that_was_chosen(console: ConsoleFixture) -> None:
    client = in_december(console)
    tab = console.tab()
    tab.open(f"/console/clients/{client}?period=2026-11")
    tab.press("6", "Enter")
    tab.says("Choose one of these reasons.")
    tab.page.locator(".tabs [aria-current]", has_text="Nov 2026").wait_for()
    tab.press("3", "Enter")
    tab.says("recorded for Nov 2026")
    assert periods_of(console) == [("2026-11", 1), ("2026-12", 0)]


def test_P7_after_the_backdating_days_only_the_running_period_is_offered(
    console: ConsoleFixture,
) -> None:
    client = in_december(console, days=16)
    tab = console.tab()
    tab.open(f"/console/clients/{client}?period=2026-11")
    tab.wait_for_heading("Ana Reyes")
    assert tab.page.locator(".tabs").count() == 0
    assert "/periods/2026-12/events" in str(tab.page.locator("#record").get_attribute("action"))


def test_P7_a_person_who_may_not_record_chooses_no_period(console: ConsoleFixture) -> None:
    client = in_december(console)
    tab = console.tab(console.colleague("clients:read", "status:read"))
    tab.open(f"/console/clients/{client}")
    tab.wait_for_heading("Ana Reyes")
    assert tab.page.locator(".tabs").count() == 0
