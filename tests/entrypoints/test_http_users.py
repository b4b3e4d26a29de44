"""ReadContext after people over real HTTP: accounts, grants, territories, sessions and resets."""

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
class HttpActors:
    """The boss manages all users, the head those of one branch, and the reader may only read."""

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
        """Sign in a person past all rules."""
        return {"Authorization": f"Bearer {self.staff.session(person)}"}

    def code(self, table: str, place: object) -> str:
        """Tell the code of a branch or an area."""
        return str(self.staff.one(f"select code from {table} where id = %s", place))


@pytest.fixture
def actors(database: Database) -> Iterator[HttpActors]:
    with staffed(database, ZoneInfo("Asia/Manila")) as staff:
        boss = staff.hire(*BOSS, email="boss@example.com")
        ana = staff.hire(email="ana@example.com", first_name="Ana", password_hash=KEPT)
        head = staff.hire("users:read branch", "users:manage branch", email="head@example.com")
        reader = staff.hire("users:read all", email="reader@example.com")
        branch = staff.branch(ana, head)
        with served(build(lambda: nullcontext(staff.serving))) as http:
            sessions = {each: f"Bearer {staff.session(each)}" for each in (boss, head, reader)}
            http.headers["Authorization"] = sessions[boss]
            heads, readers = ({"Authorization": sessions[each]} for each in (head, reader))
            yield HttpActors(staff, http, branch, boss, ana, heads, readers)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.is_error, answer.text
    return answer.status_code, answer.json()["error"]["code"]


def pointers(answer: httpx.Response) -> list[str]:
    assert code_of(answer) == (422, "validation_failed"), answer.text
    return [each["pointer"] for each in answer.json()["error"]["details"]["fields"]]


# --- making an account


@pytest.mark.rule("U4", "U6")
def test_U6_a_new_user_is_shown_with_a_password_this_once(actors: HttpActors, said: Said) -> None:
    body = {
        "email": "new@example.com",
        "first_name": "Nena",
        "branches": [str(actors.branch)],
        "areas": [],
    }
    made = actors.http.post(USERS, json=body)
    assert made.status_code == 201, made.text
    assert (made.headers["etag"], made.headers["cache-control"]) == ('"v1"', "no-store")
    result = made.json()
    assert (result["first_name"], result["must_change_password"]) == ("Nena", True)
    assert result["branches"] == [actors.code("branches", actors.branch)]
    shown = actors.http.get(made.headers["location"]).json()
    once = {"initial_password", "initial_password_expires_at"}
    assert shown == {name: value for name, value in result.items() if name not in once}
    word = {"email": "new@example.com", "password": result["initial_password"]}
    opened = actors.http.post(f"{BASE}/sessions", json=word).json()
    barred = {"Authorization": f"Bearer {opened['token']}"}
    assert code_of(actors.http.get(f"{BASE}/me", headers=barred)) == (
        403,
        "password_change_required",
    )
    assert result["initial_password"] not in kept_anywhere(actors, said)


Said: TypeAlias = "Callable[[], str]"
COLOURS = re.compile(r"\x1b\[\d+m")
"""Logs for a terminal have them; which log it is depends on what ran before in the process."""


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Said:
    """Read all that was logged, whichever way the log goes in this process."""

    def read() -> str:
        printed = capfd.readouterr()
        return printed.out + printed.err + caplog.text

    return read


def kept_anywhere(actors: HttpActors, result: Said) -> str:
    """Give all that was logged or written down of what was done."""
    written = [
        actors.staff.one(f"select coalesce(json_agg(t)::text, '') from {table} t")
        for table in ("activity_logs", "authorization_audit", "users", "user_sessions")
    ]
    seen = COLOURS.sub("", result())
    assert re.search(r"status\W+201", seen), "the log tells of the request"
    return "".join((*written, seen))


def test_an_email_is_taken_once(actors: HttpActors) -> None:
    answer = actors.http.post(USERS, json={"email": "ANA@example.com"})
    assert code_of(answer) == (409, "already_exists")


@pytest.mark.parametrize(
    ("body", "expected"),
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
    actors: HttpActors, body: dict[str, Any], expected: list[str] | None
) -> None:
    result = pointers(actors.http.post(USERS, json=body))
    assert result == (expected or ["/branches/0", "/branches/1"])


