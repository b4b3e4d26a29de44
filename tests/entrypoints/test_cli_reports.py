"""``clientupdater reports``: tables, and figures that open on the command line (R3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.cli_actors import BOSS, CliActors, cli_actors, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database


@pytest.fixture
def actors(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        yield opened


@pytest.mark.rule("R3")
@pytest.mark.parametrize("report", ["dashboard", "completion", "pace", "trend"])
def test_R3_each_figure_of_the_totals_opens_into_as_many_clients(
    actors: CliActors, report: str
) -> None:
    for name in ("Abad, Ana", "Cruz, Juan"):
        actors.json("status", "set", actors.client(name), "CALLED")
    asked = ("reports", report, "--company", "FCASH", "--period", str(running()))
    totals = actors.json(*asked, actor=BOSS)["totals"]
    assert totals["figures"]["contacted"]["value"] == 2
    assert totals["rates"]["contact"] == "1.0000"
    for figure in totals["figures"].values():
        options = [option for each in figure["filter"].items() for option in _option(*each)]
        listed = actors.json("clients", "list", "--all", *options, actor=BOSS)["items"]
        assert len(listed) == figure["value"]
    shown = actors.run(*asked, actor=BOSS)
    assert (shown.returncode, "completion %" in shown.stdout) == (0, True)
    assert actors.run(*asked).returncode == 3


@pytest.mark.rule("R5")
@pytest.mark.parametrize(
    "report", ["dashboard", "completion", "pace", "trend", "balance", "ageing", "untouched"]
)
def test_R5_a_report_of_a_past_moment_counts_nothing_that_came_later(
    actors: CliActors, report: str
) -> None:
    actors.json("status", "set", actors.client("Abad, Ana"), "CALLED")
    asked = ("reports", report, "--company", "FCASH", "--period", str(running()))
    past = actors.json(*asked, "--as-of", "2026-01-02T09:00:00+08:00", actor=BOSS)
    assert past["as_of"].startswith("2026-01-02T01:00:00")
    assert {figure["value"] for figure in past["totals"]["figures"].values()} == {0}
    for moment in ("2026-01-02T09:00:00", "yesterday"):
        refused = actors.run(*asked, "--as-of", moment, actor=BOSS)
        assert (refused.returncode, "with an offset" in refused.stderr) == (2, True)


@pytest.mark.rule("R3", "R5")
def test_R5_a_filter_of_a_past_report_lists_clients_as_they_stood(actors: CliActors) -> None:
    moment = "2026-01-02T09:00:00+08:00"
    asked = ("clients", "list", "--company", "FCASH", "--period", str(running()))
    past = actors.json(*asked, "--as-of", moment, actor=BOSS)
    assert past == {"items": [], "has_more": False}
    refused = actors.run(*asked, "--active", "--as-of", moment, actor=BOSS)
    assert (refused.returncode, "/active" in refused.stderr) == (2, True)


@pytest.mark.rule("R5", "R6", "R10")
@pytest.mark.parametrize(
    ("report", "member"), [("staff", "rows"), ("signals", "items"), ("signal-events", "items")]
)
def test_R5_records_of_a_past_moment_are_those_recorded_by_then(
    actors: CliActors, report: str, member: str
) -> None:
    actors.json("status", "set", actors.client("Abad, Ana"), "CALLED")
    whose = ("--recorded-by", "0190f3c2-7d1e-7a44-9c3b-5b0e6f1d2a10")
    asked = ("reports", report, "--company", "FCASH", *(whose if "events" in report else ()))
    past = actors.json(*asked, "--as-of", "2026-01-02T09:00:00+08:00", actor=BOSS)
    assert past[member] == []


def _option(name: str, value: str) -> tuple[str, ...]:
    """Name a filter as the command line does."""
    switches = {"exempt": "exempt", "terminal": "terminal", "contacted": "contacted"}
    if name == "has_payment":
        return ("--paid" if value == "true" else "--not-paid",)
    if name in switches:
        return (f"--{switches[name]}" if value == "true" else f"--not-{switches[name]}",)
    return (f"--{name.replace('_', '-')}", value)
