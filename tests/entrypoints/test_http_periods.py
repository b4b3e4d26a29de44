"""Which periods run, and opening one, over real HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest
from attrs import frozen

from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.server_settings import ServerSettings
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed
from tests.support.waiting import WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

PERIODS = "/api/v1/periods"


@frozen
class Calendar:
    """Somebody who may open periods asks; others as they are hired."""

    staff: Staff
    http: httpx.Client

    def hire(self, *grants: str) -> dict[str, str]:
        """Hire and sign in a person."""
        return {"Authorization": f"Bearer {self.staff.session(self.staff.hire(*grants))}"}


@pytest.fixture
def calendar(database: Database) -> Iterator[Calendar]:
    with (
        staffed(database, ZoneInfo("Asia/Manila")) as staff,
        served(build(lambda: nullcontext(staff.serving))) as http,
    ):
        opened = Calendar(staff, http)
        http.headers.update(opened.hire("status:read self FCASH", "config:manage all"))
        yield opened


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.is_error, answer.text
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.rule("P1")
@pytest.mark.parametrize("params", [{}, {"company": "FCASH"}])
def test_P1_the_business_day_decides_which_periods_run(
    calendar: Calendar, params: dict[str, str]
) -> None:
    calendar.staff.clock.forward(days=10, hours=8)  # 17:00 UTC is the first of December already
    later = calendar.hire("status:read self FCASH")
    value = calendar.http.get(f"{PERIODS}/current", params=params, headers=later).json()
    names = ("period", "period_type", "first_day", "last_day")
    assert [tuple(each[name] for name in names) for each in value["items"]] == [
        ("2026-12", "monthly", "2026-12-01", "2026-12-31"),
        ("2026-Q4", "quarterly", "2026-10-01", "2026-12-31"),
    ]


@pytest.mark.rule("A5")
def test_A5_periods_are_for_those_who_may_see_rows(calendar: Calendar) -> None:
    current = f"{PERIODS}/current"
    for company in ("PCNI", "NOPE"):
        unseen = calendar.http.get(current, params={"company": company})
        assert code_of(unseen) == (404, "not_found")
    nobody = calendar.hire()
    for params in ({}, {"company": "NOPE"}, {"company": ""}):
        value = calendar.http.get(current, params=params, headers=nobody)
        assert code_of(value) == (403, "forbidden")
    assert code_of(calendar.http.get(current, params={"company": ""})) == (422, "validation_failed")
    assert code_of(calendar.http.get(current, params={"firm": "x"})) == (400, "invalid_request")


@pytest.mark.rule("P3", "P4")
def test_P4_opening_a_period_by_hand_twice_does_no_more(calendar: Calendar) -> None:
    calendar.staff.run(
        "insert into clients (client_code, company_id, full_name, branch_id, product_id)"
        " values ('FC-1', (select id from companies where code = 'FCASH'), 'Juana Reyes', %s,"
        " (select id from products where code = 'FCASH_SSS'))",
        calendar.staff.branch(),
    )
    items = [calendar.http.post(f"{PERIODS}/2026-11/open") for _ in range(2)]
    assert [each.status_code for each in items] == [200, 200]
    assert [each.json()["rows"] for each in items] == [1, 0]
    assert items[0].json()["period"] == "2026-11"


@pytest.mark.rule("P4")
def test_P4_an_opening_goes_on_beyond_the_time_of_a_request(
    calendar: Calendar, database: Database
) -> None:
    hasty = ServerSettings(deadline_s=0.5)
    with (
        served(build(lambda: nullcontext(calendar.staff.serving), hasty)) as http,
        ThreadPoolExecutor(1) as another,
    ):
        with psycopg.connect(database.superuser_url) as holder:
            # As one holds openings back who is about to end a client.
            holder.execute("select pg_advisory_xact_lock_shared(1667856208, 1)")
            http.headers.update(calendar.http.headers)
            opening = another.submit(http.post, f"{PERIODS}/2026-11/open", timeout=30)
            wait_until(lambda: calendar.staff.one(WAITING_FOR_A_LOCK) > 0)
            holder.execute("select pg_sleep(1)")
        assert opening.result().status_code == 200


@pytest.mark.rule("P4", "A5")
def test_P4_not_every_period_can_be_opened_nor_by_everybody(calendar: Calendar) -> None:
    early = calendar.http.post(f"{PERIODS}/2027-01/open")
    assert code_of(early) == (409, "period_not_begun")
    assert code_of(calendar.http.post(f"{PERIODS}/2025-01/open")) == (409, "period_closed")
    assert code_of(calendar.http.post(f"{PERIODS}/2026-13/open")) == (422, "validation_failed")
    reader = calendar.hire("status:read all", "config:manage all FCASH")
    for period in ("2026-11", "2027-01"):
        answer = calendar.http.post(f"{PERIODS}/{period}/open", headers=reader)
        assert code_of(answer) == (403, "forbidden")
    nobody = calendar.hire()
    assert code_of(calendar.http.post(f"{PERIODS}/x/open", headers=nobody)) == (403, "forbidden")
