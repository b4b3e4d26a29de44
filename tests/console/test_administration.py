"""People and their rights, settings and audits, as an administrator sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.browsers import faults

if TYPE_CHECKING:
    from tests.support.browsers import Tab
    from tests.support.console_fixture import ConsoleFixture

_ALL = ("users:read", "users:manage", "config:read", "config:manage", "audit:read", "clients:read")


def administrator(console: ConsoleFixture, **options: object) -> Tab:
    grants = (*_ALL, "status:read", "status:update", "reports:read")
    person = console.staff.hire(*(f"{each} all" for each in grants), last_login_at=None)
    return console.tab(person, **options)


def test_the_page_says_why_a_person_cannot_see_a_client(console: ConsoleFixture) -> None:
    console.client("Ben Cruz", branch_id=console.staff.branch())
    tab = administrator(console)
    tab.open("/console/people")
    tab.page.get_by_role("link", name="Ana Santos").click()
    tab.wait_for_heading("Ana Santos")
    tab.page.get_by_label("Client, by the code").fill("FC-000001")
    tab.page.locator(".choose [name=permission]").first.select_option("clients:read")
    tab.page.get_by_role("button", name="Explain").click()
    tab.says("Not allowed.")
    assert faults(tab) == {}


def test_a_permission_is_granted_and_revoked(console: ConsoleFixture) -> None:
    person = console.colleague("status:read", first_name="Leo", last_name="Uy")
    held = "select count(*) from user_permissions where user_id = %s"
    tab = administrator(console)
    tab.open(f"/console/people/{person}")
    form = tab.page.locator("form[action$='/grant']")
    form.locator("[name=permission]").select_option("clients:read")
    form.locator("[name=company]").select_option("FCASH")
    form.locator("[name=scope]").select_option("branch")
    form.get_by_role("button", name="Grant").click()
    tab.says("clients:read is granted.")
    assert console.staff.one(held, person) == 2
    tab.page.get_by_role("button", name="Revoke clients:read FCASH").click()
    tab.says("clients:read is revoked.")
    assert console.staff.one(held, person) == 1


def test_a_person_who_only_reads_users_is_offered_no_grants(console: ConsoleFixture) -> None:
    tab = console.tab(console.staff.hire("users:read all"))
    tab.open(f"/console/people/{console.ana}")
    tab.wait_for_heading("Ana Santos")
    assert tab.page.locator("main form").count() == 0


def test_a_setting_is_saved_and_a_wrong_value_is_kept_with_its_fault(
    console: ConsoleFixture,
) -> None:
    stored = "select value from config_settings where key = 'status.backdating_days'"
    before = console.staff.one(stored)
    tab = administrator(console)
    tab.open("/console/settings")
    field = tab.page.get_by_role("textbox", name="status.backdating_days").first
    field.fill("a week")
    tab.page.get_by_role("button", name="Save status.backdating_days").first.click()
    tab.page.locator(".fault[role=alert]").wait_for()
    assert field.input_value() == "a week"
    assert console.staff.one(stored) == before
    field.fill("7")
    tab.page.get_by_role("button", name="Save status.backdating_days").first.click()
    tab.says("status.backdating_days is saved.")
    assert console.staff.one(stored) == "7"


def test_a_company_gets_a_value_of_its_own(console: ConsoleFixture) -> None:
    tab = administrator(console)
    tab.open("/console/settings")
    tab.page.get_by_role("link", name="FCASH").click()
    field = tab.page.get_by_role("textbox", name="status.backdating_days FCASH")
    field.fill("9")
    tab.page.get_by_role("button", name="Save status.backdating_days FCASH").click()
    tab.says("status.backdating_days is saved.")
    assert "company=FCASH" in tab.page.url
    tab.page.get_by_role("link", name="Every company").click()
    tab.page.get_by_role("textbox", name="status.backdating_days Every company").wait_for()
    assert field.input_value() == "9"


def test_audits_show_what_was_done_and_what_was_refused(console: ConsoleFixture) -> None:
    client = console.client("Ana Reyes")
    mine = console.tab()
    mine.open(f"/console/clients/{client}")
    mine.press("3", "Enter")
    mine.page.locator(".notice", has_text="recorded").wait_for()
    tab = administrator(console)
    tab.open("/console/audits")
    tab.says("status.record")
    tab.page.get_by_label("From").fill("2030-01-01")
    tab.page.get_by_role("button", name="Apply").click()
    tab.says("Nothing matches here")
    tab.page.get_by_role("link", name="Refusals and rights").click()
    tab.page.wait_for_url("**log=authorization**")


def test_audits_are_narrowed_to_a_person_and_an_action(console: ConsoleFixture) -> None:
    for name in ("Ana Reyes", "Ben Cruz"):
        mine = console.tab(console.ana if name == "Ana Reyes" else console.colleague())
        mine.open(f"/console/clients/{console.client(name)}")
        mine.press("3", "Enter")
        mine.page.locator(".notice", has_text="recorded").wait_for()
    tab = administrator(console)
    tab.open("/console/audits")
    entries = tab.page.locator(".list .row", has_text="status.record")
    assert entries.count() == 2
    tab.page.get_by_label("Who, by the email").fill("ana@example.com")
    tab.page.get_by_role("button", name="Apply").click()
    tab.page.get_by_role("link", name="By Ana Santos").wait_for()
    assert entries.count() == 1
    entries.get_by_role("link", name="status.record").click()
    tab.page.wait_for_url("**action=status.record**")
    assert tab.page.locator(".list .row").count() == 1
    tab.page.get_by_role("link", name="By Ana Santos").click()
    tab.page.get_by_label("Who, by the email").wait_for()
    assert entries.count() == 2
    entries.last.get_by_role("link", name="Ana Santos").click()
    tab.page.get_by_role("link", name="By Ana Santos").wait_for()
    tab.page.get_by_role("link", name="Configuration").click()
    tab.page.get_by_label("Change").wait_for()
    tab.says("Nothing matches here")


def test_a_person_of_whom_one_knows_nothing_is_named_as_unknown(console: ConsoleFixture) -> None:
    tab = console.tab(console.staff.hire("audit:read all"))
    tab.open("/console/audits?person=ana@example.com")
    tab.page.locator(".fault[role=alert]").wait_for()
    assert tab.page.locator(".list .row").count() == 0


def test_a_person_who_may_read_no_audit_learns_no_name_from_its_page(
    console: ConsoleFixture,
) -> None:
    tab = console.tab(console.staff.hire("users:manage all"))
    tab.open(f"/console/audits?person={console.ana}")
    tab.says("This needs the permission audit:read")
    assert "Ana Santos" not in tab.page.content()


def test_axe_finds_nothing_on_the_pages_of_administrators(
    console: ConsoleFixture,
) -> None:
    tab = administrator(console)
    for address in (
        "/console/people",
        f"/console/people/{console.ana}",
        "/console/settings",
        "/console/audits",
        "/console/audits?log=configuration",
        "/console/audits?log=authorization",
        f"/console/audits?person={console.ana}",
    ):
        tab.open(address)
        assert faults(tab) == {}, address
        assert len(tab.page.content().encode()) < 60 * 1024, address
