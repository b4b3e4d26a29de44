"""How a team stands: completion by branch, pace, who records today, and what is left lying.

Each number is a link to exactly the clients that it counts.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from attrs import field, frozen

from clientupdater.domain.errors import NotFound
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.console.charts import HEIGHT, WIDTH, band, line, marks
from clientupdater.entrypoints.console.choices import companies_of, recent_periods
from clientupdater.entrypoints.console.notices import Sealed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.parts import cut, part
from clientupdater.entrypoints.console.rendering import address, day, period, today_of
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import CONSOLE, View
from clientupdater.entrypoints.http.routes.clients import Code
from clientupdater.entrypoints.structuring import Integer
from clientupdater.ports.client_filter import Recorded
from clientupdater.ports.filter_codec import filter_words
from clientupdater.ports.reports import CompletionBy, CompletionQuery, PaceQuery, PlaceQuery
from clientupdater.ports.staff_reports import StaffQuery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from clientupdater.domain.pace import EndRange
    from clientupdater.entrypoints.console.charts import Band, Line, Mark
    from clientupdater.entrypoints.console.parts import Cut
    from clientupdater.entrypoints.http.contract import Call
    from clientupdater.ports.reports import Figure, ReportRow
    from clientupdater.ports.staff_reports import RecordFigure, StaffRow

_PATH = "/team"
_DONE = "done"
_RECORDED = (
    Recorded.UPDATE,
    Recorded.CONTACT,
    Recorded.COMPLETED,
    Recorded.CONFIRMED,
    Recorded.PROMISE,
)
Begin = Annotated[int, Integer(0, 100_000)]


@frozen(kw_only=True)
class TeamQuery:
    """Which company and period, by what, and where the long lists begin."""

    company: Code | None = None
    period: Period | None = None
    by: CompletionBy = CompletionBy.BRANCH
    rows_from: Begin = 0
    staff_from: Begin = 0
    officers_from: Begin = 0
    notice: Sealed | None = field(default=None, repr=False)


@frozen
class Number:
    """A figure, and the list of its clients."""

    value: Any
    address: str


@frozen
class Standing:
    """How far one branch, officer or product has come."""

    name: str
    numbers: Mapping[str, Number]
    rates: Mapping[str, Fraction | None]


@frozen
class PaceChart:
    lines: tuple[Line, ...]
    band: Band | None
    expected: EndRange | None
    marks: tuple[Mark, ...]
    days: tuple[tuple[str, tuple[tuple[Number, Fraction | None], ...]], ...]
    """The same as a table: for each day the number and the share of each period."""


@frozen
class _Asked:
    """What the page is about."""

    call: Call
    company: str
    period: Period

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of the page's address, but for where its lists begin."""
        return {"company": self.company, "period": self.period, "by": self.call.query.by}

    def cut(self, rows: Any, name: str) -> Cut[Any]:
        return cut(rows, getattr(self.call.query, name), CONSOLE + _PATH, self.params, name)


def show_team(call: Call) -> View:
    companies = companies_of(call, Permission.REPORTS_READ)
    company = call.query.company or next(iter(companies), None)
    if company not in companies:
        raise NotFound(text("team.no_company"))
    periods = recent_periods(call)
    asked = _Asked(call, company, call.query.period or periods[0])
    return View(
        template="team.html",
        call=call,
        values={
            "companies": companies,
            "company": company,
            "periods": periods,
            "chosen_period": asked.period,
            "today": today_of(call),
            "by": call.query.by,
            "tabs": _tabs(asked),
            "completion": part(partial(_completion, asked)),
            "pace": part(partial(_pace, asked)),
            "untouched": part(partial(_untouched, asked)),
            "officers": part(partial(_officers, asked)),
            "staff": part(partial(_staff, asked)),
            "may_export": bool(call.caller.actor.grants_of(Permission.REPORTS_EXPORT)),
            "recorded": _RECORDED,
            "number_of": number_of,
            "chart": (WIDTH, HEIGHT),
        },
    )


