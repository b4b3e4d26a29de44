"""What an export stores of a filter or a query is read again as it was."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from attrs import fields

from clientupdater.domain.ids import PersonId
from clientupdater.domain.periods import Period
from clientupdater.ports.client_filter import ClientFilter, Recorded, StatusFilter
from clientupdater.ports.exports import REPORT_QUERIES, ReportQuery
from clientupdater.ports.filter_codec import (
    decode_filter,
    decode_query,
    encode_filter,
    encode_query,
)
from clientupdater.ports.reports import (
    CompletionBy,
    CompletionQuery,
    CompletionView,
    DashboardQuery,
    PaceQuery,
    PlaceQuery,
    TrendQuery,
)
from clientupdater.ports.staff_reports import SignalsQuery, StaffBy, StaffQuery

DAY, MOMENT = date(2026, 11, 5), datetime(2026, 11, 5, 1, 30, tzinfo=UTC)
ANA, PERIOD = PersonId(UUID(int=7)), Period.month(2026, 11)
FILTERS = (
    ClientFilter(),
    ClientFilter(company="FCASH", active=False, product="none", assigned_to="none"),
    ClientFilter(
        assigned_to=ANA,
        past_due_from=Decimal("0.50"),
        recorded=Recorded.PROMISE_KEPT,
        recorded_by=ANA,
        recorded_from=MOMENT,
        recorded_before=MOMENT,
        row=StatusFilter(
            period=PERIOD, terminal=True, untouched_days=3, follow_up_before=DAY, done_by=ANA
        ),
    ),
)
QUERIES: tuple[ReportQuery, ...] = (
    PlaceQuery(company="FCASH", as_of=MOMENT),
    PlaceQuery(company="FCASH"),
    PlaceQuery(company="FCASH", branch="QC01", period=Period.quarter(2026, 4)),
    CompletionQuery(
        company="FCASH",
        period=PERIOD,
        by=CompletionBy.OFFICER,
        view=CompletionView.CREDIT,
        as_of=MOMENT,
    ),
    DashboardQuery(company="FCASH", period=PERIOD),
    PaceQuery(company="FCASH", period=PERIOD),
    TrendQuery(company="FCASH", period=PERIOD, periods=3),
    SignalsQuery(company="FCASH", start=DAY, until=DAY),
    StaffQuery(company="FCASH", person=ANA, by=StaffBy.WEEK, start=DAY, until=DAY, period=PERIOD),
)


@pytest.mark.parametrize("wanted", FILTERS)
def test_a_filter_is_read_as_it_was_stored(wanted: ClientFilter) -> None:
    assert decode_filter(json.loads(json.dumps(encode_filter(wanted)))) == wanted


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_of_a_report_is_read_as_it_was_stored(query: ReportQuery) -> None:
    stored = json.loads(json.dumps(encode_query(query)))
    read = decode_query(type(query), stored)
    assert read == query
    for each in fields(type(query)):
        assert type(getattr(read, each.name)) is type(getattr(query, each.name))


def test_a_number_of_an_older_version_was_stored_as_text() -> None:
    stored = {"company": "FCASH", "period": "2026-11", "periods": "3"}
    assert decode_query(TrendQuery, stored) == TrendQuery(company="FCASH", period=PERIOD, periods=3)


def test_the_queries_above_are_those_of_all_reports() -> None:
    assert {type(query) for query in QUERIES} == set(REPORT_QUERIES.values())
