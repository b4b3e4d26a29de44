"""A source of one's own, by the library and over HTTP."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from attrs import frozen

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.domain.ids import SyncJobId
from clientupdater.domain.sync.fields import Source
from clientupdater.entrypoints.http.application import build
from clientupdater.testing.source import MemorySource
from tests.support.http_server import served
from tests.support.staff_fixture import HandClock, Staff, staffed
from tests.support.stores import VAULT
from tests.support.sync_fixture import MANILA, MAPPINGS, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

NAME = "branch_sheets"
JOBS, LINES = "/api/v1/sync/jobs", "/api/v1/sync/mappings"
COMMAND = f"clientupdater sync add-source {NAME}"
RIGHTS = (
    "sync:read",
    "sync:execute",
    "config:read",
    "config:manage",
    "clients:read",
)


def add_source(database: Database, name: str = NAME) -> bool:
    return PostgresMaintenance(database.owner_url).add_source(Source(name))


def lines() -> dict[str, Any]:
    """Make a mapping of the columns that `record` has."""
    items = [
        {"field": name, "column": column, "transforms": steps}
        for name, (column, steps, _) in MAPPINGS.items()
    ]
    return {"source": NAME, "items": items}


@frozen
class HttpActors:
    """An administrator over HTTP, and a source that this program adds."""

    staff: Staff
    http: httpx.Client
    records: list[dict[str, Any]]
    clock: HandClock

    def send(self, method: str, path: str, **json: Any) -> httpx.Response:
        headers = {"Idempotency-Key": str(uuid4())}
        return self.http.request(method, path, headers=headers, json=json or None)

    def work_off(self, answer: httpx.Response) -> Any:
        """Do what a worker would."""
        assert answer.status_code == 202, answer.text
        self.staff.app.sync.runs.run(SyncJobId(answer.json()["id"]))
        return self.http.get(f"{JOBS}/{answer.json()['id']}").json()


@pytest.fixture
def actors(database: Database) -> Iterator[HttpActors]:
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("insert into branches (code, name) values ('CAL', 'Caloocan')")
    records, clock = [record("FC-1"), record("FC-2")], HandClock()
    source = MemorySource(records, clock, page_size=1)
    with (
        staffed(database, MANILA, VAULT, sources={NAME: source}) as staff,
        served(build(lambda: nullcontext(staff.serving))) as http,
    ):
        token = staff.session(staff.hire(*(f"{each} all" for each in RIGHTS)))
        http.headers["Authorization"] = f"Bearer {token}"
        yield HttpActors(staff, http, records, clock)


def faults_of(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    fields = answer.json()["error"]["details"]["fields"]
    return [(each["pointer"], each["message"]) for each in fields]


def test_a_source_of_a_program_is_mapped_previewed_applied_and_seen(
    actors: HttpActors, database: Database
) -> None:
    assert add_source(database)
    saved = actors.send("PUT", LINES, **lines())
    assert (saved.status_code, saved.json()["source"]) == (200, NAME), saved.text
    preview = actors.work_off(actors.send("POST", JOBS, source=NAME, mode="preview"))
    assert (preview["source"], preview["counts"]["created"]) == (NAME, 2)
    assert actors.staff.one("select count(*) from clients") == 0
    approve = f"{JOBS}/{preview['id']}/approve"
    done = actors.work_off(actors.send("POST", approve, plan_hash=preview["plan_hash"]))
    assert (done["state"], done["counts"]["created"]) == ("completed", 2)
    again = actors.work_off(actors.send("POST", JOBS, source=NAME))
    assert (again["counts"]["unchanged"], again["counts"]["created"]) == (2, 0)
    assert [each["source"] for each in actors.http.get(JOBS).json()["items"]] == [NAME, NAME]
    assert actors.http.get("/api/v1/clients/code:FC-1").json()["sync_source"] == NAME
    actors.staff.run("update clients set full_name = 'Old Name' where client_code = 'FC-1'")
    actors.clock.forward(hours=1)
    actors.work_off(actors.send("POST", JOBS, source=NAME))
    (change, *_) = actors.http.get("/api/v1/clients/code:FC-1/sync-history").json()["items"]
    assert (change["field"], change["source"]) == ("full_name", NAME)


def test_a_source_of_a_program_is_missed_and_comes_back_as_any_other(
    actors: HttpActors, database: Database
) -> None:
    add_source(database)
    actors.send("PUT", LINES, **lines())
    actors.work_off(actors.send("POST", JOBS, source=NAME))
    gone = actors.records.pop()
    for vanished in (0, 1):
        actors.clock.forward(hours=1)
        run = actors.work_off(actors.send("POST", JOBS, source=NAME))
        assert run["counts"]["vanished"] == vanished
    actors.records.append(gone)
    run = actors.work_off(actors.send("POST", JOBS, source=NAME))
    assert run["counts"]["reappeared"] == 1


def test_a_database_that_does_not_know_the_source_says_how_to_add_it_and_stores_nothing(
    actors: HttpActors,
) -> None:
    wanted = [("/source", f"the database does not know it yet; run: {COMMAND}")]
    assert faults_of(actors.send("POST", JOBS, source=NAME)) == wanted
    assert faults_of(actors.send("PUT", LINES, **lines())) == wanted
    assert faults_of(actors.http.get(LINES, params={"source": NAME})) == wanted
    for table in ("sync_jobs", "job_queue", "activity_logs", "config_audit_log"):
        assert actors.staff.one(f"select count(*) from {table}") == 0, table


def test_an_unknown_source_is_refused_with_the_known_names(
    actors: HttpActors, database: Database
) -> None:
    add_source(database)
    wanted = [("/source", f"must be one of: snowflake, nextbank, csv, {NAME}")]
    assert faults_of(actors.send("POST", JOBS, source="ledger")) == wanted
    assert faults_of(actors.send("PUT", LINES, source="ledger", items=[])) == wanted
    ((pointer, message),) = faults_of(actors.send("POST", JOBS, source="No Name"))
    assert (pointer, message[:9]) == ("/source", "must have")


def test_the_health_report_names_a_source_before_and_after_it_is_added(
    actors: HttpActors, database: Database
) -> None:
    for is_known in (False, True):
        (state,) = actors.staff.app.operations.check_system().sources
        assert (state.source, state.is_known) == (NAME, is_known)
        add_source(database)
    report = actors.http.get("/api/v1/health/system").json()
    assert report["sources"][NAME]["last_run"] is None


def test_to_add_a_source_twice_changes_nothing(database: Database) -> None:
    assert [add_source(database) for _ in range(2)] == [True, False]
    with psycopg.connect(database.superuser_url) as connection:
        for kind in ("sync_source", "sync_job_type"):
            ((labels,),) = connection.execute(f"select enum_range(null::{kind})::text[]".encode())
            assert labels == ["snowflake", "nextbank", "csv", NAME]
        schedule = "select payload from scheduled_jobs where name = 'sync-branch_sheets'"
        assert connection.execute(schedule.encode()).fetchall() == [({"source": NAME},)]
    assert PostgresMaintenance(database.owner_url).check() == []


def test_a_value_in_one_of_the_two_types_alone_is_a_finding_and_no_source(
    actors: HttpActors, database: Database
) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute("alter type sync_job_type add value 'branch_sheets'")
    (finding,) = PostgresMaintenance(database.owner_url).check()
    assert (finding.where, finding.remedy) == (NAME, COMMAND)
    assert faults_of(actors.send("POST", JOBS, source=NAME))[0][1].endswith(COMMAND)
    (state,) = actors.staff.app.operations.check_system().sources
    assert not state.is_known
    assert add_source(database)
    assert PostgresMaintenance(database.owner_url).check() == []


def test_a_value_that_is_no_name_of_a_source_is_drift(database: Database) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        for kind in ("sync_source", "sync_job_type"):
            connection.execute(f"alter type {kind} add value 'No Name'".encode())
    items = PostgresMaintenance(database.owner_url).check()
    assert {each.where for each in items} == {"type sync_source", "type sync_job_type"}
