"""Roles on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clientupdater.domain.permissions import Permission
from tests.support.cli_actors import CliActors, cli_actors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

CHIEF, ANA = "chief@example.com", "ana@example.com"


@pytest.fixture
def actors(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        opened.staff.hire(*(f"{each} all" for each in Permission), email=CHIEF)
        yield opened


def test_an_account_is_created_with_a_role_and_a_branch(actors: CliActors) -> None:
    code = actors.staff.one("select code from branches where id = %s", actors.branch)
    options = ("--role", "telemarketer", "--company", "FCASH", "--branch", code)
    actors.json("users", "create", "new@example.com", *options, actor=CHIEF)
    shown = actors.json("users", "show", "new@example.com", actor=CHIEF)
    assert [(each["role"], each["company"]) for each in shown["roles"]] == [
        ("telemarketer", "FCASH")
    ]
    assert len(shown["grants"]) == 6
    wrong = actors.run("users", "create", "x@example.com", "--company", "FCASH", actor=CHIEF)
    assert wrong.returncode == 2


def test_access_explain_lists_what_a_role_lacks(actors: CliActors) -> None:
    asked = ("access", "explain", ANA, "--role", "telemarketer")
    lacks = actors.run(*asked, "--json", actor=CHIEF)
    assert lacks.returncode == 1
    assert '"clients:update"' in lacks.stdout
    assert '"clients:read"' not in lacks.stdout
    done = actors.run("users", "give-role", ANA, "telemarketer", actor=CHIEF)
    assert (done.returncode, done.stderr) == (0, "given; 2 permissions changed\n")
    assert actors.run(*asked, actor=CHIEF).stdout == f"{ANA} lacks nothing for telemarketer\n"
    done = actors.run("users", "take-role", ANA, "telemarketer", actor=CHIEF)
    assert done.stderr == "taken; 2 permissions changed\n"
    assert actors.run("access", "explain", ANA, actor=CHIEF).returncode == 2


def test_a_role_is_created_changed_with_a_preview_and_deleted(actors: CliActors) -> None:
    made = actors.json(
        "roles", "create", "field_staff", "--name", "Field", "--grant", "clients:read=self",
        actor=CHIEF,
    )  # fmt: skip
    assert made["grants"] == [{"permission": "clients:read", "scope": "self"}]
    change = ("roles", "change", "telemarketer", "--without", "reports:read")
    actors.run("users", "give-role", ANA, "telemarketer", actor=CHIEF)
    seen = actors.run(*change, actor=CHIEF)
    assert "would change" in seen.stderr
    assert "reports:read" in seen.stdout
    assert len(actors.json("roles", "show", "telemarketer", actor=CHIEF)["grants"]) == 6
    assert actors.json(*change, "--apply", actor=CHIEF)["people_changed"] == 1
    assert len(actors.json("roles", "show", "telemarketer", actor=CHIEF)["grants"]) == 5
    assert actors.run("roles", "delete", "field_staff", "--yes", actor=CHIEF).returncode == 0
    assert actors.run("roles", "delete", "operator", "--yes", actor=CHIEF).returncode == 5
    assert len(actors.json("roles", "list", actor=CHIEF)["items"]) == 6
    bad = actors.run("roles", "create", "x", "--name", "X", "--grant", "clients:eat=self")
    assert bad.returncode == 2
