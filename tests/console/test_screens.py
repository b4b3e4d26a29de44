"""Each screen: for screen readers, on a phone, without scripts, and how much it weighs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.support.browsers import Tab, faults

if TYPE_CHECKING:
    from tests.support.console_fixture import ConsoleFixture

MOST_BYTES = 60 * 1024
PENSION = {"pension_number": b"sealed", "pension_blind_index": b"index", "pension_last4": "1234"}


def screens(console: ConsoleFixture) -> dict[str, str]:
    """Make one client with everything, and name each screen with its address."""
    client = console.client(
        "Maria Concepcion de los Santos-Villanueva",
        contact_number_alt="+63281234567",
        address="114 Mabini Street, Barangay San Antonio, Quezon City",
        **PENSION,
    )
    console.client("Ben Cruz")
    for number in range(8):
        console.client(f"Client {number:02d} of a Rather Long Family Name")
    tab = console.tab()
    for key in ("2", "3", "4"):
        tab.open(f"/console/clients/{client}")
        tab.press(key, "r")
        tab.page.keyboard.insert_text("Asked to call back when the pension has come. " * 3)
        tab.press("Enter")
        tab.says("recorded")
    return {
        "my work": "/console",
        "nothing to do": "/console?cause=follow_up_later",
        "a client": f"/console/clients/{client}",
        "my sessions": "/console/sessions",
        "my password": "/console/password",
        "nothing here": "/console/nothing",
    }


def test_axe_finds_nothing_and_no_screen_is_wider_than_the_window(console: ConsoleFixture) -> None:
    addresses = screens(console)
    outside = Tab.of(console.context(), console.base)
    outside.open("/console/sign-in")
    assert faults(outside) == {}
    tab = console.tab()
    for name, address in addresses.items():
        tab.open(address)
        assert faults(tab) == {}, name


def test_a_conflict_and_a_search_are_right_for_screen_readers_too(console: ConsoleFixture) -> None:
    client = console.client("Ana Reyes")
    console.client("Ben Cruz")
    mine, theirs = console.tab(), console.tab(console.colleague())
    mine.open(f"/console/clients/{client}")
    theirs.open(f"/console/clients/{client}")
    theirs.press("2", "Enter")
    theirs.wait_for_heading("Ben Cruz")
    mine.press("3", "Enter")
    mine.says("Another person was faster")
    assert faults(mine) == {}
    theirs.press("/")
    theirs.page.keyboard.type("reyes")
    theirs.press("Enter")
    theirs.wait_for_heading("Clients")
    assert faults(theirs) == {}
    theirs.press("/")
    theirs.page.keyboard.type("zzz")
    theirs.press("Enter")
    theirs.says("No client matches")
    assert faults(theirs) == {}


def test_everything_works_without_scripts(console: ConsoleFixture) -> None:
    client = console.client("Ana Reyes")
    console.client("Ben Cruz")
    tab = Tab.of(console.context(scripts=False, width=360), console.base)
    tab.open("/console")
    tab.page.get_by_label("Email").fill("ana@example.com")
    tab.page.get_by_label("Password").fill("a password of many words")
    tab.page.get_by_role("button", name="Sign in").click()
    tab.page.get_by_role("link", name="Ana Reyes").click()
    tab.wait_for_heading("Ana Reyes")
    tab.page.locator("label[for=status-DONE]").click()
    tab.page.get_by_text("Not Reachable").click()
    tab.page.locator("[name=remarks]").fill("No answer")
    tab.page.get_by_role("button", name="Record").click()
    tab.wait_for_heading("Ben Cruz")
    assert console.events(client) == [("DONE", "NOT_REACHABLE", "No answer")]
    tab.page.get_by_role("button", name="Undo").click()
    tab.wait_for_heading("Ana Reyes")
    tab.says("taken back")
    tab.page.locator(".timeline .voided").wait_for()


def test_a_page_is_light_and_needs_its_stylesheet_alone_to_be_seen(console: ConsoleFixture) -> None:
    for name, address in screens(console).items():
        tab, sizes = console.tab(), Counter[str]()
        tab.page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))  # noqa: B023
        tab.page.goto(address, wait_until="load")
        files = sorted(each.rpartition(".")[2] for each in tab.requests if "/static/" in each)
        assert files == ["css", "js"], name
        assert sizes.total() < MOST_BYTES, (name, sizes)


def test_printing_leaves_the_client_and_takes_away_the_rest(console: ConsoleFixture) -> None:
    tab = console.tab()
    tab.open(f"/console/clients/{console.client('Ana Reyes')}")
    tab.page.emulate_media(media="print")
    assert tab.page.locator("h1").is_visible()
    for part in (".bar", "aside", ".record"):
        assert not tab.page.locator(part).is_visible(), part
