"""A client's dossier over real HTTP: everything that is held, and nothing of others."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from attrs import evolve, frozen

from clientupdater.domain.callers import Caller
from clientupdater.domain.ids import ClientId, PersonId
from clientupdater.entrypoints.http.application import build
from tests.support.http_actors import PERIOD, code_of
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed
from tests.support.stores import VAULT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

BASE = "/api/v1/clients"
NUMBER = "0312345678"
FIELD = ("clients:read", "clients:update", "status:read", "status:update", "clients:assign")


@frozen
class Place:
    """A client with a history, and an auditor of its company."""

    staff: Staff
    http: httpx.Client
    auditor: PersonId

    def dossier(self, person: PersonId | None = None, **params: Any) -> httpx.Response:
        token = self.staff.session(person or self.auditor)
        return self.http.get(
            f"{BASE}/code:FC-1/dossier",
            params=params,
            headers={"Authorization": f"Bearer {token}"},
        )

    def accesses(self) -> list[tuple[str, str]]:
        listed = self.staff.one(
            "select coalesce(json_agg(json_build_array(action, subject) order by action), '[]')"
            " from data_access_log where client_id is not null"
        )
        return [(action, subject) for action, subject in listed]


@pytest.fixture
def place(database: Database) -> Iterator[Place]:
    with staffed(database, ZoneInfo("Asia/Manila"), VAULT) as staff:
        ana = staff.hire(*(f"{right} branch" for right in FIELD), first_name="Ana")
        branch = staff.branch(ana)
        for code in ("FC-1", "FC-2"):
            staff.run(
                "insert into clients (client_code, company_id, full_name, branch_id, product_id,"
                " sync_source) select %s, c.id, 'Juana Reyes', %s, p.id, 'csv'"
                " from companies c, products p where c.code = 'FCASH' and p.code = 'FCASH_SSS'",
                code,
                branch,
            )
        _numbered(staff)
        with served(build(lambda: nullcontext(staff.serving))) as http:
            http.headers["Authorization"] = f"Bearer {staff.session(ana)}"
            _worked_on(staff, http, ana)
            yield Place(staff, http, staff.hire("audit:read all FCASH", first_name="Audi"))


def _numbered(staff: Staff) -> None:
    client = staff.one("select id from clients where client_code = 'FC-1'")
    sealed = VAULT.sealed(NUMBER, ClientId(client))
    staff.run(
        "update clients set pension_number = %s, pension_blind_index = %s, pension_last4 = %s"
        " where id = %s",
        sealed.ciphertext,
        sealed.blind_index,
        sealed.last_four,
        client,
    )


def _worked_on(staff: Staff, http: httpx.Client, ana: PersonId) -> None:
    """Record, correct, assign; and let a sync know it, change it and reject a record of it."""
    for code in ("FC-1", "FC-2"):
        http.post(
            f"{BASE}/code:{code}/periods/{PERIOD}/events",
            json={"status": "TO_FOLLOW", "remarks": f"daughter of {code} answers", "version": 0},
        ).raise_for_status()
    http.put(f"{BASE}/code:FC-1/assignment", json={"officer": str(ana)}).raise_for_status()
    version = staff.one("select version from clients where client_code = 'FC-1'")
    http.patch(
        f"{BASE}/code:FC-1", json={"contact_number": "8123 4567", "version": version}
    ).raise_for_status()
    staff.run("insert into sync_jobs (type) values ('csv')")
    staff.run(
        "insert into client_sources (client_id, source, contact_number)"
        " select id, 'csv', '0917' from clients"
    )
    staff.run(
        "insert into client_sync_history (client_id, field_changed, old_value, new_value,"
        " sync_job_id) select c.id, 'loan_status', null, 'ACTIVE', j.id from clients c, sync_jobs j"
    )
    for row, code in enumerate(("FC-1", "FC-2")):
        staff.run(
            "insert into sync_rejects (sync_job_id, row_number, client_code, record, reasons)"
            """ select id, %s, %s, '{"NAME": "Juana"}', '["BIRTH_DATE: is not a date"]'"""
            " from sync_jobs",
            row,
            code,
        )


@pytest.mark.rule("C3", "L1")
def test_L1_a_dossier_holds_everything_about_the_client_and_is_logged(place: Place) -> None:
    answer = place.dossier()
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    value = answer.json()
    client = value["client"]
    assert (client["client_code"], client["company"], client["product"]) == (
        "FC-1",
        "FCASH",
        "FCASH_SSS",
    )
    assert client["contact_number"] == "8123 4567"
    assert client["pension_number_masked"].endswith("5678")
    assert value["pension_number"] is None
    assert NUMBER not in answer.text
    assert "FC-2" not in answer.text
    (source,) = value["sources"]
    assert (source["source"], source["contact_number"]) == ("csv", "0917")
    (period,) = value["periods"]
    assert period["snapshot"]["status"] == "TO_FOLLOW"
    assert [each["kind"] for each in period["events"]] == ["opened", "recorded"]
    assert period["events"][1]["remarks"] == "daughter of FC-1 answers"
    assert period["events"][1]["by"]["name"] == "Ana"
    (assignment,) = value["assignments"]
    assert (assignment["officer"]["name"], assignment["assigned_until"]) == ("Ana", None)
    assert {each["field"] for each in value["changes"]} == {"contact_number", "loan_status"}
    (reject,) = value["rejects"]
    assert (reject["record"], reject["row"]) == ({"NAME": "Juana"}, 0)
    kinds = {(each["kind"], each["subject"]) for each in value["accesses"]}
    assert {("viewed", "dossier"), ("changed", "contact_number")} <= kinds
    assert place.accesses() == [("viewed", "dossier")]


@pytest.mark.rule("C3", "A5")
def test_C3_the_pension_number_is_shown_in_full_only_by_clients_reveal_and_logged(
    place: Place,
) -> None:
    assert code_of(place.dossier(reveal="true")) == (403, "forbidden")
    assert place.accesses() == []
    both = place.staff.hire("audit:read all FCASH", "clients:reveal all FCASH")
    assert place.dossier(both, reveal="true").json()["pension_number"] == NUMBER
    assert place.accesses() == [("revealed", "pension_number"), ("viewed", "dossier")]


@pytest.mark.rule("A5", "A6a", "C4")
def test_A6a_it_asks_for_audit_read_over_the_clients_company(place: Place) -> None:
    for grants, code in (
        (("audit:read all PCNI",), 404),
        (("audit:read all PCNI", "clients:read all"), 403),
        (("audit:read branch", "clients:read all"), 403),
        (("clients:read all", "clients:reveal all"), 403),
        (("audit:read all",), 200),
    ):
        assert place.dossier(place.staff.hire(*grants)).status_code == code, grants
    place.staff.run("update clients set deleted_at = now()")
    deleted = place.dossier().json()
    assert deleted["client"]["deleted_at"] is not None
    assert len(deleted["periods"]) == 1


def test_a_dossier_that_is_cut_says_what_there_is_more_of(place: Place) -> None:
    short = evolve(place.staff.app.audit.dossiers, at_most=1)
    with place.staff.app.audit.dossiers.work.autocommit() as tx:
        actor = tx.people.actor(place.auditor)
    assert actor
    dossier = short.compile(Caller(actor), "FC-1")
    assert len(dossier.changes) == len(dossier.accesses) == 1
    assert [note for note in dossier.notes if "more changes" in note]
    assert [note for note in dossier.notes if "more accesses" in note]
    assert not [note for note in dossier.notes if "more rejects" in note]
