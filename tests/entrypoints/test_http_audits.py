"""The logs and audits over real HTTP: who did, was refused and saw what."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from attrs import frozen

from clientupdater.entrypoints.http.application import build
from tests.support.http_actors import PERIOD, code_of
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.domain.ids import BranchId, PersonId
    from tests.support.servers import Database

BASE = "/api/v1"
FIELD = ("clients:read", "clients:update", "status:read", "status:update")


@frozen
class Place:
    """A client of each company, Ana who works there, and auditors."""

    staff: Staff
    http: httpx.Client
    branch: BranchId
    ana: PersonId
    auditor: PersonId

    def as_(self, person: PersonId) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.staff.session(person)}"}

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.http.get(f"{BASE}/audit/{path}", params=params)

    def items(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Walk a list to its end."""
        items: list[dict[str, Any]] = []
        while True:
            answer = self.get(path, **params)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            items += page["items"]
            if not page["has_more"]:
                return items
            params["cursor"] = page["next_cursor"]

    def client(self, code: str, company: str = "FCASH") -> str:
        self.staff.run(
            "insert into clients (client_code, company_id, full_name, branch_id, product_id)"
            " values (%s, (select id from companies where code = %s), 'Juana Reyes', %s,"
            " (select id from products where code like %s || '%%' order by code limit 1))",
            code,
            company,
            self.branch,
            company,
        )
        return code

    def record(self, code: str, version: int = 0) -> None:
        self.http.post(
            f"{BASE}/clients/code:{code}/periods/{PERIOD}/events",
            json={"status": "CALLED", "version": version},
            headers=self.as_(self.ana),
        ).raise_for_status()


@pytest.fixture
def place(database: Database) -> Iterator[Place]:
    with staffed(database, ZoneInfo("Asia/Manila")) as staff:
        ana = staff.hire(*(f"{right} branch" for right in FIELD), first_name="Ana")
        auditor = staff.hire("audit:read all", first_name="Audi")
        branch = staff.branch(ana)
        with served(build(lambda: nullcontext(staff.serving))) as http:
            http.headers["Authorization"] = f"Bearer {staff.session(auditor)}"
            made = Place(staff, http, branch, ana, auditor)
            made.client("FC-1")
            made.client("PC-1", "PCNI")
            yield made


@pytest.mark.rule("L1")
def test_L1_activity_is_found_by_person_client_action_and_time(place: Place) -> None:
    place.record("FC-1")
    place.http.patch(
        f"{BASE}/clients/code:FC-1",
        json={"contact_number": "8123 4567", "version": 1},
        headers=place.as_(place.ana),
    ).raise_for_status()
    both = place.items("activity", client="code:FC-1")
    assert [each["action"] for each in both] == ["client.correct", "status.record"]
    assert both[0]["by"] == {"id": str(place.ana), "name": "Ana"}
    assert (both[0]["interface"], both[0]["resource"]) == ("http", "client")
    assert both[0]["request_id"]
    assert both[1]["details"]["period"] == PERIOD
    assert place.items("activity", actor=str(place.ana)) == both
    assert place.items("activity", actor=str(place.auditor)) == []
    for action, entry in (("client.correct", both[0]), ("status.record", both[1])):
        assert place.items("activity", action=action) == [entry]
        assert place.items("activity", action=action, client="code:FC-1") == [entry]
    assert place.items("activity", client="code:PC-1") == []
    latest = both[0]["at"]
    assert place.items("activity", since=latest) == both[:1]
    assert place.items("activity", until=latest, limit=1) == both[1:]


@pytest.mark.rule("L1")
def test_L1_activity_upon_a_person_is_found_by_subject(place: Place) -> None:
    boss = place.staff.hire("users:read all", *(f"{each} all" for each in ("users:manage", *FIELD)))
    lock = {"is_active": False, "version": 1}
    url = f"{BASE}/users/{place.ana}"
    place.http.patch(url, json=lock, headers=place.as_(boss)).raise_for_status()
    (entry,) = place.items("activity", subject=str(place.ana))
    assert entry["action"] == "user.change"
    assert place.items("activity", subject=str(place.auditor)) == []
    both = place.get("activity", subject=str(place.ana), client="code:FC-1")
    assert code_of(both) == (422, "validation_failed")


