"""Jobs, schedules and the worker on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from tests.support.cli_actors import BOSS, cli_actors, running
from tests.support.commands import call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.cli_actors import CliActors
    from tests.support.servers import Database

DEAD = """
insert into job_queue (job_name, payload, status, attempts, error)
values ('open_period', '{"cycle": "monthly"}', 'dead', 3, 'The moon does not answer.')
returning id
"""


@pytest.fixture
def actors(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        yield opened


def test_J1_a_dead_job_is_found_with_its_error_and_tried_again(actors: CliActors) -> None:
    job = str(actors.staff.one(DEAD))
    shown = actors.run("jobs", "list", "--status", "dead", actor=BOSS).stdout
    assert "The moon does not answer." in shown
    assert "3/3" in shown
    assert actors.json("jobs", "show", job, actor=BOSS)["arguments"] == {"cycle": "monthly"}
    assert "The moon" in actors.run("jobs", "show", job, actor=BOSS).stdout
    assert actors.json("jobs", "retry", job, actor=BOSS)["status"] == "pending"
    assert actors.run("jobs", "retry", job, actor=BOSS).returncode == 5
    assert actors.json("jobs", "cancel", job, actor=BOSS)["status"] == "cancelled"
    assert actors.run("jobs", "cancel", job, actor=BOSS).returncode == 5
    assert actors.run("jobs", "show", "999999", actor=BOSS).returncode == 4


def test_a_run_id_in_place_of_a_job_names_the_right_command(actors: CliActors) -> None:
    run = "0193a5e2-7c1f-7000-8000-000000000001"
    for command in ("show", "retry", "cancel"):
        done = actors.run("jobs", command, run, actor=BOSS)
        assert done.returncode == 2
        assert f"{run} is a sync run; use: clientupdater sync show {run}" in done.stderr


def test_J5_ended_jobs_are_purged_on_request(actors: CliActors) -> None:
    actors.staff.run(
        "insert into job_queue (job_name, status, completed_at)"
        " values ('nap', 'completed', now() - interval '3 days'), ('nap', 'completed', now())"
    )
    dead = actors.staff.one(DEAD)
    assert actors.run("jobs", "purge", "--days", "2", actor=BOSS, stdin="n\n").returncode == 1
    assert actors.json("jobs", "purge", "--days", "2", "--yes", actor=BOSS) == {"removed": 1}
    result = actors.run("jobs", "purge", "--days", "2", "--yes", actor=BOSS)
    assert result.stdout == "0 jobs removed\n"
    assert actors.staff.one("select count(*) from job_queue where id = %s", dead) == 1


def test_a_schedule_is_switched_off_and_on_and_run_now(actors: CliActors) -> None:
    off = actors.json("schedules", "disable", "retention", actor=BOSS)
    assert (off["is_active"], off["next_run_at"]) == (False, None)
    assert (
        actors.run("schedules", "disable", "retention", actor=BOSS).stdout == "retention is off\n"
    )
    assert "off" in actors.run("schedules", "list", actor=BOSS).stdout
    on = actors.run("schedules", "enable", "retention", actor=BOSS).stdout
    assert on.startswith("retention is on; next run at ")
    job = actors.json("schedules", "run", "retention", actor=BOSS)["job"]
    assert actors.json("jobs", "show", str(job), actor=BOSS)["name"] == "retention"
    assert actors.run("schedules", "run", "retention", actor=BOSS).returncode == 5
    assert actors.run("schedules", "run", "unheard-of", actor=BOSS).returncode == 4
    named = {each["name"] for each in actors.json("schedules", "list", actor=BOSS)["items"]}
    assert {"open-monthly-period", "sync-snowflake", "retention", "expiry"} <= named


def test_a_person_without_jobs_manage_is_refused(actors: CliActors) -> None:
    for command in (["jobs", "list"], ["schedules", "list"], ["schedules", "run", "retention"]):
        assert actors.run(*command).returncode == 3


def test_worker_once_runs_the_jobs_that_are_due_and_ends(actors: CliActors, tmp_path: Path) -> None:
    actors.client()
    actors.run("schedules", "run", "catch-up-periods", actor=BOSS)
    alive = tmp_path / "alive"
    done = actors.run("worker", "--once", "--health-file", str(alive))
    assert done.returncode == 0, done.stderr
    assert alive.exists()
    (job,) = actors.json("jobs", "list", actor=BOSS)["items"]
    assert (job["name"], job["status"]) == ("open_period", "completed")
    opened = {each["period"] for each in actors.json("periods", "list", actor=BOSS)["items"]}
    # On its last evening a month is not alone: the next one is open by then.
    assert str(running()) in opened
    assert opened <= {str(running()), str(running().next)}


def test_a_worker_of_no_queue_is_wrong_usage() -> None:
    url = "postgresql://nobody@localhost/x"
    assert call("worker", "--queues", " , ", DATABASE_URL=url).returncode == 2


def test_doctor_reports_waiting_and_dead_jobs(actors: CliActors) -> None:
    def found() -> Any:
        value = orjson.loads(actors.run("doctor", "--json").stdout)
        return next(each for each in value["checks"] if each["of"] == "jobs")

    assert found()["ok"] is True
    dead = actors.staff.one(DEAD)
    assert "1 in default" in found()["found"]
    assert "jobs list --status dead --as YOUR-EMAIL" in found()["remedy"]
    actors.staff.run(
        "update job_queue set status = 'pending', scheduled_at = now() - interval '1 hour'"
        " where id = %s",
        dead,
    )
    assert "60 min in default" in found()["found"]
    assert "clientupdater worker" in found()["remedy"]
