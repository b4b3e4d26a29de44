"""One client from NextBank, asked for by a person or after its own word (Y1, S8)."""

from __future__ import annotations

import base64
import hmac
import json
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
import structlog
from attrs import define

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.adapters.resilience.circuits import Circuit, Threshold
from clientupdater.adapters.resilience.source import ResilientSource
from clientupdater.composition.dependencies import SyncSettings
from clientupdater.domain.errors import Unavailable
from clientupdater.domain.sync.fields import Source
from clientupdater.entrypoints.http.application import build
from clientupdater.ports.queue import Progress
from clientupdater.testing.source import MemorySource
from tests.support.http_server import served
from tests.support.pools import pool_on
from tests.support.staff_fixture import HandClock, Staff, staffed
from tests.support.stores import VAULT
from tests.support.sync_fixture import MANILA, Syncing, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.ports.sources import RawRecord
    from tests.support.servers import Database

_JOB = """
select payload from job_queue where job_name = 'refresh-client' order by id offset %s limit 1
"""
SECRET = "whsec_" + base64.b64encode(b"a secret of the bank").decode()
NOTICES, CLIENT = "/webhooks/nextbank", "/api/v1/clients/code:FC-1"


class NextBank(MemorySource):
    """A bank that can go out of reach."""

    def one(self, code: str) -> RawRecord | None:
        if self.page_size == 0:
            raise Unavailable("nextbank")
        return super().one(code)


@define
class Bank:
    """NextBank, the clients, and a person who may refresh them."""

    staff: Staff
    http: httpx.Client
    records: list[dict[str, Any]]
    circuit: Circuit

    def post(self, path: str) -> httpx.Response:
        """Ask for a change."""
        return self.http.post(path, headers={"Idempotency-Key": str(uuid4())})

    def notice(
        self,
        body: bytes,
        *,
        delivery: str = "d1",
        secret: bytes = b"a secret of the bank",
        at: str | None = None,
        **changed: Any,
    ) -> httpx.Response:
        """Send word as NextBank does, signed now or at another moment."""
        at = self.moment() if at is None else at
        content = f"{delivery}.{at}.".encode() + body
        made = hmac.digest(secret, content, sha256)
        headers = {
            "webhook-id": delivery,
            "webhook-timestamp": at,
            "webhook-signature": "v1,none v1," + base64.b64encode(made).decode(),
            "content-type": "application/json",
        }
        nobody = {"Authorization": ""}
        return self.http.post(NOTICES, content=body, headers={**headers, **nobody, **changed})

    def moment(self) -> str:
        """Write this moment as a delivery does."""
        return str(int(self.staff.clock.now().timestamp()))

    def follow(self, number: int = 0) -> None:
        """Do what a worker would with the job of this number."""
        result = self.staff.one(_JOB, number)
        self.staff.app.jobs.run.tasks["refresh-client"].do(_Doing(_Job(result)))


@define
class _Job:
    arguments: dict[str, Any]


@define
class _Doing:
    job: Any

    def report(self, progress: Progress) -> None:
        del progress

    def finishing(self) -> Any:
        return nullcontext()


@pytest.fixture
def bank(database: Database) -> Iterator[Bank]:
    with pool_on(database.worker_url, 1, 2) as pool:
        syncing = Syncing(PostgresUnitsOfWork(pool, VAULT), database.superuser_url).set_up()
        syncing.says(record("FC-1"))
        syncing.run()
    records = [record("FC-1", loan_status="closed", full_name="Not Theirs To Say")]
    circuit = Circuit("nextbank", Threshold(1, timedelta(minutes=5), 1))
    source = ResilientSource(NextBank(records, HandClock()), circuit, first_wait_s=0.0)
    with (
        staffed(
            database,
            MANILA,
            VAULT,
            sources={Source.NEXTBANK: source},
            sync=SyncSettings(webhook_secrets=("another one", SECRET)),
        ) as staff,
        served(build(lambda: nullcontext(staff.serving))) as http,
    ):
        opened = Bank(staff, http, records, circuit)
        person = staff.hire("sync:execute all", "clients:read all")
        http.headers.update({"Authorization": f"Bearer {staff.session(person)}"})
        yield opened


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.is_error, answer.text
    return answer.status_code, answer.json()["error"]["code"]


