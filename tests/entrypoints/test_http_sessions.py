"""Signing in and out, and oneself, over real HTTP."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from clientupdater.adapters.security.passwords import hash_password
from clientupdater.entrypoints.http.application import build
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.domain.ids import PersonId
    from tests.support.servers import Database

WORD, OTHER = "a word that is long", "quite another long word"
KEPT = hash_password(WORD)
EMAIL = "ana@example.com"
SESSIONS, ME = "/api/v1/sessions", "/api/v1/me"


@pytest.fixture
def staff(database: Database) -> Iterator[Staff]:
    with staffed(database, ZoneInfo("Asia/Manila")) as opened:
        yield opened


@pytest.fixture
def client(staff: Staff) -> Iterator[httpx.Client]:
    with served(build(lambda: nullcontext(staff.serving))) as opened:
        yield opened


@pytest.fixture
def ana(staff: Staff) -> PersonId:
    person = staff.hire(
        "clients:read branch FCASH",
        "status:read all",
        email=EMAIL,
        password_hash=KEPT,
        first_name="Ana",
        last_name="Cruz",
    )
    staff.area(staff.branch(person), given_to=person)
    return person


def sign_in(client: httpx.Client, password: str = WORD) -> dict[str, Any]:
    answer = client.post(SESSIONS, json={"email": EMAIL, "password": password})
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    values: dict[str, Any] = answer.json()
    return values


def bearer(signed_in: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {signed_in['token']}"}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.rule("U2")
def test_U2_a_session_lasts_until_sign_out(client: httpx.Client, ana: PersonId) -> None:
    opened = sign_in(client)
    assert opened["idle_seconds"] == 12 * 3600
    assert opened["user"]["id"] == str(ana)
    assert client.get(ME, headers=bearer(opened)).status_code == 200
    gone = client.delete(f"{SESSIONS}/current", headers=bearer(opened))
    assert (gone.status_code, gone.content) == (204, b"")
    assert code(client.get(ME, headers=bearer(opened))) == (401, "unauthenticated")


@pytest.mark.rule("U3")
def test_U3_a_refused_sign_in_never_gives_the_reason(client: httpx.Client, ana: PersonId) -> None:
    items = []
    for email, password in ((EMAIL, OTHER), ("nobody@example.com", WORD), ("", "")):
        answer = client.post(SESSIONS, json={"email": email, "password": password})
        assert code(answer) == (401, "invalid_credentials")
        assert "www-authenticate" in answer.headers
        items.append(answer.json()["detail"])
    assert len(set(items)) == 1


def test_me_shows_the_caller_and_their_rights(client: httpx.Client, ana: PersonId) -> None:
    me = client.get(ME, headers=bearer(sign_in(client))).json()
    user = me["user"]
    assert (user["email"], user["first_name"], user["last_name"]) == (EMAIL, "Ana", "Cruz")
    assert [(g["permission"], g["company"], g["scope"]) for g in me["grants"]] == [
        ("clients:read", "FCASH", "branch"),
        ("status:read", None, "all"),
    ]
    assert len(me["branches"]) == len(me["areas"]) == 1
    assert me["branches"] == user["branches"]
    assert me["branches"][0].startswith("B")
    assert me["must_change_password"] is False
    assert set(me["session"]) == {"id", "expires_at"}
    assert "password" not in {name for name in user if name != "must_change_password"}


@pytest.mark.rule("U2")
def test_U2_a_change_of_password_ends_every_other_session(
    client: httpx.Client, ana: PersonId
) -> None:
    here, there = sign_in(client), sign_in(client)
    body = {"current_password": WORD, "new_password": OTHER}
    changed = client.put(f"{ME}/password", json=body, headers=bearer(here))
    assert changed.status_code == 204
    assert client.get(ME, headers=bearer(here)).status_code == 200
    assert code(client.get(ME, headers=bearer(there))) == (401, "unauthenticated")
    sign_in(client, OTHER)


@pytest.mark.rule("U6")
@pytest.mark.parametrize(
    ("current", "new", "pointer"),
    [(WORD, "short", "/new_password"), (OTHER, "a third word that is long", "/current_password")],
)
def test_U6_a_refused_password_names_its_field(
    client: httpx.Client, ana: PersonId, current: str, new: str, pointer: str
) -> None:
    body = {"current_password": current, "new_password": new}
    answer = client.put(f"{ME}/password", json=body, headers=bearer(sign_in(client)))
    assert code(answer) == (422, "validation_failed")
    assert [each["pointer"] for each in answer.json()["error"]["details"]["fields"]] == [pointer]
    assert new not in answer.text


@pytest.mark.rule("U4")
def test_U4_a_user_with_an_initial_password_may_only_change_it_or_sign_out(
    client: httpx.Client, staff: Staff, ana: PersonId
) -> None:
    staff.run("update users set must_change_password = true where id = %s", ana)
    opened = sign_in(client)
    assert opened["user"]["must_change_password"] is True
    assert code(client.get(ME, headers=bearer(opened))) == (403, "password_change_required")
    body = {"current_password": WORD, "new_password": OTHER}
    assert client.put(f"{ME}/password", json=body, headers=bearer(opened)).status_code == 204
    assert client.get(ME, headers=bearer(opened)).status_code == 200


@pytest.mark.rule("U2")
def test_U2_sessions_are_listed_and_ended_one_by_one(
    client: httpx.Client, staff: Staff, ana: PersonId
) -> None:
    here, there = sign_in(client), sign_in(client)
    listed = client.get(f"{ME}/sessions", headers=bearer(here)).json()["items"]
    assert [each["is_current"] for each in listed].count(True) == 1
    other = next(each["id"] for each in listed if not each["is_current"])
    assert client.delete(f"{ME}/sessions/{other}", headers=bearer(here)).status_code == 204
    assert code(client.get(ME, headers=bearer(there))) == (401, "unauthenticated")
    again = client.delete(f"{ME}/sessions/{other}", headers=bearer(here))
    assert code(again) == (404, "not_found")
    staff.session(staff.hire())
    strangers = staff.one("select id from user_sessions where user_id <> %s", ana)
    answer = client.delete(f"{ME}/sessions/{strangers}", headers=bearer(here))
    assert code(answer) == (404, "not_found")


@pytest.mark.parametrize(
    "body", [{}, {"email": EMAIL}, {"email": 1, "password": WORD}, {"email": EMAIL, "pass": "x"}]
)
def test_an_invalid_sign_in_is_refused(client: httpx.Client, body: dict[str, Any]) -> None:
    assert code(client.post(SESSIONS, json=body)) == (422, "validation_failed")
