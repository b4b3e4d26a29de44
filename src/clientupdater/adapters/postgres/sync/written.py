"""Raw records as JSON and back, nothing of what they are lost.

Decimals, days and moments are told apart from texts by an object of one member.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.ports.sources import RawRecord, Value

_KEPT = orjson.OPT_PASSTHROUGH_DATETIME


def written(records: Sequence[RawRecord]) -> bytes:
    """Write records down."""
    return orjson.dumps([dict(each) for each in records], _special, _KEPT)


def cells_written(cells: list[Value]) -> bytes:
    """Write down some of a record's cells, for nobody to read: the same cells, the same bytes.

    A day or a decimal is as its text is, which every mapping takes for the same.
    """
    return orjson.dumps(cells, str)


def _special(value: object) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime):
        return {"$moment": value.isoformat()}
    if isinstance(value, date):
        return {"$day": value.isoformat()}
    raise TypeError


_READERS: dict[str, Any] = {
    "$decimal": Decimal,
    "$moment": datetime.fromisoformat,
    "$day": date.fromisoformat,
}


def read(text: bytes) -> tuple[RawRecord, ...]:
    """Read records that were written down."""
    records: list[dict[str, Any]] = orjson.loads(text)
    if b'{"$' in text:
        for record in records:
            for name, cell in record.items():
                # Asked of every cell of half a million records, in most of which it is none.
                if cell.__class__ is dict:
                    record[name] = _read_special(cell)
    return tuple(records)


def _read_special(cell: dict[str, str]) -> Value:
    ((kind, text),) = cell.items()
    result: Value = _READERS[kind](text)
    return result
