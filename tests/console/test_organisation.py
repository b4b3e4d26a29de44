"""Branches, areas, lookups and new accounts, as an administrator keeps them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.support.browsers import faults

if TYPE_CHECKING:
    from tests.support.browsers import Tab
    from tests.support.console_fixture import ConsoleFixture

_KEEPS = ("branches:read", "branches:manage", "areas:read", "areas:manage", "clients:assign")
_OTHERS = ("users:read", "users:manage", "config:read", "config:manage", "clients:read")


def keeper(console: ConsoleFixture, *grants: str, **options: object) -> Tab:
    held = grants or (*_KEEPS, *_OTHERS, "status:update", "status:read")
    return console.tab(console.staff.hire(*(f"{each} all" for each in held)), **options)


def branch(console: ConsoleFixture, code: str = "QC02", name: str = "Cubao") -> str:
    sql = "insert into branches (code, name) values (%s, %s) returning id"
    return str(console.staff.one(sql, code, name))


def save(tab: Tab, **fields: str) -> None:
    for name, value in fields.items():
        tab.page.locator(f"main form[method=post] [name={name}]").first.fill(value)


def test_a_branch_is_created_and_changed(console: ConsoleFixture) -> None:
    tab = keeper(console)
    tab.open("/console/branches")
    tab.page.get_by_text("Create a branch").click()
    save(tab, code="QC02", name="Cubao", location="Aurora Blvd")
    tab.page.get_by_role("button", name="Create").click()
    tab.wait_for_heading("Cubao")
    save(tab, name="Cubao Branch", location="")
    tab.page.get_by_role("button", name="Save").click()
    tab.says("QC02 is saved.")
    tab.wait_for_heading("Cubao Branch")
    assert console.staff.one("select location from branches where code = 'QC02'") is None


def test_a_code_that_is_taken_is_refused_and_what_was_typed_is_kept(
    console: ConsoleFixture,
) -> None:
    branch(console)
    tab = keeper(console, scripts=False)
    tab.open("/console/branches")
    tab.page.get_by_text("Create a branch").click()
    save(tab, code="QC02", name="Another one")
    tab.page.get_by_role("button", name="Create").click()
    tab.page.locator(".fault").first.wait_for()
    assert tab.page.locator("main [name=name]").input_value() == "Another one"
    assert console.staff.one("select count(*) from branches where name = 'Another one'") == 0


def test_a_branch_that_another_person_changed_meanwhile_is_not_overwritten(
    console: ConsoleFixture,
) -> None:
    number = branch(console)
    tab = keeper(console)
    tab.open(f"/console/branches/{number}")
    console.staff.run("update branches set name = 'Theirs', version = version + 1")
    save(tab, name="Mine")
    tab.page.get_by_role("button", name="Save").click()
    tab.page.locator(".fault[role=alert]").wait_for()
    assert tab.page.locator("main [name=name]").input_value() == "Mine"
    assert console.staff.one("select name from branches where code = 'QC02'") == "Theirs"


def test_what_was_typed_is_there_again_after_the_session_has_ended(
    console: ConsoleFixture,
) -> None:
    number = branch(console)
    for right in ("branches:read", "branches:manage"):
        console.staff.grant(console.ana, right, "all")
    tab = console.tab(scripts=False)
    tab.open(f"/console/branches/{number}")
    save(tab, name="Cubao & Surroundings", location="")
    console.staff.run("update user_sessions set revoked_at = now()")
    tab.page.get_by_role("button", name="Save").click()
    tab.page.get_by_label("Email").fill("ana@example.com")
    tab.page.get_by_label("Password").fill("a password of many words")
    tab.page.get_by_role("button", name="Sign in").click()
    tab.wait_for_heading("Cubao")
    assert tab.page.locator("main [name=name]").first.input_value() == "Cubao & Surroundings"
    tab.page.get_by_role("button", name="Save").click()
    tab.wait_for_heading("Cubao & Surroundings")


def test_contacts_of_a_branch_are_added_made_primary_and_deleted(console: ConsoleFixture) -> None:
    number = branch(console)
    tab = keeper(console)
    tab.open(f"/console/branches/{number}")
    for value in ("+63281111111", "+63282222222"):
        save(tab, type="phone", value=value)
        tab.page.get_by_role("button", name="Add a contact").click()
        tab.says(f"{value} is saved.")
    primary = "select value from branch_contacts where is_primary"
    tab.page.get_by_role("button", name="Make it the primary one +63282222222").click()
    tab.page.locator(".row", has_text="+63282222222").locator(".tag").wait_for()
    assert console.staff.one(primary) == "+63282222222"
    tab.page.get_by_role("button", name="Delete +63281111111").click()
    tab.says("The contact is deleted.")
    save(tab, type="phone", value="none")
    tab.page.get_by_role("button", name="Add a contact").click()
    tab.page.locator("#fault-value").wait_for()
    assert tab.page.locator("main [name=value]").input_value() == "none"


def test_a_branch_is_closed_into_another_one_after_a_preview(console: ConsoleFixture) -> None:
    client = console.client("Ana Reyes")
    number = branch(console)
    tab = keeper(console, scripts=False)
    tab.open(f"/console/branches/{console.branch}")
    save(tab, into="NOWHERE")
    tab.page.get_by_role("button", name="Preview the closing").click()
    tab.page.locator("#fault-into").wait_for()
    save(tab, into="QC02")
    tab.page.get_by_role("button", name="Preview the closing").click()
    tab.says("Nothing has changed yet")
    assert tab.page.locator("dl dd").first.inner_text() == "1"
    tab.page.get_by_role("button", name="Close the branch").click()
    tab.says("is closed; its clients are in QC02.")
    now = console.staff.one("select branch_id from clients where id = %s", client)
    assert str(now) == number


def test_effects_that_changed_after_the_preview_close_nothing(console: ConsoleFixture) -> None:
    console.client("Ana Reyes")
    branch(console)
    tab = keeper(console)
    tab.open(f"/console/branches/{console.branch}")
    save(tab, into="QC02")
    tab.page.get_by_role("button", name="Preview the closing").click()
    tab.says("Nothing has changed yet")
    console.client("Ben Cruz")
    tab.page.get_by_role("button", name="Close the branch").click()
    tab.page.locator("#closing").wait_for()
    tab.page.locator(".fault[role=alert]").wait_for()
    assert tab.page.locator("main [name=into]").input_value() == "QC02"
    assert console.staff.one("select count(*) from branches where deleted_at is not null") == 0


def test_an_area_gets_branches_and_is_deleted(console: ConsoleFixture) -> None:
    branch(console)
    tab = keeper(console)
    tab.open("/console/areas")
    tab.page.get_by_text("Create an area").click()
    save(tab, code="NCR", name="Metro North")
    tab.page.locator("select[name=company]").select_option("FCASH")
    tab.page.get_by_role("button", name="Create").click()
    tab.wait_for_heading("Metro North")
    save(tab, branch="QC02")
    tab.page.get_by_role("button", name="Add the branch").click()
    tab.says("QC02 is in this area.")
    tab.page.get_by_role("button", name="Remove QC02").click()
    tab.says("QC02 is no longer in this area.")
    save(tab, name="Metro South")
    tab.page.get_by_role("button", name="Save").click()
    tab.wait_for_heading("Metro South")
    tab.page.get_by_text("Delete this area").click()
    tab.page.get_by_role("button", name="Delete the area").click()
    tab.says("The area is deleted.")
    assert console.staff.one("select count(*) from areas where deleted_at is null") == 0


def test_an_entry_of_a_lookup_is_added_renamed_and_deactivated(console: ConsoleFixture) -> None:
    tab = keeper(console)
    tab.open("/console/lookups")
    tab.page.get_by_role("link", name="Reasons").click()
    tab.page.wait_for_url("**table=status_reasons")
    tab.page.get_by_text("Add an entry").click()
    save(tab, code="WRONG_NUMBER", name="Wrong number")
    tab.page.locator("select[name=status]").select_option("TO_FOLLOW")
    tab.page.get_by_label("Needs remarks").check()
    tab.page.get_by_role("button", name="Create").click()
    tab.says("Wrong number is saved.")
    tab.page.get_by_label("Name of WRONG_NUMBER").fill("Number of another person")
    tab.page.get_by_role("button", name="Rename WRONG_NUMBER").click()
    tab.says("Number of another person is saved.")
    tab.page.get_by_role("button", name="Deactivate WRONG_NUMBER").click()
    tab.page.get_by_role("button", name="Activate WRONG_NUMBER", exact=True).wait_for()
    stored = "select is_active from status_reasons where code = 'WRONG_NUMBER'"
    assert console.staff.one(stored) is False
    tab.open("/console/lookups")
    tab.page.get_by_role("button", name="Deactivate PENDING").click()
    tab.page.locator(".entry .fault").wait_for()


def test_an_account_is_created_and_its_password_shown_once(console: ConsoleFixture) -> None:
    tab = keeper(console, "users:read", "users:manage", "clients:read", "status:read")
    tab.open("/console/people")
    tab.page.get_by_role("link", name="New account").click()
    code = console.staff.one("select code from branches where id = %s", console.branch)
    save(tab, email="leo@example.com", first_name="Leo", last_name="Uy", branches=code)
    tab.page.locator("select[name=role]").select_option("telemarketer")
    tab.page.get_by_role("button", name="Create the account").click()
    tab.page.locator(".fault[role=alert]").wait_for()
    assert tab.page.locator("main [name=email]").input_value() == "leo@example.com"
    tab.page.locator("select[name=role]").select_option("")
    tab.page.get_by_role("button", name="Create the account").click()
    tab.wait_for_heading("The account is created")
    password = tab.page.locator("code.secret").inner_text()
    assert len(password) >= 12
    assert faults(tab) == {}
    stored = console.staff.one(
        "select count(*) from users where email = 'leo@example.com' and must_change_password"
    )
    assert stored == 1


def test_a_form_that_is_sent_again_creates_one_account_and_shows_no_password(
    console: ConsoleFixture,
) -> None:
    person = console.staff.hire("users:read all", "users:manage all")
    console.http.cookies.set("session", console.staff.session(person))
    address, own = "/console/people/new", {"Sec-Fetch-Site": "same-origin"}
    form = console.http.get(address).text.partition(f'action="{address}"')[2]
    hidden = r'<input type="hidden" name="([^"]+)" value="([^"]*)">'
    fields = {**dict(re.findall(hidden, form)), "email": "leo@example.com"}
    first, again = (console.http.post(address, data=fields, headers=own) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    (password,) = re.findall(r'<code class="secret">([^<]+)</code>', first.text)
    assert password not in again.text
    assert "was shown before and cannot be shown again" in again.text
    assert console.staff.one("select count(*) from users where email = 'leo@example.com'") == 1


def test_a_person_who_only_reads_is_offered_no_changes(console: ConsoleFixture) -> None:
    number = branch(console)
    tab = keeper(console, "branches:read", "areas:read", "config:read", "users:read")
    for address in ("/console/branches", f"/console/branches/{number}", "/console/lookups"):
        tab.open(address)
        assert tab.page.locator("main form[method=post]").count() == 0, address
    answer = tab.page.goto("/console/people/new")
    assert answer is not None
    assert answer.status == 403


def test_a_place_about_things_is_for_people_with_scope_all(console: ConsoleFixture) -> None:
    tab = console.tab(console.colleague("branches:read", "clients:read", "status:read"))
    tab.open("/console")
    assert tab.page.get_by_role("link", name="Branches").count() == 0


def test_axe_finds_nothing_on_the_pages_of_the_organisation(
    console: ConsoleFixture,
) -> None:
    number = branch(console, name="Cubao and the Surroundings of Aurora Boulevard")
    sql = "insert into areas (code, name) values ('NCR', 'Metro North') returning id"
    area = console.staff.one(sql)
    tab = keeper(console)
    tables = ("status_reasons", "status_types", "products", "par_statuses")
    for address in (
        "/console/branches",
        f"/console/branches/{number}",
        "/console/areas",
        f"/console/areas/{area}",
        *(f"/console/lookups?table={each}" for each in tables),
        "/console/people/new",
    ):
        tab.open(address)
        assert faults(tab) == {}, address
        assert len(tab.page.content().encode()) < 60 * 1024, address
    tab.open(f"/console/branches/{console.branch}")
    save(tab, into="QC02")
    tab.page.get_by_role("button", name="Preview the closing").click()
    tab.says("Nothing has changed yet")
    assert faults(tab) == {}
