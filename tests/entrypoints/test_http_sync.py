"""Asking for runs and deciding about them, over real HTTP; a worker's hands are ours."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from attrs import frozen

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.ids import SyncJobId
from clientupdater.domain.sync.fields import Source
from clientupdater.entrypoints.http.application import build
from clientupdater.testing.source import MemorySource
from tests.support.http_server import served
from tests.support.pools import pool_on
from tests.support.staff_fixture import HandClock, Staff, staffed
from tests.support.stores import VAULT
from tests.support.sync_fixture import MANILA, Syncing, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

JOBS = "/api/v1/sync/jobs"


@frozen
class HttpActors:
    """A person who may run syncs; tests hire others."""

    staff: Staff
    http: httpx.Client
    records: list[dict[str, Any]]

    def hire(self, *grants: str) -> dict[str, str]:
        """Hire and sign in a person."""
        return {"Authorization": f"Bearer {self.staff.session(self.staff.hire(*grants))}"}

    def post(self, path: str, **params: Any) -> httpx.Response:
        """Ask for a change."""
        return self.http.post(path, headers={"Idempotency-Key": str(uuid4())}, **params)

    def work_off(self, job: dict[str, Any]) -> dict[str, Any]:
        """Do what a worker would."""
        self.staff.app.sync.runs.run(SyncJobId(job["id"]))
        return self.show(job)

    def show(self, job: dict[str, Any]) -> dict[str, Any]:
        """Look at a run."""
        values: dict[str, Any] = self.http.get(f"{JOBS}/{job['id']}").json()
        return values


@pytest.fixture
def actors(database: Database) -> Iterator[HttpActors]:
    with pool_on(database.worker_url, 1, 4) as pool:
        Syncing(PostgresUnitsOfWork(pool, VAULT), database.superuser_url).set_up()
    records = [record("FC-1"), record("FC-2", branch_code="NOWHERE")]
    source = MemorySource(records, HandClock())
    with (
        staffed(database, MANILA, VAULT, sources={Source.SNOWFLAKE: source}) as staff,
        served(build(lambda: nullcontext(staff.serving))) as http,
    ):
        opened = HttpActors(staff, http, records)
        http.headers.update(opened.hire("sync:read all", "sync:execute all"))
        yield opened


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.is_error, answer.text
    return answer.status_code, answer.json()["error"]["code"]


def test_a_run_is_asked_for_previewed_approved_and_seen(actors: HttpActors) -> None:
    asked = actors.post(JOBS, json={"source": "snowflake", "mode": "preview"})
    assert asked.status_code == 202
    job = asked.json()
    assert asked.headers["location"] == f"{JOBS}/{job['id']}"
    assert (job["state"], job["counts"]["received"]) == ("pending", 0)
    assert actors.staff.one("select payload ->> 'sync_job' from job_queue") == job["id"]
    done = actors.work_off(job)
    assert (done["state"], done["mode"]) == ("completed", "preview")
    assert done["counts"] == {
        "received": 2,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "reappeared": 0,
        "rejected": 1,
        "missing": 0,
        "vanished": 0,
    }
    assert set(done["progress"]) == {"fetch", "stage", "compare", "apply"}
    plan = actors.http.get(f"{JOBS}/{job['id']}/plan").json()
    assert plan["hash"] == done["plan_hash"]
    assert plan["rejects_by_reason"] == {"BRANCH_CODE is not among the branches": 1}
    other = actors.post(f"{JOBS}/{job['id']}/approve", json={"plan_hash": "0" * 64})
    assert code_of(other) == (409, "plan_changed")
    approved = actors.post(f"{JOBS}/{job['id']}/approve", json={"plan_hash": plan["hash"]})
    assert (approved.status_code, approved.json()["mode"]) == (202, "apply")
    assert actors.work_off(job)["state"] == "completed"
    assert actors.staff.one("select count(*) from clients") == 1
    assert actors.staff.one("select string_agg(action, ',') from activity_logs") == (
        "sync.ask,sync.approve"
    )


def test_rejects_are_listed_with_their_reasons_and_taken_after_a_fix(actors: HttpActors) -> None:
    job = actors.work_off(actors.post(JOBS, json={"source": "snowflake"}).json())
    (reject,) = actors.http.get(f"{JOBS}/{job['id']}/rejects").json()["items"]
    assert reject == {
        "row": 2,
        "client_code": "FC-2",
        "reasons": [{"column": "BRANCH_CODE", "message": "is not among the branches"}],
        "replayed_by": None,
    }
    actors.staff.run("insert into branches (code, name) values ('NOWHERE', 'Now here')")
    replay = actors.work_off(actors.post(f"{JOBS}/{job['id']}/rejects/replay").json())
    assert (replay["counts"]["created"], replay["replays"]) == (1, job["id"])
    (reject,) = actors.http.get(f"{JOBS}/{job['id']}/rejects").json()["items"]
    assert reject["replayed_by"] == replay["id"]
    again = actors.post(f"{JOBS}/{job['id']}/rejects/replay")
    assert code_of(again) == (409, "sync_over")
    assert "No row of this run waits" in again.json()["detail"]


def test_rejects_without_stored_input_are_not_replayed(actors: HttpActors) -> None:
    job = actors.work_off(actors.post(JOBS, json={"source": "snowflake"}).json())
    actors.staff.run("delete from sync_snapshots")
    assert code_of(actors.post(f"{JOBS}/{job['id']}/rejects/replay")) == (410, "gone")


def test_runs_are_listed_page_by_page_for_the_companies_that_one_holds(actors: HttpActors) -> None:
    for company in ("FCASH", "PCNI", None):
        asked = {"source": "snowflake", **({"company": company} if company else {})}
        actors.post(JOBS, json=asked)
        actors.staff.clock.forward(seconds=1)
    page = actors.http.get(JOBS, params={"limit": 2}).json()
    assert [each["company"] for each in page["items"]] == [None, "PCNI"]
    rest = actors.http.get(JOBS, params={"limit": 2, "cursor": page["next_cursor"]}).json()
    assert [each["company"] for each in rest["items"]] == ["FCASH"]
    theirs = actors.http.get(JOBS, headers=actors.hire("sync:read all FCASH")).json()
    assert [each["company"] for each in theirs["items"]] == ["FCASH"]


@pytest.mark.rule("A5")
def test_A5_runs_need_their_permission_and_a_refusal_is_audited(
    actors: HttpActors,
) -> None:
    job = actors.post(JOBS, json={"source": "snowflake"}).json()
    reader = actors.hire("sync:read all")
    key = {"Idempotency-Key": str(uuid4())}
    for path, json in ((JOBS, {"source": "csv"}), (f"{JOBS}/{job['id']}/cancel", None)):
        refused = actors.http.post(path, json=json, headers={**reader, **key})
        assert code_of(refused) == (403, "forbidden")
    nobody = actors.hire("clients:read all")
    for path in (JOBS, f"{JOBS}/{job['id']}", f"{JOBS}/{uuid4()}", f"{JOBS}/{job['id']}/rejects"):
        assert code_of(actors.http.get(path, headers=nobody)) == (403, "forbidden")
    assert actors.staff.one("select count(*) from authorization_audit") == 6


def test_a_run_can_be_called_off_once(actors: HttpActors) -> None:
    job = actors.post(JOBS, json={"source": "snowflake"}).json()
    assert actors.post(f"{JOBS}/{job['id']}/cancel").json()["state"] == "cancelled"
    assert code_of(actors.post(f"{JOBS}/{job['id']}/cancel")) == (409, "sync_over")
    assert code_of(actors.post(f"{JOBS}/{job['id']}/approve")) == (409, "sync_over")
    assert code_of(actors.http.get(f"{JOBS}/{job['id']}/plan")) == (404, "not_found")


@pytest.mark.rule("Y9")
def test_Y9_while_a_source_is_read_another_run_of_it_is_refused(actors: HttpActors) -> None:
    job = actors.post(JOBS, json={"source": "snowflake"}).json()
    actors.staff.run(
        "update sync_jobs set status = 'processing', heartbeat_at = %s where id = %s",
        actors.staff.clock.now(),
        job["id"],
    )
    assert code_of(actors.post(JOBS, json={"source": "snowflake"})) == (409, "sync_running")
    assert actors.post(JOBS, json={"source": "nextbank"}).status_code == 202


MAPPINGS = "/api/v1/sync/mappings"


@pytest.mark.rule("Y1")
def test_Y1_a_mapping_is_shown_saved_for_a_company_and_read_by_the_next_run(
    actors: HttpActors,
) -> None:
    actors.http.headers.update(
        actors.hire("config:read all", "config:manage all", "sync:read all", "sync:execute all")
    )
    shown = actors.http.get(MAPPINGS, params={"source": "snowflake"}).json()
    lines = {each["field"]: each for each in shown["items"]}
    assert (lines["full_name"]["column"], lines["full_name"]["owns"]) == ("FULL_NAME", True)
    own = {
        "source": "snowflake",
        "company": "FCASH",
        "items": [{"field": "full_name", "column": "FULL_NAME", "transforms": ["upper"]}],
    }
    saved = actors.http.put(MAPPINGS, json=own, headers={"Idempotency-Key": str(uuid4())})
    assert saved.status_code == 200, saved.text
    assert saved.json()["items"] == [{**own["items"][0], "owns": True}]  # type: ignore[dict-item]
    actors.work_off(actors.post(JOBS, json={"source": "snowflake"}).json())
    assert actors.staff.one("select full_name from clients") == "JUAN DELA CRUZ"
    assert actors.staff.one("select new_values ? 'full_name' from config_audit_log") is True


@pytest.mark.rule("Y1")
def test_Y1_a_mapping_that_cannot_be_is_refused_with_every_fault(actors: HttpActors) -> None:
    actors.http.headers.update(actors.hire("config:read all", "config:manage all"))
    lines = [
        {"field": "shoe_size", "column": "SHOES"},
        {"field": "full_name", "column": " ", "transforms": ["turn"]},
    ]
    result = actors.http.put(
        MAPPINGS,
        json={"source": "csv", "items": lines},
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert code_of(result) == (422, "validation_failed")
    faults = result.json()["error"]["details"]["fields"]
    assert {each["pointer"] for each in faults} >= {
        "/items/0/field",
        "/items/1/column",
        "/items/1/transforms/0",
        "/items",
    }
