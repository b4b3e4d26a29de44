"""What changed of a client, over HTTP: by people and by runs together, the newest first."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import frozen

from clientupdater.entrypoints.http.application import build
from tests.support.builders import MANILA
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

URL = "/api/v1/clients/code:FC-1/sync-history"
NUMBER = "0312345678"


@frozen
class HttpActors:
    """A client whom a run and a person changed, and people with rights."""

    staff: Staff
    http: httpx.Client

    def sign_in(self, *grants: str) -> None:
        token = self.staff.session(self.staff.hire(*grants, first_name="Ana"))
        self.http.headers["Authorization"] = f"Bearer {token}"

    def ran(self, minute: int, field: str, before: str | None, after: str) -> None:
        """Do what a run does that changed a field."""
        self.staff.run(
            "insert into client_sync_history (client_id, field_changed, old_value, new_value,"
            " sync_job_id, changed_at) select c.id, %s, %s, %s, j.id,"
            " timestamptz '2026-11-05 09:00+08' + make_interval(mins => %s)"
            " from clients c, sync_jobs j",
            field,
            before,
            after,
            minute,
        )

    def pages(self, limit: int) -> list[dict[str, Any]]:
        """Walk it to its end."""
        items: list[dict[str, Any]] = []
        asked: dict[str, Any] = {"limit": limit}
        while True:
            page = self.http.get(URL, params=asked).json()
            assert len(page["items"]) <= limit
            items += page["items"]
            if not page["has_more"]:
                return items
            asked["cursor"] = page["next_cursor"]


@pytest.fixture
def actors(database: Database) -> Iterator[HttpActors]:
    with staffed(database, MANILA) as staff:
        staff.run(
            "insert into clients (client_code, company_id, full_name, branch_id)"
            " values ('FC-1', (select id from companies where code = 'FCASH'), 'Juan Reyes', %s)",
            staff.branch(),
        )
        staff.run("insert into sync_jobs (type) values ('snowflake')")
        with served(build(lambda: nullcontext(staff.serving))) as http:
            opened = HttpActors(staff, http)
            opened.sign_in("clients:read all", "clients:update all")
            yield opened


@pytest.mark.rule("C2")
@pytest.mark.parametrize("limit", [1, 2, 200])
def test_C2_changes_by_people_and_runs_are_listed_together_the_newest_first(
    actors: HttpActors, limit: int
) -> None:
    actors.ran(0, "branch", "B1", "B2")
    actors.ran(0, "par_status", None, "tele_130")
    actors.http.patch(
        "/api/v1/clients/code:FC-1", json={"contact_number": "8123 4567", "version": 1}
    ).raise_for_status()
    actors.ran(10, "is_active", "true", "false")
    result = actors.pages(limit)
    assert [each["field"] for each in result[:2]] == ["contact_number", "is_active"]
    assert {each["field"] for each in result[2:]} == {"branch", "par_status"}
    hand, run = result[0], result[1]
    assert (hand["by"]["name"], hand["sync_job"], hand["source"]) == ("Ana", None, None)
    assert (hand["old_value"], hand["new_value"]) == (None, "8123 4567")
    assert (run["by"], run["source"]) == (None, "snowflake")
    assert run["sync_job"] == str(actors.staff.one("select id from sync_jobs"))


@pytest.mark.rule("C2", "C3")
def test_C3_a_pension_number_is_masked_even_where_it_was_written_down_in_full(
    actors: HttpActors,
) -> None:
    actors.ran(0, "pension_number", "••••1111", NUMBER)
    answer = actors.http.get(URL)
    (item,) = answer.json()["items"]
    assert (item["old_value"], item["new_value"]) == ("••••1111", "••••5678")
    assert NUMBER not in answer.text


@pytest.mark.rule("A5", "C4")
def test_A5_it_asks_for_clients_read_over_a_client_that_is_there(actors: HttpActors) -> None:
    actors.sign_in("clients:update all")
    assert actors.http.get(URL).status_code == 403
    actors.sign_in("clients:read all PCNI")
    assert actors.http.get(URL).status_code == 404
    actors.sign_in("clients:read all")
    assert (
        actors.http.get(URL, params={"cursor": "AAAA"}).json()["error"]["code"] == "invalid_cursor"
    )
    assert actors.http.get(URL, params={"limit": 201}).status_code == 422
    actors.staff.run("update clients set deleted_at = now()")
    assert actors.http.get(URL).status_code == 404


def test_a_cursor_of_one_client_is_none_of_another(actors: HttpActors) -> None:
    for minute in range(2):
        actors.ran(minute, "branch", str(minute), "B1")
    cursor = actors.http.get(URL, params={"limit": 1}).json()["next_cursor"]
    actors.staff.run(
        "insert into clients (client_code, company_id, full_name, branch_id)"
        " select 'FC-2', company_id, 'Pedro Cruz', branch_id from clients"
    )
    other = actors.http.get(URL.replace("FC-1", "FC-2"), params={"cursor": cursor})
    assert (other.status_code, other.json()["error"]["code"]) == (400, "invalid_cursor")
