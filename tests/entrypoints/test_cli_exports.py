"""Exports on the command line: asked for, waited for, fetched, and read again by the importer."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.support.cli_actors import ANA, BOSS, STRANGER, CliActors, cli_actors, running
from tests.support.worker_processes import worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers import Database


@pytest.fixture
def actors(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CliActors]:
    monkeypatch.chdir(tmp_path)
    with cli_actors(database) as opened:
        for right in ("reports:export", "reports:read"):
            opened.staff.grant(opened.ana, right, "all")
        yield opened


@contextmanager
def working(database: Database, folder: Path) -> Iterator[None]:
    """Let a worker write where the command looks."""
    with worker(database, EXPORT_DIR=str(folder / "exports")):
        yield


def test_an_export_is_requested_waited_for_and_fetched(
    actors: CliActors, database: Database, tmp_path: Path
) -> None:
    code = actors.client("Juana Reyes")
    with working(database, tmp_path):
        made = actors.run(
            "exports", "create", "clients", "--column", "client_code", "--out", "c.csv"
        )
    assert made.returncode == 0, made.stderr
    assert "completed" in made.stdout
    assert (tmp_path / "c.csv").read_text("utf-8-sig").splitlines()[-2:] == ["client_code", code]
    again = actors.run("exports", "fetch", made.stdout.splitlines()[1].split()[0], "c.csv")
    assert again.returncode == 2
    assert "File exists" in again.stderr


@pytest.mark.parametrize("agreed", ["--yes", "--force"])
def test_an_existing_file_is_refused_before_an_export_is_requested(
    actors: CliActors, database: Database, tmp_path: Path, agreed: str
) -> None:
    create = ("exports", "create", "clients", "--out", "c.csv")
    (tmp_path / "c.csv").write_text("mine")
    refused = actors.run(*create)
    assert refused.returncode == 2
    assert "c.csv: File exists" in refused.stderr
    assert "--force" in refused.stderr
    assert actors.run(*create[:-1], "no/where.csv").returncode == 2
    assert actors.json("exports", "list")["items"] == []
    assert (tmp_path / "c.csv").read_text() == "mine"
    with working(database, tmp_path):
        assert actors.run(*create, agreed).returncode == 0
    assert "client_code" in (tmp_path / "c.csv").read_text("utf-8-sig")


def test_the_importer_reads_an_export_and_records_nothing_twice(
    actors: CliActors, database: Database, tmp_path: Path
) -> None:
    code, other = actors.client(), actors.client()
    actors.json("status", "set", code, "CALLED", "--remarks", "+639170000001", "--channel", "call")
    assert other
    with working(database, tmp_path):
        made = actors.run("exports", "create", "status", "--out", "status.csv")
    assert made.returncode == 0, made.stderr
    before = actors.events()
    done = actors.json("status", "import", "status.csv", "--yes")
    assert [each["verdict"] for each in done["results"]] == ["already_recorded"]
    assert actors.events() == before
    assert f"{running()}" in (tmp_path / "status.csv").read_text("utf-8-sig")


def test_ones_own_exports_are_listed_for_people_and_for_scripts(actors: CliActors) -> None:
    asked = actors.json("exports", "create", "report", "--format", "xlsx")
    assert (asked["status"], asked["format"]) == ("pending", "xlsx")
    (listed,) = actors.json("exports", "list")["items"]
    assert listed["id"] == asked["id"]
    assert asked["id"] in actors.run("exports", "list").stdout
    actors.staff.grant(
        actors.staff.one("select id from users where email = %s", BOSS), "reports:export", "all"
    )
    assert actors.json("exports", "list", actor=BOSS)["items"] == []


def test_an_export_that_failed_says_why_and_ends_with_no(actors: CliActors) -> None:
    asked = actors.json("exports", "create", "clients")
    actors.staff.run("update job_queue set status = 'dead', error = 'The folder is full.'")
    done = actors.run("exports", "fetch", asked["id"], "c.csv", "--wait")
    assert done.returncode == 1
    assert "The folder is full." in done.stderr
    assert not os.path.exists("c.csv")  # noqa: PTH110 — where the command runs


def test_a_missing_export_permission_or_filter_is_refused(
    actors: CliActors,
) -> None:
    asked = actors.json("exports", "create", "clients")
    assert actors.run("exports", "fetch", asked["id"], "c.csv").returncode == 4
    assert not os.path.exists("c.csv")  # noqa: PTH110 — where the command runs
    assert actors.run("exports", "create", "clients", actor=STRANGER).returncode == 3
    assert actors.run("exports", "create", "clients", "--filter", "branch").returncode == 2
    assert actors.run("exports", "create", "clients", "--filter", "colour=red").returncode == 2
    assert actors.run("exports", "create", "clients", "--column", "shoe_size").returncode == 2
    assert actors.run("exports", "create", "clients", actor=ANA).returncode == 0
