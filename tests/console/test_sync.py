"""What an operator sees of a sync: sources, runs, a plan to approve, rows to replay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from attrs import frozen

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.ids import SyncJobId
from clientupdater.domain.sync.fields import Source
from clientupdater.testing.source import MemorySource
from tests.support.browsers import faults
from tests.support.console_fixture import ConsoleFixture, console_fixture
from tests.support.pools import pool_on
from tests.support.staff_fixture import HandClock
from tests.support.stores import VAULT
from tests.support.sync_fixture import Syncing, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.support.browsers import Tab
    from tests.support.servers import Database


@frozen
class Operations:
    """The console, and a worker that does the runs when a test says so."""

    console: ConsoleFixture
    records: list[dict[str, Any]]

    def tab(self, *grants: str, **options: Any) -> Tab:
        person = self.console.staff.hire(*(grants or ("sync:read all", "sync:execute all")))
        return self.console.tab(person, **options)

    def start(self, tab: Tab, mode: str = "only plan") -> SyncJobId:
        """Start a run; give its id."""
        tab.open("/console/sync")
        tab.page.get_by_label("What to do").select_option(label=mode)
        tab.page.get_by_role("button", name="Start a run").click()
        tab.wait_for_heading("Run of snowflake")
        return self.run_of(tab)

    def run_of(self, tab: Tab) -> SyncJobId:
        """Give the run that a tab shows."""
        tab.page.wait_for_url("**/sync/runs/*")
        return SyncJobId(UUID(tab.page.url.partition("?")[0].rpartition("/")[2]))

    def work_off(self, run: SyncJobId) -> None:
        """Do what a worker would."""
        self.console.staff.app.sync.runs.run(run)

    def clients(self) -> int:
        count: int = self.console.staff.one("select count(*) from clients")
        return count


@pytest.fixture
def operations(database: Database, browser: Browser) -> Iterator[Operations]:
    with pool_on(database.worker_url, 1, 4) as pool:
        Syncing(PostgresUnitsOfWork(pool, VAULT), database.superuser_url).set_up()
    records = [record("FC-1"), record("FC-2", branch_code="NOWHERE")]
    sources = {Source.SNOWFLAKE: MemorySource(records, HandClock())}
    with console_fixture(database, browser, sources=sources) as opened:
        yield Operations(opened, records)


def test_a_plan_is_read_then_approved_and_applied(operations: Operations) -> None:
    tab = operations.tab()
    run = operations.start(tab)
    tab.says("It waits for a worker")
    operations.work_off(run)
    tab.page.get_by_role("button", name="Approve this plan").wait_for()
    assert "FC-1" in tab.page.locator("#examples + details").inner_text()
    assert operations.clients() == 0
    tab.page.get_by_role("button", name="Approve this plan").click()
    tab.says("The plan is approved")
    operations.work_off(run)
    tab.says("What it did")
    assert operations.clients() == 1
    assert tab.violations() == []


def test_a_plan_other_than_the_one_that_was_read_is_refused(operations: Operations) -> None:
    tab = operations.tab()
    run = operations.start(tab)
    operations.work_off(run)
    tab.page.locator("[name=plan_hash]").wait_for(state="attached")
    operations.console.staff.run("update sync_jobs set plan_hash = decode(repeat('00', 32), 'hex')")
    tab.page.get_by_role("button", name="Approve this plan").click()
    tab.page.locator(".fault[role=alert]").wait_for()
    assert operations.console.staff.one("select status from sync_jobs") == "completed"


def test_a_run_is_cancelled(operations: Operations) -> None:
    tab = operations.tab(scripts=False)
    operations.start(tab)
    tab.page.get_by_role("button", name="Cancel this run").click()
    tab.says("The run is cancelled")
    assert operations.console.staff.one("select status from sync_jobs") == "cancelled"
    assert tab.page.get_by_role("button", name="Cancel this run").count() == 0


def test_rejected_rows_name_their_reason_and_are_replayed(operations: Operations) -> None:
    tab = operations.tab()
    run = operations.start(tab, "apply")
    operations.work_off(run)
    tab.page.locator("#rejects").wait_for()
    assert "BRANCH_CODE" in tab.page.locator("table", has_text="FC-2").inner_text()
    operations.console.staff.run("insert into branches (code, name) values ('NOWHERE', 'Found')")
    tab.page.get_by_role("button", name="Replay the rejected rows").click()
    tab.says("The rejected rows are read again")
    replay = operations.run_of(tab)
    assert replay != run
    operations.work_off(replay)
    tab.says("What it did")
    assert operations.clients() == 2
    tab.open(f"/console/sync/runs/{run}")
    tab.page.get_by_role("link", name="taken later").wait_for()


def test_who_may_only_read_sees_runs_and_decides_nothing(operations: Operations) -> None:
    run = operations.start(operations.tab())
    operations.work_off(run)
    tab = operations.tab("sync:read all")
    tab.open("/console/sync")
    assert tab.page.get_by_role("button", name="Start a run").count() == 0
    tab.page.locator("tbody a").first.click()
    tab.says("What it would do")
    assert tab.page.locator("main button").count() == 0


def test_the_run_of_another_company_is_not_shown(operations: Operations) -> None:
    run = operations.start(operations.tab())
    tab = operations.tab("sync:read all FCASH", "status:read all")
    answer = tab.page.goto(f"/console/sync/runs/{run}")
    assert answer is not None
    assert answer.status in {403, 404}


def test_axe_finds_nothing_on_the_pages_of_a_sync(
    operations: Operations,
) -> None:
    tab = operations.tab()
    run = operations.start(tab)
    assert faults(tab) == {}
    operations.work_off(run)
    for address in ("/console/sync", f"/console/sync/runs/{run}"):
        tab.open(address)
        assert faults(tab) == {}, address
