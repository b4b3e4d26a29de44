"""What a manager sees of the team, and that every number opens into its clients."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from clientupdater.domain.errors import Unavailable
from tests.support.browsers import faults

if TYPE_CHECKING:
    import pytest

    from tests.support.browsers import Tab
    from tests.support.console_fixture import ConsoleFixture


def numbers(tab: Tab) -> dict[str, int]:
    """Read every number of the page that is a link, by its address."""
    links = tab.page.locator("main a[href^='/console/clients?']").all()
    return {
        str(link.get_attribute("href")): int(link.text_content() or "")
        for link in links
        if (link.text_content() or "").isdigit()
    }


def recorded(console: ConsoleFixture, *keys: str) -> None:
    """Record for the first client of the worklist."""
    tab = console.tab()
    tab.open("/console")
    tab.press("Enter")
    tab.page.locator(".record").wait_for()
    tab.press(*keys, "r")
    tab.page.keyboard.type("Spoke with the daughter")
    tab.press("Enter")
    tab.page.locator(".notice", has_text="recorded").wait_for()


def test_every_number_of_the_team_opens_into_exactly_its_clients(console: ConsoleFixture) -> None:
    for name in ("Ana Reyes", "Ben Cruz", "Carla Diaz"):
        console.client(name)
    recorded(console, "3")
    recorded(console, "6", "4")
    tab = console.tab()
    tab.open("/console/team?company=FCASH")
    tab.page.locator("details summary", has_text="Show the values").click()
    found = numbers(tab)
    assert {2, 3, 1} <= set(found.values())
    for address, number in found.items():
        tab.open(address)
        assert tab.page.locator("[data-list] .item").count() == number, address


def autumn(console: ConsoleFixture) -> None:
    """Open September and October before November, for two clients."""
    for name in ("Ana Reyes", "Ben Cruz"):
        console.client(name)
    console.staff.clock.forward(days=-60)
    for _ in range(2):
        console.staff.app.periods.open_due()
        console.staff.clock.forward(days=30)


def test_the_pace_of_three_periods_fits_a_phone_and_names_its_days(console: ConsoleFixture) -> None:
    autumn(console)
    tab = console.tab()
    tab.open("/console/team?company=FCASH")
    lines = tab.page.locator("figcaption span").all_inner_texts()
    assert [each.strip() for each in lines] == [
        "Nov 2026",
        "Oct 2026",
        "Sep 2026",
    ]
    days = tab.page.locator(".days text").all_text_contents()
    assert (days[0], days[-1]) == ("2 Nov", "20 Nov")
    assert faults(tab) == {}


def test_a_report_is_printed_without_what_only_a_screen_needs(console: ConsoleFixture) -> None:
    autumn(console)
    tab = console.tab()
    tab.open("/console/team?company=FCASH")
    tab.page.emulate_media(media="print")
    for part in ("#completion", "#pace", ".chart svg[role]", "#officers", ".cards"):
        assert tab.page.locator(part).first.is_visible(), part
    for part in (".bar", ".choose", ".tabs", "summary"):
        assert not tab.page.locator(part).first.is_visible(), part


def test_reports_are_read_without_scripts(console: ConsoleFixture) -> None:
    autumn(console)
    tab = console.tab(scripts=False, width=360)
    tab.open("/console")
    tab.page.get_by_role("link", name="Team").click()
    tab.page.get_by_label("Period", exact=True).select_option(label="Oct 2026")
    tab.page.get_by_role("button", name="Show").click()
    tab.says("Where Oct 2026 stands")
    tab.page.get_by_role("link", name="Officer").click()
    row = tab.page.locator("section", has=tab.page.locator("#completion")).locator("tbody tr")
    row.get_by_role("link").first.click()
    tab.wait_for_heading("Clients")
    assert tab.page.locator("[data-list] .item").count() == 2


def test_what_each_officer_has_left_is_counted_and_opens(console: ConsoleFixture) -> None:
    clients = [console.client(name, assigned_to=console.ana) for name in ("Ana Reyes", "Ben Cruz")]
    console.client("Carla Diaz")
    mine = console.tab()
    mine.open(f"/console/clients/{clients[0]}")
    mine.press("3", "Enter")
    mine.page.locator(".notice", has_text="recorded").wait_for()
    console.staff.run(
        "update client_period_status set next_follow_up_on = '2026-11-19' where client_id = %s",
        clients[0],
    )
    tab = console.tab()
    tab.open("/console/team?company=FCASH")
    part = tab.page.locator("section", has=tab.page.locator("#officers"))
    row = part.locator("tr", has_text="Ana Santos")
    assert row.locator("td").all_inner_texts() == ["2", "1", "1"]
    without = part.locator("tr", has_text="no officer")
    assert without.locator("td").all_inner_texts() == ["1", "1", "0"]
    for column, client in ((1, clients[1]), (2, clients[0])):
        tab.open("/console/team?company=FCASH")
        row.locator("td").nth(column).get_by_role("link").click()
        tab.wait_for_heading("Clients")
        assert tab.page.locator("[data-list] .item").count() == 1
        assert tab.page.locator(f"[data-list] a[href$='{client}']").count() == 1


def test_a_report_that_takes_too_long_leaves_the_rest_of_the_page(
    console: ConsoleFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    console.client("Ana Reyes")

    def fail(*_: object) -> None:
        raise Unavailable("the database", "canceling statement due to statement timeout")

    monkeypatch.setattr(type(console.staff.app.reports.staff), "read", fail)
    tab = console.tab(console.colleague("reports:read", "status:read", "clients:read"))
    tab.open("/console/team")
    section = tab.page.locator("section", has=tab.page.locator("#staff"))
    assert "The database does not answer" in section.inner_text()
    assert tab.page.locator("section", has=tab.page.locator("#completion")).locator("tr").count()


def test_a_filter_of_the_list_is_removed_by_its_chip(console: ConsoleFixture) -> None:
    console.client("Ana Reyes")
    tab = console.tab()
    tab.open("/console/clients?company=FCASH&status=DONE")
    tab.says("No client matches")
    tab.page.get_by_role("link", name="Status: Done").click()
    tab.page.locator("[data-list] .item").wait_for()
    assert parse_qs(urlsplit(tab.page.url).query) == {"company": ["FCASH"]}


def test_a_person_without_reports_sees_no_team(console: ConsoleFixture) -> None:
    tab = console.tab(console.colleague("clients:read", "status:read"))
    tab.open("/console")
    assert tab.page.get_by_role("link", name="Team").count() == 0
    answer = tab.page.goto("/console/team")
    assert answer is not None
    assert answer.status in {403, 404}
