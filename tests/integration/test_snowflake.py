"""Snowflake through its real connector, with a server on loopback that can refuse and break off."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from starlette.responses import JSONResponse

from clientupdater.adapters.snowflake.source import SnowflakeView, open_snowflake, quoted
from clientupdater.domain.errors import (
    Misconfigured,
    SourceExpired,
    SourceMalformed,
    SourceRefused,
    Unavailable,
)
from clientupdater.ports.sources import Fetch
from clientupdater.runtime.deadlines import ending_at, within
from tests.support import snowflake_server
from tests.support.snowflake_server import FakeSnowflake, private_key, written_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.rule("Y1")


@pytest.fixture(scope="module")
def warehouse() -> Iterator[FakeSnowflake]:
    """One server with one small view."""
    with snowflake_server.running() as fake_snowflake:
        fake_snowflake.fill(
            "create table clients (client_code varchar, updated_at timestamp_ntz,"
            " past_due_amount number(15, 2), birth_date date)",
            "insert into clients values ('B', '2026-11-23 05:00:00', 0.10, '1950-01-02'),"
            " ('A', null, null, null)",
            "create view client_view as select * from clients",
        )
        yield fake_snowflake


@pytest.fixture
def fake_snowflake(warehouse: FakeSnowflake) -> Iterator[FakeSnowflake]:
    """Let nothing of one test spoil the next."""
    warehouse.logins.clear()
    warehouse.statements.clear()
    yield warehouse
    warehouse.spoil = lambda _, __: None


@contextmanager
def reading(fake_snowflake: FakeSnowflake, folder: Path, **account: Any) -> Iterator[SnowflakeView]:
    key = account.pop("private_key_file", None) or written_key(folder)
    with open_snowflake(fake_snowflake.account(key, **account), page_size=1) as source:
        yield source


def refusal(number: str) -> JSONResponse:
    """Refuse as Snowflake does, quoting what no one else should see."""
    values = {"data": {}, "code": number, "message": "value '0917-SECRET'", "success": False}
    return JSONResponse(values)


# --- what is asked, and how what comes is read


def test_one_query_names_its_columns_and_is_ordered_by_code(
    fake_snowflake: FakeSnowflake, tmp_path: Path
) -> None:
    with reading(fake_snowflake, tmp_path) as source:
        fetch = source.begin(columns=["CLIENT_CODE", "PAST_DUE_AMOUNT"])
        first = source.page(fetch)
        second = source.page(fetch, first.position)
    assert [*first.records, *second.records] == [
        {"CLIENT_CODE": "A", "PAST_DUE_AMOUNT": None},
        {"CLIENT_CODE": "B", "PAST_DUE_AMOUNT": Decimal("0.10")},
    ]
    assert second.position is None
    assert fake_snowflake.statements[-1] == (
        'select "CLIENT_CODE", "PAST_DUE_AMOUNT" from CLIENT_VIEW order by "CLIENT_CODE"'
    )


@pytest.mark.rule("Y8")
def test_Y8_an_incremental_read_is_filtered_and_counted_alike(
    fake_snowflake: FakeSnowflake, tmp_path: Path
) -> None:
    with reading(fake_snowflake, tmp_path) as source:
        fetch = source.begin(datetime(2026, 11, 23, 6, tzinfo=UTC))
        assert fetch.stated_count == 1
        assert source.page(fetch).records[0]["CLIENT_CODE"] == "A"
    count, rows = fake_snowflake.statements[-2:]
    condition = 'where "UPDATED_AT" >= cast(? as timestamp_tz) or "UPDATED_AT" is null'
    assert condition in count
    assert condition in rows


@pytest.mark.rule("Y3")
def test_Y3_a_view_without_code_or_moment_of_change_cannot_be_read(
    fake_snowflake: FakeSnowflake, tmp_path: Path
) -> None:
    with open_snowflake(fake_snowflake.account(written_key(tmp_path))) as source:
        source.code, source.changed = "KODE", "WHEN"
        with pytest.raises(Misconfigured) as caught:
            source.begin()
    assert [fault.pointer for fault in caught.value.faults] == ["KODE", "WHEN"]


def test_a_code_is_given_beside_the_query_and_never_in_it(
    fake_snowflake: FakeSnowflake, tmp_path: Path
) -> None:
    with reading(fake_snowflake, tmp_path) as source:
        assert source.one("' or 1=1 --") is None
        assert source.one("B") is not None
    assert all("1=1" not in each for each in fake_snowflake.statements)


def test_a_columns_name_is_quoted_whatever_it_contains() -> None:
    assert quoted('A"; drop table X') == '"A""; drop table X"'


def test_an_empty_view_has_one_empty_page(fake_snowflake: FakeSnowflake, tmp_path: Path) -> None:
    fake_snowflake.fill(
        "create or replace table nobody (client_code varchar, updated_at timestamp_ntz)"
    )
    with reading(fake_snowflake, tmp_path, view="NOBODY") as source:
        fetch = source.begin()
        assert fetch.stated_count == 0
        assert source.page(fetch).records == ()
        assert source.page(fetch).position is None


# --- who we are


def test_a_session_is_opened_with_a_key_and_sets_its_tag_zone_and_limits(
    fake_snowflake: FakeSnowflake, tmp_path: Path
) -> None:
    with reading(fake_snowflake, tmp_path, role="READER", warehouse="SMALL") as source:
        source.begin()
        source.begin()
    assert len(fake_snowflake.logins) == 1
    login = fake_snowflake.logins[0]
    assert (login["LOGIN_NAME"], login["AUTHENTICATOR"]) == ("UPDATER", "SNOWFLAKE_JWT")
    claims = jwt.decode(login["TOKEN"], private_key().public_key(), algorithms=["RS256"])
    assert claims["sub"] == "FAKESNOW.UPDATER"
    value = login["SESSION_PARAMETERS"]
    assert (value["QUERY_TAG"], value["TIMEZONE"]) == ("clientupdater", "UTC")
    assert value["STATEMENT_TIMEOUT_IN_SECONDS"] == 60
    assert "PASSWORD" not in login


@pytest.mark.parametrize("way", ["programmatic_access_token", "oauth"])
def test_a_token_does_as_well(fake_snowflake: FakeSnowflake, tmp_path: Path, way: str) -> None:
    with reading(fake_snowflake, tmp_path, authenticator=way, token="made-up") as source:  # noqa: S106 - it opens nothing
        source.begin()
        assert "made-up" not in repr(source)
    assert fake_snowflake.logins[0]["AUTHENTICATOR"] == way.upper()
    assert fake_snowflake.logins[0]["TOKEN"] == "made-up"  # noqa: S105 - see above


def test_a_key_that_is_sealed_is_opened_with_its_passphrase(
    fake_snowflake: FakeSnowflake, tmp_path: Path
) -> None:
    key = written_key(tmp_path, b"open")
    with reading(
        fake_snowflake,
        tmp_path,
        private_key_file=key,
        private_key_passphrase="open",  # noqa: S106 - made up
    ) as source:
        assert source.begin().stated_count == 2


@pytest.mark.parametrize("found", [b"not a key", None])
def test_a_key_that_cannot_be_used_names_its_setting(
    fake_snowflake: FakeSnowflake, tmp_path: Path, found: bytes | None
) -> None:
    key = tmp_path / "some.pem"
    if found:
        key.write_bytes(found)
    with (
        reading(fake_snowflake, tmp_path, private_key_file=key) as source,
        pytest.raises(Misconfigured) as caught,
    ):
        source.begin()
    assert [fault.pointer for fault in caught.value.faults] == ["SNOWFLAKE_PRIVATE_KEY_FILE"]


def test_who_is_not_let_in_is_told_which_settings_to_look_at(
    fake_snowflake: FakeSnowflake, tmp_path: Path
) -> None:
    fake_snowflake.spoil = lambda path, _: refusal("390144") if "login-request" in path else None
    with reading(fake_snowflake, tmp_path) as source, pytest.raises(SourceRefused) as caught:
        source.begin()
    assert "see SNOWFLAKE_ACCOUNT, SNOWFLAKE_USER and the key or token" in str(caught.value)
    assert "SECRET" not in str(caught.value)


# --- it refuses, takes too long, or is gone


def test_a_view_that_is_not_there_names_its_setting(
    fake_snowflake: FakeSnowflake, tmp_path: Path
) -> None:
    with (
        reading(fake_snowflake, tmp_path, view="NOT_THERE") as source,
        pytest.raises(SourceRefused) as caught,
    ):
        source.begin()
    assert "(2003): the view is not there, or not for our role: see SNOWFLAKE_CLIENT_VIEW" in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("number", "kind", "message"),
    [
        ("000606", SourceRefused, "see SNOWFLAKE_WAREHOUSE"),
        ("000630", Unavailable, "see SNOWFLAKE_STATEMENT_TIMEOUT_S"),
        ("001003", SourceRefused, "see what this query met with there"),
    ],
)
@pytest.mark.rule("Y12")
def test_Y12_an_error_of_a_query_is_reported_without_its_quotations(
    fake_snowflake: FakeSnowflake, tmp_path: Path, number: str, kind: type[Exception], message: str
) -> None:
    fake_snowflake.spoil = lambda path, _: refusal(number) if "query-request" in path else None
    with reading(fake_snowflake, tmp_path) as source:
        with pytest.raises(kind, match=message) as caught:
            source.begin()
        assert "SECRET" not in str(caught.value)
        fake_snowflake.spoil = lambda _, __: None
        assert source.begin().stated_count == 2


@pytest.mark.rule("Y12")
def test_Y12_a_refused_connection_is_reported_as_unavailable(
    fake_snowflake: FakeSnowflake, tmp_path: Path
) -> None:
    nowhere = {"host": "127.0.0.1", "port": 9, "protocol": "http"}
    with (
        ending_at(within(2)),
        reading(fake_snowflake, tmp_path, address=nowhere) as source,
        pytest.raises(Unavailable, match="Snowflake does not answer"),
    ):
        source.begin()


@pytest.mark.rule("Y12")
def test_Y12_a_server_that_only_fails_is_given_up_in_time(
    fake_snowflake: FakeSnowflake, tmp_path: Path
) -> None:
    fake_snowflake.spoil = lambda _, __: JSONResponse({}, 503)
    with (
        ending_at(within(2)),
        reading(fake_snowflake, tmp_path) as source,
        pytest.raises(Unavailable),
    ):
        source.begin()


@pytest.mark.rule("Y12")
def test_Y12_nothing_is_begun_for_whom_nobody_waits(
    fake_snowflake: FakeSnowflake, tmp_path: Path
) -> None:
    with ending_at(0), reading(fake_snowflake, tmp_path) as source, pytest.raises(Unavailable):
        source.begin()
    assert fake_snowflake.logins == []


@pytest.mark.rule("Y9")
def test_Y9_a_result_that_is_kept_no_more_asks_to_begin_again(
    fake_snowflake: FakeSnowflake, tmp_path: Path
) -> None:
    query = "01b2c3d4-0000-1111-0000-000000000000"
    lost = Fetch(datetime.now(UTC), 2, None, ("CLIENT_CODE",), query)
    with (
        reading(fake_snowflake, tmp_path) as source,
        pytest.raises(SourceExpired, match="begin again"),
    ):
        source.page(lost, "1")


# --- around it


def test_the_ids_of_queries_are_logged_and_nothing_of_clients(
    fake_snowflake: FakeSnowflake, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.INFO, logger="clientupdater"),
        reading(fake_snowflake, tmp_path) as source,
    ):
        fetch = source.begin()
        source.one("B")
    ours = [each for each in caplog.records if each.name.startswith("clientupdater")]
    assert fetch.handle in [each.__dict__["query_id"] for each in ours]
    assert {each.getMessage() for each in ours} == {"a query ran in Snowflake"}
    assert logging.getLogger("snowflake.connector").level == logging.WARNING


def test_without_the_extra_it_says_what_to_install(
    fake_snowflake: FakeSnowflake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "snowflake.connector", None)
    with reading(fake_snowflake, tmp_path) as source, pytest.raises(Misconfigured) as caught:
        source.begin()
    assert "pip install 'clientupdater[snowflake]'" in str(caught.value)


@pytest.mark.parametrize("number", ["390111", "390114"])
@pytest.mark.rule("Y12")
def test_Y12_a_session_that_is_over_is_worth_another_try(
    fake_snowflake: FakeSnowflake, tmp_path: Path, number: str
) -> None:
    over = iter([refusal(number)])
    with reading(fake_snowflake, tmp_path) as source:
        source.begin()
        fake_snowflake.spoil = lambda path, _: next(over, None) if "query-request" in path else None
        with pytest.raises(Unavailable, match="session with Snowflake is over"):
            source.begin()
        assert source.begin().stated_count == 2
    assert len(fake_snowflake.logins) == 2


@pytest.mark.rule("Y9")
@pytest.mark.parametrize("handle", ["1') union select *", "01B2", ""])
def test_Y9_a_handle_that_is_no_querys_is_never_asked_for(
    fake_snowflake: FakeSnowflake, tmp_path: Path, handle: str
) -> None:
    stranger = Fetch(datetime.now(UTC), 2, None, ("CLIENT_CODE",), handle)
    with reading(fake_snowflake, tmp_path) as source, pytest.raises(SourceMalformed):
        source.page(stranger)
    assert fake_snowflake.statements == []


def test_a_connection_that_was_lost_is_opened_anew(
    fake_snowflake: FakeSnowflake, tmp_path: Path
) -> None:
    broken = iter([JSONResponse({}, 404)])
    with reading(fake_snowflake, tmp_path) as source:
        source.begin()
        fake_snowflake.spoil = lambda path, _: (
            next(broken, None) if "query-request" in path else None
        )
        with pytest.raises((Unavailable, SourceRefused)):
            source.begin()
        assert source.begin().stated_count == 2
    assert len(fake_snowflake.logins) == 2