def payment(code: str = "FC-1", day: str = "2026-11-19") -> bytes:
    data = {"code": code, "posted_on": day, "amount": "100.00"}
    values = {"type": "payment.posted", "timestamp": f"{day}T00:00:00Z", "data": data}
    return json.dumps(values).encode()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_payment_on_a_day_that_no_period_holds_is_noted_nowhere(bank: Bank, day: str) -> None:
    assert bank.notice(payment(day=day)).status_code == 200
    bank.follow()
    assert bank.staff.one("select count(*) from status_events where kind = 'payment'") == 0
    assert bank.staff.one("select processed_at is not null from webhook_events") is True


def test_a_client_is_refreshed_by_what_nextbank_owns(bank: Bank) -> None:
    shown = bank.post(f"{CLIENT}/refresh")
    assert shown.status_code == 200, shown.text
    assert (shown.json()["loan_status"], shown.json()["full_name"]) == ("CLOSED", "Juan dela Cruz")
    assert bank.staff.one("select string_agg(action, ',') from activity_logs") == "client.refresh"
    assert bank.staff.one("select old_value from client_sync_history") is None


def test_a_refresh_goes_on_while_all_of_nextbank_is_read(bank: Bank) -> None:
    bank.staff.run(
        "insert into sync_jobs (type, status, heartbeat_at)"
        " values ('nextbank', 'processing', now())"
    )
    assert bank.post(f"{CLIENT}/refresh").status_code == 200


def test_a_client_that_nextbank_does_not_know_is_not_found(bank: Bank) -> None:
    bank.records.clear()
    assert code_of(bank.post(f"{CLIENT}/refresh")) == (404, "not_found")
    assert code_of(bank.post("/api/v1/clients/code:FC-9/refresh")) == (404, "not_found")


def test_an_open_circuit_is_answered_with_the_time_of_the_next_attempt(bank: Bank) -> None:
    def fail() -> None:
        raise Unavailable("nextbank")

    with pytest.raises(Unavailable):
        bank.circuit.run(fail)
    result = bank.post(f"{CLIENT}/refresh")
    assert code_of(result) == (503, "unavailable")
    assert "nextbank has not been answering" in result.json()["detail"]
    assert int(result.headers["retry-after"]) > 0


def test_a_payment_is_kept_once_and_noted_by_the_system(bank: Bank) -> None:
    for _ in range(2):
        assert bank.notice(payment()).status_code == 200
    assert bank.staff.one("select count(*) from webhook_events") == 1
    assert bank.staff.one("select count(*) from job_queue") == 1
    for _ in range(2):
        bank.follow()
    bank.staff.run("update job_queue set status = 'completed'")
    assert bank.notice(payment()).status_code == 200
    assert bank.staff.one("select count(*) from job_queue") == 1
    kinds = bank.staff.one(
        "select string_agg(kind, ',' order by event_sequence) from status_events"
        " where created_by is null"
    )
    assert kinds == "opened,payment"
    assert bank.staff.one("select has_payment from client_period_status") is True
    assert bank.staff.one("select loan_status from clients") == "CLOSED"
    assert bank.staff.one("select processed_at is not null from webhook_events") is True


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_notices_in_whatever_order_leave_the_client_as_nextbank_has_it(
    bank: Bank, order: tuple[int, int]
) -> None:
    for delivery, day in (("d1", "2026-11-18"), ("d2", "2026-11-19")):
        assert bank.notice(payment(day=day), delivery=delivery).status_code == 200
    for number, status in zip(order, ("closed", "restructured"), strict=True):
        (known,) = bank.records
        later = known["UPDATED_AT"] + timedelta(hours=1)
        known.update(LOAN_STATUS=status, UPDATED_AT=later)
        bank.follow(number)
    kinds = bank.staff.one("select string_agg(kind, ',' order by kind) from status_events")
    assert kinds == "opened,payment"
    assert bank.staff.one("select loan_status from clients") == "RESTRUCTURED"
    assert bank.staff.one("select count(*) from webhook_events where processed_at is null") == 0


