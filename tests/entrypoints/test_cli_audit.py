"""Audits, dossiers and the one erasure on the command line."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import orjson
import pytest

from tests.support.cli_actors import ANA, BOSS, READER, cli_actors, running
from tests.support.commands import call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from subprocess import CompletedProcess

    from tests.support.cli_actors import CliActors
    from tests.support.servers import Database


@pytest.fixture
def actors(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        yield opened


def recorded(actors: CliActors) -> str:
    """Give a client that Ana has recorded an update of."""
    code = actors.client()
    actors.json("status", "set", code, "TO_FOLLOW", "--remarks", "lives with her son")
    return code


@pytest.mark.rule("L1")
def test_L1_activity_is_listed_by_user_client_and_action(actors: CliActors) -> None:
    code = recorded(actors)
    for filters in (
        (),
        ("--by", ANA),
        ("--client", code),
        ("--action", "status.record"),
        ("--since", "2020-01-01 00:00"),
    ):
        (entry,) = actors.json("audit", "activity", *filters, actor=BOSS)["items"]
        assert (entry["action"], entry["interface"]) == ("status.record", "cli"), filters
    for filters in (("--by", BOSS), ("--until", "2020-01-01 00:00"), ("--subject", ANA)):
        assert actors.json("audit", "activity", *filters, actor=BOSS)["items"] == [], filters
    table = actors.run("audit", "activity", actor=BOSS).stdout
    assert "Ana" in table
    assert "status.record" in table
    assert actors.run("audit", "activity", "--since", "soon", actor=BOSS).returncode == 2
    assert actors.run("audit", "activity", "--by", "ana", actor=BOSS).returncode == 2
    assert actors.run("audit", "activity", actor=READER).returncode == 3


@pytest.mark.rule("L1")
def test_L1_configuration_and_authorization_are_listed_with_their_filters(
    actors: CliActors,
) -> None:
    actors.staff.run(
        "insert into config_audit_log (table_name, record_id, action, new_values, changed_by)"
        """ values ('branches', 'B1', 'create', '{"name": "Quezon"}', %s)""",
        actors.ana,
    )
    (change,) = actors.json("audit", "config", "--table", "branches", actor=BOSS)["items"]
    assert change["new_values"] == {"name": "Quezon"}
    assert "branches B1" in actors.run("audit", "config", "--by", ANA, actor=BOSS).stdout
    assert actors.json("audit", "config", "--action", "delete", actor=BOSS)["items"] == []
    assert actors.run("audit", "activity", actor=READER).returncode == 3
    refused = ("audit", "authorization", "--result", "refused", "--permission", "audit:read")
    (refusal,) = actors.json(*refused, actor=BOSS)["items"]
    assert refusal["missing"] == "there is no grant of this permission"
    assert "audit:read" in actors.run(*refused, actor=BOSS).stdout
    assert actors.json("audit", "authorization", "--result", "revoked", actor=BOSS)["items"] == []


def test_a_list_that_is_cut_says_that_there_are_more(actors: CliActors) -> None:
    for _ in range(3):
        recorded(actors)
    result = actors.run("audit", "activity", "--limit", "2", actor=BOSS)
    assert len(result.stdout.splitlines()) == 3
    assert "there are more" in result.stderr
    assert not actors.run("audit", "activity", "--limit", "3", actor=BOSS).stderr


@pytest.mark.rule("L1")
def test_L1_who_accessed_a_client_is_one_command_and_one_export(
    actors: CliActors, tmp_path: Path
) -> None:
    code = recorded(actors)
    actors.staff.run("update users set first_name = '=Ana' where id = %s", actors.ana)
    (entry,) = actors.json("access", "who", code, actor=BOSS)["items"]
    assert (entry["kind"], entry["interface"]) == ("recorded", "cli")
    assert actors.run("audit", "who", code, actor=BOSS).stdout.count("recorded") == 2
    file = tmp_path / "who.csv"
    done = actors.run("access", "who", code, "--export", str(file), actor=BOSS)
    assert (done.returncode, done.stdout.strip()) == (0, f"{file}: 1 entries")
    head, row = file.read_text().splitlines()
    assert head.startswith("when,who,what")
    assert f"'=Ana,recorded,recorded {running()},yes,cli" in row
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert actors.run("access", "who", code, actor=READER).returncode == 3
    assert actors.run("access", "who", "FC-999999", actor=BOSS).returncode == 4


@pytest.mark.rule("L1")
def test_L1_a_dossier_is_printed_or_written_as_json_or_text(
    actors: CliActors, tmp_path: Path
) -> None:
    code = recorded(actors)
    text = actors.run("clients", "dossier", code, actor=BOSS).stdout
    assert f"  client code: {code}" in text
    assert "remarks: lives with her son" in text
    assert "by: Ana" in text
    assert "rejects: none" in text
    file = tmp_path / "dossier.json"
    written = ("clients", "dossier", code, "--format", "json", "--output", str(file))
    assert actors.run(*written, actor=BOSS).returncode == 0
    assert orjson.loads(file.read_bytes())["client"]["client_code"] == code
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert actors.staff.one("select count(*) from data_access_log where action = 'viewed'") == 2
    assert actors.run("clients", "dossier", code, actor=READER).returncode == 3
    assert actors.run("clients", "dossier", code, "--reveal", actor=BOSS).returncode == 3


def test_L1_a_dossier_printed_as_text_obeys_nothing_that_people_wrote(actors: CliActors) -> None:
    code = recorded(actors)
    actors.staff.run("update clients set address = %s", "Rizal St\x1b[2J\nclient code: FC-9")
    text = actors.run("clients", "dossier", code, actor=BOSS).stdout
    assert "  address: Rizal St [2J client code: FC-9\n" in text


def erase(database: Database, *arguments: str, as_owner: bool = True) -> CompletedProcess[str]:
    owner = {"DATABASE_MIGRATION_URL": database.owner_url} if as_owner else {}
    return call("clients", "erase-remarks", *arguments, DATABASE_URL=database.worker_url, **owner)


@pytest.mark.rule("S13")
def test_S13_remarks_are_erased_by_the_owner_on_request_and_recorded(
    actors: CliActors, database: Database
) -> None:
    code, period = recorded(actors), running()
    event = f"{period}/1"
    done = erase(database, code, event, f"{period}/0", "--on-request", "NPC-17", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    assert [each["erased"] for each in orjson.loads(done.stdout)["items"]] == [True, False]
    (_, after) = actors.json("status", "history", code)["items"]
    assert not after["remarks"]
    assert after["status"] == "TO_FOLLOW"
    record = actors.staff.one("select details from data_access_log where action = 'blanked'")
    assert (record["on_request"], record["interface"]) == ("NPC-17", "cli")
    assert record["host"]
    (entry,) = (
        each
        for each in actors.json("access", "who", code, actor=BOSS)["items"]
        if each["kind"] == "erased"
    )
    assert entry["subject"] == "status_events.remarks"


@pytest.mark.rule("S13")
def test_S13_nothing_is_erased_by_the_applications_login_or_unasked_or_in_part(
    actors: CliActors, database: Database
) -> None:
    code, period = recorded(actors), running()
    request = (code, f"{period}/1", "--on-request", "NPC-17")
    assert erase(database, *request, "--yes", as_owner=False).returncode == 78
    assert erase(database, *request).returncode != 0
    assert (
        erase(database, code, f"{period}/1", f"{period}/9", *request[2:], "--yes").returncode == 4
    )
    assert erase(database, code, "yesterday", *request[2:], "--yes").returncode == 2
    assert erase(database, code, f"{period}/1", "--yes").returncode == 2
    assert actors.staff.one("select count(*) from status_events where remarks <> ''") == 1
    assert actors.staff.one("select count(*) from data_access_log") == 0
