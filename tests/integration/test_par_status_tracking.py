"""What follows when the is_trackable of a PAR status changes (P5, P6)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from attrs import evolve, frozen

from clientupdater.domain.access import Actor
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import (
    Forbidden,
    InvalidInput,
    NotFound,
    NotTrackable,
    PlanChanged,
    VersionConflict,
)
from clientupdater.domain.periods import Period
from clientupdater.domain.updates import StatusUpdate
from clientupdater.ports.job_run import Interrupted
from tests.integration.test_sync_as_job import QueuedJob, StubJobRun
from tests.support.staff_fixture import Staff, staffed
from tests.support.waiting import WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.domain.ids import BranchId
    from clientupdater.usecases.configuration.par_statuses import StartedTracking
    from tests.support.servers import Database

HERE = Origin(interface="test")
NOVEMBER = Period.month(2026, 11)
BOSS = (
    "config:read all",
    "config:manage all",
    "status:read all",
    "status:update all",
    "clients:read all",
    "status:correct all",
)


@frozen
class Tracked:
    """Clients of FCASH with their PAR statuses, and a person who may do everything here."""

    staff: Staff
    boss: Caller
    branch: BranchId

    def clients(self, *codes: str, par_status: str = "tele_130") -> None:
        for code in codes:
            self.staff.run(
                "insert into clients (client_code, company_id, full_name, branch_id, product_id,"
                " par_status_id) values (%s, %s, 'Juana Reyes', %s,"
                " (select id from products where code = 'FCASH_SSS'),"
                " (select id from par_statuses where code = %s))",
                code,
                self.staff.company(),
                self.branch,
                par_status,
            )

    def record(self, code: str, status: str, **facts: Any) -> None:
        app = self.staff.app
        version = app.tracking.show_row(self.boss, code, NOVEMBER).row.snapshot.version
        update = StatusUpdate(status=status, **facts)
        app.tracking.record(self.boss, code, NOVEMBER, update, version)

    def change(self, *, is_trackable: bool) -> StartedTracking:
        """Preview a change and apply it."""
        changes = self.staff.app.configuration.par_statuses
        plan = changes.preview(self.boss, "tele_130", is_trackable=is_trackable)
        return changes.change(
            self.boss, "tele_130", is_trackable=is_trackable, plan_hash=plan.plan.hash
        )

    def work(self, wants_it_back_at: str = "") -> int:
        """Do the job as a worker does, two clients at a time; say how many rows it wrote."""
        job_run = StubJobRun(QueuedJob({"par_status": "tele_130"}), wants_it_back_at)
        evolve(self.staff.app.configuration.par_statuses, batch=2).settle_as_job(job_run)
        return job_run.heard[-1][1]

    def kinds(self, code: str) -> list[str]:
        """List what happened to a client."""
        kinds: list[str] = self.staff.one(
            "select coalesce(jsonb_agg(e.kind order by s.period, e.event_sequence), '[]')"
            " from status_events e join client_period_status s on s.id = e.client_period_status_id"
            " join clients c on c.id = s.client_id where c.client_code = %s",
            code,
        )
        return kinds


@pytest.fixture
def tracked(database: Database) -> Iterator[Tracked]:
    with staffed(database, ZoneInfo("Asia/Manila")) as staff:
        boss = Caller(Actor(staff.hire(*BOSS)), HERE)
        boss = staff.app.people.operators.identify(
            staff.one("select email from users where id = %s", boss.actor.id), HERE
        )
        yield Tracked(staff, boss, staff.branch())


def test_P6_open_rows_become_exempt_in_batches_and_done_ones_stay(tracked: Tracked) -> None:
    codes = [f"FC-{n}" for n in range(5)]
    tracked.clients(*codes)
    tracked.clients("FC-9", par_status="do_not_show")
    tracked.staff.app.periods.open(tracked.boss, NOVEMBER)
    tracked.record("FC-0", "DONE", reason="CONFIRMED")
    tracked.record("FC-1", "CALLED")
    started = tracked.change(is_trackable=False)
    assert started.entry.facts == {"is_trackable": False}
    assert tracked.work() == 4
    assert tracked.kinds("FC-0") == ["opened", "recorded"]
    assert tracked.kinds("FC-1") == ["opened", "recorded", "exempted"]
    assert tracked.kinds("FC-9") == ["opened"]
    assert tracked.work() == 0
    with pytest.raises(NotTrackable):
        tracked.record("FC-1", "CALLED")
    assert tracked.staff.one(
        "select bool_and(is_exempt_cause) from (select exempt_cause = 'par_status'"
        " as is_exempt_cause from client_period_status where exempt_cause is not null) rows"
    )


def test_P6_rows_come_back_as_they_were_and_missing_ones_are_opened(tracked: Tracked) -> None:
    tracked.clients("FC-1")
    tracked.staff.app.periods.open(tracked.boss, NOVEMBER)
    tracked.record("FC-1", "CALLED")
    tracked.change(is_trackable=False)
    tracked.work()
    tracked.clients("FC-2")
    tracked.staff.app.periods.open(tracked.boss, NOVEMBER)
    assert tracked.kinds("FC-2") == []
    tracked.change(is_trackable=True)
    assert tracked.work() == 2
    assert tracked.kinds("FC-1") == ["opened", "recorded", "exempted", "restored"]
    assert tracked.kinds("FC-2") == ["opened"]
    row = tracked.staff.app.tracking.show_row(tracked.boss, "FC-1", NOVEMBER).row.snapshot
    assert (row.status, row.exempt) == ("CALLED", None)


def test_P6_a_row_of_a_closed_period_stays_exempt(tracked: Tracked) -> None:
    tracked.clients("FC-1")
    tracked.staff.app.periods.open(tracked.boss, NOVEMBER)
    tracked.change(is_trackable=False)
    tracked.work()
    tracked.staff.clock.forward(days=17)
    tracked.change(is_trackable=True)
    tracked.work()
    assert tracked.kinds("FC-1") == ["opened", "exempted", "opened"]


def test_P6_an_interrupted_job_is_finished_by_the_next_attempt(tracked: Tracked) -> None:
    codes = [f"FC-{n}" for n in range(5)]
    tracked.clients(*codes)
    tracked.staff.app.periods.open(tracked.boss, NOVEMBER)
    tracked.change(is_trackable=False)
    with pytest.raises(Interrupted):
        tracked.work(wants_it_back_at="done")
    assert tracked.work() == 0
    assert [tracked.kinds(code) for code in codes] == [["opened", "exempted"]] * 5


def test_P6_the_job_goes_by_the_par_status_of_its_moment(tracked: Tracked) -> None:
    tracked.clients("FC-1")
    tracked.staff.app.periods.open(tracked.boss, NOVEMBER)
    tracked.change(is_trackable=False)
    tracked.change(is_trackable=True)
    assert tracked.work() == 0
    assert tracked.kinds("FC-1") == ["opened"]
    waiting = "select count(*) from job_queue where job_name = 'par_status_tracking'"
    assert tracked.staff.one(waiting) == 2


def test_P6_a_plan_counts_whom_nothing_else_keeps_from_being_tracked(tracked: Tracked) -> None:
    tracked.clients("FC-1", "FC-2", "FC-3", "FC-4")
    tracked.staff.app.periods.open(tracked.boss, NOVEMBER)
    tracked.staff.run("update clients set is_active = false where client_code = 'FC-2'")
    tracked.staff.run("update clients set deleted_at = now() where client_code = 'FC-3'")
    tracked.record("FC-4", "DONE", reason="DECEASED")
    changes = tracked.staff.app.configuration.par_statuses
    preview = changes.preview(tracked.boss, "tele_130", is_trackable=False)
    (touched,) = preview.plan.touched
    assert (touched.company, touched.clients, touched.examples) == ("FCASH", 1, ("FC-1",))
    assert tracked.kinds("FC-1") == ["opened"]
    for wrong in ("", "0" * 64):
        with pytest.raises(PlanChanged):
            changes.change(tracked.boss, "tele_130", is_trackable=False, plan_hash=wrong)
    with pytest.raises(VersionConflict):
        changes.change(
            tracked.boss, "tele_130", is_trackable=False, plan_hash=preview.plan.hash, version=9
        )
    with pytest.raises(InvalidInput, match="is true already"):
        changes.preview(tracked.boss, "tele_130", is_trackable=True)
    with pytest.raises(NotFound):
        changes.preview(tracked.boss, "MISSING", is_trackable=True)
    head = Caller(Actor(tracked.staff.hire("config:manage all FCASH")), HERE)
    with pytest.raises(Forbidden):
        changes.change(head, "tele_130", is_trackable=False, plan_hash=preview.plan.hash)
    assert tracked.staff.one("select count(*) from config_audit_log") == 0


def test_P6_the_job_waits_for_the_opening_under_way(tracked: Tracked) -> None:
    tracked.clients("FC-1")
    tracked.change(is_trackable=False)
    with (
        psycopg.connect(tracked.staff.url) as opening,
        ThreadPoolExecutor(1) as pool,
    ):
        opening.execute("select pg_advisory_xact_lock(1667856208, 1)")  # as an opening begins
        opening.execute(
            "insert into client_period_status (client_id, company_id, branch_id, period_type,"
            " period_year, period_month, status_type_id) select c.id, c.company_id, c.branch_id,"
            " 'monthly', 2026, 11, s.id from clients c, status_types s where s.code = 'PENDING'"
        )
        working = pool.submit(tracked.work)
        wait_until(lambda: working.done() or tracked.staff.one(WAITING_FOR_A_LOCK) > 0)
        opening.commit()
        assert working.result() == 1
    assert tracked.staff.one("select exempt_cause from client_period_status") == "par_status"


def test_P6_openings_and_updates_beside_the_job_leave_no_open_row(tracked: Tracked) -> None:
    codes = [f"FC-{n}" for n in range(40)]
    tracked.clients(*codes)
    barrier = Barrier(3)

    def open_period() -> None:
        barrier.wait()
        evolve(tracked.staff.app.periods, batch=3).open(tracked.boss, NOVEMBER)

    def update() -> None:
        barrier.wait()
        for code in codes:
            try:
                tracked.record(code, "CALLED")
            except (NotFound, NotTrackable, VersionConflict):
                continue

    def change() -> None:
        barrier.wait()
        tracked.change(is_trackable=False)
        tracked.work()

    with ThreadPoolExecutor(3) as pool:
        for each in [pool.submit(act) for act in (open_period, update, change)]:
            each.result()
    rows = "select count(*) from client_period_status"
    assert tracked.staff.one(f"{rows} where exempt_cause is null") == 0
    torn = (
        "select count(*) from (select 1 from status_events group by client_period_status_id"
        " having count(*) <> max(event_sequence) + 1) torn"
    )
    assert tracked.staff.one(torn) == 0
