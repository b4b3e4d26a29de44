"""Roles over real HTTP: a new employee works with nothing but a role and a branch."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import httpx
import pytest
from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.application import build
from tests.support.http_actors import code_of
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.domain.ids import BranchId, PersonId
    from tests.support.servers import Database

BASE = "/api/v1"
ROLES = f"{BASE}/roles"


@frozen
class Roles:
    """The boss may do everything; the head manages one branch; Ana has nothing yet."""

    staff: Staff
    http: httpx.Client
    branch: BranchId
    ana: PersonId
    head: dict[str, str]

    def of_ana(self, role: str = "") -> str:
        return f"{BASE}/users/{self.ana}/roles{'/' * bool(role)}{role}"


@pytest.fixture
def roles(database: Database) -> Iterator[Roles]:
    with staffed(database, ZoneInfo("Asia/Manila")) as staff:
        boss = staff.hire(*(f"{each} all" for each in Permission), first_name="Bo")
        ana = staff.hire(first_name="Ana", last_name="Cruz")
        head = staff.hire("users:read branch", "users:manage branch")
        branch = staff.branch(ana, head)
        with served(build(lambda: nullcontext(staff.serving))) as http:
            http.headers["Authorization"] = f"Bearer {staff.session(boss)}"
            heads = {"Authorization": f"Bearer {staff.session(head)}"}
            yield Roles(staff, http, branch, ana, heads)


def test_a_telemarketer_works_with_the_role_alone(roles: Roles) -> None:
    body = {
        "email": "tele@example.com",
        "branches": [str(roles.branch)],
        "roles": [{"role": "telemarketer", "company": "FCASH"}],
    }
    made = roles.http.post(f"{BASE}/users", json=body)
    assert made.status_code == 201, made.text
    roles.staff.run(
        "insert into clients (client_code, company_id, full_name, branch_id, product_id)"
        " values ('FC-1', %s, 'Juana Reyes', %s,"
        " (select id from products where code = 'FCASH_SSS'))",
        roles.staff.company(),
        roles.branch,
    )
    person = made.json()["id"]
    roles.staff.run("update users set must_change_password = false where id = %s", person)
    as_new = {"Authorization": f"Bearer {roles.staff.session(person)}"}
    row = f"{BASE}/clients/code:FC-1/periods/2026-11"
    update = {"status": "CALLED", "version": 0}
    for method, path, json in (
        ("GET", f"{BASE}/worklist", None),
        ("POST", f"{row}/events", update),
        ("GET", f"{row}/events", None),
        ("POST", f"{BASE}/clients/search", {"q": "rey jua"}),
        ("PATCH", f"{BASE}/clients/code:FC-1", {"contact_number": "+639171234567", "version": 1}),
    ):
        answer = roles.http.request(method, path, json=json, headers=as_new)
        assert answer.is_success, (path, answer.text)


def test_a_role_is_given_shown_compared_and_taken(roles: Roles) -> None:
    http = roles.http
    lacks = http.get(roles.of_ana("telemarketer"), params={"company": "FCASH"}).json()
    assert len(lacks["lacking"]) == 6
    assert lacks["lacking"][0] == {"permission": "clients:read", "scope": "branch", "held": None}
    given = http.put(roles.of_ana("telemarketer"), params={"company": "FCASH"})
    assert given.status_code == 204, given.text
    (shown,) = http.get(roles.of_ana()).json()["items"]
    assert (shown["role"], shown["company"]) == ("telemarketer", "FCASH")
    assert (
        http.get(roles.of_ana("telemarketer"), params={"company": "FCASH"}).json()["lacking"] == []
    )
    assert len(http.get(f"{BASE}/users/{roles.ana}/grants").json()["items"]) == 6
    taken = http.delete(roles.of_ana("telemarketer"), params={"company": "FCASH"})
    assert taken.status_code == 204
    assert http.get(f"{BASE}/users/{roles.ana}/grants").json()["items"] == []
    assert code_of(http.put(roles.of_ana("cook"))) == (404, "not_found")


def test_A6_a_head_of_a_branch_gives_no_role_beyond_their_own_grants(roles: Roles) -> None:
    refused = roles.http.put(roles.of_ana("telemarketer"), headers=roles.head)
    assert code_of(refused) == (422, "privilege_exceeded")
    assert roles.http.get(roles.of_ana()).json()["items"] == []


def test_a_change_is_previewed_and_then_made_for_everyone(roles: Roles) -> None:
    roles.http.put(roles.of_ana("telemarketer"))
    seen = roles.http.get(f"{ROLES}/telemarketer")
    body = {"grants": [*seen.json()["grants"], {"permission": "clients:reveal", "scope": "branch"}]}
    etag = {"If-Match": seen.headers["etag"]}
    preview = roles.http.patch(
        f"{ROLES}/telemarketer", json={**body, "preview": True}, headers=etag
    ).json()
    assert preview["people_changed"] == 1
    assert preview["people"] == [
        {
            "user": str(roles.ana),
            "name": "Ana Cruz",
            "grants": [
                {
                    "permission": "clients:reveal",
                    "company": None,
                    "before": None,
                    "after": "branch",
                }
            ],
        }
    ]
    assert len(roles.http.get(f"{BASE}/users/{roles.ana}/grants").json()["items"]) == 6
    changed = roles.http.patch(f"{ROLES}/telemarketer", json=body, headers=etag)
    assert (changed.status_code, changed.json()["people_changed"]) == (200, 1)
    assert len(roles.http.get(f"{BASE}/users/{roles.ana}/grants").json()["items"]) == 7
    assert code_of(roles.http.patch(f"{ROLES}/telemarketer", json=body, headers=etag)) == (
        412,
        "precondition_failed",
    )
    assert code_of(roles.http.patch(f"{ROLES}/telemarketer", json=body)) == (
        428,
        "version_required",
    )


def test_a_role_of_ones_own_is_created_and_deleted(roles: Roles) -> None:
    body = {
        "code": "field_staff",
        "name": "Field staff",
        "grants": [{"permission": "clients:read", "scope": "self"}],
    }
    made = roles.http.post(ROLES, json=body)
    assert made.status_code == 201, made.text
    assert roles.http.get(made.headers["location"]).json() == made.json()
    assert code_of(roles.http.post(ROLES, json=body)) == (409, "already_exists")
    etag = {"If-Match": made.headers["etag"]}
    assert roles.http.delete(f"{ROLES}/field_staff", headers=etag).status_code == 204
    refused = roles.http.delete(f"{ROLES}/operator", headers=etag)
    assert code_of(refused) == (409, "role_not_deletable")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"code": "Field staff"}, "/code"),
        ({"name": " "}, "/name"),
        ({"grants": [{"permission": "clients:eat", "scope": "self"}]}, "/grants/0/permission"),
        ({"grants": [{"permission": "clients:read", "scope": "self"}] * 2}, "/grants"),
        ({"description": "x" * 501}, "/description"),
    ],
)
def test_a_role_with_a_fault_is_not_created(
    roles: Roles, change: dict[str, object], pointer: str
) -> None:
    body = {"code": "field_staff", "name": "Field staff", "grants": [], **change}
    refused = roles.http.post(ROLES, json=body)
    assert code_of(refused) == (422, "validation_failed")
    (fault,) = refused.json()["error"]["details"]["fields"]
    assert fault["pointer"] == pointer
    assert len(roles.http.get(ROLES).json()["items"]) == 6


def test_A6a_only_those_over_everyone_change_roles(roles: Roles) -> None:
    assert len(roles.http.get(ROLES, headers=roles.head).json()["items"]) == 6
    for method, path in (("POST", ROLES), ("PATCH", f"{ROLES}/operator")):
        refused = roles.http.request(method, path, json={"name": 1}, headers=roles.head)
        assert code_of(refused) == (403, "forbidden")
