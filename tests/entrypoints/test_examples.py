"""The programs of examples/ work from an installed wheel, away from this checkout."""

from __future__ import annotations

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

from tests.entrypoints.test_cli_long_running import KEYS
from tests.support.cli_actors import BOSS, cli_actors, running

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from tests.support.servers import Database

ROOT = Path(__file__).parents[2]
REMINDERS = ROOT / "examples" / "reminders"
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


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Copy the program away from this checkout."""
    return Path(shutil.copytree(REMINDERS, tmp_path / "reminders"))


def run(installed: Path, folder: Path, *arguments: str, **settings: str) -> CompletedProcess[str]:
    """Run Python there, with the wheel in front of everything."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(installed), **settings}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_wheel_is_what_is_imported(installed: Path, program: Path) -> None:
    done = run(installed, program, "-c", "import clientupdater; print(clientupdater.__file__)")
    assert done.stdout.startswith(str(installed)), done.stderr


def test_another_team_tests_its_program_without_a_server(installed: Path, program: Path) -> None:
    done = run(installed, program, "-m", "pytest", "-q", "-p", "no:cacheprovider", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_the_program_passes_a_strict_type_check(installed: Path, program: Path) -> None:
    files = ("reminders.py", "test_reminders.py")
    done = run(installed, program, "-m", "mypy", "--strict", "--cache-dir", os.devnull, *files)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_program_records_reminders_as_its_own_user(
    installed: Path, program: Path, database: Database
) -> None:
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
