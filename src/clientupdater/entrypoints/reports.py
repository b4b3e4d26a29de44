"""The shape of reports on the wire, the same over HTTP and on the command line."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from attrs import field, frozen

from clientupdater.domain.periods import Period
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.ports.filter_codec import encode_filter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from clientupdater.domain.pace import EndRange
    from clientupdater.ports.lists import ClientFilter
    from clientupdater.ports.reports import Figure, Report, ReportRow

_TEN_THOUSANDTHS = Decimal("0.0001")


@frozen
class FigureShape:
    """A count or a sum, and the filter of `listClients` that lists its rows."""

    value: Annotated[int | str, About("The count; a sum of money is text.", 12)]
    filter: Annotated[
        dict[str, str],
        About(
            "Query parameters of `listClients` that list exactly these rows.",
            {"company": "FCASH", "period": "2026-11", "exempt": "false", "status": "DONE"},
        ),
    ]


Figures = Annotated[dict[str, FigureShape], About("The figures, by their names.")]
Rates = Annotated[
    dict[str, str | None],
    About("Shares by their names, from 0 to 1; null: of nothing.", {"completion": "0.8125"}),
]


@frozen
class RowShape:
    """The figures and rates of one key."""

    key: Annotated[
        str | None,
        About("A code, a day, a period or a person's id; null: rows without one.", "QC01"),
    ]
    name: Annotated[str, About("What people call it.", "Quezon City")]
    figures: Figures
    rates: Rates


@frozen
class TotalsShape:
    """The figures and rates of all rows."""

    figures: Figures
    rates: Rates


@frozen(kw_only=True)
class ReportShape:
    """A report: rows in the order in which people read them, and their totals."""

    period: Period
    as_of: Annotated[
        datetime | None, About("The moment whose records it counts; null: now.", None)
    ] = None
    rows: Annotated[tuple[RowShape, ...], About("A row for each key.")]
    totals: Annotated[TotalsShape, About("All rows together.")]


@frozen(kw_only=True)
class PaceShape(ReportShape):
    """A report by working day, and the range in which the period is expected to end."""

    expected: Annotated[
        dict[str, str | None],
        About(
            "The lowest and the highest share expected in the end; null: there is nothing to do.",
            {"low": "0.9100", "high": "0.9600"},
        ),
    ] = field(factory=dict)


def report_shape(report: Report, period: Period, as_of: datetime | None = None) -> ReportShape:
    """Give a report its form."""
    return ReportShape(
        period=period,
        as_of=as_of,
        rows=tuple(map(row_shape, report.rows)),
        totals=totals_shape(report.totals),
    )


def row_shape(row: ReportRow) -> RowShape:
    return RowShape(row.key, row.name, _figures(row.figures), _rates(row.rates))


def totals_shape(row: ReportRow) -> TotalsShape:
    return TotalsShape(_figures(row.figures), _rates(row.rates))


def range_shape(expected: EndRange | None) -> dict[str, str | None]:
    return {
        "low": rate_text(expected.low) if expected else None,
        "high": rate_text(expected.high) if expected else None,
    }


def rate_text(rate: Fraction | None) -> str | None:
    """Write a share with four digits, such as 0.8125."""
    if rate is None:
        return None
    return str((Decimal(rate.numerator) / rate.denominator).quantize(_TEN_THOUSANDTHS))


def filter_words(client_filter: ClientFilter) -> dict[str, str]:
    """Write a filter as query parameters of `GET /clients`."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in encode_filter(client_filter).items()
    }


def _figures(figures: Mapping[str, Figure]) -> dict[str, FigureShape]:
    return {
        name: FigureShape(
            str(figure.value) if isinstance(figure.value, Decimal) else figure.value,
            filter_words(figure.filter),
        )
        for name, figure in figures.items()
    }


def _rates(rates: Mapping[str, Fraction | None]) -> dict[str, str | None]:
    return {name: rate_text(rate) for name, rate in rates.items()}
