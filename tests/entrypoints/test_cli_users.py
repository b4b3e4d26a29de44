"""People on the command line: the same policy, secrets shown once, passwords never an argument."""

from __future__ import annotations

import os
import pwd
import socket
from typing import TYPE_CHECKING

import orjson
import psycopg
import pytest

from tests.support.commands import call

if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import CompletedProcess

    from tests.support.servers import Database

BOSS = "boss@example.com"
ANA = "ana@example.com"


@pytest.fixture
def users(database: Database) -> Callable[..., CompletedProcess[str]]:
    """Run a command as the administrator who was made first."""

    def run(*arguments: str, stdin: str = "", actor: str = BOSS) -> CompletedProcess[str]:
        return call(
            "users",
            *arguments,
            stdin=stdin,
            DATABASE_URL=database.worker_url,
            CLIENTUPDATER_ACTOR=actor,
        )

    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("insert into branches (code, name) values ('B01', 'A branch')")
        connection.execute("insert into areas (code, name) values ('A01', 'An area')")
    assert run("create", BOSS, "--bootstrap").returncode == 0
    return run


def test_A6b_there_is_only_one_first_administrator(
    users: Callable[..., CompletedProcess[str]],
) -> None:
    again = users("create", "second@example.com", "--bootstrap")
    assert again.returncode == 5
    assert "administrator already" in again.stderr


def test_A6b_a_command_needs_an_active_user_to_act_for(
    users: Callable[..., CompletedProcess[str]], database: Database
) -> None:
    assert call("users", "list", DATABASE_URL=database.worker_url).returncode == 2
    assert users("list", actor="nobody@example.com").returncode == 3
    assert users("list", "--as", BOSS, actor="nobody@example.com").returncode == 0


def test_an_account_is_created_shown_locked_and_deactivated(
    users: Callable[..., CompletedProcess[str]],
) -> None:
    made = orjson.loads(users("create", ANA, "--first-name", "Ana", "--json").stdout)
    assert len(made["initial_password"]) >= 12
    assert (
        users("grant", ANA, "clients:read", "--scope", "branch", "--company", "FCASH").returncode
        == 0
    )
    assert users("assign-branch", ANA, "B01").returncode == 0
    assert users("assign-area", ANA, "A01").returncode == 0
    shown = orjson.loads(users("show", ANA, "--json").stdout)
    assert [each["permission"] for each in shown["grants"]] == ["clients:read"]
    assert (shown["user"]["branches"], shown["user"]["areas"]) == (["B01"], ["A01"])
    assert shown["grants"][0]["company"] == "FCASH"
    assert "clients:read  branch  FCASH" in users("show", ANA).stdout
    for command in (
        ["revoke", ANA, "clients:read", "--company", "FCASH"],
        ["assign-branch", ANA, "B01", "--take"],
        ["assign-area", ANA, "A01", "--take"],
        ["lock", ANA],
        ["unlock", ANA],
        ["deactivate", ANA, "--yes"],
    ):
        assert users(*command).returncode == 0
    listed = users("list", "--inactive").stdout.splitlines()
    assert listed[1].split() == [ANA, "Ana", "inactive"]
    left = orjson.loads(users("show", ANA, "--json").stdout)
    assert left["grants"] == left["user"]["branches"] == []


def test_U5_a_token_is_shown_once(users: Callable[..., CompletedProcess[str]]) -> None:
    users("create", ANA)
    assert len(users("token", ANA, "--days", "30").stdout.strip()) >= 43
    assert set(orjson.loads(users("token", ANA, "--json").stdout)) == {
        "token",
        "session",
        "expires_at",
    }


def test_U6_a_password_is_read_from_standard_input_and_checked(
    users: Callable[..., CompletedProcess[str]],
) -> None:
    users("create", ANA)
    assert users("set-password", ANA, stdin="a word that is long\n").returncode == 0
    refused = users("set-password", ANA, stdin="short\n")
    assert refused.returncode == 2
    assert "at least 12" in refused.stderr


def test_a_refusal_exits_3_a_missing_thing_4_and_a_broken_rule_5(
    users: Callable[..., CompletedProcess[str]],
) -> None:
    users("create", ANA)
    assert users("list", actor=ANA).returncode == 3
    assert users("grant", BOSS, "clients:read", "--scope", "all").returncode == 3
    assert users("show", "nobody@example.com").returncode == 4
    assert users("assign-branch", ANA, "nowhere").returncode == 4
    assert users("lock", BOSS).returncode == 5
    assert users("deactivate", ANA, stdin="n\n").returncode == 1


def test_A6_an_account_is_linked_to_a_token_subject_and_unlinked(
    users: Callable[..., CompletedProcess[str]], database: Database
) -> None:
    users("create", ANA)
    assert users("link", ANA, "user_ana").returncode == 0
    with psycopg.connect(database.superuser_url) as connection:
        asked = "select clerk_id from users where email = %s"
        assert connection.execute(asked, (ANA,)).fetchone() == ("user_ana",)
        assert users("link", BOSS, "user_ana").returncode == 5
        assert users("link", ANA, "user ana").returncode == 2
        for wrong in ((), ("user_ana", "--none")):
            assert users("link", ANA, *wrong).returncode == 2
        assert users("link", ANA, "--none").returncode == 0
        assert connection.execute(asked, (ANA,)).fetchone() == (None,)


@pytest.mark.rule("L1")
def test_L1_the_activity_log_of_a_command_names_the_machine_and_its_user(
    users: Callable[..., CompletedProcess[str]], database: Database
) -> None:
    assert users("create", ANA).returncode == 0
    assert users("grant", ANA, "users:read", "--scope", "all").returncode == 0
    came = {
        "interface": "cli",
        "os_user": pwd.getpwuid(os.getuid()).pw_name,
        "host": socket.gethostname(),
        "request_id": None,
    }
    with psycopg.connect(database.superuser_url) as connection:
        logged = connection.execute("select action, details from activity_logs").fetchall()
        audited = connection.execute("select origin from authorization_audit").fetchall()
    assert {action for action, _ in logged} >= {"user.bootstrap", "user.create", "grant.give"}
    assert all(came.items() <= details.items() for _, details in logged)
    assert {frozenset(origin.items()) for (origin,) in audited} == {frozenset(came.items())}