def number_of(figure: Figure | RecordFigure) -> Number:
    """Link a figure to the list of its clients."""
    return Number(figure.value, address(f"{CONSOLE}/clients", **filter_words(figure.filter)))


def _tabs(asked: _Asked) -> list[tuple[str, str, bool]]:
    return [
        (
            text(f"team.by.{by}"),
            address(CONSOLE + _PATH, **{**asked.params, "by": by}),
            by is asked.call.query.by,
        )
        for by in CompletionBy
    ]


def _completion(asked: _Asked) -> tuple[Standing, Cut[Standing]]:
    by = asked.call.query.by
    query = CompletionQuery(company=asked.company, period=asked.period, by=by)
    report = asked.call.app.reports.completion.read(asked.call.caller, query)
    some = asked.cut(report.rows, "rows_from")
    return _standing(report.totals), cut_of(some, tuple(map(_standing, some.rows)))


def cut_of(some: Cut[Any], rows: tuple[Any, ...]) -> Cut[Any]:
    return type(some)(rows, some.total, some.previous, some.next)


def _standing(row: ReportRow) -> Standing:
    numbers = {name: number_of(figure) for name, figure in row.figures.items()}
    return Standing(row.name, numbers, row.rates)


def _officers(asked: _Asked) -> Cut[Standing]:
    """Count what each officer has left: those with the most untouched clients come first."""
    query = PlaceQuery(company=asked.company, period=asked.period)
    report = asked.call.app.reports.untouched.by_officer(asked.call.caller, query)
    rows = sorted(report.rows, key=lambda row: -int(row.figures["untouched"].value))
    some = asked.cut(rows, "officers_from")
    return cut_of(some, tuple(map(_standing, some.rows)))


def _pace(asked: _Asked) -> PaceChart:
    query = PaceQuery(company=asked.company, period=asked.period)
    pace = asked.call.app.reports.pace.read(asked.call.caller, query)
    rows, ends = pace.report.rows, pace.expected
    dates = [date.fromisoformat(row.name) for row in rows]
    shares = {name: [row.rates[name] for row in rows] for name in _latest_first(rows)}
    names = [name for name, of in shares.items() if any(each is not None for each in of)]
    return PaceChart(
        lines=tuple(line(pace_name(asked.period, name), shares[name]) for name in names),
        band=band(ends.low, ends.high) if ends else None,
        expected=ends,
        marks=marks([day(each)[:-5] for each in dates]),
        days=tuple(
            (
                day(each),
                tuple((number_of(row.figures[name]), row.rates[name]) for name in names),
            )
            for each, row in reversed(list(zip(dates, rows, strict=True)))
        ),
    )


def _latest_first(rows: Sequence[ReportRow]) -> list[str]:
    """Name the figures of the pace: the period itself, then those before it."""
    past = sorted((name for name in rows[0].rates if name != _DONE), reverse=True) if rows else []
    return [_DONE, *past] if rows else []


def pace_name(asked: Period, figure: str) -> str:
    """Name the period that a figure of the pace is of: `done`, or `done_2026-10`."""
    _, _, past = figure.partition("_")
    return period(Period.parse(past) if past else asked)


def _untouched(asked: _Asked) -> tuple[tuple[str, Number], ...]:
    query = PlaceQuery(company=asked.company, period=asked.period)
    report = asked.call.app.reports.untouched.read(asked.call.caller, query)
    rows = [row for row in report.rows if row.figures["rows"].value]
    return tuple((row.name, number_of(row.figures["rows"])) for row in rows[:30])


def _staff(asked: _Asked) -> Cut[StaffRow]:
    today = today_of(asked.call)
    query = StaffQuery(company=asked.company, start=today, until=today)
    report = asked.call.app.reports.staff.read(asked.call.caller, query)
    return asked.cut(report.rows, "staff_from")


PAGES = (
    Page(
        method="GET",
        path=_PATH,
        summary="My team",
        handle=show_team,
        query=TeamQuery,
        permission=Permission.REPORTS_READ,
    ),
)
