"""What comes out of Snowflake is the same by both ways, in Arrow tables and row by row."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from starlette.responses import JSONResponse

from clientupdater.adapters.snowflake.results import has_tables
from clientupdater.adapters.snowflake.session import Session
from clientupdater.adapters.snowflake.source import SnowflakeView
from clientupdater.domain.errors import Misconfigured, SourceExpired, SourceMalformed, Unavailable
from tests.support import snowflake_server
from tests.support.snowflake_server import FakeSnowflake, written_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clientupdater.ports.sources import RawRecord

pytestmark = pytest.mark.rule("Y1")

ROWS, CHUNK, PAGE = 100, 7, 9
BOTH = pytest.mark.parametrize("in_tables", [True, False], ids=["tables", "rows"])


@pytest.fixture(scope="module")
def warehouse() -> Iterator[FakeSnowflake]:
    """A hundred clients with a column of each type, and some with nothing in them."""
    with snowflake_server.running() as fake_snowflake:
        fake_snowflake.fill(
            "create table clients (client_code varchar, updated_at timestamp_ntz,"
            " past_due_amount number(15, 2), version number(38, 0), small number(5, 0),"
            " birth_date date, is_active boolean, seen_ltz timestamp_tz, share float,"
            " opened time)",
            "insert into clients select 'C-' || lpad(n::varchar, 3, '0'),"
            " '2026-11-23 05:00:00.123456', n / 10, 9000000000000000000 + n, n, '1950-01-02',"
            " n % 2 = 0, '2026-11-23 05:00:00+00:00', 0.5, '01:02:03'"
            " from (select row_number() over (order by 1) - 1 as n"
            " from table(generator(rowcount => 100)))",
            "update clients set past_due_amount = null, version = null, small = null,"
            " birth_date = null, is_active = null, seen_ltz = null, updated_at = null, share = null"
            " where small % 10 = 3",
            "create table abroad as select client_code, updated_at, seen_ltz as seen_manila"
            " from clients",
        )
        yield fake_snowflake


@pytest.fixture
def fake_snowflake(warehouse: FakeSnowflake) -> Iterator[FakeSnowflake]:
    """Let nothing of one test spoil the next."""
    warehouse.chunk_rows = CHUNK
    warehouse.chunks_asked.clear()
    warehouse.statements.clear()
    yield warehouse
    warehouse.spoil = lambda _, __: None


@contextmanager
def reading(
    fake_snowflake: FakeSnowflake,
    folder: Path,
    *,
    in_tables: bool,
    view: str = "CLIENTS",
    page_size: int = PAGE,
) -> Iterator[SnowflakeView]:
    session = Session(fake_snowflake.account(written_key(folder), view=view), in_tables)
    try:
        yield SnowflakeView(session, page_size=page_size)
    finally:
        session.close()


def pages(source: SnowflakeView, **asked: Any) -> list[tuple[RawRecord, ...]]:
    """Read every page."""
    fetch = source.begin(**asked)
    page = source.page(fetch)
    items = [page.records]
    while page.position is not None:
        page = source.page(fetch, page.position)
        items.append(page.records)
    return items


def test_both_ways_give_the_same_records_of_the_same_types_in_the_same_pages(
    fake_snowflake: FakeSnowflake, tmp_path: Path
) -> None:
    values = {}
    for in_tables in (True, False):
        with reading(fake_snowflake, tmp_path, in_tables=in_tables) as source:
            values[in_tables] = pages(source)
    assert values[True] == values[False]
    assert _types(values[True]) == _types(values[False])
    assert [len(page) for page in values[True]] == [PAGE] * (ROWS // PAGE) + [ROWS % PAGE]
    assert values[True][0][1] == {
        "CLIENT_CODE": "C-001",
        "UPDATED_AT": datetime(2026, 11, 23, 5, 0, 0, 123456),  # noqa: DTZ001 - as the view has it
        "PAST_DUE_AMOUNT": Decimal("0.10"),
        "VERSION": 9000000000000000001,
        "SMALL": 1,
        "BIRTH_DATE": date(1950, 1, 2),
        "IS_ACTIVE": False,
        "SEEN_LTZ": datetime(2026, 11, 23, 5, tzinfo=UTC),
        "SHARE": 0.5,
    }
    assert set(values[True][0][3].values()) == {"C-003", None}


def _types(items: list[tuple[RawRecord, ...]]) -> list[object]:
    """Tell of each cell what is written of it: a decimal with its places, a moment's offset."""
    cells = [cell for page in items for each in page for cell in each.values()]
    return [
        (type(cell), cell.isoformat() if isinstance(cell, datetime) else str(cell))
        for cell in cells
    ]


@BOTH
def test_a_moment_keeps_the_offset_that_it_was_written_with(
    fake_snowflake: FakeSnowflake, tmp_path: Path, *, in_tables: bool
) -> None:
    with reading(fake_snowflake, tmp_path, in_tables=in_tables, view="ABROAD") as source:
        seen = pages(source)[0][0]["SEEN_MANILA"]
    assert isinstance(seen, datetime)
    assert seen.isoformat() == "2026-11-23T13:00:00+08:00"


