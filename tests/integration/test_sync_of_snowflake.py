"""Runs that read a Snowflake which refuses, breaks off or changes: nothing half-applied."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define
from starlette.responses import JSONResponse

from clientupdater.adapters.resilience.circuits import Circuit, Threshold
from clientupdater.adapters.resilience.source import ResilientSource
from clientupdater.adapters.snowflake.source import open_snowflake
from clientupdater.domain.errors import Error
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.sync.fields import Source
from tests.integration.test_snowflake import refusal
from tests.support import snowflake_server
from tests.support.sync_fixture import BLANK, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from clientupdater.domain.sync.jobs import SyncJob
    from tests.support.snowflake_server import FakeSnowflake
    from tests.support.sync_fixture import Syncing

pytestmark = [pytest.mark.rule("Y6"), pytest.mark.rule("Y12")]

MOMENTS = {"UPDATED_AT": "timestamp_ntz", "BIRTH_DATE": "date", "PAST_DUE_AMOUNT": "number(15, 2)"}


@define
class Warehouse:
    """A view with clients, and the runs that read it."""

    syncing: Syncing
    fake_snowflake: FakeSnowflake

    def says(self, number: int, **facts: Any) -> None:
        """Let the view have so many clients, and no others."""
        items = [record(f"FC-{n}", **facts) for n in range(number)]
        self.fake_snowflake.fill("delete from book", *map(inserted, items))

    def run(self) -> SyncJob:
        """Take over what it says."""
        return self.syncing.run(Source.SNOWFLAKE)

    def fails(self) -> str:
        """Run what cannot be done; give what stands there for who looks at night."""
        self.syncing.clock.forward(minutes=1)
        job = self.syncing.ask(Source.SNOWFLAKE)
        with pytest.raises(Error) as caught:
            self.syncing.runner()(job)
        failed = self.syncing.look(job)
        assert (failed.state, failed.error) == (JobStatus.FAILED, caught.value.message)
        return caught.value.message


def inserted(result: dict[str, Any]) -> str:
    at = f"{result['UPDATED_AT']:%Y-%m-%d %H:%M:%S}"
    values = [
        "null" if each is None else f"'{each}'" for each in {**result, "UPDATED_AT": at}.values()
    ]
    return f"insert into book ({', '.join(result)}) values ({', '.join(values)})"


@pytest.fixture(scope="module")
def server() -> Iterator[FakeSnowflake]:
    with snowflake_server.running() as fake_snowflake:
        columns = ", ".join(f"{name} {MOMENTS.get(name, 'varchar')}" for name in BLANK)
        fake_snowflake.fill(f"create table book ({columns})")
        yield fake_snowflake


@pytest.fixture
def warehouse(syncing: Syncing, server: FakeSnowflake, tmp_path: Path) -> Iterator[Warehouse]:
    """Take over seven clients, then let one be missing: once more, and it would be given up."""
    server.fill("create or replace view client_view as select * from book")
    circuit = Circuit("snowflake", Threshold(99, timedelta(minutes=1), 2))
    account = server.account(snowflake_server.written_key(tmp_path))
    with open_snowflake(account, page_size=2) as plain:
        syncing.sources[Source.SNOWFLAKE] = ResilientSource(plain, circuit, first_wait_s=0.01)
        warehouse = Warehouse(syncing, server)
        warehouse.says(7)
        warehouse.run()
        warehouse.says(6)
        warehouse.run()
        assert syncing.one("select sum(missing_count) from client_sources") == 1
        warehouse.says(6, full_name="Maria Clara")
        yield warehouse
    server.spoil = lambda _, __: None


def _at_queries(answer: Callable[[], JSONResponse]) -> Callable[[str, Any], JSONResponse | None]:
    return lambda path, _: answer() if "query-request" in path else None


FAULTS: dict[str, tuple[Callable[[str, Any], JSONResponse | None], str]] = {
    "it refuses the query": (
        _at_queries(lambda: refusal("002003")),
        "(2003): the view is not there, or not for our role: see SNOWFLAKE_CLIENT_VIEW",
    ),
    "no warehouse runs": (_at_queries(lambda: refusal("000606")), "see SNOWFLAKE_WAREHOUSE"),
    "the query takes too long": (
        _at_queries(lambda: refusal("000630")),
        "Snowflake took too long over a query; see SNOWFLAKE_STATEMENT_TIMEOUT_S.",
    ),
}


@pytest.mark.parametrize(("spoil", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_a_view_that_cannot_be_read_changes_nothing_says_why_and_the_next_run_recovers(
    warehouse: Warehouse, spoil: Callable[[str, Any], JSONResponse | None], message: str
) -> None:
    before = warehouse.syncing.book()
    warehouse.fake_snowflake.spoil = spoil
    result = warehouse.fails()
    assert message in result
    assert "SECRET" not in result
    assert "None" not in result
    assert warehouse.syncing.book() == before
    warehouse.fake_snowflake.spoil = lambda _, __: None
    require_recovered(warehouse)


def test_a_server_that_only_breaks_is_given_up_in_time_and_the_next_run_recovers(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    before, usual = warehouse.syncing.book(), warehouse.syncing.sources[Source.SNOWFLAKE]
    key = snowflake_server.written_key(tmp_path)
    warehouse.fake_snowflake.spoil = _at_queries(lambda: JSONResponse({}, 500))
    with open_snowflake(warehouse.fake_snowflake.account(key, statement_timeout_s=1)) as hasty:
        warehouse.syncing.sources[Source.SNOWFLAKE] = hasty
        result = warehouse.fails()
    assert result.startswith("Snowflake does not answer")
    assert "None" not in result
    assert warehouse.syncing.book() == before
    warehouse.syncing.sources[Source.SNOWFLAKE] = usual
    warehouse.fake_snowflake.spoil = lambda _, __: None
    require_recovered(warehouse)


def require_recovered(warehouse: Warehouse) -> None:
    assert warehouse.run().state is JobStatus.COMPLETED
    assert warehouse.syncing.rows(
        "select client_code, full_name, is_active from clients order by 1"
    ) == [
        *((f"FC-{n}", "Maria Clara", True) for n in range(6)),
        ("FC-6", "Juan dela Cruz", False),
    ]


def test_rows_deleted_between_the_count_and_the_query_deactivate_no_client(
    warehouse: Warehouse,
) -> None:
    def lose(_: str, asked: dict[str, Any]) -> None:
        if 'order by "CLIENT_CODE"' in asked.get("sqlText", ""):
            warehouse.fake_snowflake.fill("delete from book where client_code in ('FC-1', 'FC-2')")

    before = warehouse.syncing.book()
    warehouse.fake_snowflake.spoil = lose
    assert "The source states 6 records and gave 4" in warehouse.fails()
    assert warehouse.syncing.book() == before
    warehouse.fake_snowflake.spoil = lambda _, __: None
    warehouse.says(6, full_name="Maria Clara")
    require_recovered(warehouse)


def test_a_view_whose_columns_changed_stops_with_all_that_are_missing(warehouse: Warehouse) -> None:
    before = warehouse.syncing.book()
    warehouse.fake_snowflake.fill(
        "create or replace view client_view as"
        " select * exclude (full_name, branch_code), full_name as name from book"
    )
    result = warehouse.fails()
    assert [line.partition(":")[0] for line in result.splitlines()] == ["BRANCH_CODE", "FULL_NAME"]
    assert warehouse.syncing.book() == before
    warehouse.fake_snowflake.fill("create or replace view client_view as select * from book")
    require_recovered(warehouse)


def test_a_failure_that_passes_costs_the_run_nothing(warehouse: Warehouse) -> None:
    refusals = iter([refusal("000630"), refusal("000630")])

    def sometimes(path: str, _: Any) -> JSONResponse | None:
        with suppress(StopIteration):
            return next(refusals) if "query-request" in path else None
        return None

    warehouse.fake_snowflake.spoil = sometimes
    require_recovered(warehouse)
