"""Print the tests of the scenarios of docs/reliability.md, for `make faults` to run them."""

from __future__ import annotations

import re
import sys

from tests.support.documented_commands import ROOT, section_of

_TEST = re.compile(r"\[`(test_\w+)`\]\(\.\./(tests/[\w/]+\.py)\)")


def tests_of_scenarios() -> list[str]:
    """Name each test once, as pytest does."""
    text = section_of(ROOT / "docs" / "reliability.md", "Each scenario and its test")
    return sorted({f"{file}::{name}" for name, file in _TEST.findall(text)})


if __name__ == "__main__":
    sys.stdout.write(" ".join(tests_of_scenarios()))
