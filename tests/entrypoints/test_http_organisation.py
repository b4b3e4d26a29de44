"""Areas, branches and contacts over real HTTP: who may keep them, what follows, what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Barrier
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest
from attrs import frozen

from clientupdater.entrypoints.http.application import build
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed
from tests.support.waiting import WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

BASE = "/api/v1"
AREAS, BRANCHES = f"{BASE}/areas", f"{BASE}/branches"
MANAGING = ("areas:read all", "areas:manage all", "branches:read all", "branches:manage all")


@frozen
class Actors:
    """The boss manages the organisation of every company."""

    staff: Staff
    http: httpx.Client

    def as_(self, *grants: str) -> dict[str, str]:
        """Sign in a new person with these grants."""
        return {"Authorization": f"Bearer {self.staff.session(self.staff.hire(*grants))}"}

    def area(self, code: str = "NCR", **body: Any) -> dict[str, Any]:
        """Create an area."""
        made = self.http.post(AREAS, json={"code": code, "name": "Metro", **body})
        assert made.status_code == 201, made.text
        return dict(made.json())

    def branch(self, code: str = "QC01", **body: Any) -> dict[str, Any]:
        """Create a branch."""
        made = self.http.post(BRANCHES, json={"code": code, "name": "Cubao", **body})
        assert made.status_code == 201, made.text
        return dict(made.json())

    def contact(self, branch: str = "QC01", **body: Any) -> dict[str, Any]:
        """Add a contact."""
        values = {"type": "phone", "value": "+63289123456", **body}
        made = self.http.post(f"{BRANCHES}/code:{branch}/contacts", json=values)
        assert made.status_code == 201, made.text
        return dict(made.json())

    def audited(self, table: str) -> list[tuple[str, Any, Any]]:
        """Give the audit of a table: each action with its old and new values."""
        rows = self.staff.one(
            "select coalesce(jsonb_agg(jsonb_build_array(action, old_values, new_values)"
            " order by changed_at, id), '[]') from config_audit_log where table_name = %s",
            table,
        )
        return [tuple(row) for row in rows]


@pytest.fixture
def actors(database: Database) -> Iterator[Actors]:
    with staffed(database, ZoneInfo("Asia/Manila")) as staff:
        boss = staff.hire(*MANAGING, email="boss@example.com")
        with served(build(lambda: nullcontext(staff.serving))) as http:
            http.headers["Authorization"] = f"Bearer {staff.session(boss)}"
            yield Actors(staff, http)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.is_error, answer.text
    return answer.status_code, answer.json()["error"]["code"]


def pointers(answer: httpx.Response) -> list[str]:
    assert code_of(answer) == (422, "validation_failed"), answer.text
    return [each["pointer"] for each in answer.json()["error"]["details"]["fields"]]


# --- branches


def test_a_branch_is_created_shown_changed_and_deleted(actors: Actors) -> None:
    made = actors.branch(location=" Aurora Blvd ", category="Kiosk")
    assert (made["location"], made["areas"], made["primary_area"]) == ("Aurora Blvd", [], None)
    of_it = f"{BRANCHES}/code:QC01"
    shown = actors.http.get(of_it)
    assert (shown.json(), shown.headers["etag"]) == (made, '"v1"')
    changed = actors.http.patch(of_it, json={"name": "Cubao II", "location": None, "version": 1})
    assert changed.json() == {**made, "name": "Cubao II", "location": None, "version": 2}
    assert actors.http.delete(of_it, headers={"If-Match": '"v2"'}).status_code == 204
    assert code_of(actors.http.get(of_it)) == (404, "not_found")
    assert actors.audited("branches") == [
        (
            "create",
            None,
            {"code": "QC01", "name": "Cubao", "location": "Aurora Blvd", "category": "Kiosk"},
        ),
        (
            "update",
            {"name": "Cubao", "location": "Aurora Blvd"},
            {"name": "Cubao II", "location": None},
        ),
        (
            "delete",
            {"code": "QC01", "name": "Cubao II", "location": None, "category": "Kiosk"},
            None,
        ),
    ]


def test_a_change_that_changes_nothing_is_no_new_version(actors: Actors) -> None:
    made = actors.branch()
    same = actors.http.patch(f"{BRANCHES}/code:QC01", json={"name": "Cubao", "version": 1})
    assert same.json() == made
    assert len(actors.audited("branches")) == 1


def test_lists_are_paged_by_code(actors: Actors) -> None:
    codes = ("QC03", "QC01", "QC02")
    for code in codes:
        actors.branch(code)
        actors.area(code)
    for code in codes:
        actors.http.put(f"{AREAS}/code:QC01/branches/code:{code}")
    for path in (BRANCHES, AREAS, f"{AREAS}/code:QC01/branches"):
        first = actors.http.get(path, params={"limit": 2}).json()
        rest = actors.http.get(path, params={"cursor": first["next_cursor"]}).json()
        listed = [each["code"] for each in (*first["items"], *rest["items"])]
        assert listed == sorted(codes), path
        assert (first["has_more"], rest["has_more"]) == (True, False)


def test_a_code_is_taken_once_even_after_its_branch_or_area_is_gone(actors: Actors) -> None:
    for path, make in ((BRANCHES, actors.branch), (AREAS, actors.area)):
        made = make("X1")
        again = actors.http.post(path, json={"code": "X1", "name": "Again"})
        assert code_of(again) == (409, "already_exists")
        actors.http.request("DELETE", f"{path}/{made['id']}", json={"version": 1})
        again = actors.http.post(path, json={"code": "X1", "name": "Again"})
        assert code_of(again) == (409, "already_exists")
        assert "deleted" in again.json()["error"]["message"]


@pytest.mark.parametrize("path", [BRANCHES, AREAS])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["/code", "/name"]),
        ({"code": "no spaces", "name": "  "}, ["/code", "/name"]),
        ({"code": "-B", "name": "two\nlines"}, ["/code", "/name"]),
        ({"code": "B" * 51, "name": "N" * 256}, ["/code", "/name"]),
        ({"code": "B1", "name": "A", "clients": 3}, ["/clients"]),
        ({"code": 1, "name": None}, ["/code", "/name"]),
    ],
)
def test_bad_input_is_described_with_every_fault_and_changes_nothing(
    actors: Actors, path: str, body: dict[str, Any], expected: list[str]
) -> None:
    assert pointers(actors.http.post(path, json=body)) == expected
    assert actors.http.get(path).json()["items"] == []


def test_longer_texts_of_a_branch_are_refused(actors: Actors) -> None:
    actors.branch()
    body = {"location": "L" * 501, "category": "C" * 101, "version": 1}
    answer = actors.http.patch(f"{BRANCHES}/code:QC01", json=body)
    assert pointers(answer) == ["/location", "/category"]
    answer = actors.http.patch(f"{BRANCHES}/code:QC01", json={"category": "a\tb", "version": 1})
    assert pointers(answer) == ["/category"]
    assert actors.http.get(f"{BRANCHES}/code:QC01").json()["version"] == 1


def test_a_change_names_the_version_that_its_author_saw(actors: Actors) -> None:
    made = {BRANCHES: actors.branch(), AREAS: actors.area()}
    for path, thing in made.items():
        of_it = f"{path}/{thing['id']}"
        assert code_of(actors.http.patch(of_it, json={"name": "B"})) == (428, "version_required")
        assert code_of(actors.http.delete(of_it)) == (428, "version_required")
        stale = actors.http.patch(of_it, json={"name": "B", "version": 7})
        assert code_of(stale) == (409, "version_conflict")
        details = stale.json()["error"]["details"]
        assert (details["current"], details["fields"]) == (1, ["name"])
        assert details["snapshot"] == thing
        stale = actors.http.delete(of_it, headers={"If-Match": '"v7"'})
        assert code_of(stale) == (412, "precondition_failed")


def test_of_two_changes_at_once_one_wins_and_the_other_conflicts(actors: Actors) -> None:
    of_it, barrier = f"{BRANCHES}/{actors.branch()['id']}", Barrier(2)

    def rename(name: str) -> int:
        barrier.wait()
        return actors.http.patch(of_it, json={"name": name, "version": 1}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(rename, ("Left", "Right"))) == [200, 409]
    assert actors.http.get(of_it).json()["version"] == 2


def test_a_change_that_waited_for_another_one_conflicts_with_it(actors: Actors) -> None:
    of_it, staff = f"{BRANCHES}/{actors.branch()['id']}", actors.staff
    body = {"name": "Right", "version": 1}
    with ThreadPoolExecutor(1) as pool, psycopg.connect(staff.url) as first:
        first.execute("update branches set name = 'Left', version = version + 1")
        second = pool.submit(actors.http.patch, of_it, json=body)
        wait_until(lambda: second.done() or bool(staff.one(WAITING_FOR_A_LOCK)))
        first.commit()
        assert code_of(second.result()) == (409, "version_conflict")
    assert actors.http.get(of_it).json()["name"] == "Left"


def test_a_branch_with_clients_is_not_deleted_and_the_refusal_says_what_to_do(
    actors: Actors,
) -> None:
    branch = actors.branch()
    actors.staff.run(
        "insert into clients (client_code, company_id, full_name, branch_id)"
        " select 'C' || n, (select id from companies where code = 'FCASH'), 'A client', %s"
        " from generate_series(1, 3) n",
        branch["id"],
    )
    actors.staff.run("update clients set deleted_at = now() where client_code = 'C3'")
    refused = actors.http.request("DELETE", f"{BRANCHES}/{branch['id']}", json={"version": 1})
    assert code_of(refused) == (409, "branch_in_use")
    error = refused.json()["error"]
    assert (error["details"]["clients"], "close it" in error["message"]) == (2, True)
    actors.staff.run("update clients set deleted_at = now()")
    gone = actors.http.request("DELETE", f"{BRANCHES}/{branch['id']}", json={"version": 1})
    assert gone.status_code == 204


def test_L1_the_audit_names_each_person_who_loses_a_deleted_branch(actors: Actors) -> None:
    branch = actors.branch()
    ana = actors.staff.hire()
    actors.staff.run("insert into user_branches values (%s, %s)", ana, branch["id"])
    actors.http.request("DELETE", f"{BRANCHES}/{branch['id']}", json={"version": 1})
    audit = "select decision || ' ' || resource from authorization_audit where subject_user_id = %s"
    assert actors.staff.one(audit, ana) == "revoked branch"


# --- contacts


def test_contacts_are_added_changed_and_removed(actors: Actors) -> None:
    actors.branch()
    of_all = f"{BRANCHES}/code:QC01/contacts"
    first = actors.contact(is_primary=True)
    second = actors.contact(value="+63289999999", is_primary=True)
    mail = actors.contact(type="email", value="qc01@example.com")
    listed = actors.http.get(of_all).json()["items"]
    assert [(each["value"], each["is_primary"]) for each in listed] == [
        ("qc01@example.com", False),
        ("+63289999999", True),
        ("+63289123456", False),
    ]
    of_first, body = f"{of_all}/{first['id']}", {"is_primary": True, "version": 2}
    assert actors.http.patch(of_first, json=body).json()["version"] == 3
    listed = actors.http.get(of_all).json()["items"]
    assert [each["is_primary"] for each in listed if each["id"] == second["id"]] == [False]
    assert code_of(actors.http.patch(of_first, json=body)) == (409, "version_conflict")
    gone = actors.http.request("DELETE", f"{of_all}/{mail['id']}", json={"version": 1})
    assert gone.status_code == 204
    assert code_of(
        actors.http.request("DELETE", f"{of_all}/{mail['id']}", json={"version": 1})
    ) == (
        404,
        "not_found",
    )
    assert [action for action, *_ in actors.audited("branch_contacts")] == [
        *["create"] * 3,
        "update",
        "delete",
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["/type", "/value"]),
        ({"type": "Phone", "value": " "}, ["/type", "/value"]),
        ({"type": "phone", "value": "call me"}, ["/value"]),
        ({"type": "email", "value": "no address"}, ["/value"]),
        ({"type": "fax", "value": "V" * 256}, ["/value"]),
    ],
)
def test_a_bad_contact_is_described_and_not_added(
    actors: Actors, body: dict[str, Any], expected: list[str]
) -> None:
    actors.branch()
    answer = actors.http.post(f"{BRANCHES}/code:QC01/contacts", json=body)
    assert pointers(answer) == expected
    assert actors.http.get(f"{BRANCHES}/code:QC01/contacts").json()["items"] == []


def test_two_primary_contacts_at_once_leave_one(actors: Actors) -> None:
    actors.branch()
    barrier = Barrier(2)

    def add(value: str) -> None:
        barrier.wait()
        actors.contact(value=value, is_primary=True)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, ("+63281111111", "+63282222222")))
    listed = actors.http.get(f"{BRANCHES}/code:QC01/contacts").json()["items"]
    assert [each["is_primary"] for each in listed] == [True, False]


def test_a_branch_has_a_bounded_number_of_contacts(actors: Actors) -> None:
    branch = actors.branch()
    actors.staff.run(
        "insert into branch_contacts (branch_id, type, value)"
        " select %s, 'phone', n::text from generate_series(10001, 10050) n",
        branch["id"],
    )
    body = {"type": "phone", "value": "+63289123456"}
    answer = actors.http.post(f"{BRANCHES}/code:QC01/contacts", json=body)
    assert code_of(answer) == (422, "validation_failed")


# --- areas


def test_an_area_is_created_shown_changed_and_deleted(actors: Actors) -> None:
    made = actors.area(company="FCASH")
    of_it = f"{AREAS}/code:NCR"
    assert actors.http.get(of_it).json() == made
    changed = actors.http.patch(of_it, json={"company": None, "version": 1})
    assert changed.json() == {**made, "company": None, "version": 2}
    assert actors.http.request("DELETE", of_it, json={"version": 2}).status_code == 204
    assert code_of(actors.http.get(of_it)) == (404, "not_found")
    create, update, delete = actors.audited("areas")
    assert (create[0], update[2], delete[1]["name"]) == ("create", {"company": None}, "Metro")


def test_an_area_of_an_unknown_company_is_refused(actors: Actors) -> None:
    answer = actors.http.post(AREAS, json={"code": "A", "name": "A", "company": "NONE"})
    assert pointers(answer) == ["/company"]


def test_a_branch_has_one_primary_area_which_changes_in_one_act(actors: Actors) -> None:
    actors.branch()
    for code in ("NCR", "NORTH"):
        actors.area(code)
        member = f"{AREAS}/code:{code}/branches/code:QC01"
        assert actors.http.put(member, json={"is_primary": True}).status_code == 204
    shown = actors.http.get(f"{BRANCHES}/code:QC01").json()
    assert (shown["areas"], shown["primary_area"]) == (["NCR", "NORTH"], "NORTH")
    assert actors.http.put(f"{AREAS}/code:NORTH/branches/code:QC01").status_code == 204
    assert actors.http.get(f"{BRANCHES}/code:QC01").json() == shown
    member = f"{AREAS}/code:NORTH/branches/code:QC01"
    assert actors.http.put(member, json={"is_primary": False}).status_code == 204
    assert actors.http.get(f"{BRANCHES}/code:QC01").json()["primary_area"] is None
    listed = actors.http.get(f"{AREAS}/code:NORTH/branches").json()["items"]
    assert listed == [{"code": "QC01", "name": "Cubao", "is_primary": False}]
    was, is_now = {"is_primary": True}, {"is_primary": False}
    changes = actors.audited("area_branches")
    assert sorted(action for action, *_ in changes) == ["create", "create", "update", "update"]
    assert [each for each in changes if each[0] == "update"] == [("update", was, is_now)] * 2


def test_A6a_a_primary_area_is_not_taken_from_an_area_that_one_does_not_manage(
    actors: Actors,
) -> None:
    branch = actors.branch()["id"]
    for code, company in (("F", "FCASH"), ("P", "PCNI")):
        actors.area(code, company=company)
    assert (
        actors.http.put(f"{AREAS}/code:P/branches/code:QC01", json={"is_primary": True}).status_code
        == 204
    )
    person = actors.staff.hire("areas:read all FCASH", "areas:manage all FCASH")
    actors.staff.run("insert into user_branches values (%s, %s)", person, branch)
    fcash = {"Authorization": f"Bearer {actors.staff.session(person)}"}
    member = f"{AREAS}/code:F/branches/code:QC01"
    refused = actors.http.put(member, json={"is_primary": True}, headers=fcash)
    assert code_of(refused) == (403, "forbidden")
    assert actors.http.put(member, headers=fcash).status_code == 204
    shown = actors.http.get(f"{BRANCHES}/code:QC01").json()
    assert (shown["areas"], shown["primary_area"]) == (["F", "P"], "P")


def test_A3_deleting_an_area_takes_its_branches_from_its_holders(actors: Actors) -> None:
    staff = actors.staff
    area, branch = actors.area(), actors.branch()
    actors.http.put(f"{AREAS}/{area['id']}/branches/{branch['id']}")
    ana = staff.hire("clients:read area")
    staff.run("insert into user_areas values (%s, %s)", ana, area["id"])
    staff.run(
        "with c as (insert into clients (client_code, company_id, full_name, branch_id) values"
        " ('C1', (select id from companies where code = 'FCASH'), 'A client', %s) returning id)"
        " insert into client_assignments (client_id, officer_id) select id, %s from c",
        branch["id"],
        ana,
    )
    as_ana = {"Authorization": f"Bearer {staff.session(ana)}"}
    assert len(actors.http.get(f"{BASE}/clients", headers=as_ana).json()["items"]) == 1
    actors.http.request("DELETE", f"{AREAS}/{area['id']}", json={"version": 1})
    assert actors.http.get(f"{BASE}/clients", headers=as_ana).json()["items"] == []
    assert staff.one("select end_reason from client_assignments") == "territory_lost"
    lost = staff.one("select old_values from authorization_audit where subject_user_id = %s", ana)
    assert lost == {"branches": [branch["id"]]}


# --- closing


def test_a_branch_is_previewed_and_closed_with_the_hash_of_the_preview(actors: Actors) -> None:
    old, new = actors.branch("QC01"), actors.branch("QC02")
    actors.staff.run(
        "insert into clients (client_code, company_id, full_name, branch_id)"
        " select 'C' || n, (select id from companies where code = 'FCASH'), 'A client', %s"
        " from generate_series(1, 3) n",
        old["id"],
    )
    of_it, body = f"{BRANCHES}/{old['id']}/close", {"into": "code:QC02", "version": 1}
    plan = actors.http.post(of_it, json=body).json()
    assert (plan["is_applied"], plan["clients"], plan["examples"]) == (False, 3, [])
    assert actors.http.get(f"{BRANCHES}/{old['id']}").json() == old
    stale = actors.http.post(of_it, json={**body, "plan_hash": "0" * 64})
    assert code_of(stale) == (409, "plan_changed")
    body["plan_hash"] = plan["plan_hash"]
    key = {"Idempotency-Key": "closing-of-qc01"}
    closed = actors.http.post(of_it, json=body, headers=key)
    assert closed.json() == {**plan, "is_applied": True}
    again = actors.http.post(of_it, json=body, headers=key)
    assert (again.json(), again.headers["idempotent-replayed"]) == (closed.json(), "true")
    assert code_of(actors.http.post(of_it, json=body)) == (404, "not_found")
    in_new = "select count(*) from clients where branch_id = %s"
    assert actors.staff.one(in_new, new["id"]) == 3


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"version": 1}, ["/into"]),
        ({"into": "QC02", "version": 1}, ["/into"]),
        ({"into": "code:NONE", "version": 1}, ["/into"]),
        ({"into": "code:QC01", "version": 1}, ["/into"]),
        ({"into": "code:QC02", "plan_hash": "short", "version": 1}, ["/plan_hash"]),
    ],
)
def test_closing_with_bad_input_is_refused(
    actors: Actors, body: dict[str, Any], expected: list[str]
) -> None:
    actors.branch("QC01")
    actors.branch("QC02")
    assert pointers(actors.http.post(f"{BRANCHES}/code:QC01/close", json=body)) == expected
    unversioned = actors.http.post(f"{BRANCHES}/code:QC01/close", json={"into": "code:QC02"})
    assert code_of(unversioned) == (428, "version_required")


# --- who may


def test_A6a_every_route_needs_its_permission_with_scope_all(actors: Actors) -> None:
    area, branch, contact = actors.area(), actors.branch(), actors.contact()
    of_area, of_branch = f"{AREAS}/{area['id']}", f"{BRANCHES}/{branch['id']}"
    of_contact = f"{of_branch}/contacts/{contact['id']}"
    version = {"version": 1}
    calls: list[tuple[str, str, str, dict[str, Any]]] = [
        ("areas:read", "GET", AREAS, {}),
        ("areas:read", "GET", of_area, {}),
        ("areas:read", "GET", f"{of_area}/branches", {}),
        ("areas:manage", "POST", AREAS, {"code": "B", "name": "B"}),
        ("areas:manage", "PATCH", of_area, {"name": "B", **version}),
        ("areas:manage", "PUT", f"{of_area}/branches/{branch['id']}", {"is_primary": True}),
        ("areas:manage", "DELETE", f"{of_area}/branches/{branch['id']}", {}),
        ("areas:manage", "DELETE", of_area, version),
        ("branches:read", "GET", BRANCHES, {}),
        ("branches:read", "GET", of_branch, {}),
        ("branches:read", "GET", f"{of_branch}/contacts", {}),
        ("branches:manage", "POST", BRANCHES, {"code": "B", "name": "B"}),
        ("branches:manage", "PATCH", of_branch, {"name": "B", **version}),
        ("branches:manage", "POST", f"{of_branch}/contacts", {"type": "fax", "value": "1"}),
        ("branches:manage", "PATCH", of_contact, {"value": "12345", **version}),
        ("branches:manage", "DELETE", of_contact, version),
        ("branches:manage", "POST", f"{of_branch}/close", {"into": of_branch[-36:], **version}),
        ("branches:manage", "DELETE", of_branch, version),
    ]
    without = actors.as_("clients:read all")
    for permission, method, path, body in calls:
        json = body or None
        narrow = actors.as_(f"{permission} area")
        for headers in (without, narrow):
            answer = actors.http.request(method, path, json=json, headers=headers)
            assert answer.status_code in {403, 404}, (method, path, answer.text)
        reading = actors.as_(f"{permission.partition(':')[0]}:read all")
        if method != "GET":
            answer = actors.http.request(method, path, json=json, headers=reading)
            assert code_of(answer) == (403, "forbidden"), (method, path)
    counts = "select (select count(*) from areas) + (select count(*) from branches)"
    assert actors.staff.one(counts) == 2
    refused = "select count(*) from authorization_audit where decision = 'refused'"
    assert actors.staff.one(refused) > 0


def test_A6a_an_area_of_a_company_needs_a_grant_over_that_company(actors: Actors) -> None:
    actors.area("F", company="FCASH")
    actors.area("P", company="PCNI")
    actors.area("E")
    fcash = actors.as_("areas:read all FCASH", "areas:manage all FCASH")
    listed = actors.http.get(AREAS, headers=fcash).json()["items"]
    assert [each["code"] for each in listed] == ["E", "F"]
    changes = {
        "F": (200, None),
        "P": (404, "not_found"),
        "E": (403, "forbidden"),
    }
    for code, expected in changes.items():
        body = {"name": "Renamed", "version": 1}
        answer = actors.http.patch(f"{AREAS}/code:{code}", json=body, headers=fcash)
        got = (answer.status_code, answer.json().get("error", {}).get("code"))
        assert got == expected
    for company, status in (("FCASH", 201), ("PCNI", 403), (None, 403)):
        body = {"code": f"N{company}", "name": "New", "company": company}
        assert actors.http.post(AREAS, json=body, headers=fcash).status_code == status
    moved = {"company": "PCNI", "version": 2}
    answer = actors.http.patch(f"{AREAS}/code:F", json=moved, headers=fcash)
    assert code_of(answer) == (403, "forbidden")


def test_A6_an_area_is_not_deleted_by_one_who_does_not_hold_it(actors: Actors) -> None:
    area = actors.area(company="FCASH")
    fcash = actors.as_("areas:manage all FCASH")
    answer = actors.http.request(
        "DELETE", f"{AREAS}/{area['id']}", json={"version": 1}, headers=fcash
    )
    assert code_of(answer) == (422, "privilege_exceeded")


def test_what_does_not_exist_is_not_found(actors: Actors) -> None:
    actors.area()
    actors.branch()
    for path in (
        f"{AREAS}/{uuid4()}",
        f"{BRANCHES}/code:NONE",
        f"{AREAS}/code:NONE/branches",
        f"{BRANCHES}/code:NONE/contacts",
    ):
        assert code_of(actors.http.get(path)) == (404, "not_found")
    for path in (f"{AREAS}/code:NCR/branches/code:NONE", f"{AREAS}/code:NONE/branches/code:QC01"):
        assert code_of(actors.http.put(path)) == (404, "not_found")
        assert code_of(actors.http.delete(path)) == (404, "not_found")