def test_members_that_are_not_known_are_left_out_of_a_notice(bank: Bank) -> None:
    value = json.loads(payment())
    value = {**value, "api_version": "2027-01", "data": {**value["data"], "loan": {"no": 7}}}
    assert bank.notice(json.dumps(value).encode()).status_code == 200
    assert bank.staff.one("select body ->> 'code' from webhook_events") == "FC-1"
    assert bank.staff.one("select count(*) from job_queue") == 1


@pytest.mark.parametrize("data", [{"code": "FC-1"}, {"branch": {"no": 7}}, [], None])
def test_a_notice_of_a_type_that_is_not_known_is_taken_and_its_type_logged(
    bank: Bank, data: object
) -> None:
    values = {"type": "branch.moved", "timestamp": "2026-11-19T00:00:00Z", "data": data}
    with structlog.testing.capture_logs() as lines:
        taken = bank.notice(json.dumps(values).encode())
    assert (taken.status_code, taken.json()) == (200, {"delivery": "d1"})
    items = [line for line in lines if line["event"] == "unknown notice"]
    assert [(line["type"], line["delivery"]) for line in items] == [("branch.moved", "d1")]
    assert bank.staff.one("select count(*) from webhook_events") == 0


def test_a_notice_of_a_known_type_names_a_client(bank: Bank) -> None:
    values = {"type": "loan.closed", "timestamp": "2026-11-19T00:00:00Z", "data": {"no": 7}}
    refusal = bank.notice(json.dumps(values).encode())
    assert code_of(refusal) == (422, "validation_failed")
    assert "/data/code" in refusal.text


def test_webhooks_of_the_old_and_the_new_secret_are_taken_while_both_are_listed(
    bank: Bank,
) -> None:
    for secret, delivery in ((b"a secret of the bank", "d1"), (b"another one", "d2")):
        answer = bank.notice(payment(), delivery=delivery, secret=secret)
        assert answer.is_success, answer.text
    assert bank.staff.one("select count(*) from webhook_events") == 2
    answer = bank.notice(payment(), delivery="d3", secret=b"one that is not listed")
    assert code_of(answer) == (400, "invalid_request")


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-signature": "v1,bm9uZQ=="},
        {"webhook-signature": ""},
        {"webhook-signature": b"v1,\xe9"},
        {"webhook-id": "d2"},
        {"webhook-timestamp": str(int(datetime(2026, 11, 20, 8, tzinfo=UTC).timestamp()))},
        {"webhook-timestamp": "soon"},
    ],
)
def test_a_delivery_that_nextbank_did_not_sign_is_refused(
    bank: Bank, changed: dict[str, Any]
) -> None:
    for body in (payment(), b'{"type": "unheard.of"}', b"not even JSON"):
        assert code_of(bank.notice(body, **changed)) == (400, "invalid_request")
    assert bank.staff.one("select count(*) from webhook_events") == 0


@pytest.mark.parametrize("minutes", [6, -6])
def test_a_delivery_that_was_signed_more_than_five_minutes_away_is_refused(
    bank: Bank, minutes: int
) -> None:
    signed_at = bank.moment()
    bank.staff.clock.forward(minutes=minutes)
    assert code_of(bank.notice(payment(), at=signed_at)) == (400, "invalid_request")
    assert bank.staff.one("select count(*) from webhook_events") == 0
    bank.staff.clock.forward(minutes=-minutes / 3)
    assert bank.notice(payment(), at=signed_at).status_code == 200


@pytest.mark.parametrize("moment", ["", "soon", "1e9", "9" * 12])
def test_a_delivery_that_was_signed_at_no_moment_is_refused(bank: Bank, moment: str) -> None:
    assert code_of(bank.notice(payment(), at=moment)) == (400, "invalid_request")
