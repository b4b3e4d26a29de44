"""Stand-ins over HTTP and on the command line."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tests.support.cli_actors import ANA, CliActors, cli_actors
from tests.support.http_actors import HttpActors, code_of, http_actors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.domain.ids import BranchId, PersonId
    from tests.support.servers import Database
    from tests.support.staff_fixture import Staff

STAND_INS = "/api/v1/stand-ins"


@pytest.fixture
def actors(database: Database) -> Iterator[HttpActors]:
    with http_actors(database) as opened:
        yield opened


@pytest.fixture
def commands(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        yield opened


def in_branch(staff: Staff, branch: BranchId, **columns: object) -> PersonId:
    person = staff.hire("clients:read self", **columns)
    staff.run("insert into user_branches values (%s, %s)", person, branch)
    return person


def test_a_stand_in_is_arranged_listed_and_ended(actors: HttpActors) -> None:
    staff, http = actors.staff, actors.http
    boss = {"Authorization": f"Bearer {staff.session(staff.hire('clients:assign all'))}"}
    ana = in_branch(staff, actors.branch, first_name="Ana")
    ben = in_branch(staff, actors.branch, first_name="Ben")
    as_ben = {"Authorization": f"Bearer {staff.session(ben)}"}
    code = actors.client()
    staff.run(
        "insert into client_assignments (client_id, officer_id)"
        " select id, %s from clients where client_code = %s",
        ana,
        code,
    )
    body = {
        "officer": str(ana),
        "stand_in": str(ben),
        "first_day": "2026-11-20",
        "last_day": "2026-11-30",
    }
    assert http.get("/api/v1/clients", headers=as_ben).json()["items"] == []
    made = http.post(STAND_INS, json=body, headers=boss)
    assert made.status_code == 201, made.text
    assert (made.json()["clients"], made.json()["clients_not_covered"]) == (1, 0)
    mine = http.get("/api/v1/clients", params={"assigned_to": "me"}, headers=as_ben)
    assert [each["client_code"] for each in mine.json()["items"]] == [code]
    options = http.get("/api/v1/clients/filter-options", headers=as_ben).json()
    assert [each["name"] for each in options["officers"]] == ["Ana"]
    later = {**body, "first_day": "2026-12-05", "last_day": "2026-12-06"}
    assert http.post(STAND_INS, json=later, headers=boss).status_code == 201
    first = http.get(STAND_INS, params={"limit": 1}, headers=boss).json()
    assert (first["has_more"], first["items"][0]["id"]) == (True, made.json()["id"])
    rest = http.get(STAND_INS, params={"cursor": first["next_cursor"]}, headers=boss).json()
    assert [each["first_day"] for each in rest["items"]] == ["2026-12-05"]
    assert rest["items"][0]["stand_in"] == {"id": str(ben), "name": "Ben"}
    assert code_of(http.post(STAND_INS, json=body, headers=boss)) == (409, "already_exists")
    assert code_of(http.post(STAND_INS, json=body, headers=as_ben)) == (403, "forbidden")
    assert http.delete(made.headers["location"], headers=boss).status_code == 204
    assert http.get("/api/v1/clients", headers=as_ben).json()["items"] == []
    assert code_of(http.delete(f"{STAND_INS}/{uuid4()}", headers=boss)) == (404, "not_found")
    for last_day in ("2026-11-01", "9999-12-31"):
        refused = http.post(STAND_INS, json={**body, "last_day": last_day}, headers=boss)
        assert code_of(refused) == (422, "validation_failed")
        (fault, *_) = refused.json()["error"]["details"]["fields"]
        assert fault["pointer"] == "/last_day"


def test_the_command_arranges_lists_and_ends_a_stand_in(commands: CliActors) -> None:
    chief, ben = "chief@example.com", "ben@example.com"
    commands.staff.hire("clients:assign all", "users:read all", email=chief)
    in_branch(commands.staff, commands.branch, email=ben, first_name="Ben")
    today = datetime.now(ZoneInfo("Asia/Manila")).date()
    days = ("--from", str(today), "--until", str(today + timedelta(days=3)))
    made = commands.json("stand-ins", "arrange", ANA, "--by", ben, *days, actor=chief)
    (seen,) = commands.json("stand-ins", "list", actor=chief)["items"]
    assert seen == made
    assert made["stand_in"]["name"] == "Ben"
    assert commands.run("stand-ins", "end", made["id"], actor=chief).returncode == 0
    assert commands.json("stand-ins", "list", actor=chief)["items"] == []
