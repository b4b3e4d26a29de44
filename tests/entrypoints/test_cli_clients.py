"""Clients on the command line: found within one's reach, tracked again, and access explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from tests.support.cli_actors import ANA, BOSS, READER, STRANGER, a_desk, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.cli_actors import Desk
    from tests.support.servers import Database


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with a_desk(database) as opened:
        yield opened


def test_a_client_is_found_by_name_and_shown_by_code_and_by_id(desk: Desk) -> None:
    code = desk.client("Juana Reyes")
    desk.client("Pedro Santos")
    value = desk.json("clients", "find", "rey juan")
    assert [each["client_code"] for each in value["items"]] == [code]
    shown = desk.json("clients", "show", code)
    assert shown["current"]["status"] == "PENDING"
    assert desk.json("clients", "show", shown["id"])["client_code"] == code
    assert f"{running()} PENDING" in desk.run("clients", "show", code).stdout
    table = desk.run("clients", "find", "rey juan")
    assert table.returncode == 0
    assert "Juana Reyes" in table.stdout


def test_a_search_says_that_there_are_more(desk: Desk) -> None:
    for _ in range(2):
        desk.client()
    assert "there are more" in desk.run("clients", "find", "reyes", "--limit", "1").stderr


@pytest.mark.rule("A5")
def test_A5_out_of_scope_is_not_found_and_without_permission_refused(
    desk: Desk,
) -> None:
    assert desk.run("clients", "show", "FC-999999").returncode == 4
    assert desk.run("clients", "find", "reyes", actor=STRANGER).returncode == 3


@pytest.mark.rule("T4")
def test_T4_a_fully_paid_client_is_revived_by_a_person_with_status_correct(desk: Desk) -> None:
    code = desk.client()
    desk.json("status", "set", code, "DONE", "--reason", "FULLY_PAID")
    revive = ("clients", "revive", code, "--remarks", "borrows again", "--version")
    assert desk.run(*revive, "1").returncode == 3
    assert desk.run(*revive, "0", actor=BOSS).returncode == 5
    done = desk.json(*revive, "1", actor=BOSS)
    assert done["event"]["kind"] == "revived"
    assert done["snapshot"]["status"] == "PENDING"
    assert desk.run(*revive, "2", actor=BOSS).returncode == 5


@pytest.mark.rule("A5")
def test_A5_access_is_explained_to_people_with_audit_read(desk: Desk) -> None:
    code = desk.client()
    explain = ("access", "explain", ANA, code)
    value = desk.json(*explain, "status:update", actor=BOSS)
    assert value["allowed"]
    by_id = ("access", "explain", str(desk.ana), code)
    assert desk.json(*by_id, "status:update", actor=BOSS) == value
    desk.staff.grant(desk.ana, "status:update", "all", "PCNI")
    assert (
        "status:update at all over PCNI;" in desk.run(*explain, "status:update", actor=BOSS).stdout
    )
    no = desk.run(*explain, "status:correct", actor=BOSS)
    assert no.returncode == 1
    assert "there is no grant of this permission" in no.stdout
    assert not orjson.loads(desk.run(*explain, "status:correct", "--json", actor=BOSS).stdout)[
        "allowed"
    ]
    assert desk.run(*by_id, "status:update", actor=READER).returncode == 3
    assert desk.run("access", "explain", "ana", code, "status:update", actor=BOSS).returncode == 2


@pytest.mark.rule("C1")
def test_C1_contact_numbers_are_corrected_by_people_with_clients_update(desk: Desk) -> None:
    code = desk.client()
    correct = ("clients", "correct", code)
    assert desk.run(*correct, "--contact-number", "0917 000 0001").returncode == 3
    desk.staff.grant(desk.ana, "clients:update", "branch")
    done = desk.json(*correct, "--contact-number", "0917 000 0001")
    assert (done["contact_number"], done["version"]) == ("+639170000001", 2)
    assert desk.run(*correct, "--no-contact-number", "--version", "1").returncode == 5
    result = desk.run(*correct, "--no-contact-number")
    assert result.stdout.split() == [code, "-", "version", "3"]
    assert "using version 2" in result.stderr
    both = ("--contact-number", "8123 4567", "--no-contact-number")
    for nothing in ((), both, ("--contact-number", "Juan")):
        assert desk.run(*correct, *nothing).returncode == 2


@pytest.mark.rule("C1")
def test_C1_a_contact_conflict_is_settled_for_the_source(desk: Desk) -> None:
    code = desk.client()
    desk.staff.grant(desk.ana, "clients:update", "branch")
    desk.run("clients", "correct", code, "--contact-number", "0917 000 0001")
    desk.staff.run(
        "insert into client_sources (client_id, source, contact_number)"
        " select id, 'csv', '+639170000002' from clients"
    )
    desk.staff.run("update clients set contact_conflict = true")
    settle = ("clients", "settle-contacts", code)
    done = desk.json(*settle, "take_theirs", "--field", "contact_number")
    assert (done["contact_number"], done["contact_conflict"]) == ("+639170000002", None)
    assert desk.run(*settle, "perhaps").returncode == 2


@pytest.mark.rule("C2")
def test_C2_history_lists_each_change_with_its_author(desk: Desk) -> None:
    code = desk.client()
    desk.staff.grant(desk.ana, "clients:update", "branch")
    for number in ("8123 4567", "8123 4568"):
        desk.run("clients", "correct", code, "--contact-number", number)
    result = desk.run("clients", "history", code, "--limit", "1")
    assert result.stdout.splitlines()[1].split("  ")[1:] == [
        "contact_number",
        "8123 4567",
        "8123 4568",
        "Ana",
    ]
    assert "there are more" in result.stderr
    assert len(desk.json("clients", "history", code)["items"]) == 2
    assert desk.run("clients", "history", "FC-999999").returncode == 4


def test_a_person_without_a_name_is_shown_by_their_email(desk: Desk) -> None:
    code = desk.client()
    desk.staff.grant(desk.ana, "clients:update", "branch")
    desk.staff.run("update users set first_name = null, last_name = '' where email = %s", ANA)
    desk.run("clients", "correct", code, "--contact-number", "0917 000 0001")
    desk.run("status", "set", code, "CALLED", "--remarks", "rang")
    for command in (("clients", "history", code), ("status", "history", code)):
        assert {"ana"} == {
            each["by"]["name"] for each in desk.json(*command)["items"] if each["by"]
        }, command
        assert " ana" in desk.run(*command).stdout
