"""A source of one's own, by the library, HTTP, the commands and a worker."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import orjson
import psycopg
import pytest
from attrs import frozen

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.domain.ids import SyncJobId
from clientupdater.domain.sync.fields import Source
from clientupdater.entrypoints.http.application import build
from clientupdater.testing.source import MemorySource
from tests.entrypoints.test_cli_long_running import KEYS
from tests.support.commands import call, run
from tests.support.http_server import served
from tests.support.staff_fixture import HandClock, Staff, staffed
from tests.support.stores import VAULT
from tests.support.sync_fixture import MANILA, MAPPINGS, record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from subprocess import CompletedProcess

    from tests.support.servers import Database

NAME, BOSS = "branch_sheets", "boss@example.com"
JOBS, LINES = "/api/v1/sync/jobs", "/api/v1/sync/mappings"
COMMAND = f"clientupdater sync add-source {NAME}"
RIGHTS = (
    "sync:read",
    "sync:execute",
    "config:read",
    "config:manage",
    "clients:read",
    "jobs:manage",
)
PAGE = Path(__file__).parents[2] / "docs" / "sync.md"
_BLOCK = re.compile(r"^ *```python\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SNIPPETS = [dedent(block) for block in _BLOCK.findall(PAGE.read_text("utf-8"))]


def add_source(database: Database, name: str = NAME) -> bool:
    return PostgresMaintenance(database.owner_url).add_source(Source(name))


def lines(columns: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Make a mapping of the columns that `record` has, or of these."""
    columns = columns or {name: column for name, (column, _, _) in MAPPINGS.items()}
    items = [
        {"field": name, "column": column, "transforms": MAPPINGS[name][1]}
        for name, column in columns.items()
    ]
    return {"source": NAME, "items": items}


@frozen
class HttpActors:
    """An administrator over HTTP, and a source that this program adds."""

    staff: Staff
    http: httpx.Client
    records: list[dict[str, Any]]
    clock: HandClock

    def send(self, method: str, path: str, **json: Any) -> httpx.Response:
        headers = {"Idempotency-Key": str(uuid4())}
        return self.http.request(method, path, headers=headers, json=json or None)

    def work_off(self, answer: httpx.Response) -> Any:
        """Do what a worker would."""
        assert answer.status_code == 202, answer.text
        self.staff.app.sync.run(SyncJobId(answer.json()["id"]))
        return self.http.get(f"{JOBS}/{answer.json()['id']}").json()


@pytest.fixture
def actors(database: Database) -> Iterator[HttpActors]:
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("insert into branches (code, name) values ('CAL', 'Caloocan')")
    records, clock = [record("FC-1"), record("FC-2")], HandClock()
    source = MemorySource(records, clock, page_size=1)
    with (
        staffed(database, MANILA, VAULT, sources={NAME: source}) as staff,
        served(build(lambda: nullcontext(staff.app))) as http,
    ):
        token = staff.session(staff.hire(*(f"{each} all" for each in RIGHTS)))
        http.headers["Authorization"] = f"Bearer {token}"
        yield HttpActors(staff, http, records, clock)


