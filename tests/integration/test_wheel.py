"""What is installed from the wheel is whole: it can migrate a database by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.servers import Database

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, **environment: str) -> str:
    """Run a command away from the checkout and give back what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(each) for each in command],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env={**kept, **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it alone in a bare environment, give the command's path."""
    place = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", place, ROOT)
    (wheel,) = place.glob("*.whl")
    venv.create(place / "bare", with_pip=True)
    pip = place / "bare" / "bin" / "pip"
    run(pip, "install", "--quiet", "--constraint", ROOT / "constraints.txt", wheel)
    return place / "bare" / "bin" / "clientupdater"


def test_an_installed_wheel_migrates_and_seeds_a_database(
    installed: Path, empty_database: Database
) -> None:
    url = empty_database.owner_url
    run(installed, "db", "migrate", DATABASE_URL=url)
    run(installed, "db", "seed", DATABASE_URL=url)
    assert json.loads(run(installed, "db", "check", "--json", DATABASE_URL=url))["ok"] is True


def test_an_installed_wheel_shows_its_version_and_is_typed(installed: Path) -> None:
    assert "0.1.0" in run(installed, "version")
    (package,) = (installed.parents[1] / "lib").glob("python*/site-packages/clientupdater")
    assert (package / "py.typed").exists()
    assert (package / "sql" / "schema.sql").exists()