@pytest.mark.rule("A5", "A6a")
@pytest.mark.parametrize("body", [{"email": "x@example.com"}, {"email": "x"}, {}])
def test_A5_a_caller_without_users_manage_gets_403_before_any_fault(
    actors: HttpActors, body: dict[str, Any]
) -> None:
    for headers in (actors.reader, actors.as_(actors.staff.hire())):
        answer = actors.http.post(USERS, json=body, headers=headers)
        assert code_of(answer) == (403, "forbidden")
        assert answer.json()["error"]["details"] == {"permission": "users:manage"}


@pytest.mark.rule("A6")
def test_A6_a_head_makes_accounts_within_their_branch(actors: HttpActors) -> None:
    body = {"email": "x@example.com"}
    assert code_of(actors.http.post(USERS, json=body, headers=actors.head)) == (403, "forbidden")
    own = {**body, "branches": [f"code:{actors.code('branches', actors.branch)}"]}
    assert actors.http.post(USERS, json=own, headers=actors.head).status_code == 201


# --- read_context


def test_people_are_listed_page_by_page(actors: HttpActors) -> None:
    first = actors.http.get(USERS, params={"limit": 3}).json()
    assert [each["email"][:4] for each in first["items"]] == ["ana@", "boss", "head"]
    assert first["has_more"] is True
    assert "ana@" not in first["next_cursor"]
    rest = {"limit": 1, "cursor": first["next_cursor"]}
    last = actors.http.get(USERS, params=rest).json()
    assert [each["email"] for each in last["items"]] == ["reader@example.com"]
    assert (last["has_more"], last["next_cursor"]) == (False, None)
    other = {"active": "true", "cursor": first["next_cursor"]}
    assert code_of(actors.http.get(USERS, params=other)) == (400, "invalid_cursor")
    theirs = {"cursor": first["next_cursor"]}
    stolen = actors.http.get(USERS, params=theirs, headers=actors.reader)
    assert code_of(stolen) == (400, "invalid_cursor")


@pytest.mark.rule("A6a")
def test_A6a_a_branch_head_sees_only_people_of_that_branch(actors: HttpActors) -> None:
    listed = actors.http.get(USERS, headers=actors.head).json()["items"]
    assert [each["email"] for each in listed] == ["ana@example.com", "head@example.com"]
    for path in ("", "/grants", "/sessions"):
        hidden = actors.http.get(f"{USERS}/{actors.boss}{path}", headers=actors.head)
        assert code_of(hidden) == (404, "not_found")
        assert actors.http.get(f"{actors.of_ana}{path}", headers=actors.head).status_code == 200
    nobody = actors.as_(actors.staff.hire())
    assert code_of(actors.http.get(USERS, headers=nobody)) == (403, "forbidden")


@pytest.mark.rule("A6a")
def test_A6a_oneself_needs_no_right(actors: HttpActors) -> None:
    mine = actors.as_(actors.ana)
    for path in ("", "/grants", "/sessions"):
        assert actors.http.get(f"{actors.of_ana}{path}", headers=mine).status_code == 200
    assert code_of(actors.http.get(f"{USERS}/nobody")) == (404, "not_found")
    assert code_of(actors.http.get(f"{USERS}/{uuid4()}")) == (404, "not_found")


# --- changing


@pytest.mark.rule("A6", "U1")
def test_U1_the_external_id_of_a_user_is_set_once_and_not_shown(actors: HttpActors) -> None:
    result = actors.http.patch(actors.of_ana, json={"clerk_id": "user_ana", "version": 1})
    assert (result.status_code, result.headers["etag"]) == (200, '"v2"')
    assert "user_ana" not in result.text
    assert "user_ana" not in actors.http.get(actors.of_ana).text
    assert actors.staff.one("select clerk_id from users where email = 'ana@example.com'")
    other = actors.staff.one("select id from users where email = 'head@example.com'")
    taken = actors.http.patch(f"{USERS}/{other}", json={"clerk_id": "user_ana", "version": 1})
    assert code_of(taken) == (409, "already_exists")
    away = actors.http.patch(actors.of_ana, json={"clerk_id": None, "version": 2})
    assert away.headers["etag"] == '"v3"'
    assert actors.staff.one("select count(*) from users where clerk_id is not null") == 0


