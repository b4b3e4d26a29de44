"""What is installed is what was looked at: each version pinned, each file known by its hash."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
ELSEWHERE = {"async-timeout", "colorama", "pywin32"}
"""Only on other systems or Pythons than the one that constraints.txt was written on."""


def pins(text: str) -> dict[str, str]:
    """Read name and version of each, named as packages are compared."""
    result = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in result}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_everything_that_is_installed_is_known_by_its_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    assert entries
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_has_the_versions_that_the_constraints_name(lock: Path) -> None:
    known = pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    locked = pins(lock.read_text(encoding="utf-8"))
    astray = {
        name: version
        for name, version in locked.items()
        if name not in ELSEWHERE and known.get(name) != version
    }
    assert not astray, f"{astray} are not in constraints.txt; run `make lock`"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_lock_has_the_packages_that_the_software_needs(lock: Path) -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = project.partition("\ndependencies = [")[2].partition("\n]")[0]
    needed = re.findall(r'"([A-Za-z0-9._-]+)', listed)
    locked = pins(lock.read_text(encoding="utf-8"))
    missing = [each for each in needed if re.sub(r"[-_.]+", "-", each).lower() not in locked]
    assert needed
    assert not missing, f"{missing} are in no lock; run `make lock`"
