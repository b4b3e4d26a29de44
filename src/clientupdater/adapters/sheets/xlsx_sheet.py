"""A table as a workbook of two sheets, written as the rows come and never held in memory.

Texts are cells of type text, so a spreadsheet evaluates none of them. Names of rows and cells are
left out, as the format allows: they would be half of the file.
"""

from __future__ import annotations

import re
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.exports import EMPTY, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from clientupdater.ports.exports import Table
    from clientupdater.ports.file_store import Draft

MOST_ROWS = 1_048_575
"""The most rows that a sheet holds below the column names."""
_QUICK = 1
"""The first level of compression: higher ones cost more time than they save."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CELL_TEXT, _CELL, _ROW = "\x1f", b"\x1f", b"\x1e"
"""Separators of cells and of rows until they are written."""
_BETWEEN_NOTHING = _CELL + EMPTY.encode() + _CELL
_CONTROLS = bytes(each for each in range(0x20) if each not in b"\t\n\r")

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEETS = ("Export", "About")
_PARTS: Mapping[str, str] = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{_SHEETS[0]}" sheetId="1" r:id="rId1"/>'
        f'<sheet name="{_SHEETS[1]}" sheetId="2" r:id="rId2"/>'
        "</sheets></workbook>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/worksheet" Target="worksheets/sheet2.xml"/>'
        f'<Relationship Id="rId3" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        "</Relationships>"
    ),
    # The second of the cell styles is a day.
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
        '<fills count="1"><fill/></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'
        "</styleSheet>"
    ),
}


def write_xlsx(cover: Mapping[str, str], table: Table, draft: Draft) -> Generator[int]:
    """Write a table as XLSX, with the memory of a few rows."""
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICK) as book:  # type: ignore[call-overload] # it writes and tells, and need not seek
        for name, text in _PARTS.items():
            book.writestr(_entry(name), _HEAD + text)
        with _sheet(book, 2) as write:
            write(_rows([*cover.items()], (Kind.TEXT, Kind.TEXT)))
        with _sheet(book, 1) as write:
            write(_rows([tuple(table.columns)], [Kind.TEXT] * len(table.columns)))
            yield from _filled(table, tuple(table.columns.values()), write)


def _filled(
    table: Table, kinds: Sequence[Kind], write: Callable[[bytes], object]
) -> Generator[int]:
    written = 0
    with closing(table.rows()) as batches:
        for rows in batches:
            written += len(rows)
            if written > MOST_ROWS:
                raise InvalidInput.of("/format", f"xlsx holds {MOST_ROWS} rows at most; take csv")
            write(_rows(rows, kinds))
            yield written


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


class _sheet:  # noqa: N801 — it is used as a function
    """A sheet of a book, as a context that accepts rows."""

    def __init__(self, book: zipfile.ZipFile, number: int) -> None:
        self._file = book.open(_entry(f"xl/worksheets/sheet{number}.xml"), "w")

    def __enter__(self) -> Callable[[bytes], object]:
        self._file.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
        return self._file.write

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._file.write(b"</sheetData></worksheet>")
        self._file.close()


# --- cells


def _rows(rows: Sequence[tuple[str, ...]], kinds: Sequence[Kind]) -> bytes:
    """Write rows; an empty cell keeps its place.

    All rows are joined first, so that one search finds the characters that XML does not allow: a
    search cell by cell took longer than everything else.
    """
    text = _joined(rows)
    if not _is_plain(text, len(rows), len(kinds)):
        text = _joined([tuple(map(_plain, row)) for row in rows])
    text = text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
    row = b"<row>%b</row>" % b"".join(_CELLS[kind] for kind in kinds)
    written = b"".join([row % tuple(cells.split(_CELL)) for cells in text.split(_ROW)])
    for cell in _EMPTY_CELLS:
        written = written.replace(cell, b"<c/>")
    return written


def _joined(rows: Sequence[tuple[str, ...]]) -> bytes:
    return _ROW.join([_CELL_TEXT.join(row).encode() for row in rows])


def _is_plain(text: bytes, rows: int, columns: int) -> bool:
    """Whether the text has no characters that cannot be written, apart from our separators."""
    ours = rows * columns - 1 + _between(text).count(_BETWEEN_NOTHING)
    odd = len(text) - len(text.translate(None, _CONTROLS))
    return odd == ours and b"\xef\xbf\xbe" not in text and b"\xef\xbf\xbf" not in text


def _between(text: bytes) -> bytes:
    """Put one separator around every cell."""
    separated = text.replace(_ROW, _CELL).replace(_CELL, _CELL + _CELL)
    return b"%b%b%b" % (_CELL, separated, _CELL)


def _plain(cell: str) -> str:
    return cell if cell == EMPTY else _UNWRITABLE.sub("", cell)


_TEXT = b'<c t="inlineStr"><is><t xml:space="preserve">%b</t></is></c>'
_CELLS: Mapping[Kind, bytes] = {
    Kind.TEXT: _TEXT,
    Kind.MOMENT: _TEXT,
    Kind.NUMBER: b"<c><v>%b</v></c>",
    Kind.DAY: b'<c s="1"><v>%b</v></c>',
    Kind.TRUTH: b'<c t="b"><v>%b</v></c>',
}
_EMPTY_CELLS = [cell % EMPTY.encode() for cell in dict.fromkeys(_CELLS.values())]
