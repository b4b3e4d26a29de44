"""The change feed over HTTP and on the command line."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import evolve

from clientupdater.domain.changes import FeedCursor
from clientupdater.entrypoints.http import waiting
from tests.support.cli_actors import BOSS, cli_actors
from tests.support.forked_servers import forked_server
from tests.support.http_actors import code_of
from tests.support.seal_fixture import with_rows
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.cli_actors import CliActors
    from tests.support.http_actors import HttpActors
    from tests.support.seal_fixture import SealWorld
    from tests.support.servers import Database

CHANGES = "/api/v1/changes"


@pytest.fixture
def world(actors: HttpActors, database: Database) -> SealWorld:
    return with_rows(actors.staff, database)


@pytest.fixture
def headers(world: SealWorld) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.staff.session(world.boss)}"}


def latest(actors: HttpActors, headers: dict[str, str]) -> str:
    """Read everything; give where to read on."""
    after, caught_up = "0", False
    while not caught_up:
        params: dict[str, Any] = {"after": after, "limit": 200}
        page = actors.http.get(CHANGES, params=params, headers=headers).json()
        after, caught_up = page["next"], page["caught_up"]
    return after


def test_changes_are_read_page_by_page(
    actors: HttpActors, world: SealWorld, headers: dict[str, str]
) -> None:
    first = actors.http.get(CHANGES, params={"limit": 3}, headers=headers).json()
    assert (len(first["items"]), first["caught_up"]) == (3, False)
    after = latest(actors, headers)
    world.append("S2")
    page = actors.http.get(CHANGES, params={"after": after}, headers=headers).json()
    (change,) = page["items"]
    assert (change["client"]["client_code"], change["period"]) == ("S2", "2026-10")
    assert (change["version"], change["event"]["sequence"]) == (2, 2)
    assert (change["event"]["kind"], change["event"]["voided_by"]) == ("recorded", None)
    assert change["event"]["by"]["id"] == str(world.boss)
    assert page["caught_up"]


def test_events_are_null_without_the_right_to_the_history(
    actors: HttpActors, world: SealWorld
) -> None:
    page = actors.http.get(CHANGES, params={"limit": 3}, headers=actors.reader).json()
    assert [each["event"] for each in page["items"]] == [None] * 3
    assert {each["version"] for each in page["items"]} <= {0, 1}


def test_a_cursor_that_was_changed_is_refused(actors: HttpActors, headers: dict[str, str]) -> None:
    cursor = latest(actors, headers)
    for after in ("x", "1;2", cursor[:-1], cursor.swapcase(), str(10**17)):
        refused = actors.http.get(CHANGES, params={"after": after}, headers=headers)
        assert code_of(refused) == (400, "invalid_cursor"), after


@pytest.mark.parametrize("query", ["wait=31", "wait=-1", "wait=x", "limit=0", "limit=201"])
def test_a_query_out_of_bounds_is_refused(
    actors: HttpActors, headers: dict[str, str], query: str
) -> None:
    refused = actors.http.get(f"{CHANGES}?{query}", headers=headers)
    assert code_of(refused) == (422, "validation_failed")


def test_a_cursor_of_another_database_is_gone(actors: HttpActors, headers: dict[str, str]) -> None:
    cursor = FeedCursor.parse(latest(actors, headers))
    assert isinstance(cursor, FeedCursor)
    other = str(evolve(cursor, database="0" * 12))
    refused = actors.http.get(CHANGES, params={"after": other}, headers=headers)
    assert code_of(refused) == (410, "gone")
    assert f"after={cursor.floor}," in refused.json()["detail"]


def test_a_request_that_waits_is_answered_by_the_first_change(
    actors: HttpActors, world: SealWorld, headers: dict[str, str]
) -> None:
    params: dict[str, Any] = {"after": latest(actors, headers), "wait": 30}

    def ask(_: int) -> list[str]:
        while (response := actors.http.get(CHANGES, params=params, headers=headers)).is_error:
            assert response.status_code == 503  # too many came at the same moment
        return [each["client"]["client_code"] for each in response.json()["items"]]

    with ThreadPoolExecutor(20) as threads:
        answers = threads.map(ask, range(20))
        # More wait than there are threads, and other requests are answered meanwhile.
        wait_until(lambda: actors.http.get("/api/v1/me", headers=headers).status_code == 200)
        world.append("S1")
        assert [*answers] == [["S1"]] * 20


def test_a_request_that_waits_in_vain_gets_an_empty_page(
    actors: HttpActors, headers: dict[str, str]
) -> None:
    params: dict[str, Any] = {"after": latest(actors, headers), "wait": 1}
    page = actors.http.get(CHANGES, params=params, headers=headers).json()
    assert (page["items"], page["caught_up"]) == ([], True)


def test_a_request_too_many_does_not_wait(
    actors: HttpActors, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST_WAITING", 0)
    params: dict[str, Any] = {"after": latest(actors, headers), "wait": 30}
    refused = actors.http.get(CHANGES, params=params, headers=headers)
    assert code_of(refused) == (503, "unavailable")


WATCHED = """
    select count(*) from pg_stat_activity
    where datname = current_database() and query like 'select (select case when is_called%%'