@BOTH
def test_a_result_is_not_held_whole(
    fake_snowflake: FakeSnowflake, tmp_path: Path, *, in_tables: bool
) -> None:
    fake_snowflake.chunk_rows = 2
    with reading(fake_snowflake, tmp_path, in_tables=in_tables, page_size=2) as source:
        source.page(source.begin())
        assert len(fake_snowflake.chunks_asked) < ROWS // 4


@BOTH
@pytest.mark.rule("Y9")
def test_Y9_a_result_is_read_on_in_the_order_of_its_codes(
    fake_snowflake: FakeSnowflake, tmp_path: Path, *, in_tables: bool
) -> None:
    with reading(fake_snowflake, tmp_path, in_tables=in_tables) as source:
        fetch = source.begin(columns=["CLIENT_CODE", "BIRTH_DATE"])
        first = source.page(fetch)
        second = source.page(fetch, first.position)
    with reading(fake_snowflake, tmp_path, in_tables=in_tables) as another:
        assert another.page(fetch, first.position) == second
    assert fake_snowflake.statements[-1].endswith(' order by "CLIENT_CODE"')


@pytest.mark.rule("Y9")
def test_Y9_a_result_without_codes_has_no_order_to_be_read_on_in(
    fake_snowflake: FakeSnowflake, tmp_path: Path
) -> None:
    with reading(fake_snowflake, tmp_path, in_tables=True) as source:
        fetch = source.begin(columns=["BIRTH_DATE"])
        first = source.page(fetch)
        assert source.page(fetch, first.position).records
        with pytest.raises(SourceExpired, match="no order"):
            source.page(fetch, first.position)


@BOTH
@pytest.mark.rule("Y9")
def test_Y9_cells_are_never_given_under_the_names_of_other_columns(
    fake_snowflake: FakeSnowflake, tmp_path: Path, *, in_tables: bool
) -> None:
    with reading(fake_snowflake, tmp_path, in_tables=in_tables) as source:
        source.begin(columns=["CLIENT_CODE", "SMALL"])
        fetch = source.begin(columns=["CLIENT_CODE", "BIRTH_DATE"])
    changed = type(fetch)(fetch.as_of, ROWS, None, ("CLIENT_CODE", "SMALL"), fetch.handle)
    with (
        reading(fake_snowflake, tmp_path, in_tables=in_tables) as another,
        pytest.raises(SourceExpired, match="begin again"),
    ):
        another.page(changed)


@BOTH
@pytest.mark.rule("Y6")
def test_Y6_a_chunk_that_is_short_is_seen_to_be(
    fake_snowflake: FakeSnowflake, tmp_path: Path, *, in_tables: bool
) -> None:
    with reading(fake_snowflake, tmp_path, in_tables=in_tables, page_size=ROWS) as source:
        fetch = source.begin()
        fake_snowflake.cut_chunks()
        with pytest.raises(Unavailable):
            source.page(fetch)


@BOTH
def test_a_day_that_no_calendar_of_ours_has_is_malformed_and_no_fault_of_a_key(
    fake_snowflake: FakeSnowflake, tmp_path: Path, *, in_tables: bool
) -> None:
    fake_snowflake.fill(
        "create or replace table far as select client_code, updated_at, small,"
        " '20001-01-01'::date as birth_date from clients"
    )
    with (
        reading(fake_snowflake, tmp_path, in_tables=in_tables, view="FAR") as source,
        pytest.raises(SourceMalformed, match="a cell that cannot be read"),
    ):
        pages(source)


@BOTH
def test_a_column_that_no_record_can_hold_is_named_before_anything_is_read(
    fake_snowflake: FakeSnowflake, tmp_path: Path, *, in_tables: bool
) -> None:
    with (
        reading(fake_snowflake, tmp_path, in_tables=in_tables) as source,
        pytest.raises(Misconfigured) as caught,
    ):
        source.begin(columns=["CLIENT_CODE", "OPENED"])
    assert [fault.pointer for fault in caught.value.faults] == ["OPENED"]


def test_json_is_read_row_by_row(fake_snowflake: FakeSnowflake, tmp_path: Path) -> None:
    with reading(fake_snowflake, tmp_path, in_tables=True) as source:
        fake_snowflake.spoil = lambda _, query: _in_json() if "order by" in str(query) else None
        record = pages(source, columns=["CLIENT_CODE"])[0][0]
    assert record == {"CLIENT_CODE": "C-000"}


def _in_json() -> JSONResponse:
    values = {"name": "CLIENT_CODE", "type": "text", "nullable": True, "length": 9}
    data = {
        "rowtype": [{**values, "precision": None, "scale": None}],
        "rowset": [["C-000"]],
        "total": 1,
        "queryId": "01b2c3d4-0000-1111-0000-000000000000",
        "queryResultFormat": "json",
    }
    return JSONResponse({"data": data, "success": True})


def test_without_pyarrow_there_are_no_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    assert has_tables()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert not has_tables()
