"""Periods on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clientupdater.domain.periods import Cycle
from tests.support.cli_actors import BOSS, cli_actors, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.cli_actors import CliActors
    from tests.support.servers import Database


@pytest.fixture
def actors(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        yield opened


def test_current_shows_the_month_and_the_quarter(actors: CliActors) -> None:
    value = actors.json("periods", "current")["items"]
    assert [each["period"] for each in value] == [str(running(cycle)) for cycle in Cycle]
    assert str(running()) in actors.run("periods", "current").stdout


@pytest.mark.rule("P4")
def test_P4_a_period_is_opened_once_by_a_person_with_config_manage(actors: CliActors) -> None:
    actors.client()
    period = str(running())
    assert actors.run("periods", "open", period).returncode == 3
    assert actors.json("periods", "open", period, actor=BOSS)["rows"] == 1
    again = actors.run("periods", "open", period, actor=BOSS)
    assert again.stdout == f"0 rows opened in {period}\n"


def test_a_malformed_period_and_a_future_one_are_refused(actors: CliActors) -> None:
    wrong = actors.run("periods", "open", "november", actor=BOSS)
    assert wrong.returncode == 2
    assert "2026-11" in wrong.stderr
    assert actors.run("periods", "open", "2199-12", actor=BOSS).returncode == 5


@pytest.mark.rule("P4", "A10")
def test_P4_openings_are_listed_with_their_author(actors: CliActors) -> None:
    actors.client()
    period = str(running())
    assert actors.json("periods", "list", actor=BOSS) == {"items": []}
    actors.run("periods", "open", period, actor=BOSS)
    actors.staff.run(
        "insert into period_openings (period_type, period_year, period_month, rows_opened,"
        " started_at) values ('monthly', %s, %s, 1, now())",
        running().year,
        running().number,
    )
    worker, boss = actors.json("periods", "list", actor=BOSS)["items"]
    assert (worker["period"], worker["rows"], worker["by"]) == (period, 1, None)
    assert (boss["rows"], boss["by"]["name"]) == (1, "Bo")
    table = actors.run("periods", "list", "--limit", "1", actor=BOSS).stdout.splitlines()
    assert len(table) == 2
    assert table[1].startswith(period)
    assert table[1].endswith("the worker")
    assert actors.run("periods", "list").returncode == 3
