"""Reports as of a past moment (R5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import evolve

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.periods import business_day

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from clientupdater.ports.lists import ReadContext
    from clientupdater.ports.reports import Report, ReportRow

SETTLED_AFTER = timedelta(minutes=15)
"""A transaction carries the moment at which it began, and none takes so long to commit."""


def require_settled(moment: datetime | None, now: datetime) -> None:
    """Refuse a moment by which something may yet be recorded; None: the report is of now."""
    if moment is None:
        return
    if moment.tzinfo is None:
        raise InvalidInput.of("/as_of", "needs an offset, as in 2026-11-05T09:30:00+08:00")
    if moment > now:
        raise InvalidInput.of(
            "/as_of", "lies in the future; leave it out to read how it stands now"
        )
    if moment > now - SETTLED_AFTER:
        minutes = int(SETTLED_AFTER.total_seconds() // 60)
        raise InvalidInput.of(
            "/as_of",
            f"must lie at least {minutes} minutes back, so that all of it is committed;"
            " leave it out to read how it stands now",
        )


def reader_at(moment: datetime | None, reader: ReadContext, zone: tzinfo) -> ReadContext:
    """Put a reader at a past moment: by their present grants they see what was within them then."""
    require_settled(moment, reader.now)
    if moment is None:
        return reader
    return evolve(reader, now=moment, today=business_day(moment, zone), as_of=moment)


def as_it_was(report: Report, moment: datetime | None) -> Report:
    """Name the moment, in the report and in the filter of each figure."""
    if moment is None:
        return report
    rows = tuple(_at(moment, row) for row in report.rows)
    return evolve(report, rows=rows, totals=_at(moment, report.totals), as_of=moment)


def _at(moment: datetime, row: ReportRow) -> ReportRow:
    figures = {
        name: evolve(figure, filter=evolve(figure.filter, as_of=moment))
        for name, figure in row.figures.items()
    }
    return evolve(row, figures=figures)
