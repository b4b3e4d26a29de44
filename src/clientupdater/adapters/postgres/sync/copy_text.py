"""Rows in the text format of COPY, made here because a driver that converts each cell is slower."""

from __future__ import annotations

import json
from array import array
from typing import TYPE_CHECKING

from attrs import Factory, define

from clientupdater.adapters.postgres.sync.columns import STAGED
from clientupdater.adapters.security.vault import plain_number
from clientupdater.domain.sync.fields import Field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from clientupdater.adapters.security.vault import Vault
    from clientupdater.domain.sync.mapping import Reject, Row

STAGE = "copy sync_stage from stdin with (null '')"
REFUSED = "copy sync_refused (row_number, code, reasons, company) from stdin with (null '')"
SEALED = "copy sync_sealed from stdin with (null '')"
SHARE = 1 << 17
"""How many characters are sent at once."""

_TABS = len(STAGED) + 4
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@define
class Numbers:
    """A run's pension numbers by row, in memory only: they are stored only sealed."""

    _text: bytearray = Factory(bytearray)
    _ends: array[int] = Factory(lambda: array("L"))

    def put(self, row: int, number: str) -> None:
        """Add a row's number; rows come in order."""
        self._fill(row - 1)
        self._text += number.encode()
        self._ends.append(len(self._text))

    def get(self, row: int) -> str:
        begun = self._ends[row - 2] if row > 1 else 0
        return self._text[begun : self._ends[row - 1]].decode()

    def _fill(self, row: int) -> None:
        """Record that the rows before have no number."""
        missing = row - len(self._ends)
        if missing > 0:
            self._ends.extend([len(self._text)] * missing)


def stage_lines(
    rows: Iterable[Row], numbers: Numbers, vault: Vault, mark_of: Callable[[int], bytes]
) -> Iterable[str]:
    """Write the rows, in batches that are worth sending."""
    share: list[str] = []
    size = 0
    for row in rows:
        mark = mark_of(row.position).hex()
        line = f"{_row_line(row)}\t{_number_cells(row, numbers, vault)}\t\\\\x{mark}\n"
        share.append(line)
        size += len(line)
        if size > SHARE:
            yield "".join(share)
            share, size = [], 0
    yield "".join(share)


def _row_line(row: Row) -> str:
    version = row.version
    parts = [str(row.position), row.code]
    # Nearly all of them are text already, and each check counts for half a million rows.
    parts += [
        value if value.__class__ is str else "" if value is None else str(value)
        for value in map(row.values.get, STAGED)
    ]
    parts += [
        version.at.isoformat() if version.at else "",
        "" if version.number is None else str(version.number),
        "t" if row.deleted else "f",
    ]
    line = "\t".join(parts)
    if line.count("\t") == _TABS and not _needs_escapes(line):
        return line
    return "\t".join(each.translate(_ESCAPES) for each in parts)


def _needs_escapes(line: str) -> bool:
    return "\\" in line or "\n" in line or "\r" in line


def _number_cells(row: Row, numbers: Numbers, vault: Vault) -> str:
    value = row.values.get(Field.PENSION_NUMBER)
    number = plain_number(value) if isinstance(value, str) else ""
    if not number:
        return "\t"
    numbers.put(row.position, number)
    return f"{number[-4:]}\t\\\\x{vault.blind_index_of_plain(number).hex()}"


def refused_lines(rejects: Iterable[Reject]) -> str:
    """Write the rejects, with every reason (Y3)."""
    return "".join(
        "\t".join(
            (
                str(each.position),
                (each.code or "").translate(_ESCAPES),
                json.dumps(_reasons(each)).translate(_ESCAPES),
                each.company or "",
            )
        )
        + "\n"
        for each in rejects
    )


def _reasons(reject: Reject) -> list[dict[str, str]]:
    return [{"column": fault.pointer, "message": fault.message} for fault in reject.faults]
