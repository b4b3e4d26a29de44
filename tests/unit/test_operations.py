"""The example dashboard and alert rules name what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from clientupdater.entrypoints.http.middleware.metrics import Metrics

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations"
NAME = re.compile(r"clientupdater_[a-z_]+")


def metric_names() -> set[str]:
    """Name every series that a server tells."""
    names = {sample for line in _lines() for sample in NAME.findall(line)}
    return {*names, *(f"{name}_{part}" for name in names for part in ("bucket", "count", "total"))}


def _lines() -> list[str]:
    text = Metrics().exposition().decode()
    return [line for line in text.splitlines() if line.startswith("# TYPE")]


@pytest.mark.parametrize("file", ["dashboard.json", "alerts.yml"])
def test_the_examples_name_only_existing_metrics(file: str) -> None:
    text = (OPERATIONS / file).read_text(encoding="utf-8")
    named = set(NAME.findall(text))
    assert named
    assert named <= metric_names()


def test_the_dashboard_can_be_read() -> None:
    dashboard = json.loads((OPERATIONS / "dashboard.json").read_text(encoding="utf-8"))
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids)) > 5