@pytest.mark.rule("A6")
def test_a_change_names_the_version_that_was_seen(actors: HttpActors) -> None:
    body = {"last_name": "Cruz", "first_name": None}
    assert code_of(actors.http.patch(actors.of_ana, json=body)) == (428, "version_required")
    seen = {"If-Match": actors.http.get(actors.of_ana).headers["etag"]}
    changed = actors.http.patch(actors.of_ana, json=body, headers=seen)
    assert changed.status_code == 200, changed.text
    assert (changed.headers["etag"], changed.json()["version"]) == ('"v2"', 2)
    assert (changed.json()["first_name"], changed.json()["last_name"]) == (None, "Cruz")
    stale = actors.http.patch(actors.of_ana, json={"last_name": "Reyes"}, headers=seen)
    assert code_of(stale) == (412, "precondition_failed")
    in_body = actors.http.patch(actors.of_ana, json={"last_name": "Reyes", "version": 1})
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
    actors: HttpActors, body: dict[str, Any], pointer: str
) -> None:
    assert pointers(actors.http.patch(actors.of_ana, json={**body, "version": 1})) == [pointer]


@pytest.mark.rule("A5")
@pytest.mark.parametrize("body", [{"is_active": False, "version": 1}, {"is_active": 5}, {}])
def test_A5_sight_then_right_come_before_shape_and_version(
    actors: HttpActors, body: dict[str, Any]
) -> None:
    seen = actors.http.patch(actors.of_ana, json=body, headers=actors.reader)
    assert code_of(seen) == (403, "forbidden")
    assert seen.json()["error"]["details"] == {"permission": "users:manage"}
    hidden = actors.http.patch(f"{USERS}/{actors.boss}", json=body, headers=actors.head)
    assert code_of(hidden) == (404, "not_found")
    unversioned = actors.http.delete(actors.of_ana, headers=actors.reader)
    assert code_of(unversioned) == (403, "forbidden")


@pytest.mark.rule("A6")
def test_A6_an_account_with_wider_rights_cannot_be_taken_over(actors: HttpActors) -> None:
    actors.staff.grant(actors.ana, "clients:read", "all")
    body = {"email": "mine@example.com", "version": 1}
    answer = actors.http.patch(actors.of_ana, json=body, headers=actors.head)
    assert code_of(answer) == (422, "privilege_exceeded")
    reset = actors.http.post(f"{actors.of_ana}/password-reset", headers=actors.head)
    assert code_of(reset) == (422, "privilege_exceeded")


@pytest.mark.rule("A6", "A8")
def test_A6_the_last_administrator_stays(actors: HttpActors) -> None:
    url = f"{USERS}/{actors.boss}"
    off = actors.http.patch(url, json={"is_active": False, "version": 1})
    assert code_of(off) == (409, "last_administrator")
    gone = actors.http.delete(url, headers={"If-Match": '"v1"'})
    assert code_of(gone) == (409, "last_administrator")


@pytest.mark.rule("A8")
def test_A8_a_deleted_user_is_signed_out_and_not_found(actors: HttpActors) -> None:
    theirs = actors.as_(actors.ana)
    assert code_of(actors.http.delete(actors.of_ana)) == (428, "version_required")
    stale = actors.http.delete(actors.of_ana, headers={"If-Match": '"v7"'})
    assert code_of(stale) == (412, "precondition_failed")
    in_body = actors.http.request("DELETE", actors.of_ana, json={"version": 7})
    assert code_of(in_body) == (409, "version_conflict")
    done = actors.http.delete(actors.of_ana, headers={"If-Match": '"v1"'})
    assert (done.status_code, done.content) == (204, b"")
    assert code_of(actors.http.get(f"{BASE}/me", headers=theirs)) == (401, "unauthenticated")
    assert code_of(actors.http.get(actors.of_ana)) == (404, "not_found")


# --- grants


@pytest.mark.rule("A1", "A7")
def test_A7_a_grant_that_is_taken_is_gone_from_the_next_request_on(actors: HttpActors) -> None:
    theirs, grants = actors.as_(actors.ana), f"{actors.of_ana}/grants"
    assert code_of(actors.http.get(USERS, headers=theirs)) == (403, "forbidden")
    url = f"{grants}/users:read"
    result = actors.http.put(url, json={"scope": "branch"})
    assert (result.status_code, result.content) == (204, b"")
    assert actors.http.get(USERS, headers=theirs).status_code == 200
    assert actors.http.put(url, json={"scope": "all"}).status_code == 204
    over = {"company": "FCASH"}
    assert actors.http.put(url, params=over, json={"scope": "self"}).status_code == 204
    listed = actors.http.get(grants).json()["items"]
    assert [(each["permission"], each["company"], each["scope"]) for each in listed] == [
        ("users:read", None, "all"),
        ("users:read", "FCASH", "self"),
    ]
    assert actors.http.delete(url).status_code == 204
    assert actors.http.delete(url, params=over).status_code == 204
    assert code_of(actors.http.get(USERS, headers=theirs)) == (403, "forbidden")
    assert actors.http.delete(url).status_code == 204


