"""What every source of clients does, and one that is guarded as well."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from clientupdater.domain.errors import Misconfigured, SourceMalformed
from tests.support.source_fixture import MONDAY, SOURCES, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.ports.sources import ClientSource, Fetch, RawRecord


@pytest.fixture(params=SOURCES, scope="module")
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    with SOURCES[request.param](tmp_path_factory.mktemp("source")) as stage:
        yield stage


@pytest.fixture
def source(stage: Stage) -> ClientSource:
    return stage.source


def read(source: ClientSource, fetch: Fetch) -> list[RawRecord]:
    """Read every page."""
    page = source.page(fetch)
    items = list(page.records)
    while page.position is not None:
        page = source.page(fetch, page.position)
        items += page.records
    return items


def test_Y1_everything_comes_in_pages_as_many_as_was_stated(stage: Stage) -> None:
    fetch = stage.source.begin()
    assert read(stage.source, fetch) == stage.records
    assert fetch.stated_count == len(stage.records) == 8
    assert fetch.as_of.utcoffset() is not None
    assert len(stage.source.page(fetch).records) == 3


def test_Y8_what_has_changed_since_and_what_does_not_say_when(stage: Stage) -> None:
    fetch = stage.source.begin(MONDAY + timedelta(hours=5))
    result = read(stage.source, fetch)
    if stage.source.abilities().incremental:
        assert [stage.code_of(each) for each in result] == ["FC-000005", "FC-000006", "FC-000099"]
        assert fetch.stated_count == 3
        assert fetch.since is not None
    else:
        assert result == stage.records
        assert fetch.since is None


def test_Y3_only_the_columns_that_are_asked_for_come(stage: Stage) -> None:
    fetch = stage.source.begin(columns=[stage.code])
    assert read(stage.source, fetch) == [{stage.code: each[stage.code]} for each in stage.records]


def test_Y3_columns_that_are_not_there_stop_it_with_their_list(stage: Stage) -> None:
    with pytest.raises(Misconfigured) as caught:
        stage.source.begin(columns=["SHOE", stage.code, "HAT"])
    assert [fault.pointer for fault in caught.value.faults] == ["SHOE", "HAT"]


def test_a_page_can_be_asked_for_again(source: ClientSource) -> None:
    fetch = source.begin()
    first = source.page(fetch)
    second = source.page(fetch, first.position)
    assert source.page(fetch, second.position) != second
    assert source.page(fetch, first.position) == second
    assert source.page(fetch) == first


def test_Y9_another_process_reads_on_where_one_has_died(stage: Stage) -> None:
    fetch = stage.source.begin()
    first = stage.source.page(fetch)
    assert stage.again().page(fetch, first.position) == stage.source.page(fetch, first.position)


def test_one_client_by_code_or_none(stage: Stage) -> None:
    assert stage.source.abilities().single
    assert stage.source.one("FC-000003") == stage.records[3]
    assert stage.source.one("FC-777777") is None


def test_a_position_that_it_did_not_give_is_malformed(source: ClientSource) -> None:
    with pytest.raises(SourceMalformed):
        source.page(source.begin(), "x")
