"""Jobs, schedules, health and exports, as the people see them who keep things running."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.browsers import faults
from tests.support.export_fixture import attempt_at, export_writer

if TYPE_CHECKING:
    from tests.support.browsers import Tab
    from tests.support.console_fixture import ConsoleFixture


def operator(console: ConsoleFixture, *grants: str, **options: object) -> Tab:
    person = console.staff.hire(*(grants or ("jobs:manage all", "sync:read all")))
    return console.tab(person, **options)


def job(console: ConsoleFixture, status: str = "dead") -> int:
    """Put a job into the queue; give its id."""
    number: int = console.staff.one(
        "insert into job_queue"
        " (job_name, queue_name, status, attempts, max_attempts, error, completed_at)"
        " values ('open-periods', 'default', %s, 5, 5, 'The source does not answer.', now())"
        " returning id",
        status,
    )
    return number


def status(console: ConsoleFixture, number: int) -> str:
    value: str = console.staff.one("select status from job_queue where id = %s", number)
    return value


def test_a_person_without_a_worklist_begins_at_their_first_place(console: ConsoleFixture) -> None:
    tab = operator(console)
    tab.open("/console")
    tab.wait_for_heading("Sync")
    assert tab.page.locator("form.search").count() == 0


def test_a_dead_job_says_why_and_is_retried(console: ConsoleFixture) -> None:
    number = job(console)
    tab = operator(console)
    tab.open("/console/jobs?status=dead")
    tab.says("The source does not answer.")
    tab.page.get_by_role("button", name=f"Retry open-periods {number}").click()
    tab.says("The job open-periods runs again")
    assert status(console, number) == "pending"


def test_a_dead_job_is_cancelled_without_scripts(console: ConsoleFixture) -> None:
    number = job(console)
    tab = operator(console, scripts=False)
    tab.open("/console/jobs")
    tab.page.get_by_role("button", name=f"Cancel open-periods {number}").click()
    tab.says("is cancelled")
    assert status(console, number) == "cancelled"


def test_a_schedule_is_run_now_and_not_twice(console: ConsoleFixture) -> None:
    tab = operator(console)
    tab.open("/console/jobs")
    tab.page.get_by_role("button", name="Run now retention").click()
    tab.says("a worker takes it up")
    assert console.staff.one("select count(*) from job_queue where job_name = 'retention'") == 1
    tab.page.get_by_role("button", name="Run now retention").click()
    tab.page.locator(".fault[role=alert]").wait_for()
    assert console.staff.one("select count(*) from job_queue where job_name = 'retention'") == 1


def test_a_schedule_is_switched_off_and_on(console: ConsoleFixture) -> None:
    active = "select is_active from scheduled_jobs where name = 'retention'"
    tab = operator(console, scripts=False)
    tab.open("/console/jobs")
    tab.page.get_by_role("button", name="Switch off retention").click()
    tab.says("retention is off.")
    assert console.staff.one(active) is False
    stale = tab.page.get_by_role("button", name="Switch on retention")
    console.staff.run("update scheduled_jobs set version = version + 1 where name = 'retention'")
    stale.click()
    tab.page.locator(".fault[role=alert]").wait_for()
    assert console.staff.one(active) is False
    tab.page.get_by_role("button", name="Switch on retention").click()
    tab.says("retention is on.")
    assert console.staff.one(active) is True


def test_a_report_of_the_team_is_exported_as_the_page_shows_it(console: ConsoleFixture) -> None:
    console.client("Ana Reyes", assigned_to=console.ana)
    rights = ("reports:read", "reports:export", "clients:read", "status:read")
    tab = operator(console, *(f"{each} all" for each in rights))
    tab.open("/console/team?company=FCASH&by=officer")
    tab.page.get_by_role("button", name="Export completion").click()
    tab.says("The export is asked for")
    stored = "select parameters::text from export_jobs"
    parameters = console.staff.one(stored)
    assert "completion" in parameters
    assert "officer" in parameters
    export_writer(console.staff.app)(attempt_at(console.staff.one("select id from export_jobs")))
    tab.page.get_by_role("link", name="Fetch").wait_for()
    for name in ("the pace", "who recorded", "what is left lying"):
        tab.open("/console/team?company=FCASH")
        tab.page.get_by_role("button", name=f"Export {name}").click()
        tab.says("The export is asked for")


def test_health_is_said_in_words(console: ConsoleFixture) -> None:
    tab = operator(console)
    tab.open("/console")
    tab.page.get_by_role("link", name="Health").click()
    tab.wait_for_heading("Health")
    tab.says("Queues of the workers")


def test_a_list_is_exported_and_fetched(console: ConsoleFixture) -> None:
    console.client("Ana Reyes")
    tab = operator(console, "clients:read all", "reports:export all", "status:read all")
    tab.open("/console/clients?company=FCASH")
    tab.page.get_by_role("link", name="Export this list").click()
    tab.wait_for_heading("Exports")
    tab.page.locator("select[name=format]").select_option(label="CSV")
    tab.page.get_by_role("button", name="Export").click()
    tab.says("The export is asked for")
    tab.says("waiting")
    export = console.staff.one("select id from export_jobs where parameters::text like '%%FCASH%%'")
    export_writer(console.staff.app)(attempt_at(export))
    with tab.page.expect_download() as fetched:
        tab.page.get_by_role("link", name="Fetch").click()
    assert "Ana Reyes" in Path(fetched.value.path()).read_text()
    tab.page.get_by_role("button", name="Delete").click()
    tab.says("The export is deleted")
    assert console.staff.one("select count(*) from export_jobs") == 0


def test_axe_finds_nothing_on_the_pages_of_managers_and_operators(
    console: ConsoleFixture,
) -> None:
    for number in range(20):
        console.client(f"Client {number:02d} of a Rather Long Family Name")
    job(console)
    grants = (
        "jobs:manage",
        "sync:read",
        "sync:execute",
        "reports:read",
        "reports:export",
        "clients:assign",
    )
    held = [f"{each} all" for each in (*grants, "clients:read", "status:read", "status:update")]
    tab = operator(console, *held)
    for address in (
        "/console/team",
        "/console/team?by=officer",
        "/console/clients?company=FCASH&touched=false",
        "/console/clients?status=DONE",
        "/console/many?company=FCASH",
        "/console/sync",
        "/console/jobs",
        "/console/exports?company=FCASH",
        "/console/health",
    ):
        tab.open(address)
        assert faults(tab) == {}, address
        assert len(tab.page.content().encode()) < 60 * 1024, address