@pytest.mark.rule("A6")
def test_A6_callers_cannot_grant_what_they_lack_or_grant_to_themselves(actors: HttpActors) -> None:
    body = {"scope": "all"}
    not_held = actors.http.put(f"{actors.of_ana}/grants/clients:read", json=body)
    assert code_of(not_held) == (422, "privilege_exceeded")
    wider = f"{actors.of_ana}/grants/users:read"
    answer = actors.http.put(wider, json=body, headers=actors.head)
    assert code_of(answer) == (422, "privilege_exceeded")
    own = f"{USERS}/{actors.boss}/grants/users:manage"
    assert code_of(actors.http.delete(own)) == (422, "privilege_exceeded")
    other = actors.as_(actors.staff.hire("users:manage all FCASH", "users:manage all PCNI"))
    assert code_of(actors.http.delete(own, headers=other)) == (404, "not_found")


def test_a_fault_in_a_grant_names_its_field(actors: HttpActors) -> None:
    url = f"{actors.of_ana}/grants"
    assert pointers(actors.http.put(f"{url}/users:read", json={"scope": "world"})) == ["/scope"]
    both = actors.http.put(f"{url}/users:fly", params={"company": ""}, json={})
    assert sorted(pointers(both)) == ["/company", "/permission", "/scope"]
    seen = actors.http.put(f"{url}/users:fly", json={}, headers=actors.reader)
    assert code_of(seen) == (403, "forbidden")
    nowhere = actors.http.put(
        f"{url}/users:read", params={"company": "NOPE"}, json={"scope": "self"}
    )
    assert code_of(nowhere) == (404, "not_found")


# --- territories


@pytest.mark.rule("A2", "A6")
def test_A2_branches_and_areas_are_given_and_taken(actors: HttpActors) -> None:
    branch, area = actors.staff.branch(), actors.staff.area()
    places = {
        "branches": (branch, actors.code("branches", branch)),
        "areas": (area, actors.code("areas", area)),
    }
    for kind, (place, code) in places.items():
        for named in (place, f"code:{code}"):
            url = f"{actors.of_ana}/{kind}/{named}"
            assert actors.http.put(url).status_code == 204
            assert actors.http.put(url).status_code == 204
            assert code in actors.http.get(actors.of_ana).json()[kind]
            assert actors.http.delete(url).status_code == 204
            assert code not in actors.http.get(actors.of_ana).json()[kind]
        url = f"{actors.of_ana}/{kind}"
        assert code_of(actors.http.put(f"{url}/code:NOPE")) == (404, "not_found")
        not_held = actors.http.put(f"{url}/{place}", headers=actors.head)
        assert code_of(not_held) == (422, "privilege_exceeded")
        assert code_of(actors.http.put(f"{url}/{place}", headers=actors.reader)) == (
            403,
            "forbidden",
        )


@pytest.mark.rule("A6", "A7")
def test_A7_a_branch_is_put_into_an_area_and_taken_out(actors: HttpActors) -> None:
    area = actors.staff.area(given_to=actors.ana)
    named = f"code:{actors.code('branches', actors.branch)}"
    url = f"{BASE}/areas/code:{actors.code('areas', area)}/branches/{named}"
    count = "select count(*) from area_branches where area_id = %s"
    assert actors.http.put(url).status_code == 204
    assert actors.staff.one(count, area) == 1
    manager = actors.as_(actors.staff.hire("areas:manage all FCASH", "areas:read all"))
    assert code_of(actors.http.delete(url, headers=manager)) == (403, "forbidden")
    assert code_of(actors.http.delete(url, headers=actors.reader)) == (404, "not_found")
    assert actors.http.delete(url).status_code == 204
    assert actors.staff.one(count, area) == 0
    assert code_of(actors.http.put(f"{BASE}/areas/{uuid4()}/branches/{named}"))[0] == 404


# --- sessions and resets


