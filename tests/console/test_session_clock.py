"""The end of a session is announced before it comes, and can be put off (U2)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.browsers import Tab
    from tests.support.console_fixture import ConsoleFixture

HOURS = 3600
ANNOUNCED = "#announce"


def opened(console: ConsoleFixture) -> Tab:
    """Open a client's page, with clocks that stand until a test moves them."""
    client = console.client("Ana Reyes")
    tab = console.tab()
    tab.page.clock.install()
    tab.open(f"/console/clients/{client}")
    return tab


def later(console: ConsoleFixture, tab: Tab, seconds: int) -> None:
    console.staff.clock.forward(seconds=seconds)
    tab.page.clock.fast_forward(seconds * 1000)


def test_U2_a_person_is_warned_before_the_session_ends_and_stays(console: ConsoleFixture) -> None:
    tab = opened(console)
    tab.page.locator("[name=remarks]").fill("Half a sentence")
    later(console, tab, 11 * HOURS)
    assert not tab.page.locator("#ending").is_visible()
    later(console, tab, HOURS - 90)
    tab.page.locator("#ending").wait_for()
    assert "ends in 2 min" in tab.page.locator("#ending").inner_text()
    assert "ends in 2 min" in tab.page.locator(ANNOUNCED).inner_text()
    assert tab.axe() == []
    tab.page.get_by_role("button", name="Stay signed in").click()
    tab.page.locator(ANNOUNCED, has_text="You stay signed in.").wait_for(state="attached")
    assert not tab.page.locator("#ending").is_visible()
    assert tab.page.locator("[name=remarks]").input_value() == "Half a sentence"
    later(console, tab, HOURS)
    tab.page.locator("label[for=status-CALLED]").click()
    tab.page.get_by_role("button", name="Record").click()
    tab.says("Called recorded.")


def test_U2_a_session_that_ended_says_so_and_keeps_what_was_typed(console: ConsoleFixture) -> None:
    tab = opened(console)
    tab.page.locator("[name=remarks]").fill("Half a sentence")
    later(console, tab, 12 * HOURS + 1)
    tab.page.locator("#ending", has_text="Your session has ended").wait_for()
    assert tab.page.get_by_role("button", name="Stay signed in").count() == 0
    assert tab.page.locator("[name=remarks]").input_value() == "Half a sentence"


def test_U2_a_session_that_cannot_be_made_longer_is_not_offered_to_be(
    console: ConsoleFixture,
) -> None:
    tab = opened(console)
    in_an_hour = console.staff.clock.now() + timedelta(hours=1)
    console.staff.run("update user_sessions set expires_at = %s", in_an_hour)
    tab.page.reload()
    later(console, tab, HOURS - 60)
    tab.page.locator("#ending", has_text="then sign in again").wait_for()
    assert tab.page.get_by_role("button", name="Stay signed in").count() == 0


def test_the_warning_is_hidden_without_scripts(console: ConsoleFixture) -> None:
    tab = console.tab(scripts=False)
    tab.open("/console")
    assert not tab.page.locator("#ending").is_visible()
