"""Workbooks: every text that XML can hold comes back as it was, and stays in its place."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from clientupdater.adapters.sheets import xlsx_sheet
from clientupdater.adapters.sheets.xlsx_sheet import write_xlsx
from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.exports import EMPTY, Kind

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from clientupdater.ports.exports import Lines

COLUMNS = {"client_code": Kind.TEXT, "full_name": Kind.TEXT}
TEXTS = st.text() | st.sampled_from(
    [EMPTY, "\x1f", "\x1e", "a\x1f\x01\x1fb", "\x01\x1f\x01", "</t>&amp;", " %b %s ", "\ufffe"]
)


@frozen
class CacheEntry:
    """A table that is at hand."""

    found: Sequence[tuple[str, ...]]
    as_of: datetime = datetime(2026, 11, 20, tzinfo=UTC)
    scope: str = "all"
    columns: Mapping[str, Kind] = field(default=COLUMNS)

    def count(self) -> int:
        return len(self.found)

    def lines(self) -> Generator[Lines]:
        yield from ()

    def rows(self) -> Generator[Sequence[tuple[str, ...]]]:
        yield self.found


def written(table: CacheEntry) -> list[list[str]]:
    draft = io.BytesIO()
    assert sum(1 for _ in write_xlsx({"rows": "1"}, table, draft)) == 1
    with zipfile.ZipFile(draft) as book:
        root = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 — our own
    return [["".join(cell.itertext()) for cell in row] for row in root[0]]


def readable(text: str) -> str:
    """Say what XML makes of a text: no control characters, and one kind of line ends."""
    bare = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
    return bare.replace("\r\n", "\n").replace("\r", "\n")


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1))
def test_every_text_comes_back_and_stays_in_its_place(rows: list[tuple[str, str]]) -> None:
    _, *result = written(CacheEntry(rows))
    assert result == [[readable(cell) for cell in row] for row in rows]


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_sheet, "MOST_ROWS", 1)
    with pytest.raises(InvalidInput, match="take csv"):
        written(CacheEntry([("FC-1", "Juan"), ("FC-2", "Ana")]))