@pytest.mark.rule("U2")
def test_U2_all_sessions_of_a_user_end_at_once(actors: HttpActors) -> None:
    theirs = [actors.as_(actors.ana) for _ in range(2)]
    url = f"{actors.of_ana}/sessions"
    listed = actors.http.get(url).json()["items"]
    assert [each["is_current"] for each in listed] == [False, False]
    assert code_of(actors.http.delete(url, headers=actors.reader)) == (403, "forbidden")
    assert actors.http.delete(url).status_code == 204
    assert actors.http.get(url).json()["items"] == []
    for each in theirs:
        assert code_of(actors.http.get(f"{BASE}/me", headers=each)) == (401, "unauthenticated")
    again = actors.as_(actors.ana)
    assert actors.http.delete(url, headers=again).status_code == 204
    assert code_of(actors.http.get(url, headers=again)) == (401, "unauthenticated")


@pytest.mark.rule("U2", "U6")
def test_U6_a_reset_is_shown_once_and_good_once(actors: HttpActors, said: Said) -> None:
    theirs = actors.as_(actors.ana)
    seen = actors.http.post(f"{actors.of_ana}/password-reset", headers=actors.reader)
    assert code_of(seen) == (403, "forbidden")
    made = actors.http.post(f"{actors.of_ana}/password-reset")
    assert (made.status_code, set(made.json())) == (201, {"token", "expires_at"})
    assert made.headers["cache-control"] == "no-store"
    token, url = made.json()["token"], f"{BASE}/password-resets"
    public = {"Authorization": ""}
    weak = actors.http.post(url, json={"token": token, "new_password": "short"}, headers=public)
    assert pointers(weak) == ["/new_password"]
    assert pointers(actors.http.post(url, json={}, headers=public)) == ["/token", "/new_password"]
    body = {"token": token, "new_password": OTHER}
    used = actors.http.post(url, json=body, headers=public)
    assert (used.status_code, used.content) == (204, b"")
    again = actors.http.post(url, json=body, headers=public)
    assert code_of(again) == (401, "invalid_credentials")
    assert code_of(actors.http.get(f"{BASE}/me", headers=theirs)) == (401, "unauthenticated")
    word = {"email": "ana@example.com", "password": OTHER}
    assert actors.http.post(f"{BASE}/sessions", json=word).status_code == 201
    result = kept_anywhere(actors, said)
    assert token not in result
    assert OTHER not in result


# --- locked and deactivated


def test_U3_a_user_is_locked_and_unlocked(actors: HttpActors) -> None:
    locked = actors.http.post(f"{actors.of_ana}/lock")
    assert locked.status_code == 200, locked.text
    assert locked.json()["locked_until"].startswith("9999")
    word = {"email": "ana@example.com", "password": WORD}
    assert code_of(actors.http.post(f"{BASE}/sessions", json=word)) == (401, "invalid_credentials")
    unlocked = actors.http.post(f"{actors.of_ana}/unlock")
    assert unlocked.json()["locked_until"] is None
    assert actors.http.post(f"{BASE}/sessions", json=word).status_code == 201
    refused = actors.http.post(f"{USERS}/{actors.boss}/lock")
    assert code_of(refused) == (409, "last_administrator")
    assert code_of(actors.http.post(f"{actors.of_ana}/lock", headers=actors.reader))[0] == 403


def test_A3_a_deactivation_shows_which_clients_have_no_officer(actors: HttpActors) -> None:
    actors.staff.run(
        "insert into clients (client_code, company_id, full_name, branch_id)"
        " values ('FC-1', %s, 'Juana Reyes', %s)",
        actors.staff.company(),
        actors.branch,
    )
    actors.staff.run(
        "insert into client_assignments (client_id, officer_id) select id, %s from clients",
        actors.ana,
    )
    seen = actors.http.get(f"{actors.of_ana}/deactivation")
    code = actors.code("branches", actors.branch)
    released = [{"branch": code, "clients": 1, "open_rows": 0}]
    assert seen.json()["released"] == released
    assert seen.json()["user"]["is_active"]
    assert code_of(actors.http.post(f"{actors.of_ana}/deactivation")) == (428, "version_required")
    stale = actors.http.post(f"{actors.of_ana}/deactivation", json={"version": 9})
    assert code_of(stale) == (409, "version_conflict")
    etag = {"If-Match": seen.headers["etag"]}
    done = actors.http.post(f"{actors.of_ana}/deactivation", headers=etag)
    assert done.status_code == 200, done.text
    assert (done.json()["released"], done.json()["user"]["is_active"]) == (released, False)
