"""Clients on the command line: found within one's reach, tracked again, and access explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from tests.support.cli_actors import ANA, BOSS, READER, STRANGER, cli_actors, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.cli_actors import CliActors
    from tests.support.servers import Database


@pytest.fixture
def actors(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        yield opened


def test_a_client_is_found_by_name_and_shown_by_code_and_by_id(actors: CliActors) -> None:
    code = actors.client("Juana Reyes")
    actors.client("Pedro Santos")
    value = actors.json("clients", "find", "rey juan")
    assert [each["client_code"] for each in value["items"]] == [code]
    shown = actors.json("clients", "show", code)
    assert shown["current"]["status"] == "PENDING"
    assert actors.json("clients", "show", shown["id"])["client_code"] == code
    assert f"{running()} PENDING" in actors.run("clients", "show", code).stdout
    table = actors.run("clients", "find", "rey juan")
    assert table.returncode == 0
    assert "Juana Reyes" in table.stdout


def test_a_search_says_that_there_are_more(actors: CliActors) -> None:
    for _ in range(2):
        actors.client()
    assert "there are more" in actors.run("clients", "find", "reyes", "--limit", "1").stderr


@pytest.mark.rule("A5")
def test_A5_out_of_scope_is_not_found_and_without_permission_refused(
    actors: CliActors,
) -> None:
    assert actors.run("clients", "show", "FC-999999").returncode == 4
    assert actors.run("clients", "find", "reyes", actor=STRANGER).returncode == 3


@pytest.mark.rule("T4")
def test_T4_a_fully_paid_client_is_revived_by_a_person_with_status_correct(
    actors: CliActors,
) -> None:
    code = actors.client()
    actors.json("status", "set", code, "DONE", "--reason", "FULLY_PAID")
    revive = ("clients", "revive", code, "--remarks", "borrows again", "--version")
    assert actors.run(*revive, "1").returncode == 3
    assert actors.run(*revive, "0", actor=BOSS).returncode == 5
    done = actors.json(*revive, "1", actor=BOSS)
    assert done["event"]["kind"] == "revived"
    assert done["snapshot"]["status"] == "PENDING"
    assert actors.run(*revive, "2", actor=BOSS).returncode == 5


@pytest.mark.rule("A5")
def test_A5_access_is_explained_to_people_with_audit_read(actors: CliActors) -> None:
    code = actors.client()
    explain = ("access", "explain", ANA, code)
    value = actors.json(*explain, "status:update", actor=BOSS)
    assert value["allowed"]
    by_id = ("access", "explain", str(actors.ana), code)
    assert actors.json(*by_id, "status:update", actor=BOSS) == value
    actors.staff.grant(actors.ana, "status:update", "all", "PCNI")
    assert (
        "status:update at all over PCNI;"
        in actors.run(*explain, "status:update", actor=BOSS).stdout
    )
    no = actors.run(*explain, "status:correct", actor=BOSS)
    assert no.returncode == 1
    assert "there is no grant of this permission" in no.stdout
    assert not orjson.loads(actors.run(*explain, "status:correct", "--json", actor=BOSS).stdout)[
        "allowed"
    ]
    assert actors.run(*by_id, "status:update", actor=READER).returncode == 3
    assert actors.run("access", "explain", "ana", code, "status:update", actor=BOSS).returncode == 2


@pytest.mark.rule("C1")
def test_C1_contact_numbers_are_corrected_by_people_with_clients_update(actors: CliActors) -> None:
    code = actors.client()
    correct = ("clients", "correct", code)
    assert actors.run(*correct, "--contact-number", "0917 000 0001").returncode == 3
    actors.staff.grant(actors.ana, "clients:update", "branch")
    done = actors.json(*correct, "--contact-number", "0917 000 0001")
    assert (done["contact_number"], done["version"]) == ("+639170000001", 2)
    assert actors.run(*correct, "--no-contact-number", "--version", "1").returncode == 5
    result = actors.run(*correct, "--no-contact-number")
    assert result.stdout.split() == [code, "-", "version", "3"]
    assert "using version 2" in result.stderr
    both = ("--contact-number", "8123 4567", "--no-contact-number")
    for nothing in ((), both, ("--contact-number", "Juan")):
        assert actors.run(*correct, *nothing).returncode == 2


@pytest.mark.rule("C1")
def test_C1_a_contact_conflict_is_settled_for_the_source(actors: CliActors) -> None:
    code = actors.client()
    actors.staff.grant(actors.ana, "clients:update", "branch")
    actors.run("clients", "correct", code, "--contact-number", "0917 000 0001")
    actors.staff.run(
        "insert into client_sources (client_id, source, contact_number)"
        " select id, 'csv', '+639170000002' from clients"
    )
    actors.staff.run("update clients set contact_conflict = true")
    settle = ("clients", "settle-contacts", code)
    done = actors.json(*settle, "take_theirs", "--field", "contact_number")
    assert (done["contact_number"], done["contact_conflict"]) == ("+639170000002", None)
    assert actors.run(*settle, "perhaps").returncode == 2


@pytest.mark.rule("C2")
def test_C2_history_lists_each_change_with_its_author(actors: CliActors) -> None:
    code = actors.client()
    actors.staff.grant(actors.ana, "clients:update", "branch")
    for number in ("8123 4567", "8123 4568"):
        actors.run("clients", "correct", code, "--contact-number", number)
    result = actors.run("clients", "history", code, "--limit", "1")
    assert result.stdout.splitlines()[1].split("  ")[1:] == [
        "contact_number",
        "8123 4567",
        "8123 4568",
        "Ana",
    ]
    assert "there are more" in result.stderr
    assert len(actors.json("clients", "history", code)["items"]) == 2
    assert actors.run("clients", "history", "FC-999999").returncode == 4


def test_a_person_without_a_name_is_shown_by_their_email(actors: CliActors) -> None:
    code = actors.client()
    actors.staff.grant(actors.ana, "clients:update", "branch")
    actors.staff.run("update users set first_name = null, last_name = '' where email = %s", ANA)
    actors.run("clients", "correct", code, "--contact-number", "0917 000 0001")
    actors.run("status", "set", code, "CALLED", "--remarks", "rang")
    for command in (("clients", "history", code), ("status", "history", code)):
        assert {"ana"} == {
            each["by"]["name"] for each in actors.json(*command)["items"] if each["by"]
        }, command
        assert " ana" in actors.run(*command).stdout


@pytest.mark.rule("A3")
def test_A3_clients_are_assigned_after_a_preview_and_taken_away_again(actors: CliActors) -> None:
    chief = "chief@example.com"
    actors.staff.hire("clients:assign all", "users:read all", email=chief)
    first, second = actors.client(), actors.client()
    asked = ("clients", "assign", first, second, "--to", ANA)
    officers = "select count(*) from clients where assigned_to = %s"
    seen = actors.run(*asked, actor=chief)
    assert (seen.returncode, seen.stdout.count("Ana")) == (0, 2)
    assert "2 would be; add --apply to do it" in seen.stderr
    assert actors.staff.one(officers, actors.ana) == 0
    done = actors.json(*asked, "--apply", actor=chief)
    assert [each["officer"]["name"] for each in done["results"]] == ["Ana", "Ana"]
    assert actors.staff.one(officers, actors.ana) == 2
    none = ("clients", "assign", first, "FC-NONE", "--to-none", "--apply")
    assert actors.run(*none, actor=chief).returncode == 1
    assert actors.staff.one(officers, actors.ana) == 1


def test_clients_are_assigned_to_officers_or_to_none_and_not_to_both(actors: CliActors) -> None:
    code = actors.client()
    assert actors.run("clients", "assign", code).returncode == 2
    assert actors.run("clients", "assign", code, "--to", ANA, "--to-none").returncode == 2
    refused = actors.run("clients", "assign", code, "--to-none", actor=READER)
    assert refused.returncode == 1
    assert "clients:assign" in refused.stdout