def faults_of(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    fields = answer.json()["error"]["details"]["fields"]
    return [(each["pointer"], each["message"]) for each in fields]


def test_a_source_of_a_program_is_mapped_previewed_applied_and_seen(
    actors: HttpActors, database: Database
) -> None:
    assert add_source(database)
    saved = actors.send("PUT", LINES, **lines())
    assert (saved.status_code, saved.json()["source"]) == (200, NAME), saved.text
    preview = actors.work_off(actors.send("POST", JOBS, source=NAME, mode="preview"))
    assert (preview["source"], preview["counts"]["created"]) == (NAME, 2)
    assert actors.staff.one("select count(*) from clients") == 0
    approve = f"{JOBS}/{preview['id']}/approve"
    done = actors.work_off(actors.send("POST", approve, plan_hash=preview["plan_hash"]))
    assert (done["state"], done["counts"]["created"]) == ("completed", 2)
    again = actors.work_off(actors.send("POST", JOBS, source=NAME))
    assert (again["counts"]["unchanged"], again["counts"]["created"]) == (2, 0)
    assert [each["source"] for each in actors.http.get(JOBS).json()["items"]] == [NAME, NAME]
    assert actors.http.get("/api/v1/clients/code:FC-1").json()["sync_source"] == NAME
    actors.staff.run("update clients set full_name = 'Old Name' where client_code = 'FC-1'")
    actors.clock.forward(hours=1)
    actors.work_off(actors.send("POST", JOBS, source=NAME))
    (change, *_) = actors.http.get("/api/v1/clients/code:FC-1/sync-history").json()["items"]
    assert (change["field"], change["source"]) == ("full_name", NAME)


def test_a_source_of_a_program_is_missed_and_comes_back_as_any_other(
    actors: HttpActors, database: Database
) -> None:
    add_source(database)
    actors.send("PUT", LINES, **lines())
    actors.work_off(actors.send("POST", JOBS, source=NAME))
    gone = actors.records.pop()
    for vanished in (0, 1):
        actors.clock.forward(hours=1)
        run = actors.work_off(actors.send("POST", JOBS, source=NAME))
        assert run["counts"]["vanished"] == vanished
    actors.records.append(gone)
    run = actors.work_off(actors.send("POST", JOBS, source=NAME))
    assert run["counts"]["reappeared"] == 1


def test_a_database_that_does_not_know_the_source_says_how_to_add_it_and_stores_nothing(
    actors: HttpActors,
) -> None:
    wanted = [("/source", f"the database does not know it yet; run: {COMMAND}")]
    assert faults_of(actors.send("POST", JOBS, source=NAME)) == wanted
    assert faults_of(actors.send("PUT", LINES, **lines())) == wanted
    assert faults_of(actors.http.get(LINES, params={"source": NAME})) == wanted
    for table in ("sync_jobs", "job_queue", "activity_logs", "config_audit_log"):
        assert actors.staff.one(f"select count(*) from {table}") == 0, table


def test_an_unknown_source_is_refused_with_the_known_names(
    actors: HttpActors, database: Database
) -> None:
    add_source(database)
    wanted = [("/source", f"must be one of: snowflake, nextbank, csv, {NAME}")]
    assert faults_of(actors.send("POST", JOBS, source="ledger")) == wanted
    assert faults_of(actors.send("PUT", LINES, source="ledger", items=[])) == wanted
    ((pointer, message),) = faults_of(actors.send("POST", JOBS, source="No Name"))
    assert (pointer, message[:9]) == ("/source", "must have")


def test_the_health_report_names_a_source_before_and_after_it_is_added(
    actors: HttpActors, database: Database
) -> None:
    for is_known in (False, True):
        (state,) = actors.staff.app.check_system().sources
        assert (state.source, state.is_known) == (NAME, is_known)
        add_source(database)
    report = actors.http.get("/api/v1/health/system").json()
    assert report["sources"][NAME]["last_run"] is None


def test_to_add_a_source_twice_changes_nothing(database: Database) -> None:
    assert [add_source(database) for _ in range(2)] == [True, False]
    with psycopg.connect(database.superuser_url) as connection:
        for kind in ("sync_source", "sync_job_type"):
            ((labels,),) = connection.execute(f"select enum_range(null::{kind})::text[]".encode())
            assert labels == ["snowflake", "nextbank", "csv", NAME]
        schedule = "select payload from scheduled_jobs where name = 'sync-branch_sheets'"
        assert connection.execute(schedule.encode()).fetchall() == [({"source": NAME},)]
    assert PostgresMaintenance(database.owner_url).check() == []


def test_a_value_in_one_of_the_two_types_alone_is_a_finding_and_no_source(
    actors: HttpActors, database: Database
) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute("alter type sync_job_type add value 'branch_sheets'")
    (finding,) = PostgresMaintenance(database.owner_url).check()
    assert (finding.where, finding.remedy) == (NAME, COMMAND)
    assert faults_of(actors.send("POST", JOBS, source=NAME))[0][1].endswith(COMMAND)
    (state,) = actors.staff.app.check_system().sources
    assert not state.is_known
    assert add_source(database)
    assert PostgresMaintenance(database.owner_url).check() == []


def test_a_value_that_is_no_name_of_a_source_is_drift(database: Database) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        for kind in ("sync_source", "sync_job_type"):
            connection.execute(f"alter type {kind} add value 'No Name'".encode())
    items = PostgresMaintenance(database.owner_url).check()
    assert {each.where for each in items} == {"type sync_source", "type sync_job_type"}


# --- an installed package, and what docs/sync.md shows


@frozen
class Installation:
    """The commands where a package with the source of docs/sync.md is installed."""

    database: Database
    folder: Path

    def settings(self) -> dict[str, str]:
        owner = {"DATABASE_MIGRATION_URL": self.database.owner_url, "CLIENTUPDATER_ACTOR": BOSS}
        return {"DATABASE_URL": self.database.app_url, **owner, **KEYS}

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
