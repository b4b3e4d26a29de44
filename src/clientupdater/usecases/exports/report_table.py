"""A report as the table of an export: its rows, then its totals."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

from clientupdater.domain.exports import EMPTY, Kind, escaped
from clientupdater.ports.exports import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from datetime import datetime

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.exports import ReportName
    from clientupdater.ports.reports import Report, ReportRow

TOTAL = "total"
_PLACES = Decimal("0.0001")

ReportReaders: TypeAlias = "Mapping[ReportName, Callable[[Caller, Any], Report]]"
"""Read each report by its query, within the scopes of the caller."""


@frozen
class ReportTable:
    """A column for each figure and each rate that some row has."""

    report: Report
    as_of: datetime
    scope: str = "what the person may see"

    @property
    def columns(self) -> Mapping[str, Kind]:
        """Key and name, then the figures and the rates in the order of the totals and the rows."""
        rows = (self.report.totals, *self.report.rows)
        figures = dict.fromkeys(name for row in rows for name in row.figures)
        rates = dict.fromkeys(f"{name}_rate" for row in rows for name in row.rates)
        texts = dict.fromkeys(("key", "name"), Kind.TEXT)
        return {**texts, **dict.fromkeys((*figures, *rates), Kind.NUMBER)}

    def count(self) -> int:
        """Count the rows, the totals included."""
        return len(self.report.rows) + bool(self.report.totals.figures)

    def lines(self) -> Generator[Lines]:
        """Give all of them as CSV."""
        text = io.StringIO()
        rows = [tuple(map(escaped, row)) for row in self._cells("")]
        csv.writer(text, lineterminator="\n").writerows(rows)
        yield Lines(text.getvalue().encode(), len(rows))

    def rows(self) -> Generator[Sequence[tuple[str, ...]]]:
        """Give all of them as cells."""
        if rows := list(self._cells(EMPTY)):
            yield rows

    def _cells(self, empty: str) -> Iterator[tuple[str, ...]]:
        for row in self.report.rows:
            yield self._row(row.key, row, empty)
        if self.report.totals.figures:
            yield self._row(TOTAL, self.report.totals, empty)

    def _row(self, key: str | None, row: ReportRow, empty: str) -> tuple[str, ...]:
        values = {name: figure.value for name, figure in row.figures.items()}
        rates = {f"{name}_rate": _decimal(rate) for name, rate in row.rates.items()}
        known = {"key": key, "name": row.name, **values, **rates}
        return tuple(
            empty if known.get(name) is None else str(known[name]) for name in self.columns
        )


def _decimal(rate: Fraction | None) -> Decimal | None:
    if rate is None:
        return None
    return (Decimal(rate.numerator) / Decimal(rate.denominator)).quantize(_PLACES)
