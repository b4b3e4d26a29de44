"""NextBank over a real connection, with everything that can go wrong on it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from clientupdater.adapters.nextbank.connecting import Account, open_nextbank
from clientupdater.adapters.nextbank.simulator import (
    API_KEY,
    CLIENT_ID,
    CLIENT_SECRET,
    Bank,
    Mishap,
    Planned,
    running,
)
from clientupdater.domain.errors import (
    Misconfigured,
    SourceExpired,
    SourceMalformed,
    SourceRefused,
    Unavailable,
)
from clientupdater.domain.sync.absence import Completeness, FetchSummary
from clientupdater.ports.sources import is_deleted
from clientupdater.runtime.deadlines import ending_at, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.adapters.nextbank.source import NextBank
    from clientupdater.ports.sources import RawRecord

pytestmark = pytest.mark.rule("Y12")
PATIENT_S = 60.0


def client(n: int, **other: Any) -> dict[str, Any]:
    known = {"code": f"C-{n}", "name": f"Ana {n}", "past_due": "10.25", "version": n}
    return {**known, "updated_at": "2026-11-20T00:00:00+00:00", **other}


def book(*plan: Planned, clients: int = 6, **other: Any) -> Bank:
    return Bank([client(n) for n in range(clients)], plan, **other)


@contextmanager
def reading(
    bank: Bank, patience_s: float = PATIENT_S, *, by_key: bool = False
) -> Iterator[NextBank]:
    """Read it two clients to a page."""
    with running(bank):
        named = Account(None, CLIENT_ID, CLIENT_SECRET, f"{bank.url}/oauth/token")
        account = Account(API_KEY) if by_key else named
        with open_nextbank(bank.url, account, patience_s, page_size=2) as source:
            yield source


def read(source: NextBank) -> tuple[list[RawRecord], FetchSummary]:
    """Read everything, and judge what came by what was stated."""
    fetch = source.begin(columns=["code", "name"])
    page = source.page(fetch)
    items = list(page.records)
    while page.position:
        page = source.page(fetch, page.position)
        items += page.records
    return items, FetchSummary(
        fetch.as_of, full=True, received=len(items), stated=fetch.stated_count
    )


def failing(bank: Bank, kind: type[Exception], patience_s: float = PATIENT_S) -> str:
    """Read a broken source; give the error's message."""
    with reading(bank, patience_s) as source, pytest.raises(kind) as caught:
        read(source)
    return str(caught.value)


# --- what it says


def test_a_deleted_client_is_one_of_those_counted_and_says_so() -> None:
    bank = book()
    bank.items[1] = {"code": "C-1", "deleted": True, "version": 9}
    with reading(bank) as source:
        result, judged = read(source)
    assert judged.completeness is Completeness.COMPLETE
    assert [each["code"] for each in result if is_deleted(each)] == ["C-1"]
    assert result[0] == {"code": "C-0", "name": "Ana 0"}


def test_numbers_with_a_fraction_stay_exact() -> None:
    bank = book(clients=0)
    bank.items.append(client(1, past_due=0.1))
    with reading(bank, by_key=True) as source:
        assert source.one("C-1") == client(1, past_due=Decimal("0.1"))


def test_a_single_client_is_not_sent_again_while_it_is_as_it_was() -> None:
    bank = book()
    with reading(bank) as source:
        first = source.one("C-1")
        assert source.one("C-1") == first
        assert bank.unchanged == 1
        bank.items[1]["name"] = "Other"
        assert source.one("C-1") == client(1, name="Other")
        assert source.one("../C-1?x") is None


def test_a_clock_that_is_wrong_is_theirs_and_costs_nothing() -> None:
    with reading(book(skew=timedelta(hours=3))) as source:
        _, judged = read(source)
    assert judged.completeness is Completeness.COMPLETE
    assert judged.as_of > datetime.now(UTC) + timedelta(hours=2)


# --- a read that is short is seen to be


@pytest.mark.rule("Y6")
def test_Y6_a_page_that_is_lost_leaves_it_incomplete() -> None:
    with reading(book(Planned(Mishap.MISSING_PAGE, at=3), clients=7)) as source:
        result, judged = read(source)
    assert judged.completeness is Completeness.INCOMPLETE
    assert {each["code"] for each in result} < {f"C-{n}" for n in range(7)}


@pytest.mark.rule("Y6")
def test_Y6_a_total_that_is_short_leaves_it_incomplete() -> None:
    with reading(book(Planned(Mishap.SHORT_TOTAL))) as source:
        assert read(source)[1].completeness is Completeness.INCOMPLETE


def test_a_cursor_that_leads_back_is_refused_by_its_page() -> None:
    result = failing(book(Planned(Mishap.CIRCLE, at=4)), SourceMalformed)
    assert result.startswith("NextBank: page 3 leads back to one that was read. Run again;")


@pytest.mark.rule("Y6")
def test_Y6_a_page_that_comes_twice_is_refused_for_others_would_count_as_missing() -> None:
    result = failing(book(Planned(Mishap.DUPLICATE_PAGE, at=3), clients=6), SourceMalformed)
    assert result.startswith("NextBank: page 2 brings the clients of page 1 once more.")


def test_a_cursor_that_is_kept_no_more_asks_to_begin_again() -> None:
    bank = book(Planned(Mishap.EXPIRED_CURSOR, at=3))
    with reading(bank) as source:
        with pytest.raises(SourceExpired, match="page 2 no more; begin again"):
            read(source)
        assert read(source)[1].completeness is Completeness.COMPLETE


# --- what it means has changed


