"""Tables for people: no line wider than the terminal, numbers to the right, states in colour.

Without a terminal, as in a file or a pipe, every value is printed whole and without colour.
"""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
import unicodedata
from itertools import zip_longest
from typing import TYPE_CHECKING

import click
from attrs import define

from clientupdater.entrypoints.cli.session import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

_GAP = 2
_MORE = " …"
"""Ends the head where columns were left out."""
_TEXT_AT_LEAST, _CUT_AT_LEAST = 16, 6
_NUMBER = re.compile(r"-|-?(0|[1-9][0-9,]*)(\.[0-9]+)?")
_WHOLE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{4}-[0-9]{2}-[0-9]{2}.*")
"""Ids and moments, of which a part is of no use."""

_COLOURED = frozenset({"status", "state", "result", "cause"})
"""Columns whose words have colours."""
_WORDS = {
    "green": "active allowed applied completed done granted on ok succeeded",
    "cyan": "called deferred in_hand processing running to_follow updated visited",
    "yellow": "cancelled changed held locked not_touched pending planned previewed waiting",
    "red": "dead failed follow_up_due refused rejected revoked",
    "bright_black": "deleted follow_up_later inactive off",
}
_COLOURS = {word: colour for colour, words in _WORDS.items() for word in words.split()}


@define(eq=False)
class _Column:
    title: str
    cells: list[str]
    width: int = 0

    @property
    def natural_width(self) -> int:
        return max(map(_width, [self.title, *self.cells]))

    @property
    def is_empty(self) -> bool:
        return bool(self.cells) and not any(self.cells)

    @property
    def is_number(self) -> bool:
        are_numbers = all(_NUMBER.fullmatch(each) for each in self.cells)
        return are_numbers and any(each != "-" for each in self.cells)

    @property
    def is_text(self) -> bool:
        """Whether it holds words, which can be cut, and not codes or moments."""
        has_words = any(" " in each and re.search(r"[^\W\d]{2}", each) for each in self.cells)
        return has_words and self.title not in _COLOURED

    @property
    def is_whole(self) -> bool:
        """Whether a part of a value would be of no use."""
        return self.is_number or any(_WHOLE.fullmatch(each) for each in self.cells)


def print_table(
    head: Sequence[str],
    rows: Iterable[Sequence[object]],
    spare: Sequence[str] = (),
    *,
    wraps: bool = False,
) -> None:
    """Print a result for people.

    On a narrow terminal long texts are cut, then the `spare` columns are left out in their order.
    The text of the last column is broken into lines instead if there are two, or with `wraps`.
    """
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in table_lines(head, rows, width, spare, wraps=wraps):
        click.echo(line)


def table_lines(
    head: Sequence[str],
    rows: Iterable[Sequence[object]],
    width: int | None = None,
    spare: Sequence[str] = (),
    *,
    wraps: bool = False,
) -> Iterator[str]:
    """Lay a table out; without a width, every value is whole."""
    lines = [[printable(str(cell)) for cell in row] for row in rows]
    columns = [_Column(title, [line[i] for line in lines]) for i, title in enumerate(head)]
    for each in columns:
        each.width = each.natural_width
    wraps = wraps or len(columns) == 2  # noqa: PLR2004
    kept = columns if width is None else _fitted(columns, width, spare)
    titles = [_padded(_cut(each.title, each.width), each) for each in kept]
    more = "" if all(each in kept or each.is_empty for each in columns) else _MORE
    yield click.style(f"{(' ' * _GAP).join(titles)}{more}".rstrip(), bold=True)
    for i in range(len(lines)):
        yield from _row_lines(kept, i, wraps=wraps)


def share_bar(done: int, total: int, width: int = 10) -> str:
    """Draw how much of the whole is done."""
    share = min(done / total, 1.0) if total else 1.0
    filled = int(share * width)
    return f"{'█' * filled}{'░' * (width - filled)} {int(share * 100):3d}%"


def _row_lines(columns: Sequence[_Column], i: int, *, wraps: bool) -> Iterator[str]:
    parts = [[_cut(each.cells[i], each.width)] for each in columns]
    if wraps:
        parts[-1] = _wrapped(columns[-1].cells[i], columns[-1].width)
    for row in zip_longest(*parts, fillvalue=""):
        cells = [
            _coloured(_padded(text, each), each.cells[i]) if each.title in _COLOURED
            else _padded(text, each)
            for text, each in zip(row, columns, strict=True)
        ]  # fmt: skip
        yield (" " * _GAP).join(cells).rstrip()


def _fitted(columns: list[_Column], width: int, spare: Sequence[str]) -> list[_Column]:
    """Cut texts, leave out spare columns, cut other columns, and leave out the last, in turn."""
    if _excess(columns, width) > 0:
        columns = [each for each in columns if not each.is_empty]
    kept, going = [*columns], [*reversed(spare)]
    _narrow_texts(kept, width)
    while going and _excess(kept, width) > 0:
        title = going.pop()
        kept = [each for each in kept if each.title != title]
        _narrow_texts(kept, width - len(_MORE))
    room = width if len(kept) == len(columns) else width - len(_MORE)
    others = [each for each in kept[1:] if not each.is_whole]
    _narrow(others, _excess(kept, room), _CUT_AT_LEAST)
    while len(kept) > 1 and _excess(kept, room) > 0:
        room = width - len(_MORE)
        kept.pop()
    _narrow(kept, _excess(kept, room), 1)
    return kept


def _narrow_texts(columns: Sequence[_Column], width: int) -> None:
    """Cut the texts anew: a column that was left out has given them room."""
    for each in columns:
        each.width = each.natural_width
    _narrow([each for each in columns[1:] if each.is_text], _excess(columns, width), _TEXT_AT_LEAST)


def _excess(columns: Sequence[_Column], width: int) -> int:
    return sum(each.width for each in columns) + _GAP * (len(columns) - 1) - width


def _narrow(columns: Collection[_Column], excess: int, least: int) -> None:
    """Take letters from the widest column, one by one."""
    while excess > 0 and columns:
        widest = max(columns, key=lambda each: each.width)
        if widest.width <= least:
            return
        widest.width -= 1
        excess -= 1


def _width(text: str) -> int:
    """Count the places that a text takes: none for a combining mark, two for a wide letter."""
    return len(text) if text.isascii() else sum(map(_places, text))


def _places(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    kept, room = "", width - 1
    for letter in text:
        room -= _places(letter)
        if room < 0:
            break
        kept += letter
    return f"{kept}…"


def _wrapped(text: str, width: int) -> list[str]:
    has_wide_letters = _width(text) > len(text)
    return textwrap.wrap(text, max(1, width // 2 if has_wide_letters else width)) or [""]


def _padded(text: str, column: _Column) -> str:
    space = " " * (column.width - _width(text))
    return space + text if column.is_number else text + space


def _coloured(text: str, cell: str) -> str:
    """Give a text the colour of the first word of the cell that has one."""
    words = (word.strip("();,").lower() for word in cell.split())
    colour = next((_COLOURS[word] for word in words if word in _COLOURS), None)
    shown = text.rstrip()
    return click.style(shown, fg=colour) + text[len(shown) :] if colour and shown else text
