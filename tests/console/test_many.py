"""Many clients at once: a preview of what will work, then a verdict for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.browsers import faults

if TYPE_CHECKING:
    from clientupdater.domain.ids import PersonId
    from tests.support.browsers import Tab
    from tests.support.console_fixture import ConsoleFixture

_LEADS = ("clients:read", "clients:assign", "status:read", "status:update", "users:read")


def manager(console: ConsoleFixture, **options: object) -> Tab:
    return console.tab(console.colleague(*_LEADS, first_name="Mia", last_name="Lim"), **options)


def choose(tab: Tab, *names: str) -> None:
    tab.open("/console/many?company=FCASH")
    for name in names:
        tab.page.get_by_label(name).check()


def officers_of(console: ConsoleFixture) -> list[PersonId | None]:
    with console.staff.past_all_rules.connection() as connection:
        rows = connection.execute("select assigned_to from clients order by client_code")
        return [row[0] for row in rows]


def test_clients_are_spread_evenly_over_the_officers_that_were_chosen(
    console: ConsoleFixture,
) -> None:
    names = ("Ana Reyes", "Ben Cruz", "Carla Diaz", "Dan Lopez")
    for name in names:
        console.client(name)
    leo = console.colleague(first_name="Leo", last_name="Uy")
    tab = manager(console)
    tab.open("/console/clients?company=FCASH")
    tab.page.get_by_role("link", name="Many at once").click()
    tab.wait_for_heading("Many at once")
    tab.page.get_by_label("All of this page").check()
    for officer in ("Ana Santos", "Leo Uy"):
        tab.page.get_by_label(officer, exact=True).check()
    tab.page.get_by_role("button", name="Preview the assignment").click()
    tab.says("4 of 4 will work")
    assert officers_of(console) == [None] * 4
    assert tab.page.get_by_text("goes to Leo Uy").count() == 2
    assert (tab.axe(), tab.violations()) == ([], [])
    tab.page.get_by_role("button", name="Do it for 4").click()
    tab.says("4 of 4 are done")
    got = officers_of(console)
    assert (got.count(leo), got.count(console.ana)) == (2, 2)
    assert tab.axe() == []


def test_clients_lose_their_officer_after_a_preview(console: ConsoleFixture) -> None:
    for name in ("Ana Reyes", "Ben Cruz"):
        console.client(name)
    console.staff.run(
        "insert into client_assignments (client_id, officer_id) select id, %s from clients",
        console.ana,
    )
    tab = manager(console, scripts=False)
    choose(tab, "Ana Reyes")
    tab.page.get_by_role("button", name="Preview taking their officer away").click()
    tab.says("1 of 1 will work")
    tab.says("has no officer then")
    assert officers_of(console) == [console.ana] * 2
    tab.page.get_by_role("button", name="Do it for 1").click()
    tab.says("has no officer now")
    assert officers_of(console) == [None, console.ana]


def test_an_officer_without_the_branch_is_refused_before_anything_is_done(
    console: ConsoleFixture,
) -> None:
    console.client("Ana Reyes")
    console.client("Ben Cruz", branch_id=console.staff.branch())
    person = console.staff.hire(*(f"{each} all" for each in _LEADS))
    tab = console.tab(person)
    choose(tab, "Ana Reyes", "Ben Cruz")
    tab.page.get_by_label("Ana Santos", exact=True).check()
    tab.page.get_by_role("button", name="Preview the assignment").click()
    tab.says("1 of 2 will work")
    tab.says("This person cannot be the officer of this client")
    tab.page.get_by_role("button", name="Do it for 1").click()
    tab.says("1 of 1 are done")
    assert officers_of(console) == [console.ana, None]


def test_one_status_is_recorded_for_all_that_it_works_for(console: ConsoleFixture) -> None:
    first, second = console.client("Ana Reyes"), console.client("Ben Cruz")
    tab = manager(console, scripts=False, width=360)
    console.staff.run(
        "update client_period_status set exempt_cause = 'inactive' where client_id = %s", second
    )
    choose(tab, "Ana Reyes", "Ben Cruz")
    tab.page.locator("[name=outcome]").select_option(label="Called")
    tab.page.locator("[name=remarks]").fill("Visited the village")
    tab.page.get_by_role("button", name="Preview the records").click()
    tab.says("1 of 2 will work")
    assert console.events(first) == []
    tab.page.get_by_role("button", name="Do it for 1").click()
    tab.says("1 of 1 are done")
    assert console.events(first) == [("CALLED", None, "Visited the village")]
    assert console.events(second) == []


def test_previews_and_verdicts_are_right_for_screen_readers_and_phones(
    console: ConsoleFixture,
) -> None:
    names = [f"Client {number:02d} of a Rather Long Family Name" for number in range(4)]
    ids = [console.client(name) for name in names]
    tab = manager(console)
    console.staff.run(
        "update client_period_status set exempt_cause = 'inactive' where client_id = %s", ids[0]
    )
    choose(tab, *names)
    assert faults(tab) == {}
    tab.page.locator("[name=outcome]").select_option(label="Called")
    tab.page.locator("[name=remarks]").fill("Visited the village " * 8)
    tab.page.get_by_role("button", name="Preview the records").click()
    tab.says("3 of 4 will work")
    assert faults(tab) == {}
    tab.page.get_by_role("button", name="Do it for 3").click()
    tab.says("3 of 3 are done")
    assert faults(tab) == {}


def test_a_client_that_changed_after_the_preview_gets_a_verdict_of_its_own(
    console: ConsoleFixture,
) -> None:
    first, second = console.client("Ana Reyes"), console.client("Ben Cruz")
    tab, other = manager(console), console.tab()
    choose(tab, "Ana Reyes", "Ben Cruz")
    tab.page.locator("[name=outcome]").select_option(label="Called")
    tab.page.get_by_role("button", name="Preview the records").click()
    tab.says("2 of 2 will work")
    other.open(f"/console/clients/{second}")
    other.press("2", "Enter")
    other.page.locator(".notice", has_text="recorded").wait_for()
    tab.page.get_by_role("button", name="Do it for 2").click()
    tab.says("1 of 2 are done")
    assert console.events(first) == [("CALLED", None, None)]
    assert len(console.events(second)) == 1


def test_a_choice_without_clients_says_so_and_keeps_what_was_typed(
    console: ConsoleFixture,
) -> None:
    console.client("Ana Reyes")
    tab = manager(console)
    choose(tab)
    tab.page.locator("[name=remarks]").fill("Visited the village")
    tab.page.get_by_role("button", name="Preview the records").click()
    tab.says("Choose the clients first")
    assert tab.page.locator("[name=remarks]").input_value() == "Visited the village"
    assert (tab.axe(), tab.overflows()) == ([], False)


def test_a_person_who_may_do_neither_is_offered_neither(console: ConsoleFixture) -> None:
    console.client("Ana Reyes")
    tab = console.tab(console.colleague("clients:read", "status:read"))
    tab.open("/console/clients")
    assert tab.page.get_by_role("link", name="Many at once").count() == 0
    answer = tab.page.goto("/console/many")
    assert answer is not None
    assert "Preview" not in tab.page.content()
