"""ReadContext after jobs and schedules, over real HTTP."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from attrs import frozen

from clientupdater.entrypoints.http.application import build
from tests.support.http_actors import code_of
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

API = "/api/v1"
PUT = """
insert into job_queue (job_name, payload, queue_name, status, error, attempts, unique_key, worker,
                       lease_expires_at, created_by)
values (%s, '{"period": "2026-11", "request_id": "a-request-id"}', %s, %s, %s, 3, %s, %s,
        case when %s then now() + interval '1 hour' end, %s)
returning id
"""


@frozen
class HttpActors:
    """A job administrator; tests hire others."""

    staff: Staff
    http: httpx.Client
    boss: Any

    def hire(self, *grants: str) -> dict[str, str]:
        """Hire and sign in a person."""
        return {"Authorization": f"Bearer {self.staff.session(self.staff.hire(*grants))}"}

    def put(self, status: str = "pending", name: str = "open_period", **facts: Any) -> int:
        """Put a job down as it would stand."""
        held = status == "processing"
        result = (name, facts.get("queue", "default"), status, facts.get("error"), facts.get("key"))
        worker = "somebody" if held else None
        return int(self.staff.one(PUT, *result, worker, held, self.boss))

    def ids(self, query: str = "") -> list[int]:
        """List jobs."""
        answer = self.http.get(f"{API}/jobs{query}")
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]


@pytest.fixture
def actors(database: Database) -> Iterator[HttpActors]:
    with (
        staffed(database, ZoneInfo("Asia/Manila")) as staff,
        served(build(lambda: nullcontext(staff.serving))) as http,
    ):
        boss = staff.hire("jobs:manage all", first_name="Bea", last_name="Cruz")
        http.headers["Authorization"] = f"Bearer {staff.session(boss)}"
        yield HttpActors(staff, http, boss)


def test_jobs_are_listed_the_newest_first_page_by_page_and_by_how_they_stand(
    actors: HttpActors,
) -> None:
    dead, waiting, other = actors.put("dead"), actors.put(), actors.put(queue="sync")
    assert actors.ids() == [other, waiting, dead]
    assert actors.ids("?status=dead") == [dead]
    assert actors.ids("?queue=sync") == [other]
    first = actors.http.get(f"{API}/jobs?limit=2").json()
    assert [each["id"] for each in first["items"]] == [other, waiting]
    rest = actors.http.get(f"{API}/jobs", params={"limit": 2, "cursor": first["next_cursor"]})
    assert [each["id"] for each in rest.json()["items"]] == [dead]
    assert rest.json()["has_more"] is False


def test_a_job_shows_its_kind_its_requester_and_its_error(actors: HttpActors) -> None:
    job = actors.put("dead", error="The moon does not answer.")
    value = actors.http.get(f"{API}/jobs/{job}").json()
    assert value["name"] == "open_period"
    assert value["arguments"] == {"period": "2026-11"}
    assert value["request_id"] == "a-request-id"
    assert value["asked_by"] == {"id": str(actors.boss), "name": "Bea Cruz"}
    assert (value["status"], value["attempts"]) == ("dead", 3)
    assert value["error"] == "The moon does not answer."


def test_J1_a_retried_job_counts_its_attempts_from_zero(
    actors: HttpActors,
) -> None:
    job = actors.put("dead", error="It broke.")
    answer = actors.http.post(f"{API}/jobs/{job}/retry")
    assert (answer.json()["status"], answer.json()["attempts"]) == ("pending", 0)
    again = actors.http.post(f"{API}/jobs/{job}/retry")
    assert code_of(again) == (409, "already_done")
    assert "pending" in again.json()["detail"]


def test_a_job_whose_key_waits_already_is_not_put_back(actors: HttpActors) -> None:
    dead = actors.put("dead", key="k")
    actors.put(key="k")
    assert code_of(actors.http.post(f"{API}/jobs/{dead}/retry")) == (409, "already_exists")


@pytest.mark.parametrize("status", ["pending", "processing", "dead"])
def test_a_job_is_called_off_also_while_it_is_done_or_once_it_was_given_up(
    actors: HttpActors, status: str
) -> None:
    job = actors.put(status)
    assert actors.http.post(f"{API}/jobs/{job}/cancel").json()["status"] == "cancelled"
    assert code_of(actors.http.post(f"{API}/jobs/{job}/cancel")) == (409, "already_done")
    held = actors.staff.one("select count(*) from job_queue where worker is not null")
    assert held == 0


@pytest.mark.parametrize("path", ["/jobs", "/jobs/1", "/schedules"])
def test_without_jobs_manage_over_every_company_nothing_is_shown(
    actors: HttpActors, path: str
) -> None:
    actors.put()
    for grants in ((), ("jobs:manage all FCASH",), ("jobs:manage branch",)):
        answer = actors.http.get(API + path, headers=actors.hire(*grants))
        assert code_of(answer) == (403, "forbidden")


def test_an_unknown_job_or_schedule_is_not_found(actors: HttpActors) -> None:
    for path in ("/jobs/999999", "/jobs/first", "/jobs/999999999999999999"):
        assert code_of(actors.http.get(API + path)) == (404, "not_found")
    assert code_of(actors.http.post(f"{API}/jobs/999999/retry")) == (404, "not_found")
    assert code_of(actors.http.post(f"{API}/jobs/999999/cancel")) == (404, "not_found")
    named = {"is_active": False, "version": 1}
    absent = actors.http.patch(f"{API}/schedules/unheard-of", json=named)
    assert code_of(absent) == (404, "not_found")


# --- schedules


def test_a_schedules_job_is_run_now_and_not_twice(actors: HttpActors) -> None:
    url = f"{API}/schedules/retention/run"
    started = actors.http.post(url)
    assert started.status_code == 202, started.text
    name = actors.staff.one("select job_name from job_queue where id = %s", started.json()["job"])
    assert name == "retention"
    assert code_of(actors.http.post(url)) == (409, "already_exists")
    assert code_of(actors.http.post(f"{API}/schedules/unheard-of/run"))[0] == 404


def schedule(actors: HttpActors, name: str = "retention") -> dict[str, Any]:
    items = actors.http.get(f"{API}/schedules").json()["items"]
    return next(each for each in items if each["name"] == name)


def test_J3_a_schedule_is_given_another_time_in_a_zone_of_its_own(actors: HttpActors) -> None:
    json = {"cron_expression": "30 5 * * 1", "time_zone": "UTC", "version": 1}
    answer = actors.http.patch(f"{API}/schedules/retention", json=json)
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"v2"'
    kept = schedule(actors)
    assert kept == answer.json()
    assert (kept["cron_expression"], kept["time_zone"]) == ("30 5 * * 1", "UTC")
    assert kept["next_run_at"] == "2026-11-23T05:30:00+00:00"


def test_J3_times_that_passed_while_a_schedule_was_off_are_not_made_up_for(
    actors: HttpActors,
) -> None:
    off = actors.http.patch(f"{API}/schedules/retention", json={"is_active": False, "version": 1})
    assert off.json()["next_run_at"] is None
    actors.staff.clock.moment += timedelta(days=9)
    actors.http.headers["Authorization"] = f"Bearer {actors.staff.session(actors.boss)}"
    on = actors.http.patch(f"{API}/schedules/retention", json={"is_active": True, "version": 2})
    assert on.json()["next_run_at"] > actors.staff.clock.now().isoformat()


def test_a_schedule_that_changed_meanwhile_is_shown_as_it_is(actors: HttpActors) -> None:
    url = f"{API}/schedules/retention"
    actors.http.patch(url, json={"is_active": False, "version": 1})
    late = actors.http.patch(url, json={"cron_expression": "0 5 * * *", "version": 1})
    assert code_of(late) == (409, "version_conflict")
    details = late.json()["error"]["details"]
    assert (details["provided"], details["current"]) == (1, 2)
    assert details["snapshot"]["is_active"] is False
    assert code_of(actors.http.patch(url, json={"is_active": True})) == (428, "version_required")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"cron_expression": "0 25 * * *"}, "/cron_expression"),
        ({"cron_expression": "0 2 * * * *"}, "/cron_expression"),
        ({"cron_expression": "0 0 31 2 *"}, "/cron_expression"),
        ({"time_zone": "Asia/Manilla"}, "/time_zone"),
        ({"time_zone": "../etc/passwd"}, "/time_zone"),
        ({"cron": "0 2 * * *"}, "/cron"),
    ],
)
def test_a_time_that_makes_no_sense_is_refused_where_it_stands(
    actors: HttpActors, change: dict[str, str], where: str
) -> None:
    answer = actors.http.patch(f"{API}/schedules/retention", json={**change, "version": 1})
    assert code_of(answer) == (422, "validation_failed")
    fields = answer.json()["error"]["details"]["fields"]
    assert [each["pointer"] for each in fields] == [where]
    assert schedule(actors)["version"] == 1