def test_Y3_a_member_that_is_gone_stops_before_anything_is_read() -> None:
    with (
        reading(book(Planned(Mishap.CHANGED_SCHEMA))) as source,
        pytest.raises(Misconfigured) as caught,
    ):
        source.begin(columns=["code", "name", "shoe"])
    assert [fault.pointer for fault in caught.value.faults] == ["name", "shoe"]


@pytest.mark.parametrize(
    ("mishap", "message"),
    [
        (Mishap.CHANGED_SCHEMA, "page 2 has no name any more"),
        (Mishap.BARE_MOMENT, "page 2 cannot be taken: its as_of names no time zone"),
        (Mishap.NO_JSON, "page 2 is no JSON that can be read"),
    ],
)
def test_a_page_that_is_not_as_agreed_is_refused_by_its_number(
    mishap: Mishap, message: str
) -> None:
    assert message in failing(book(Planned(mishap, at=3)), SourceMalformed)


# --- who we are


def test_a_token_serves_until_shortly_before_it_expires() -> None:
    bank = book()
    with reading(bank) as source:
        read(source)
        assert bank.tokens_given == 1
        assert bank.pages_asked == 4


def test_a_token_that_is_void_in_mid_run_is_asked_for_once_more() -> None:
    bank = book(Planned(Mishap.UNAUTHORIZED, at=3))
    with reading(bank) as source:
        assert read(source)[1].completeness is Completeness.COMPLETE
    assert bank.tokens_given == 2


def test_many_at_once_ask_for_one_token() -> None:
    bank = book()
    with reading(bank) as source:
        threads = [threading.Thread(target=source.one, args=["C-1"]) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert bank.tokens_given == 1
    assert len(bank.requests) == 8


def test_a_lasting_refusal_names_the_settings_to_check() -> None:
    forever = Planned(Mishap.UNAUTHORIZED, at=1, times=99)
    assert "refuses us (401); see NEXTBANK_CLIENT_ID" in failing(book(forever), SourceRefused)
    forbidden = Planned(Mishap.FORBIDDEN)
    assert "refuses us (403)" in failing(book(forbidden), SourceRefused)


def test_a_wrong_secret_is_reported_and_not_shown() -> None:
    bank = book()
    with running(bank):
        account = Account(None, CLIENT_ID, "wrong-word", f"{bank.url}/oauth/token")
        with open_nextbank(bank.url, account) as source, pytest.raises(SourceRefused) as caught:
            source.begin()
    assert "NEXTBANK_CLIENT_SECRET" in str(caught.value)
    assert "wrong-word" not in str(caught.value) + repr(account) + repr(source)


def test_an_api_key_needs_no_token() -> None:
    bank = book()
    with reading(bank, by_key=True) as source:
        read(source)
    assert bank.tokens_given == 0


# --- it is busy, slow, broken or gone


@pytest.mark.parametrize("mishap", [Mishap.TOO_MANY, Mishap.BUSY])
def test_it_is_left_alone_for_as_long_as_it_says_and_then_read_on(mishap: Mishap) -> None:
    with reading(book(Planned(mishap, at=2, times=3))) as source:
        assert read(source)[1].completeness is Completeness.COMPLETE


def test_a_wait_that_outlasts_the_run_is_not_begun_and_nothing_is_asked_meanwhile() -> None:
    bank = book(Planned(Mishap.TOO_MANY, at=1, retry_after="600"))
    with reading(bank) as source:
        with ending_at(within(30)), pytest.raises(Unavailable, match="left alone for 600 s"):
            source.begin()
        with pytest.raises(Unavailable, match="run again after that"):
            source.begin()
    assert bank.pages_asked == 1


def test_a_wait_may_be_a_moment_by_their_clock() -> None:
    bank = book(Planned(Mishap.BUSY, at=1, retry_after="Fri, 20 Nov 2020 08:00:00 GMT"))
    with reading(bank) as source:
        assert source.begin().stated_count == 6


@pytest.mark.parametrize(
    ("mishap", "message"),
    [
        (Mishap.BROKEN, "NextBank answers 500; try again later."),
        (Mishap.CUT, "cannot be reached or broke off"),
    ],
)
def test_a_passing_failure_of_nextbank_is_worth_another_try(mishap: Mishap, message: str) -> None:
    bank = book(Planned(mishap, at=3))
    with reading(bank) as source:
        with pytest.raises(Unavailable, match=message):
            read(source)
        assert read(source)[1].completeness is Completeness.COMPLETE


def test_an_answer_that_trickles_is_given_up_in_time() -> None:
    begun = time.monotonic()
    result = failing(book(Planned(Mishap.SLOW, at=1)), Unavailable, patience_s=0.4)
    assert result.startswith("NextBank did not answer within 0.4 s; try again")
    assert time.monotonic() - begun < PATIENT_S


def test_the_deadline_of_the_run_bounds_an_answer() -> None:
    with reading(book(Planned(Mishap.SLOW, at=2))) as source:
        source.begin()
        with ending_at(within(0.4)), pytest.raises(Unavailable, match="did not answer within"):
            source.begin()


def test_an_unreachable_bank_is_worth_another_try() -> None:
    with (
        open_nextbank("http://127.0.0.1:9", Account("key")) as source,
        pytest.raises(Unavailable, match="cannot be reached") as caught,
    ):
        source.begin()
    assert isinstance(caught.value.__cause__, httpx.ConnectError)


def test_an_address_that_is_not_the_banks_names_its_setting() -> None:
    bank = book()
    with (
        running(bank),
        open_nextbank(f"{bank.url}/elsewhere", Account(API_KEY)) as source,
        pytest.raises(SourceRefused, match="has no list of clients there; see NEXTBANK_BASE_URL"),
    ):
        source.begin()