"""


def test_A8_a_waiting_request_ends_with_its_session(
    actors: HttpActors, world: SealWorld, headers: dict[str, str]
) -> None:
    params: dict[str, Any] = {"after": latest(actors, headers), "wait": 30}
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(actors.http.get, CHANGES, params=params, headers=headers, timeout=60)
        wait_until(lambda: world.staff.one(WATCHED) > 0)
        world.staff.run("update users set is_active = false where id = %s", world.boss)
        world.append("S1")
        assert asked.result().status_code == 401


def test_a_server_that_stops_answers_those_that_wait(
    actors: HttpActors, world: SealWorld, database: Database
) -> None:
    world.staff.clock.moment = datetime.now(UTC)  # the server goes by the machine's clock
    headers = {"Authorization": f"Bearer {world.staff.session(world.boss)}"}
    params: dict[str, Any] = {"after": latest(actors, headers), "wait": 30}
    with forked_server(DATABASE_URL=database.app_url) as server, ThreadPoolExecutor(1) as threads:
        url = f"{server.base}{CHANGES}"
        # It has less patience than the wait is long.
        asked = threads.submit(httpx.get, url, params=params, headers=headers, timeout=20)
        wait_until(lambda: world.staff.one(WATCHED) > 0)
        server.process.terminate()
        assert asked.result().json()["items"] == []
        server.process.join()
        assert server.process.exitcode == 0


@pytest.fixture
def commands(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        yield opened


@pytest.fixture
def followed(commands: CliActors, database: Database) -> SealWorld:
    return with_rows(commands.staff, database)


FOLLOW = ("changes", "follow", "--until-caught-up", "--as", BOSS)


def test_changes_are_followed_on_the_command_line(commands: CliActors, followed: SealWorld) -> None:
    lines = [json.loads(each) for each in commands.run(*FOLLOW, "--json").stdout.splitlines()]
    assert len(lines) == followed.staff.one("select count(*) from status_events")
    rest = commands.run(*FOLLOW, "--json", "--after", lines[-3]["next"]).stdout.splitlines()
    assert [json.loads(each) for each in rest] == lines[-2:]
    assert commands.run(*FOLLOW, "--after", "x").returncode == 2


def test_a_file_keeps_the_place_on_the_command_line(
    commands: CliActors, followed: SealWorld, tmp_path: Path
) -> None:
    follow = (*FOLLOW, "--cursor", str(tmp_path / "feed.cursor"))
    first = commands.run(*follow).stdout.splitlines()
    assert len(first) == followed.staff.one("select count(*) from status_events")
    assert commands.run(*follow).stdout == ""
    followed.append("S2")
    (line,) = commands.run(*follow).stdout.splitlines()
    assert line.split("  ")[1:5] == ["S2", "2026-10", "recorded", "CALLED"]
    (tmp_path / "feed.cursor").write_text("broken")
    broken = commands.run(*follow)
    assert (broken.returncode, broken.stdout) == (2, "")