@pytest.mark.rule("L1")
def test_L1_changes_of_configuration_show_the_values_before_and_after(place: Place) -> None:
    for minute, (table, record, action) in enumerate(
        (
            ("branches", "B1", "create"),
            ("branches", "B1", "update"),
            ("branches", "B2", "create"),
            ("config_settings", "B1", "update"),
        )
    ):
        place.staff.run(
            "insert into config_audit_log (table_name, record_id, action, old_values, new_values,"
            " changed_by, changed_at) values (%s, %s, %s,"
            """ case when %s = 'update' then '{"name": "A"}'::jsonb end, '{"name": "B"}', %s,"""
            " timestamptz '2026-11-05 09:00+08' + make_interval(mins => %s))",
            table,
            record,
            action,
            action,
            place.ana,
            minute,
        )

    def found(**filters: str) -> list[tuple[str, str, str]]:
        items = place.items("config", limit=1, **filters)
        return [(each["table"], each["record"], each["action"]) for each in items]

    newest, second, update, oldest = place.items("config")
    assert (update["old_values"], update["new_values"]) == ({"name": "A"}, {"name": "B"})
    assert oldest["old_values"] is None
    assert newest["by"]["name"] == "Ana"
    assert len(found(actor=str(place.ana))) == 4
    assert len(found(table="branches")) == 3
    assert found(table="branches", record="B1") == [
        ("branches", "B1", "update"),
        ("branches", "B1", "create"),
    ]
    assert found(record="B2") == [("branches", "B2", "create")]
    assert found(action="create", since=second["at"]) == [("branches", "B2", "create")]
    assert found(action="delete") == []


@pytest.mark.rule("A5", "L1")
def test_A5_a_refusal_is_explained_and_found_by_each_filter(place: Place) -> None:
    url = f"{BASE}/clients/code:FC-1/periods/{PERIOD}/events"
    assert place.http.get(url, headers=place.as_(place.ana)).status_code == 403
    (entry,) = place.items("authorization")
    assert (entry["result"], entry["permission"]) == ("refused", "status:history:read")
    assert (entry["by"]["name"], entry["subject"]) == ("Ana", None)
    assert (entry["missing"], entry["grants_found"]) == ("there is no grant of this permission", [])
    assert (entry["company"], entry["interface"]) == ("FCASH", "http")
    for filters in (
        {"actor": str(place.ana)},
        {"client": "code:FC-1"},
        {"permission": "status:history:read"},
        {"result": "refused"},
        {"client": "code:FC-1", "result": "refused", "permission": "status:history:read"},
    ):
        assert place.items("authorization", **filters) == [entry], filters
    for filters in (
        {"actor": str(place.auditor)},
        {"subject": str(place.ana)},
        {"client": "code:PC-1"},
        {"result": "granted"},
    ):
        assert place.items("authorization", **filters) == [], filters


@pytest.mark.rule("L1")
def test_L1_a_change_of_rights_names_the_person_and_the_values(place: Place) -> None:
    boss = place.staff.hire("users:read all", "users:manage all", "reports:read all")
    url = f"{BASE}/users/{place.ana}/grants/reports:read"
    place.http.put(url, json={"scope": "branch"}, headers=place.as_(boss)).raise_for_status()
    (entry,) = place.items("authorization", subject=str(place.ana), result="granted")
    assert entry["subject"] == {"id": str(place.ana), "name": "Ana"}
    assert (entry["permission"], entry["company"]) == ("reports:read", None)
    assert entry["new_values"]["scope"] == "branch"


