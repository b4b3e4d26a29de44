"""The programs of examples/ work from an installed wheel, away from this checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.domain.sync.fields import Source
from tests.entrypoints.test_cli_long_running import KEYS
from tests.support.cli_actors import BOSS, cli_actors, running

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from tests.support.servers import Database

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PROGRAMS = {"reminders": 2, "ledger_source": 4, "file_limits": 4}
"""Each with the number of its own tests."""
LIBRARY = ROOT / "docs" / "library.md"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, and unpack it as an installer would; give the folder."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def copied(name: str, folder: Path) -> Path:
    """Copy a program away from this checkout."""
    return Path(shutil.copytree(EXAMPLES / name, folder / name))


def run(installed: Path, folder: Path, *arguments: str, **settings: str) -> CompletedProcess[str]:
    """Run Python there, with the wheel in front of everything."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(installed), **settings}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_wheel_is_what_is_imported(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "-c", "import clientupdater; print(clientupdater.__file__)")
    assert done.stdout.startswith(str(installed)), done.stderr


def test_every_program_of_the_examples_is_tested() -> None:
    assert {each.name for each in EXAMPLES.iterdir() if each.is_dir()} == set(PROGRAMS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program_imports_only_what_is_public(name: str) -> None:
    public = ("clientupdater.domain.", "clientupdater.ports.", "clientupdater.testing.")
    for file in (EXAMPLES / name).glob("*.py"):
        for module in re.findall(
            r"^from (clientupdater\S*)", file.read_text("utf-8"), re.MULTILINE
        ):
            local = module.startswith("clientupdater.adapters.local.")
            assert module == "clientupdater" or local or module.startswith(public), file.name


@pytest.mark.parametrize(("name", "tests"), PROGRAMS.items())
def test_another_team_tests_its_program_without_a_server(
    installed: Path, tmp_path: Path, name: str, tests: int
) -> None:
    program = copied(name, tmp_path)
    done = run(installed, program, "-m", "pytest", "-q", "-p", "no:cacheprovider", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{tests} passed" in done.stdout


def test_the_programs_pass_a_strict_type_check(installed: Path, tmp_path: Path) -> None:
    files = [Path(shutil.copy(file, tmp_path)).name for file in EXAMPLES.glob("*/*.py")]
    assert len(files) == 2 * len(PROGRAMS)
    done = run(installed, tmp_path, "-m", "mypy", "--strict", "--cache-dir", os.devnull, *files)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_program_brings_a_source_of_its_own_and_syncs_from_it(
    installed: Path, tmp_path: Path, database: Database
) -> None:
    program = copied("ledger_source", tmp_path)
    named = ("no", "name", "company", "branch", "product", "phone")
    rows = [
        dict(zip(named, (f"L-{n}", "Juana Reyes", "FCASH", "QC01", "FCASH_SSS", ""), strict=True))
        for n in range(3)
    ]
    (program / "ledger.json").write_text(json.dumps(rows), "utf-8")
    PostgresMaintenance(database.owner_url).add_source(Source("ledger"))
    with cli_actors(database) as actors:
        actors.staff.clock.moment = datetime.now(UTC)  # the program goes by the machine's clock
        actors.staff.run("insert into branches (code, name) values ('QC01', 'Cubao')")
        rights = (f"{each} all" for each in ("sync:execute", "sync:read", "config:manage"))
        token = actors.staff.session(actors.staff.hire(*rights))
        urls = {"DATABASE_URL": database.app_url, "DATABASE_WORKER_URL": database.worker_url}
        settings = {**urls, "LEDGER_TOKEN": token, **KEYS}
        for expected in ("3 new, 0 unchanged", "0 new, 3 unchanged"):
            done = run(installed, program, "ledger.py", "ledger.json", **settings)
            assert done.stdout == f"completed: {expected}\n", done.stderr


def test_the_program_records_reminders_as_its_own_user(
    installed: Path, tmp_path: Path, database: Database
) -> None:
    program = copied("reminders", tmp_path)
    with cli_actors(database) as actors:
        actors.staff.clock.moment = datetime.now(UTC)  # the program goes by the machine's clock
        code = actors.client()
        actors.staff.run("update clients set contact_number = '+639171234567'")
        actors.json("periods", "open", str(running()), actor=BOSS)
        token = actors.staff.session(actors.ana)
        settings = {"DATABASE_URL": database.app_url, "REMINDERS_TOKEN": token, **KEYS}
        first = run(installed, program, "reminders.py", **settings)
        assert first.stdout.endswith("1 reminders sent, 1 recorded\n"), first.stderr
        again = run(installed, program, "reminders.py", **settings)
        assert again.stdout == "0 reminders sent, 0 recorded\n", again.stderr
        (event,) = actors.json("status", "history", code)["items"][-1:]
        assert (event["status"], event["channel"]) == ("TO_FOLLOW", "message")


def test_the_page_on_the_library_names_what_the_package_exports() -> None:
    import clientupdater  # noqa: PLC0415 — its names are what is compared

    table = re.findall(r"^\| `(\w+)` \|", LIBRARY.read_text("utf-8"), re.MULTILINE)
    assert sorted(table) == sorted(set(clientupdater.__all__))
