"""What every source of clients does, and one that is guarded as well."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from clientupdater.domain.errors import Misconfigured, SourceMalformed
from tests.support.source_fixture import MONDAY, SOURCES, SourceCase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.ports.sources import ClientSource, Fetch, RawRecord


@pytest.fixture(params=SOURCES, scope="module")
def case(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SourceCase]:
    with SOURCES[request.param](tmp_path_factory.mktemp("source")) as case:
        yield case


@pytest.fixture
def source(case: SourceCase) -> ClientSource:
    return case.source


def read(source: ClientSource, fetch: Fetch) -> list[RawRecord]:
    """Read every page."""
    page = source.page(fetch)
    items = list(page.records)
    while page.position is not None:
        page = source.page(fetch, page.position)
        items += page.records
    return items


def test_Y1_everything_comes_in_pages_as_many_as_was_stated(case: SourceCase) -> None:
    fetch = case.source.begin()
    assert read(case.source, fetch) == case.records
    assert fetch.stated_count == len(case.records) == 8
    assert fetch.as_of.utcoffset() is not None
    assert len(case.source.page(fetch).records) == 3


def test_Y8_an_incremental_read_gives_changed_and_undated_records(case: SourceCase) -> None:
    fetch = case.source.begin(MONDAY + timedelta(hours=5))
    result = read(case.source, fetch)
    if case.source.abilities().incremental:
        assert [case.code_of(each) for each in result] == ["FC-000005", "FC-000006", "FC-000099"]
        assert fetch.stated_count == 3
        assert fetch.since is not None
    else:
        assert result == case.records
        assert fetch.since is None


def test_Y3_only_the_columns_that_are_asked_for_come(case: SourceCase) -> None:
    fetch = case.source.begin(columns=[case.code])
    assert read(case.source, fetch) == [{case.code: each[case.code]} for each in case.records]


def test_Y3_columns_that_are_not_there_stop_it_with_their_list(case: SourceCase) -> None:
    with pytest.raises(Misconfigured) as caught:
        case.source.begin(columns=["SHOE", case.code, "HAT"])
    assert [fault.pointer for fault in caught.value.faults] == ["SHOE", "HAT"]


def test_a_page_can_be_asked_for_again(source: ClientSource) -> None:
    fetch = source.begin()
    first = source.page(fetch)
    second = source.page(fetch, first.position)
    assert source.page(fetch, second.position) != second
    assert source.page(fetch, first.position) == second
    assert source.page(fetch) == first


def test_Y9_another_process_reads_on_where_one_has_died(case: SourceCase) -> None:
    fetch = case.source.begin()
    first = case.source.page(fetch)
    assert case.again().page(fetch, first.position) == case.source.page(fetch, first.position)


def test_one_client_by_code_or_none(case: SourceCase) -> None:
    assert case.source.abilities().single
    assert case.source.one("FC-000003") == case.records[3]
    assert case.source.one("FC-777777") is None


def test_a_position_that_it_did_not_give_is_malformed(source: ClientSource) -> None:
    with pytest.raises(SourceMalformed):
        source.page(source.begin(), "x")
