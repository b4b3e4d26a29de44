"""Rules and dashboard name metrics that there are, and the page explains each alert."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from prometheus_client import generate_latest

from clientupdater.entrypoints.http.middleware.metrics import Metrics
from clientupdater.entrypoints.worker.metrics import JobMetrics
from tests.support.documented_commands import OPERATIONS, ROOT, section_of

if TYPE_CHECKING:
    from pathlib import Path

DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yml"
DASHBOARD = DEPLOY / "grafana" / "dashboard.json"
PROMTOOL = shutil.which("promtool")
NAME = re.compile(r"clientupdater_[a-z_]+")


def metric_names() -> set[str]:
    """Name every series that a server or a worker tells."""
    names = {sample for line in _lines() for sample in NAME.findall(line)}
    return {*names, *(f"{name}_{part}" for name in names for part in ("bucket", "count", "total"))}


def _lines() -> list[str]:
    text = Metrics().exposition().decode() + generate_latest(JobMetrics().registry).decode()
    return [line for line in text.splitlines() if line.startswith("# TYPE")]


def alerts() -> dict[str, Any]:
    """Give the rules by name."""
    (group,) = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


@pytest.mark.parametrize("file", [DASHBOARD, RULES], ids=lambda file: file.name)
def test_the_examples_name_only_existing_metrics(file: Path) -> None:
    named = set(NAME.findall(file.read_text(encoding="utf-8")))
    assert named
    assert named <= metric_names()


def test_the_dashboard_can_be_read() -> None:
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids)) > 5


def test_every_alert_has_what_prometheus_needs_and_a_person_wants_to_know() -> None:
    for name, rule in alerts().items():
        assert rule["expr"], name
        assert rule["labels"]["severity"] in {"page", "ticket"}, name
        assert set(rule["annotations"]) == {"summary", "what_to_do"}, name


def test_the_page_has_each_alert_with_its_summary_and_its_urgency() -> None:
    section = section_of(OPERATIONS, "Alerts")
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]+) \|", section, re.MULTILINE)
    shown = {name: (severity, meaning.strip()) for name, severity, meaning in rows}
    rules = alerts().items()
    assert shown == {
        name: (rule["labels"]["severity"], rule["annotations"]["summary"]) for name, rule in rules
    }


@pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed")
@pytest.mark.parametrize(
    "command", [("check", "rules", "alerts.yml"), ("check", "config", "prometheus.yml")]
)
def test_promtool_accepts_the_rules_and_the_configuration(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [PROMTOOL or "", *command], cwd=RULES.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
