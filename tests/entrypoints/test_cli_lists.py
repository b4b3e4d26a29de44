"""Lists on the command line: the worklist, clients by filters, and how they look on a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from typing import TYPE_CHECKING, Any

import attrs
import click
import pytest

from clientupdater.entrypoints.cli.client_list import FILTERS
from clientupdater.entrypoints.cli.worklist import FILTERS as WORKLIST_FILTERS
from clientupdater.entrypoints.http.routes.clients import ClientFilters
from clientupdater.entrypoints.http.routes.worklist import WorklistFilters
from tests.support.cli_actors import BOSS, READER, STRANGER, cli_actors, running
from tests.support.commands import COMMAND, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.cli_actors import CliActors
    from tests.support.servers import Database


@pytest.fixture
def actors(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        yield opened


def on_terminal(actors: CliActors, columns: int, *arguments: str, **settings: str) -> str:
    """Run a command on a terminal of that width; give what the terminal was sent."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    done = subprocess.run(
        [*COMMAND, *arguments, "--as", BOSS],
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(DATABASE_URL=actors.url, **settings),
        timeout=60,
        check=False,
    )
    os.close(theirs)
    assert done.returncode == 0, done.stderr
    with os.fdopen(ours, "rb", buffering=0) as screen:
        return screen.read(4096).decode().replace("\r\n", "\n")


def codes(result: dict[str, Any]) -> list[str]:
    return [each["client_code"] for each in result["items"]]


def test_each_filter_of_http_is_an_option() -> None:
    assert list(WORKLIST_FILTERS) == [each.name for each in attrs.fields(WorklistFilters)]
    assert list(FILTERS) == [each.name for each in attrs.fields(ClientFilters)]


def test_clients_are_listed_by_filters_as_over_http(actors: CliActors) -> None:
    first, second = actors.client("Abad, Ana"), actors.client("Zamora, Zeny")
    actors.json("status", "set", first, "CALLED")
    actors.json("status", "set", second, "DONE", "--reason", "CONFIRMED", "--paid")
    listed = actors.json("clients", "list")
    assert codes(listed) == [first, second]
    assert listed["has_more"] is False
    assert listed["items"][0] == actors.json("clients", "show", first)
    assert codes(actors.json("clients", "list", "--status", "DONE", "--paid")) == [second]
    assert codes(actors.json("clients", "list", "--not-paid", "--touched")) == [first]
    assert codes(actors.json("clients", "list", "--assigned-to", "me")) == []
    assert codes(actors.json("clients", "list", "--sort", "code", "--limit", "1")) == [first]


def test_a_list_says_how_many_there_are_and_whether_there_are_more(actors: CliActors) -> None:
    both = [actors.client("Abad, Ana"), actors.client("Zamora, Zeny")]
    page = actors.run("clients", "list", "--limit", "1")
    assert page.stderr == "1 client; there are more: raise --limit, or use --all\n"
    assert page.stdout.count("\n") == 2
    every = actors.run("clients", "list", "--limit", "1", "--all")
    assert every.stderr == "2 clients\n"
    assert [line.split()[0] for line in every.stdout.splitlines()[1:]] == both
    none = actors.run("clients", "list", "--past-due-from", "1")
    assert (none.returncode, none.stdout, none.stderr) == (0, "", "0 clients\n")


def test_all_goes_on_where_a_page_ends(actors: CliActors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clientupdater.entrypoints.cli.paging.MOST", 2)
    made = [actors.client(f"Abad, Ana {letter}") for letter in "ABCDE"]
    assert codes(actors.json("clients", "list", "--all")) == made
    for code in made:
        actors.json("status", "set", code, "CALLED")
    listed = actors.json("worklist", "--all", "--order", "name")["items"]
    assert [each["client"]["client_code"] for each in listed] == made


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        (("--past-due-from", "much"), "past_due_from"),
        (("--assigned-to", "Ana"), "assigned_to"),
        (("--untouched-days", "-1"), "untouched_days"),
        (("--period", "2026"), "period"),
    ],
)
def test_a_wrong_filter_is_named(actors: CliActors, wrong: tuple[str, ...], pointer: str) -> None:
    done = actors.run("clients", "list", *wrong)
    assert done.returncode == 2
    assert pointer in done.stderr
    assert done.stdout == ""


@pytest.mark.rule("A5")
def test_A5_lists_show_only_what_the_permissions_cover(actors: CliActors) -> None:
    actors.client()
    assert actors.run("clients", "list", actor=STRANGER).returncode == 3
    assert actors.run("worklist", actor=STRANGER).returncode == 3
    assert codes(actors.json("clients", "list", actor=READER)) != []


def test_the_worklist_names_the_cause_of_each_place(actors: CliActors) -> None:
    code = actors.client("Abad, Ana")
    actors.json("status", "set", code, "CALLED", "--remarks", "again")
    (item,) = actors.json("worklist")["items"]
    assert (item["client"]["client_code"], item["cause"]) == (code, "in_hand")
    table = actors.run("worklist")
    counted = "0 follow up due, 0 not touched, 1 in hand, 0 follow up later"
    assert table.stderr == f"1 total, {counted}\n1 client\n"
    assert table.stdout.splitlines()[1].split()[:3] == [code, "Abad,", "Ana"]
    assert f"in_hand  {running()}  CALLED" in table.stdout


@pytest.mark.rule("R3")
def test_R3_each_count_of_the_worklist_opens_into_its_clients(actors: CliActors) -> None:
    code, other = actors.client("Abad, Ana"), actors.client("Basa, Ben")
    for each in (code, other):
        actors.json("status", "set", each, "CALLED", "--remarks", "again")
    actors.json("status", "void", other, "1", "--remarks", "not her", "--yes")
    counts = actors.json("worklist", "--limit", "1")["counts"]
    assert counts["totals"]["figures"]["total"]["value"] == 2
    figures = counts["rows"][0]["figures"]
    for name, expected in (("in_hand", [code]), ("not_touched", [other]), ("follow_up_due", [])):
        assert figures[name]["value"] == len(expected)
        words = [
            word
            for key, value in figures[name]["filter"].items()
            for word in (f"--{key.replace('_', '-')}", value)
        ]
        listed = actors.json("worklist", *words)["items"]
        assert [each["client"]["client_code"] for each in listed] == expected


def test_a_list_fits_the_terminal_and_colours_statuses_there_alone(actors: CliActors) -> None:
    actors.client("Abad, Ambrosio Macario Benedicto Concepción Dionisio Evangelista")
    screen = on_terminal(actors, 80, "clients", "list")
    lines = click.unstyle(screen).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert "…" in lines[1]
    assert click.style("PENDING", fg="yellow") in screen
    assert "Evangelista" in on_terminal(actors, 200, "clients", "list")
    piped = actors.run("clients", "list").stdout
    assert "Evangelista" in piped
    assert "\x1b" not in piped


def test_NO_COLOR_switches_colours_off(actors: CliActors) -> None:
    actors.client()
    assert "\x1b" not in on_terminal(actors, 80, "clients", "list", NO_COLOR="1")
