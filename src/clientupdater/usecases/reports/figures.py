"""Make figures of counts: each with the filter that lists its rows (R3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from clientupdater.domain.statuses import CONFIRMED, DONE
from clientupdater.ports.client_filter import ClientFilter, StatusFilter
from clientupdater.ports.reports import Figure, ReportRow
from clientupdater.usecases.reports.reading import within_reports

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction
    from typing import Any

    from clientupdater.domain.periods import Period
    from clientupdater.domain.rates import Counts
    from clientupdater.ports.lists import ReadContext

_OPENED_BY: Mapping[str, Mapping[str, Any]] = {
    "rows": {},
    "done": {"status": DONE},
    "contacted": {"contacted": True},
    "confirmed": {"status": DONE, "reason": CONFIRMED},
}
"""What the filter of each figure adds to those of its row."""


def all_rows(company: str, period: Period, reader: ReadContext) -> ClientFilter:
    """List the rows of a period that the reader's reports cover."""
    return ClientFilter(
        company=company, within_reports=within_reports(reader), row=StatusFilter(period=period)
    )


def counted_rows(company: str, period: Period, reader: ReadContext) -> ClientFilter:
    """List those of them that count: those that are not exempt (R1)."""
    return with_row(all_rows(company, period, reader), exempt=False)


def with_row(client_filter: ClientFilter, **conditions: Any) -> ClientFilter:
    """Narrow a filter by conditions on the row."""
    return evolve(client_filter, row=evolve(client_filter.row or StatusFilter(), **conditions))


def rates_row(key: str | None, name: str, counts: Counts, rows: ClientFilter) -> ReportRow:
    """Make a row of the counts and rates of R1; `rows` lists what they are counted of."""
    values = {
        "rows": counts.denominator,
        "done": counts.done,
        "contacted": counts.contacted,
        "confirmed": counts.confirmed,
    }
    return ReportRow(
        key=key,
        name=name,
        figures={
            figure: Figure(value, with_row(rows, **_OPENED_BY[figure]))
            for figure, value in values.items()
        },
        rates=rates_of(counts),
    )


def rates_of(counts: Counts) -> Mapping[str, Fraction | None]:
    return {
        "completion": counts.completion,
        "contact": counts.contact,
        "confirmation": counts.confirmation,
    }
