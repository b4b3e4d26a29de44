"""The day of a person who calls: from one client of the worklist to the next, by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.console_fixture import ConsoleFixture


def test_a_call_takes_few_keys_and_one_request_from_the_open_worklist(
    console: ConsoleFixture,
) -> None:
    first, second = console.client("Ana Reyes"), console.client("Ben Cruz")
    tab = console.tab()
    tab.open("/console")
    keys = ["Enter", "3", "Enter"]
    tab.press(keys[0])
    tab.wait_for_heading("Ana Reyes")
    tab.press(keys[1])
    tab.requests.clear()
    tab.press(keys[2])
    tab.wait_for_heading("Ben Cruz")
    assert len(keys) <= 5
    assert len(tab.requests) == 1
    assert console.events(first) == [("CALLED", None, None)]
    assert console.events(second) == []
    assert f"/clients/{second}" in tab.page.url
    assert "notice" not in tab.page.url
    assert tab.violations() == []


def test_a_follow_up_in_three_days_takes_five_keys(console: ConsoleFixture) -> None:
    client = console.client("Ana Reyes")
    console.client("Ben Cruz")
    tab = console.tab()
    tab.open(f"/console/clients/{client}")
    tab.press("3", "f", "+", "3", "Enter")
    tab.wait_for_heading("Ben Cruz")
    tab.says("follow-up 23 Nov 2026")
    assert (
        console.staff.one(
            "select next_follow_up_on::text from status_events where next_follow_up_on is not null"
        )
        == "2026-11-23"
    )


def test_reasons_remarks_and_payment_have_keys(console: ConsoleFixture) -> None:
    client = console.client("Ana Reyes")
    console.client("Ben Cruz")
    tab = console.tab()
    tab.open(f"/console/clients/{client}")
    tab.press("6", "4", "p", "r")
    tab.page.keyboard.type("No answer at 3 numbers")
    tab.press("Enter")
    tab.wait_for_heading("Ben Cruz")
    assert console.events(client) == [("DONE", "NOT_REACHABLE", "No answer at 3 numbers")]
    assert console.staff.one("select bool_or(has_payment) from client_period_status")


def test_a_record_is_undone_with_one_key(console: ConsoleFixture) -> None:
    client = console.client("Ana Reyes")
    console.client("Ben Cruz")
    tab = console.tab()
    tab.open(f"/console/clients/{client}")
    tab.press("3", "Enter")
    tab.wait_for_heading("Ben Cruz")
    tab.press("u")
    tab.wait_for_heading("Ana Reyes")
    tab.says("taken back")
    assert console.staff.one("select update_count from client_period_status order by 1 desc") == 0


def test_the_undo_is_gone_after_a_minute(console: ConsoleFixture) -> None:
    client = console.client("Ana Reyes")
    console.client("Ben Cruz")
    tab = console.tab(scripts=False)
    tab.open(f"/console/clients/{client}")
    tab.page.get_by_text("Called").first.click()
    tab.page.get_by_role("button", name="Record").click()
    assert tab.page.get_by_role("button", name="Undo").count() == 1
    console.staff.clock.forward(seconds=61)
    tab.page.reload()
    assert tab.page.get_by_role("button", name="Undo").count() == 0


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_is_kept(
    console: ConsoleFixture,
) -> None:
    client = console.client("Ana Reyes")
    tab = console.tab()
    tab.open(f"/console/clients/{client}")
    tab.press("6", "4", "f")
    tab.page.keyboard.type("soon")
    tab.press("Enter")
    tab.says("write a day as +3, fri, 15 or 2026-11-28")
    assert tab.page.locator("[name=follow_up]").input_value() == "soon"
    assert tab.page.locator("#status-DONE").is_checked()
    tab.page.locator("[name=follow_up]").fill("fri")
    tab.press("Enter")
    tab.says("needs remarks")
    assert tab.page.evaluate("document.activeElement.name") == "remarks"
    assert console.events(client) == []


def test_a_reason_that_is_missing_is_asked_for_in_words(console: ConsoleFixture) -> None:
    client = console.client("Ana Reyes")
    tab = console.tab()
    tab.open(f"/console/clients/{client}")
    tab.press("6", "Enter")
    tab.says("Choose one of these reasons.")
    assert console.events(client) == []


def test_only_what_the_rules_allow_for_the_client_is_offered(console: ConsoleFixture) -> None:
    tab = console.tab()
    tab.open(f"/console/clients/{console.client('Ana Reyes')}")
    labels = tab.page.locator(".record > .choice > label").all_inner_texts()
    assert [label.split()[-1] for label in labels] == [
        "Follow",
        "Called",
        "Visited",
        "Updated",
        "Done",
    ]


def test_the_worklist_says_what_is_left_and_what_was_done(console: ConsoleFixture) -> None:
    client = console.client("Ana Reyes")
    console.client("Ben Cruz")
    tab = console.tab()
    tab.open(f"/console/clients/{client}")
    tab.press("6", "3", "Enter")
    tab.wait_for_heading("Ben Cruz")
    tab.open("/console")
    numbers = dict(
        zip(
            tab.page.locator(".numbers dt").all_inner_texts(),
            tab.page.locator(".numbers dd").all_inner_texts(),
            strict=True,
        )
    )
    assert numbers == {
        "Due today": "0",
        "Left in the period": "1",
        "Recorded today": "1",
        "Reached today": "1",
        "Completed today": "1",
    }


def test_a_chip_lists_what_it_counts(console: ConsoleFixture) -> None:
    first = console.client("Ana Reyes")
    console.client("Ben Cruz")
    tab = console.tab()
    tab.open(f"/console/clients/{first}")
    tab.press("3", "Enter")
    tab.wait_for_heading("Ben Cruz")
    tab.open("/console")
    tab.page.locator(".chip", has_text="In hand").click()
    tab.page.locator(".chip[aria-current]").wait_for()
    assert tab.page.locator("[data-list] strong").all_inner_texts() == ["Ana Reyes"]


def test_more_filters_are_chosen_from_lists(console: ConsoleFixture) -> None:
    tele = console.staff.one("select id from par_statuses where code = 'tele_130'")
    console.client("Ana Reyes", par_status_id=tele)
    console.client("Ben Cruz")
    tab = console.tab()
    tab.open("/console")
    tab.page.get_by_text("More filters").click()
    tab.page.get_by_label("PAR status").select_option("30+ Days")
    tab.page.get_by_role("button", name="Apply").click()
    tab.page.wait_for_url("**par_status=tele_130*")
    assert tab.page.locator("[data-list] strong").all_inner_texts() == ["Ana Reyes"]
    tab.page.get_by_role("link", name="PAR status: 30+ Days").click()
    tab.page.locator("[data-list] strong", has_text="Ben Cruz").wait_for()
    assert "par_status" not in tab.page.url


def test_the_list_goes_on_as_one_scrolls(console: ConsoleFixture) -> None:
    for number in range(30):
        console.client(f"Client {number:02d}")
    tab = console.tab()
    tab.open("/console")
    assert tab.page.locator("[data-list] > li").count() == 25
    tab.press("End")
    tab.page.locator("[data-list] > li").nth(29).wait_for(state="attached")
    assert tab.page.locator("[data-more]").count() == 0


def test_the_next_page_of_the_list_has_a_key(console: ConsoleFixture) -> None:
    for number in range(30):
        console.client(f"Client {number:02d}")
    tab = console.tab(scripts=True)
    tab.page.add_init_script("window.IntersectionObserver = class { observe() {} unobserve() {} }")
    tab.open("/console")
    tab.press("n")
    tab.page.wait_for_url("**cursor=**")
    assert tab.page.locator("[data-list] > li").count() == 5


def test_a_search_leaves_no_words_in_an_address(console: ConsoleFixture) -> None:
    console.client("Ana Reyes")
    console.client("Ben Cruz")
    tab = console.tab()
    tab.open("/console")
    tab.press("/")
    tab.page.keyboard.type("cru be")
    tab.press("Enter")
    tab.wait_for_heading("Clients")
    assert tab.page.locator("[data-list] strong").all_inner_texts() == ["Ben Cruz"]
    assert not [each for each in tab.requests if "cru" in each]
    tab.press("Enter")


def test_a_long_page_begins_with_its_menu_in_sight(console: ConsoleFixture) -> None:
    for number in range(20):
        console.client(f"Client {number:02d}")
    tab = console.tab()
    tab.open("/console")
    tab.press("/")
    tab.page.keyboard.type("client")
    tab.press("Enter")
    tab.wait_for_heading("Clients")
    assert tab.page.evaluate("window.scrollY") == 0


def test_the_question_mark_lists_the_keys(console: ConsoleFixture) -> None:
    tab = console.tab()
    tab.open("/console")
    tab.press("?")
    assert tab.page.get_by_role("dialog", name="Keys").is_visible()
    tab.press("Escape")
    assert tab.page.get_by_role("dialog").count() == 0