@pytest.mark.rule("A5", "A6a")
def test_A6a_a_companys_auditor_reads_what_belongs_to_the_company(place: Place) -> None:
    place.record("FC-1")
    place.record("PC-1")
    for code in ("FC-1", "PC-1"):
        url = f"{BASE}/clients/code:{code}/periods/{PERIOD}/events"
        assert place.http.get(url, headers=place.as_(place.ana)).status_code == 403
    fcash = place.staff.hire("audit:read all FCASH", first_name="Fe")
    place.http.headers.update(place.as_(fcash))
    assert [each["company"] for each in place.items("authorization")] == ["FCASH"]
    assert len(place.items("authorization", actor=str(place.ana))) == 1
    assert len(place.items("activity", client="code:FC-1")) == 1
    assert len(place.items("who-accessed", client="code:FC-1")) == 2
    assert code_of(place.get("activity")) == (403, "forbidden")
    assert code_of(place.get("config")) == (403, "forbidden")
    for path in ("activity", "authorization", "who-accessed"):
        assert code_of(place.get(path, client="code:PC-1")) == (404, "not_found"), path
    place.staff.grant(fcash, "clients:read", "all")
    for path in ("activity", "authorization", "who-accessed"):
        assert code_of(place.get(path, client="code:PC-1")) == (403, "forbidden"), path
    refusal = place.staff.one(
        "select count(*) from authorization_audit where actor_id = %s and decision = 'refused'",
        fcash,
    )
    assert refusal == 5


@pytest.mark.rule("A5", "A6a")
@pytest.mark.parametrize("scope", ["self", "branch", "area"])
def test_A6a_less_than_scope_all_reads_no_audit(place: Place, scope: str) -> None:
    place.http.headers.update(place.as_(place.staff.hire(f"audit:read {scope}")))
    for path in ("activity", "config", "authorization"):
        assert code_of(place.get(path)) == (403, "forbidden"), path


@pytest.mark.rule("C3", "C4", "L1")
def test_L1_who_accessed_a_client_is_one_list_of_every_kind(place: Place) -> None:
    place.record("FC-1")
    place.http.patch(
        f"{BASE}/clients/code:FC-1",
        json={"contact_number": "8123 4567", "version": 1},
        headers=place.as_(place.ana),
    ).raise_for_status()
    assert (
        place.http.get(
            f"{BASE}/clients/code:FC-1/pension-number", headers=place.as_(place.ana)
        ).status_code
        == 403
    )
    client = place.staff.one("select id from clients where client_code = 'FC-1'")
    for action, whose, company in (
        ("revealed", client, "FCASH"),
        ("blanked", client, "FCASH"),
        ("exported", None, "FCASH"),
        ("exported", None, "PCNI"),
        ("exported", None, None),
    ):
        place.staff.run(
            "insert into data_access_log (actor_id, action, client_id, company_id, subject,"
            " row_count, ip_address) values (%s, %s, %s,"
            " (select id from companies where code = %s), 'clients', 3, '203.0.113.7')",
            place.ana,
            action,
            whose,
            company,
        )
    place.staff.run("update clients set deleted_at = now() where client_code = 'FC-1'")
    entries = place.items("who-accessed", client="code:FC-1", limit=2)
    kinds = sorted((each["kind"], each["is_certain"]) for each in entries)
    assert kinds == [
        ("changed", True),
        ("erased", True),
        ("exported", False),
        ("exported", False),
        ("recorded", True),
        ("refused", True),
        ("revealed", True),
    ]
    assert {each["by"]["name"] for each in entries} == {"Ana"}
    by_kind = {each["kind"]: each for each in entries}
    assert by_kind["changed"]["subject"] == "contact_number"
    assert by_kind["recorded"]["subject"] == f"recorded {PERIOD}"
    assert by_kind["recorded"]["interface"] == "http"
    assert by_kind["refused"]["subject"] == "clients:reveal"
    assert by_kind["exported"]["subject"] == "clients (3 rows)"
    assert by_kind["revealed"]["ip_address"] == "203.0.113.7"
    times = [each["at"] for each in entries]
    assert times == sorted(times, reverse=True)


def test_input_that_fits_nothing_is_refused_with_every_fault(place: Place) -> None:
    answer = place.get("config", action="burn", since="yesterday", actor="Ana")
    faults = answer.json()["error"]["details"]["fields"]
    assert {each["pointer"] for each in faults} == {"/action", "/since", "/actor"}
    assert code_of(place.get("activity", client="code:NONE")) == (404, "not_found")
    assert code_of(place.get("who-accessed", client="Juana Reyes")) == (404, "not_found")
    assert code_of(place.get("who-accessed")) == (422, "validation_failed")
    assert code_of(place.get("activity", cursor="AAAA")) == (400, "invalid_cursor")
