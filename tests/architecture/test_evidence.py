"""What the documents promise has a test, line by line: security, faults, and rotated secrets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clientupdater.settings.settings import described
from tests.faults.test_updates_through_faults import FAULTS
from tests.support.documented_commands import ROOT, section_of

SECURITY, RELIABILITY = (ROOT / "docs" / f"{name}.md" for name in ("security", "reliability"))
TOP_10, ASVS = "OWASP API Security Top 10 (2023)", "OWASP ASVS 5.0"
SECRETS, SCENARIOS = "Replace a secret", "Each scenario and its test"
TABLES = [(SECURITY, TOP_10), (SECURITY, ASVS), (SECURITY, SECRETS), (RELIABILITY, SCENARIOS)]
OF_TEST = re.compile(r"\[`\w+`\]\(\.\./tests/[\w/]+\.py\)")


def rows_of(page: Path, title: str) -> list[list[str]]:
    """Give the cells of a section's table, without its head."""
    lines = section_of(page, title).splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return rows[2:]


def first_words(title: str) -> list[str]:
    return [row[0].split()[0] for row in rows_of(SECURITY, title)]


@pytest.mark.parametrize(("page", "title"), TABLES, ids=[title for _, title in TABLES])
def test_each_line_names_a_test_that_shows_it(page: Path, title: str) -> None:
    rows = rows_of(page, title)
    assert len(rows) >= 10
    assert [row[0] for row in rows if not OF_TEST.search(row[-1])] == []


def test_each_risk_and_each_chapter_has_its_line() -> None:
    assert first_words(TOP_10) == [f"API{number}" for number in range(1, 11)]
    assert first_words(ASVS) == [f"V{number}" for number in range(1, 17)]


def test_each_secret_of_the_settings_is_one_that_the_page_replaces() -> None:
    text = section_of(SECURITY, SECRETS)
    secrets = [setting.name for _, setting in described() if setting.secret]
    assert secrets
    assert [name for name in secrets if f"`{name}`" not in text] == []


def test_each_fault_that_updates_go_through_is_a_scenario_and_has_its_result() -> None:
    scenarios = section_of(RELIABILITY, SCENARIOS)
    results = section_of(RELIABILITY, "Updates through faults")
    assert [
        fault.strike.__name__
        for fault in FAULTS.values()
        if f"[`{fault.strike.__name__}`]" not in scenarios
    ] == []
    assert len(re.findall(r"^\| ", results, re.MULTILINE)) - 2 == len(FAULTS)
