"""Jobs, schedules and the worker on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from tests.support.cli_actors import BOSS, a_desk, running
from tests.support.commands import call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.cli_actors import Desk
    from tests.support.servers import Database

DEAD = """
insert into job_queue (job_name, payload, status, attempts, error)
values ('open_period', '{"cycle": "monthly"}', 'dead', 3, 'The moon does not answer.')
returning id
"""


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with a_desk(database) as opened:
        yield opened


def test_J1_a_dead_job_is_found_with_its_error_and_tried_again(desk: Desk) -> None:
    job = str(desk.staff.one(DEAD))
    shown = desk.run("jobs", "list", "--status", "dead", actor=BOSS).stdout
    assert "The moon does not answer." in shown
    assert "3/3" in shown
    assert desk.json("jobs", "show", job, actor=BOSS)["arguments"] == {"cycle": "monthly"}
    assert "The moon" in desk.run("jobs", "show", job, actor=BOSS).stdout
    assert desk.json("jobs", "retry", job, actor=BOSS)["status"] == "pending"
    assert desk.run("jobs", "retry", job, actor=BOSS).returncode == 5
    assert desk.json("jobs", "cancel", job, actor=BOSS)["status"] == "cancelled"
    assert desk.run("jobs", "cancel", job, actor=BOSS).returncode == 5
    assert desk.run("jobs", "show", "999999", actor=BOSS).returncode == 4


def test_a_run_id_in_place_of_a_job_names_the_right_command(desk: Desk) -> None:
    run = "0193a5e2-7c1f-7000-8000-000000000001"
    for command in ("show", "retry", "cancel"):
        done = desk.run("jobs", command, run, actor=BOSS)
        assert done.returncode == 2
        assert f"{run} is a sync run; use: clientupdater sync show {run}" in done.stderr


def test_J5_ended_jobs_are_purged_on_request(desk: Desk) -> None:
    desk.staff.run(
        "insert into job_queue (job_name, status, completed_at)"
        " values ('nap', 'completed', now() - interval '3 days'), ('nap', 'completed', now())"
    )
    dead = desk.staff.one(DEAD)
    assert desk.run("jobs", "purge", "--days", "2", actor=BOSS, stdin="n\n").returncode == 1
    assert desk.json("jobs", "purge", "--days", "2", "--yes", actor=BOSS) == {"removed": 1}
    result = desk.run("jobs", "purge", "--days", "2", "--yes", actor=BOSS)
    assert result.stdout == "0 jobs removed\n"
    assert desk.staff.one("select count(*) from job_queue where id = %s", dead) == 1


def test_a_schedule_is_switched_off_and_on_and_run_now(desk: Desk) -> None:
    off = desk.json("schedules", "disable", "retention", actor=BOSS)
    assert (off["is_active"], off["next_run_at"]) == (False, None)
    assert desk.run("schedules", "disable", "retention", actor=BOSS).stdout == "retention is off\n"
    assert "off" in desk.run("schedules", "list", actor=BOSS).stdout
    on = desk.run("schedules", "enable", "retention", actor=BOSS).stdout
    assert on.startswith("retention is on; next run at ")
    job = desk.json("schedules", "run", "retention", actor=BOSS)["job"]
    assert desk.json("jobs", "show", str(job), actor=BOSS)["name"] == "retention"
    assert desk.run("schedules", "run", "retention", actor=BOSS).returncode == 5
    assert desk.run("schedules", "run", "unheard-of", actor=BOSS).returncode == 4
    named = {each["name"] for each in desk.json("schedules", "list", actor=BOSS)["items"]}
    assert {"open-monthly-period", "sync-snowflake", "retention", "expiry"} <= named


def test_a_person_without_jobs_manage_is_refused(desk: Desk) -> None:
    for command in (["jobs", "list"], ["schedules", "list"], ["schedules", "run", "retention"]):
        assert desk.run(*command).returncode == 3


def test_worker_once_runs_the_jobs_that_are_due_and_ends(desk: Desk, tmp_path: Path) -> None:
    desk.client()
    desk.run("schedules", "run", "catch-up-periods", actor=BOSS)
    alive = tmp_path / "alive"
    done = desk.run("worker", "--once", "--health-file", str(alive))
    assert done.returncode == 0, done.stderr
    assert alive.exists()
    (job,) = desk.json("jobs", "list", actor=BOSS)["items"]
    assert (job["name"], job["status"]) == ("open_period", "completed")
    opened = desk.json("periods", "list", actor=BOSS)["items"]
    assert {each["period"] for each in opened} == {str(running())}


def test_a_worker_of_no_queue_is_wrong_usage() -> None:
    url = "postgresql://nobody@localhost/x"
    assert call("worker", "--queues", " , ", DATABASE_URL=url).returncode == 2


def test_doctor_reports_waiting_and_dead_jobs(desk: Desk) -> None:
    def found() -> Any:
        value = orjson.loads(desk.run("doctor", "--json").stdout)
        return next(each for each in value["checks"] if each["of"] == "jobs")

    assert found()["ok"] is True
    dead = desk.staff.one(DEAD)
    assert "1 in default" in found()["found"]
    assert "jobs list --status dead" in found()["remedy"]
    desk.staff.run(
        "update job_queue set status = 'pending', scheduled_at = now() - interval '1 hour'"
        " where id = %s",
        dead,
    )
    assert "60 min in default" in found()["found"]
    assert "clientupdater worker" in found()["remedy"]
