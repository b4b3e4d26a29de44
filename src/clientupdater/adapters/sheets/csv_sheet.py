"""A table as CSV: the cover in lines that begin with ``# ``, the column names, the rows.

UTF-8 with the byte order mark that spreadsheets recognise. A text that a spreadsheet would evaluate
has a quote before it, which our own importer removes.
"""

from __future__ import annotations

import csv
import io
from contextlib import closing
from typing import TYPE_CHECKING

from clientupdater.domain.exports import COVER, escaped

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from clientupdater.ports.exports import Table
    from clientupdater.ports.file_store import Draft


def write_csv(cover: Mapping[str, str], table: Table, draft: Draft) -> Generator[int]:
    """Write a table as CSV; the table gives finished lines."""
    draft.write("\ufeff".encode())
    draft.write(_lines((COVER + name, escaped(value)) for name, value in cover.items()))
    draft.write(_lines([table.columns]))
    written = 0
    with closing(table.lines()) as batches:
        for lines in batches:
            draft.write(lines.text)
            written += lines.rows
            yield written


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
