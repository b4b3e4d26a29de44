"""Looking after people over real HTTP: accounts, grants, territories, sessions and resets."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from attrs import frozen

from clientupdater.adapters.security.passwords import hash_password
from clientupdater.entrypoints.http.application import build
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.domain.ids import BranchId, PersonId
    from tests.support.servers import Database

BASE = "/api/v1"
USERS = f"{BASE}/users"
WORD, OTHER = "a word that is long", "quite another long word"
KEPT = hash_password(WORD)
BOSS = ("users:read all", "users:manage all", "areas:manage all", "areas:read all")


@frozen
class Office:
    """The boss looks after everybody, the head after one branch, the reader may only look."""

    staff: Staff
    http: httpx.Client
    branch: BranchId
    boss: PersonId
    ana: PersonId
    head: dict[str, str]
    reader: dict[str, str]

    @property
    def of_ana(self) -> str:
        """Say where Ana is found."""
        return f"{USERS}/{self.ana}"

    def as_(self, person: PersonId) -> dict[str, str]:
        """Sign somebody in past all rules."""
        return {"Authorization": f"Bearer {self.staff.session(person)}"}

    def code(self, table: str, place: object) -> str:
        """Tell the code of a branch or an area."""
        return str(self.staff.one(f"select code from {table} where id = %s", place))


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    with staffed(database, ZoneInfo("Asia/Manila")) as staff:
        boss = staff.hire(*BOSS, email="boss@example.com")
        ana = staff.hire(email="ana@example.com", first_name="Ana", password_hash=KEPT)
        head = staff.hire("users:read branch", "users:manage branch", email="head@example.com")
        reader = staff.hire("users:read all", email="reader@example.com")
        branch = staff.branch(ana, head)
        with served(build(lambda: nullcontext(staff.app))) as http:
            sessions = {each: f"Bearer {staff.session(each)}" for each in (boss, head, reader)}
            http.headers["Authorization"] = sessions[boss]
            heads, readers = ({"Authorization": sessions[each]} for each in (head, reader))
            yield Office(staff, http, branch, boss, ana, heads, readers)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.is_error, answer.text
    return answer.status_code, answer.json()["error"]["code"]


def pointers(answer: httpx.Response) -> list[str]:
    assert code_of(answer) == (422, "validation_failed"), answer.text
    return [each["pointer"] for each in answer.json()["error"]["details"]["fields"]]


# --- making an account


@pytest.mark.rule("U4", "U6")
def test_U6_a_new_user_is_shown_with_a_password_this_once(office: Office, said: Said) -> None:
    body = {
        "email": "new@example.com",
        "first_name": "Nena",
        "branches": [str(office.branch)],
        "areas": [],
    }
    made = office.http.post(USERS, json=body)
    assert made.status_code == 201, made.text
    assert (made.headers["etag"], made.headers["cache-control"]) == ('"v1"', "no-store")
    result = made.json()
    assert (result["first_name"], result["must_change_password"]) == ("Nena", True)
    assert result["branches"] == [office.code("branches", office.branch)]
    shown = office.http.get(made.headers["location"]).json()
    once = {"initial_password", "initial_password_expires_at"}
    assert shown == {name: value for name, value in result.items() if name not in once}
    word = {"email": "new@example.com", "password": result["initial_password"]}
    opened = office.http.post(f"{BASE}/sessions", json=word).json()
    barred = {"Authorization": f"Bearer {opened['token']}"}
    assert code_of(office.http.get(f"{BASE}/me", headers=barred)) == (
        403,
        "password_change_required",
    )
    assert result["initial_password"] not in kept_anywhere(office, said)


Said: TypeAlias = "Callable[[], str]"


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Said:
    """Read all that was logged, whichever way the log goes in this process."""

    def read() -> str:
        printed = capfd.readouterr()
        return printed.out + printed.err + caplog.text

    return read


def kept_anywhere(office: Office, result: Said) -> str:
    """Give all that was logged or written down of what was done."""
    written = [
        office.staff.one(f"select coalesce(json_agg(t)::text, '') from {table} t")
        for table in ("activity_logs", "authorization_audit", "users", "user_sessions")
    ]
    seen = result()
    assert re.search(r"status\W+201", seen), "the log tells of the request"
    return "".join((*written, seen))


def test_an_email_is_taken_once(office: Office) -> None:
    answer = office.http.post(USERS, json={"email": "ANA@example.com"})
    assert code_of(answer) == (409, "already_exists")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, ["/email"]),
        ({"email": "no address"}, ["/email"]),
        ({"email": "x@example.com", "is_admin": True}, ["/is_admin"]),
        ({"email": "x@example.com", "first_name": "A" * 101}, ["/first_name"]),
        ({"email": "x@example.com", "branches": ["Nowhere"]}, ["/branches/0"]),
        ({"email": "x@example.com", "branches": ["code:NO1", "code:NO2"]}, None),
        ({"email": "x@example.com", "areas": [str(uuid4())]}, ["/areas/0"]),
    ],
)
def test_a_fault_in_a_new_user_names_its_field(
    office: Office, body: dict[str, Any], told: list[str] | None
) -> None:
    result = pointers(office.http.post(USERS, json=body))
    assert result == (told or ["/branches/0", "/branches/1"])


@pytest.mark.rule("A5", "A6a")
@pytest.mark.parametrize("body", [{"email": "x@example.com"}, {"email": "x"}, {}])
def test_A5_a_caller_without_users_manage_gets_403_before_any_fault(
    office: Office, body: dict[str, Any]
) -> None:
    for headers in (office.reader, office.as_(office.staff.hire())):
        answer = office.http.post(USERS, json=body, headers=headers)
        assert code_of(answer) == (403, "forbidden")
        assert answer.json()["error"]["details"] == {"permission": "users:manage"}


@pytest.mark.rule("A6")
def test_A6_a_head_makes_accounts_within_their_branch(office: Office) -> None:
    body = {"email": "x@example.com"}
    assert code_of(office.http.post(USERS, json=body, headers=office.head)) == (403, "forbidden")
    own = {**body, "branches": [f"code:{office.code('branches', office.branch)}"]}
    assert office.http.post(USERS, json=own, headers=office.head).status_code == 201


# --- looking


def test_people_are_listed_page_by_page(office: Office) -> None:
    first = office.http.get(USERS, params={"limit": 3}).json()
    assert [each["email"][:4] for each in first["items"]] == ["ana@", "boss", "head"]
    assert first["has_more"] is True
    assert "ana@" not in first["next_cursor"]
    rest = {"limit": 1, "cursor": first["next_cursor"]}
    last = office.http.get(USERS, params=rest).json()
    assert [each["email"] for each in last["items"]] == ["reader@example.com"]
    assert (last["has_more"], last["next_cursor"]) == (False, None)
    other = {"active": "true", "cursor": first["next_cursor"]}
    assert code_of(office.http.get(USERS, params=other)) == (400, "invalid_cursor")
    theirs = {"cursor": first["next_cursor"]}
    stolen = office.http.get(USERS, params=theirs, headers=office.reader)
    assert code_of(stolen) == (400, "invalid_cursor")


@pytest.mark.rule("A6a")
def test_A6a_a_branch_head_sees_only_people_of_that_branch(office: Office) -> None:
    listed = office.http.get(USERS, headers=office.head).json()["items"]
    assert [each["email"] for each in listed] == ["ana@example.com", "head@example.com"]
    for path in ("", "/grants", "/sessions"):
        hidden = office.http.get(f"{USERS}/{office.boss}{path}", headers=office.head)
        assert code_of(hidden) == (404, "not_found")
        assert office.http.get(f"{office.of_ana}{path}", headers=office.head).status_code == 200
    nobody = office.as_(office.staff.hire())
    assert code_of(office.http.get(USERS, headers=nobody)) == (403, "forbidden")


@pytest.mark.rule("A6a")
def test_A6a_oneself_needs_no_right(office: Office) -> None:
    mine = office.as_(office.ana)
    for path in ("", "/grants", "/sessions"):
        assert office.http.get(f"{office.of_ana}{path}", headers=mine).status_code == 200
    assert code_of(office.http.get(f"{USERS}/nobody")) == (404, "not_found")
    assert code_of(office.http.get(f"{USERS}/{uuid4()}")) == (404, "not_found")


# --- changing


@pytest.mark.rule("A6", "U1")
def test_U1_whom_a_token_means_is_set_once_and_not_shown(office: Office) -> None:
    result = office.http.patch(office.of_ana, json={"clerk_id": "user_ana", "version": 1})
    assert (result.status_code, result.headers["etag"]) == (200, '"v2"')
    assert "user_ana" not in result.text
    assert "user_ana" not in office.http.get(office.of_ana).text
    assert office.staff.one("select clerk_id from users where email = 'ana@example.com'")
    other = office.staff.one("select id from users where email = 'head@example.com'")
    taken = office.http.patch(f"{USERS}/{other}", json={"clerk_id": "user_ana", "version": 1})
    assert code_of(taken) == (409, "already_exists")
    away = office.http.patch(office.of_ana, json={"clerk_id": None, "version": 2})
    assert away.headers["etag"] == '"v3"'
    assert office.staff.one("select count(*) from users where clerk_id is not null") == 0


@pytest.mark.rule("A6")
def test_a_change_names_the_version_that_was_seen(office: Office) -> None:
    body = {"last_name": "Cruz", "first_name": None}
    assert code_of(office.http.patch(office.of_ana, json=body)) == (428, "version_required")
    seen = {"If-Match": office.http.get(office.of_ana).headers["etag"]}
    changed = office.http.patch(office.of_ana, json=body, headers=seen)
    assert changed.status_code == 200, changed.text
    assert (changed.headers["etag"], changed.json()["version"]) == ('"v2"', 2)
    assert (changed.json()["first_name"], changed.json()["last_name"]) == (None, "Cruz")
    stale = office.http.patch(office.of_ana, json={"last_name": "Reyes"}, headers=seen)
    assert code_of(stale) == (412, "precondition_failed")
    in_body = office.http.patch(office.of_ana, json={"last_name": "Reyes", "version": 1})
    assert code_of(in_body) == (409, "version_conflict")
    details = in_body.json()["error"]["details"]
    assert (details["provided"], details["current"], details["fields"]) == (1, 2, ["last_name"])
    assert details["snapshot"] == changed.json()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"email": None}, "/email"),
        ({"email": "none"}, "/email"),
        ({"is_active": None}, "/is_active"),
        ({"is_active": 1}, "/is_active"),
        ({"password": "x"}, "/password"),
        ({"last_name": "a\tb"}, "/last_name"),
        ({"clerk_id": "a b"}, "/clerk_id"),
        ({"clerk_id": "a" * 256}, "/clerk_id"),
        ({"clerk_id": 1}, "/clerk_id"),
    ],
)
def test_a_fault_in_a_change_names_its_field(
    office: Office, body: dict[str, Any], pointer: str
) -> None:
    assert pointers(office.http.patch(office.of_ana, json={**body, "version": 1})) == [pointer]


@pytest.mark.rule("A5")
@pytest.mark.parametrize("body", [{"is_active": False, "version": 1}, {"is_active": 5}, {}])
def test_A5_sight_then_right_come_before_shape_and_version(
    office: Office, body: dict[str, Any]
) -> None:
    seen = office.http.patch(office.of_ana, json=body, headers=office.reader)
    assert code_of(seen) == (403, "forbidden")
    assert seen.json()["error"]["details"] == {"permission": "users:manage"}
    hidden = office.http.patch(f"{USERS}/{office.boss}", json=body, headers=office.head)
    assert code_of(hidden) == (404, "not_found")
    unversioned = office.http.delete(office.of_ana, headers=office.reader)
    assert code_of(unversioned) == (403, "forbidden")


@pytest.mark.rule("A6")
def test_A6_an_account_with_wider_rights_cannot_be_taken_over(office: Office) -> None:
    office.staff.grant(office.ana, "clients:read", "all")
    body = {"email": "mine@example.com", "version": 1}
    answer = office.http.patch(office.of_ana, json=body, headers=office.head)
    assert code_of(answer) == (422, "privilege_exceeded")
    reset = office.http.post(f"{office.of_ana}/password-reset", headers=office.head)
    assert code_of(reset) == (422, "privilege_exceeded")


@pytest.mark.rule("A6", "A8")
def test_A6_the_last_administrator_stays(office: Office) -> None:
    url = f"{USERS}/{office.boss}"
    off = office.http.patch(url, json={"is_active": False, "version": 1})
    assert code_of(off) == (409, "last_administrator")
    gone = office.http.delete(url, headers={"If-Match": '"v1"'})
    assert code_of(gone) == (409, "last_administrator")


@pytest.mark.rule("A8")
def test_A8_a_deleted_user_is_signed_out_and_not_found(office: Office) -> None:
    theirs = office.as_(office.ana)
    assert code_of(office.http.delete(office.of_ana)) == (428, "version_required")
    stale = office.http.delete(office.of_ana, headers={"If-Match": '"v7"'})
    assert code_of(stale) == (412, "precondition_failed")
    in_body = office.http.request("DELETE", office.of_ana, json={"version": 7})
    assert code_of(in_body) == (409, "version_conflict")
    done = office.http.delete(office.of_ana, headers={"If-Match": '"v1"'})
    assert (done.status_code, done.content) == (204, b"")
    assert code_of(office.http.get(f"{BASE}/me", headers=theirs)) == (401, "unauthenticated")
    assert code_of(office.http.get(office.of_ana)) == (404, "not_found")


# --- grants


@pytest.mark.rule("A1", "A7")
def test_A7_a_grant_that_is_taken_is_gone_from_the_next_request_on(office: Office) -> None:
    theirs, grants = office.as_(office.ana), f"{office.of_ana}/grants"
    assert code_of(office.http.get(USERS, headers=theirs)) == (403, "forbidden")
    url = f"{grants}/users:read"
    result = office.http.put(url, json={"scope": "branch"})
    assert (result.status_code, result.content) == (204, b"")
    assert office.http.get(USERS, headers=theirs).status_code == 200
    assert office.http.put(url, json={"scope": "all"}).status_code == 204
    over = {"company": "FCASH"}
    assert office.http.put(url, params=over, json={"scope": "self"}).status_code == 204
    listed = office.http.get(grants).json()["items"]
    assert [(each["permission"], each["company"], each["scope"]) for each in listed] == [
        ("users:read", None, "all"),
        ("users:read", "FCASH", "self"),
    ]
    assert office.http.delete(url).status_code == 204
    assert office.http.delete(url, params=over).status_code == 204
    assert code_of(office.http.get(USERS, headers=theirs)) == (403, "forbidden")
    assert office.http.delete(url).status_code == 204


@pytest.mark.rule("A6")
def test_A6_callers_cannot_give_what_they_lack_or_give_to_themselves(office: Office) -> None:
    body = {"scope": "all"}
    not_held = office.http.put(f"{office.of_ana}/grants/clients:read", json=body)
    assert code_of(not_held) == (422, "privilege_exceeded")
    wider = f"{office.of_ana}/grants/users:read"
    answer = office.http.put(wider, json=body, headers=office.head)
    assert code_of(answer) == (422, "privilege_exceeded")
    own = f"{USERS}/{office.boss}/grants/users:manage"
    assert code_of(office.http.delete(own)) == (422, "privilege_exceeded")
    other = office.as_(office.staff.hire("users:manage all FCASH", "users:manage all PCNI"))
    assert code_of(office.http.delete(own, headers=other)) == (404, "not_found")


def test_a_fault_in_a_grant_names_its_field(office: Office) -> None:
    url = f"{office.of_ana}/grants"
    assert pointers(office.http.put(f"{url}/users:read", json={"scope": "world"})) == ["/scope"]
    both = office.http.put(f"{url}/users:fly", params={"company": ""}, json={})
    assert sorted(pointers(both)) == ["/company", "/permission", "/scope"]
    seen = office.http.put(f"{url}/users:fly", json={}, headers=office.reader)
    assert code_of(seen) == (403, "forbidden")
    nowhere = office.http.put(
        f"{url}/users:read", params={"company": "NOPE"}, json={"scope": "self"}
    )
    assert code_of(nowhere) == (404, "not_found")


# --- territories


@pytest.mark.rule("A2", "A6")
def test_A2_branches_and_areas_are_given_and_taken(office: Office) -> None:
    branch, area = office.staff.branch(), office.staff.area()
    places = {
        "branches": (branch, office.code("branches", branch)),
        "areas": (area, office.code("areas", area)),
    }
    for kind, (place, code) in places.items():
        for named in (place, f"code:{code}"):
            url = f"{office.of_ana}/{kind}/{named}"
            assert office.http.put(url).status_code == 204
            assert office.http.put(url).status_code == 204
            assert code in office.http.get(office.of_ana).json()[kind]
            assert office.http.delete(url).status_code == 204
            assert code not in office.http.get(office.of_ana).json()[kind]
        url = f"{office.of_ana}/{kind}"
        assert code_of(office.http.put(f"{url}/code:NOPE")) == (404, "not_found")
        not_held = office.http.put(f"{url}/{place}", headers=office.head)
        assert code_of(not_held) == (422, "privilege_exceeded")
        assert code_of(office.http.put(f"{url}/{place}", headers=office.reader)) == (
            403,
            "forbidden",
        )


@pytest.mark.rule("A6", "A7")
def test_A7_a_branch_is_put_into_an_area_and_taken_out(office: Office) -> None:
    area = office.staff.area(given_to=office.ana)
    named = f"code:{office.code('branches', office.branch)}"
    url = f"{BASE}/areas/code:{office.code('areas', area)}/branches/{named}"
    count = "select count(*) from area_branches where area_id = %s"
    assert office.http.put(url).status_code == 204
    assert office.staff.one(count, area) == 1
    manager = office.as_(office.staff.hire("areas:manage all FCASH", "areas:read all"))
    assert code_of(office.http.delete(url, headers=manager)) == (403, "forbidden")
    assert code_of(office.http.delete(url, headers=office.reader)) == (404, "not_found")
    assert office.http.delete(url).status_code == 204
    assert office.staff.one(count, area) == 0
    assert code_of(office.http.put(f"{BASE}/areas/{uuid4()}/branches/{named}"))[0] == 404


# --- sessions and resets


@pytest.mark.rule("U2")
def test_U2_all_sessions_of_a_user_end_at_once(office: Office) -> None:
    theirs = [office.as_(office.ana) for _ in range(2)]
    url = f"{office.of_ana}/sessions"
    listed = office.http.get(url).json()["items"]
    assert [each["is_current"] for each in listed] == [False, False]
    assert code_of(office.http.delete(url, headers=office.reader)) == (403, "forbidden")
    assert office.http.delete(url).status_code == 204
    assert office.http.get(url).json()["items"] == []
    for each in theirs:
        assert code_of(office.http.get(f"{BASE}/me", headers=each)) == (401, "unauthenticated")
    again = office.as_(office.ana)
    assert office.http.delete(url, headers=again).status_code == 204
    assert code_of(office.http.get(url, headers=again)) == (401, "unauthenticated")


@pytest.mark.rule("U2", "U6")
def test_U6_a_reset_is_shown_once_and_good_once(office: Office, said: Said) -> None:
    theirs = office.as_(office.ana)
    seen = office.http.post(f"{office.of_ana}/password-reset", headers=office.reader)
    assert code_of(seen) == (403, "forbidden")
    made = office.http.post(f"{office.of_ana}/password-reset")
    assert (made.status_code, set(made.json())) == (201, {"token", "expires_at"})
    assert made.headers["cache-control"] == "no-store"
    token, url = made.json()["token"], f"{BASE}/password-resets"
    public = {"Authorization": ""}
    weak = office.http.post(url, json={"token": token, "new_password": "short"}, headers=public)
    assert pointers(weak) == ["/new_password"]
    assert pointers(office.http.post(url, json={}, headers=public)) == ["/token", "/new_password"]
    body = {"token": token, "new_password": OTHER}
    used = office.http.post(url, json=body, headers=public)
    assert (used.status_code, used.content) == (204, b"")
    again = office.http.post(url, json=body, headers=public)
    assert code_of(again) == (401, "invalid_credentials")
    assert code_of(office.http.get(f"{BASE}/me", headers=theirs)) == (401, "unauthenticated")
    word = {"email": "ana@example.com", "password": OTHER}
    assert office.http.post(f"{BASE}/sessions", json=word).status_code == 201
    result = kept_anywhere(office, said)
    assert token not in result
    assert OTHER not in result
