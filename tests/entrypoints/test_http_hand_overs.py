"""Hand-overs over HTTP and on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.support.cli_actors import ANA, CliActors, cli_actors
from tests.support.http_actors import HttpActors, code_of, http_actors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

HAND_OVER = "/api/v1/assignments/hand-over"


@pytest.fixture
def actors(database: Database) -> Iterator[HttpActors]:
    with http_actors(database) as opened:
        yield opened


@pytest.fixture
def commands(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        yield opened


def test_a_hand_over_is_previewed_applied_and_undone(actors: HttpActors) -> None:
    staff = actors.staff
    boss = {
        "Authorization": f"Bearer {staff.session(staff.hire('clients:assign all'))}",
    }
    ana, ben = staff.hire(first_name="Ana"), staff.hire(first_name="Ben")
    for person in (ana, ben):
        staff.run("insert into user_branches values (%s, %s)", person, actors.branch)
    code = actors.client()
    staff.run(
        "insert into client_assignments (client_id, officer_id)"
        " select id, %s from clients where client_code = %s",
        ana,
        code,
    )
    body = {"officer": str(ana), "to": [str(ben)]}
    seen = actors.http.post(HAND_OVER, json=body, headers=boss)
    assert seen.status_code == 200, seen.text
    preview = seen.json()
    branch = staff.one("select code from branches where id = %s", actors.branch)
    assert preview["officers"] == [
        {"officer": str(ben), "name": "Ben", "branch": branch, "clients": 1}
    ]
    assert (preview["hand_over"], preview["clients"], preview["left"]) == (None, 1, [])
    stale = {**body, "plan_hash": "0" * 64}
    assert code_of(actors.http.post(HAND_OVER, json=stale, headers=boss)) == (409, "plan_changed")
    done = actors.http.post(
        HAND_OVER, json={**body, "plan_hash": preview["plan_hash"]}, headers=boss
    ).json()
    assert staff.one("select assigned_to from clients") == ben
    undo = f"{HAND_OVER}/{done['hand_over']}/undo"
    assert actors.http.post(undo, headers=boss).json() == {"returned": 1, "kept": []}
    assert staff.one("select assigned_to from clients") == ana
    assert code_of(actors.http.post(f"{HAND_OVER}/{uuid4()}/undo", headers=boss))[0] == 404
    unknown = {**body, "to": [str(uuid4())]}
    assert code_of(actors.http.post(HAND_OVER, json=unknown, headers=boss)) == (
        422,
        "officer_not_allowed",
    )
    assert code_of(actors.http.post(HAND_OVER, json=body)) == (403, "forbidden")


def test_the_command_shows_a_plan_applies_it_and_undoes_it(commands: CliActors) -> None:
    chief, ben = "chief@example.com", "ben@example.com"
    commands.staff.hire("clients:assign all", "users:read all", email=chief)
    person = commands.staff.hire(email=ben, first_name="Ben")
    commands.staff.run("insert into user_branches values (%s, %s)", person, commands.branch)
    code = commands.client()
    commands.staff.run(
        "insert into client_assignments (client_id, officer_id)"
        " select id, %s from clients where client_code = %s",
        commands.ana,
        code,
    )
    asked = ("clients", "hand-over", ANA, "--to", ben)
    seen = commands.run(*asked, actor=chief)
    assert (seen.returncode, "would be handed over" in seen.stderr) == (0, True)
    assert "Ben" in seen.stdout
    assert commands.staff.one("select assigned_to from clients") == commands.ana
    done = commands.json(*asked, "--apply", actor=chief)
    assert commands.staff.one("select assigned_to from clients") == person
    undone = commands.json("clients", "hand-over", "--undo", done["hand_over"], actor=chief)
    assert undone == {"returned": 1, "kept": []}
    assert commands.run("clients", "hand-over", ANA, actor=chief).returncode == 2
