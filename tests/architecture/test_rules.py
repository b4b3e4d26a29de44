"""Every rule that the domain decides is named by the code that decides it and by a test."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULE = r"(?:A6[ab]|[PSTAUCYJLR]\d{1,2})"

DOMAIN_RULES = (
    ["P1", "P2", "P4", "P5", "P6", "P7", "P8"]
    + [f"S{number}" for number in range(1, 15)]
    + [f"T{number}" for number in range(1, 5)]
    + ["A1", "A2", "A3", "A4", "A5", "A6", "A6a", "A8", "A9", "A10"]
    + ["U2", "U3", "U4", "U5", "U6"]
    + ["C1", "C2", "C3"]
    + ["Y1", "Y3", "Y4", "Y5", "Y6", "Y7", "Y8", "Y10", "Y11"]
    + ["J1", "J3", "J5"]
    + ["R1", "R2"]
)
"""What is decided without a database; the rest is for the database and the adapters to keep."""


@cache
def rules_tested() -> frozenset[str]:
    """Name the rules that some test names, in its own name or by the marker."""
    names: set[str] = set()
    for module in (ROOT / "tests").rglob("test_*.py"):
        text = module.read_text(encoding="utf-8")
        for name in re.findall(r"def test_((?:[A-Z]\w*?_)+)", text):
            names |= set(re.findall(RULE, name))
        for marker in re.findall(r"mark\.rule\(([^)]*)\)", text):
            names |= set(re.findall(RULE, marker))
    return frozenset(names)


@cache
def rules_decided() -> frozenset[str]:
    """Name the rules that the domain says it decides."""
    names: set[str] = set()
    for module in (ROOT / "src" / "clientupdater" / "domain").rglob("*.py"):
        text = module.read_text(encoding="utf-8")
        for place in re.findall(r"\(([^()]*)\)", text):
            names |= set(re.findall(rf"\b{RULE}\b", place))
            for first, last in re.findall(r"\b([A-Z]\d+)(?:-| to )([A-Z]\d+)\b", place):
                numbers = range(int(first[1:]), int(last[1:]) + 1)
                names |= {f"{first[0]}{number}" for number in numbers}
    return frozenset(names)


@pytest.mark.parametrize("rule", DOMAIN_RULES)
def test_every_rule_of_the_domain_is_decided_there(rule: str) -> None:
    assert rule in rules_decided(), f"no docstring under domain/ names {rule}"


@pytest.mark.parametrize("rule", DOMAIN_RULES)
def test_every_rule_that_the_domain_decides_has_a_test(rule: str) -> None:
    assert rule in rules_tested(), f"no test names {rule}: write test_{rule}_… or mark it"


def test_the_search_for_tests_distinguishes_a_rule_from_a_word() -> None:
    assert "S8" in rules_tested()
    assert "S99" not in rules_tested()


def test_every_rule_that_code_or_a_test_names_has_its_line_in_the_list_of_rules() -> None:
    listed = re.findall(rf"^\| ({RULE}) \|", (ROOT / "docs" / "rules.md").read_text(), re.MULTILINE)
    named = rules_tested()
    for module in (ROOT / "src").rglob("*.py"):
        for place in re.findall(r"\(([^()]*)\)", module.read_text(encoding="utf-8")):
            if re.fullmatch(rf"(?:{RULE}|[, ]|and|to|-)+", place):
                named |= set(re.findall(rf"\b{RULE}\b", place))
    assert sorted(named - set(listed)) == []
