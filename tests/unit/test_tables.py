"""Tables on a terminal: how they fit, and what they never hide."""

from __future__ import annotations

import unicodedata

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientupdater.entrypoints.cli.tables import share_bar, table_lines

ID = "780c3717-3c07-4f92-9162-dd43b4b51ec7"
HEAD = ("code", "name", "branch", "past due", "status", "since")
ROWS = [
    ("FC-000882", "Abad, Ambrosio Macario", "VM-03", "-", "PENDING", "2026-11-01 08:00"),
    ("FC-000617", "Abad, Angelita", "VM-03", "57,178.18", "DONE CONFIRMED", "2026-11-02 09:30"),
]


def plain(width: int | None, *spare: str, wraps: bool = False) -> list[str]:
    lines = table_lines(HEAD, ROWS, width, spare, wraps=wraps)
    return [click.unstyle(line) for line in lines]


def places(line: str) -> int:
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in line)
    return len(line) + wide - sum(bool(unicodedata.combining(letter)) for letter in line)


def test_without_a_terminal_every_value_is_whole() -> None:
    assert plain(None) == [
        "code       name                    branch   past due  status          since",
        "FC-000882  Abad, Ambrosio Macario  VM-03           -  PENDING         2026-11-01 08:00",
        "FC-000617  Abad, Angelita          VM-03   57,178.18  DONE CONFIRMED  2026-11-02 09:30",
    ]


def test_texts_are_cut_first() -> None:
    assert plain(80) == [
        "code       name              branch   past due  status          since",
        "FC-000882  Abad, Ambrosio …  VM-03           -  PENDING         2026-11-01 08:00",
        "FC-000617  Abad, Angelita    VM-03   57,178.18  DONE CONFIRMED  2026-11-02 09:30",
    ]


def test_spare_columns_go_next_and_texts_get_their_room() -> None:
    assert plain(74, "branch", "past due") == [
        "code       name               past due  status          since            …",
        "FC-000882  Abad, Ambrosio …          -  PENDING         2026-11-01 08:00",
        "FC-000617  Abad, Angelita    57,178.18  DONE CONFIRMED  2026-11-02 09:30",
    ]


def test_the_first_column_and_whole_moments_stay_on_the_narrowest_terminal() -> None:
    (head, *lines) = plain(40, "branch", "past due")
    assert head.endswith("…")
    assert [line.split("  ")[0] for line in lines] == ["FC-000882", "FC-000617"]
    assert not any("2026" in line and "2026-11-0" not in line for line in lines)


def test_an_empty_column_makes_room_without_a_mark() -> None:
    rows = [("FC-000882", "", "Abad, Ambrosio Macario Benedicto")]
    lines = [click.unstyle(line) for line in table_lines(("code", "address", "name"), rows, 43)]
    assert lines == ["code       name", "FC-000882  Abad, Ambrosio Macario Benedicto"]


def test_the_value_of_a_fact_is_broken_into_lines() -> None:
    rows = [("id", ID), ("remarks", "Asked to be called after the pension is credited.")]
    lines = [click.unstyle(line) for line in table_lines(("field", "value"), rows, 46)]
    assert lines == [
        "field    value",
        f"id       {ID}",
        "remarks  Asked to be called after the pension",
        "         is credited.",
    ]


def test_an_id_is_not_cut_while_there_is_another_way() -> None:
    rows = [("csv", ID, "a-very-long-code-without-words", "completed")]
    lines = list(table_lines(("source", "run", "file", "state"), rows, 70))
    assert ID in lines[1]
    assert "…" in lines[1]


@pytest.mark.parametrize(
    ("title", "cell", "colour"),
    [
        ("status", "2026-11 DONE CONFIRMED", "green"),
        ("status", "PENDING", "yellow"),
        ("state", "dead", "red"),
        ("cause", "follow_up_due", "red"),
        ("status", "OF_THE_COMPANY", None),
        ("remarks", "DONE", None),
    ],
)
def test_a_state_is_coloured_by_its_word(title: str, cell: str, colour: str | None) -> None:
    (_, line) = table_lines((title,), [(cell,)])
    assert line == (click.style(cell, fg=colour) if colour else cell)


def test_a_state_that_is_cut_keeps_its_colour() -> None:
    rows = [("FC-000882-FC-000882", "follow_up_due")]
    lines = table_lines(("code", "cause", "more"), [(*row, "x" * 9) for row in rows], 35)
    assert any(click.style("follo…", fg="red") in line for line in lines)


def test_control_characters_never_reach_the_terminal() -> None:
    (_, line) = table_lines(("remarks",), [("\x1b[2Jgone\r\n",)])
    assert line == " [2Jgone"


@pytest.mark.parametrize(
    ("done", "total", "bar"),
    [
        (0, 10, "░░░░░░░░░░   0%"),
        (999, 1000, "█████████░  99%"),
        (7, 7, "██████████ 100%"),
        (8, 7, "██████████ 100%"),
        (0, 0, "██████████ 100%"),
    ],
)
def test_a_bar_is_full_only_when_all_is_done(done: int, total: int, bar: str) -> None:
    assert share_bar(done, total) == bar


WIDE = "漢字かな交じり文の長い備考欄です"
cells = st.text(max_size=60) | st.sampled_from(["-", "57,178.18", ID, WIDE])
tables = st.integers(1, 8).flatmap(
    lambda n: st.tuples(
        st.lists(st.text("abc ", max_size=12), min_size=n, max_size=n),
        st.lists(st.lists(cells, min_size=n, max_size=n), max_size=4),
    )
)


@given(tables, st.integers(20, 120), st.booleans())
def test_no_line_is_wider_than_the_terminal(
    table: tuple[list[str], list[list[str]]], width: int, wraps: bool
) -> None:
    head, rows = table
    for line in table_lines(head, rows, width, head[1:3], wraps=wraps):
        assert places(click.unstyle(line)) <= width
