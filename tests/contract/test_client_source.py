"""What every source of clients does, and one that is guarded as well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from clientupdater.adapters.circuits import Circuit, Threshold
from clientupdater.adapters.guarded_source import GuardedSource
from clientupdater.adapters.memory.clock import MachineClock
from clientupdater.adapters.memory.source import MemorySource
from clientupdater.domain.errors import Misconfigured, SourceMalformed

if TYPE_CHECKING:
    from clientupdater.ports.sources import ClientSource, Fetch, RawRecord

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def record(number: int, changed: datetime | None) -> RawRecord:
    return {"CLIENT_CODE": f"FC-{number:06d}", "UPDATED_AT": changed}


RECORDS: tuple[RawRecord, ...] = (
    *(record(n, MONDAY + timedelta(hours=n)) for n in range(7)),
    record(99, None),
)


@pytest.fixture(params=["memory", "guarded"])
def source(request: pytest.FixtureRequest) -> ClientSource:
    plain = MemorySource(RECORDS, MachineClock(), page_size=3)
    if request.param == "memory":
        return plain
    return GuardedSource(plain, Circuit("memory", Threshold(3, timedelta(seconds=9), 1)))


def read(source: ClientSource, fetch: Fetch) -> list[RawRecord]:
    """Read every page."""
    page = source.page(fetch)
    found = list(page.records)
    while page.position is not None:
        page = source.page(fetch, page.position)
        found += page.records
    return found


def test_Y1_everything_comes_in_pages_as_many_as_was_stated(source: ClientSource) -> None:
    fetch = source.begin()
    assert read(source, fetch) == list(RECORDS)
    assert fetch.stated_count == len(RECORDS)
    assert fetch.as_of.utcoffset() is not None


def test_Y8_what_has_changed_since_and_what_does_not_say_when(source: ClientSource) -> None:
    assert source.abilities().incremental
    fetch = source.begin(MONDAY + timedelta(hours=5))
    codes = [record["CLIENT_CODE"] for record in read(source, fetch)]
    assert codes == ["FC-000005", "FC-000006", "FC-000099"]
    assert fetch.stated_count == 3


def test_Y3_only_the_columns_that_are_asked_for_come(source: ClientSource) -> None:
    fetch = source.begin(columns=["CLIENT_CODE"])
    assert read(source, fetch) == [{"CLIENT_CODE": each["CLIENT_CODE"]} for each in RECORDS]


def test_Y3_columns_that_are_not_there_stop_it_with_their_list(source: ClientSource) -> None:
    with pytest.raises(Misconfigured) as caught:
        source.begin(columns=["SHOE", "CLIENT_CODE", "HAT"])
    assert [fault.pointer for fault in caught.value.faults] == ["SHOE", "HAT"]


def test_a_page_can_be_asked_for_again(source: ClientSource) -> None:
    fetch = source.begin()
    first = source.page(fetch)
    assert source.page(fetch, first.position) == source.page(fetch, first.position)


def test_one_client_by_code_or_none(source: ClientSource) -> None:
    assert source.one("FC-000003") == RECORDS[3]
    assert source.one("FC-777777") is None


def test_a_position_that_it_did_not_give_is_malformed(source: ClientSource) -> None:
    with pytest.raises(SourceMalformed):
        source.page(source.begin(), "x")
