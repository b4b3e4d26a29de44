"""A source of an installed package, and what docs/sync.md shows of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import orjson
import psycopg
import pytest
from attrs import frozen

from tests.entrypoints.test_cli_long_running import KEYS
from tests.support.commands import call, run
from tests.support.sync_fixture import MAPPINGS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import CompletedProcess

    from tests.support.servers import Database

NAME, BOSS = "branch_sheets", "boss@example.com"
COMMAND = f"clientupdater sync add-source {NAME}"
RIGHTS = ("sync:read", "sync:execute", "jobs:manage")
PAGE = Path(__file__).parents[2] / "docs" / "sync.md"
_BLOCK = re.compile(r"^ *```python\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SNIPPETS = [dedent(block) for block in _BLOCK.findall(PAGE.read_text("utf-8"))]


@frozen
class Installation:
    """The commands where a package with the source of docs/sync.md is installed."""

    database: Database
    folder: Path

    def settings(self) -> dict[str, str]:
        owner = {"DATABASE_MIGRATION_URL": self.database.owner_url, "CLIENTUPDATER_ACTOR": BOSS}
        return {"DATABASE_URL": self.database.worker_url, **owner, **KEYS}

    def call(self, *arguments: str) -> CompletedProcess[str]:
        return call(*arguments, **self.settings())

    def json(self, *arguments: str, code: int = 0) -> Any:
        done = self.call(*arguments, "--json")
        assert done.returncode == code, done.stderr + done.stdout
        return orjson.loads(done.stdout)

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.superuser_url) as connection:
            cursor = connection.execute(sql.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def map_it(self) -> None:
        """Save a mapping of the columns that the source has."""
        for name, column in (
            ("client_code", "NO"),
            ("full_name", "NAME"),
            ("company", "COMPANY"),
            ("branch", "BRANCH"),
        ):
            self.execute(
                "insert into field_mappings (source, field, source_column, transform)"
                " values ('branch_sheets', %s, %s, %s)",
                name,
                column,
                orjson.dumps(MAPPINGS[name][1]).decode(),
            )


@pytest.fixture
def installation(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    (tmp_path / "branch_sheets.py").write_text(SNIPPETS[0], "utf-8")
    about = tmp_path / "branch_sheets-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: branch-sheets\nVersion: 1.0\n")
    (entry,) = re.findall(r"```toml\n(.*?)```", dedent(PAGE.read_text("utf-8")), re.DOTALL)
    named = dedent(entry).splitlines()[1].replace('"', "")
    (about / "entry_points.txt").write_text(f"[clientupdater.sources]\n{named}\n")
    monkeypatch.syspath_prepend(tmp_path)
    opened = Installation(database, tmp_path)
    assert opened.call("db", "seed").returncode == 0
    opened.execute("insert into branches (code, name) values ('CAL', 'Caloocan')")
    opened.execute(
        "with made as (insert into users (email) values (%s) returning id)"
        " insert into user_permissions (user_id, permission_id, scope)"
        " select made.id, p.id, 'all' from made, permissions p where p.code = any(%s)",
        BOSS,
        list(RIGHTS),
    )
    yield opened
    sys.modules.pop("branch_sheets", None)


def test_the_checks_report_an_installed_source_until_it_is_added(
    installation: Installation,
) -> None:
    (finding,) = installation.json("db", "check", code=1)["findings"]
    assert (finding["where"], finding["remedy"]) == (NAME, COMMAND)
    about = {each["of"]: each for each in installation.json("doctor", code=1)["checks"]}
    assert about[f"source {NAME}"]["remedy"] == f"run: {COMMAND}"
    refused = installation.call("sync", "run", NAME)
    assert (refused.returncode, COMMAND in refused.stderr) == (2, True)
    assert installation.json("sync", "add-source", NAME) == {"source": NAME, "added": True}
    again = installation.call("sync", "add-source", NAME)
    assert again.stdout == f"the database knows {NAME} already\n"
    assert installation.json("db", "check")["findings"] == []
    checks = installation.json("doctor", code=1)["checks"]
    findings = [each["found"] for each in checks if each["of"] == f"source {NAME}"]
    assert [each.partition(":")[0] for each in findings] == [
        "its mapping",
        "no run was ever applied",
    ]


def test_an_installed_source_is_previewed_and_applied_by_the_command(
    installation: Installation,
) -> None:
    installation.json("sync", "add-source", NAME)
    installation.map_it()
    preview = installation.json("sync", "run", NAME, "--preview")
    assert (preview["source"], preview["counts"]["created"]) == (NAME, 1)
    assert installation.json("sync", "approve", preview["id"])["state"] == "completed"
    again = installation.json("sync", "run", NAME)
    assert (again["counts"]["unchanged"], again["counts"]["updated"]) == (1, 0)
    shown = installation.call("sync", "list").stdout.splitlines()
    assert [line.split()[1] for line in shown[1:]] == [NAME, NAME]


def test_a_worker_does_the_runs_of_an_installed_source_and_of_its_schedule(
    installation: Installation,
) -> None:
    installation.json("sync", "add-source", NAME)
    installation.map_it()
    installation.json("schedules", "run", f"sync-{NAME}")
    for _ in range(2):  # the schedule's job queues the run's
        done = run(
            "worker", "--once", **installation.settings(), PYTHONPATH=str(installation.folder)
        )
        assert done.returncode == 0, done.stderr
    states = installation.execute("select type::text, status::text from sync_jobs")
    assert states == [(NAME, "completed")]
    assert installation.execute("select client_code from clients") == [("FC-000901",)]


@pytest.mark.parametrize("name", ["No Name", "x", "ledger"])
def test_the_command_refuses_a_name_that_is_none(installation: Installation, name: str) -> None:
    done = installation.call("sync", "run", name)
    assert done.returncode == 2
    assert "must " in done.stderr
    assert installation.execute("select * from sync_jobs") == []


def test_a_package_whose_source_cannot_be_imported_is_named(installation: Installation) -> None:
    (installation.folder / "branch_sheets.py").write_text("import nothing_of_the_kind\n")
    done = installation.call("sync", "list")
    assert done.returncode == 78
    assert "branch_sheets:open_branch_sheets" in done.stderr


def test_the_library_does_what_the_page_shows(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.json("sync", "add-source", NAME)
    for name, value in installation.settings().items():
        monkeypatch.setenv(name, value)
    names: dict[str, Any] = {"__name__": "shown"}
    exec(compile("\n".join(SNIPPETS), str(PAGE), "exec"), names)  # noqa: S102 - this is what is tested
    assert names["state"].status.source == NAME


def test_what_the_page_shows_passes_a_strict_type_check(tmp_path: Path) -> None:
    shown = tmp_path / "shown.py"
    shown.write_text("\n".join(SNIPPETS), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(shown)],
        capture_output=True,
        text=True,
        check=False,
        cwd=PAGE.parents[1],
    )
    assert done.returncode == 0, done.stdout + done.stderr
