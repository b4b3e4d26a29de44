"""How a request is judged, shown on endpoints that do nothing of their own."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from attrs import frozen

from clientupdater.domain.errors import Forbidden, NotFound, VersionConflict
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.contract import Call, Endpoint, Result
from clientupdater.entrypoints.http.cursors import opened_cursor, sealed_cursor
from clientupdater.entrypoints.structuring import Integer, Text
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

THERE = "00000000-0000-0000-0000-000000000001"
HIDDEN = "00000000-0000-0000-0000-000000000002"
BARRED = "00000000-0000-0000-0000-000000000003"


@frozen
class Note:
    """What is written."""

    text: Annotated[str, Text(10)]
    count: int | None = None
    version: Annotated[int, Integer(0, 9)] | None = None


@frozen
class Asked:
    """What a list is asked."""

    limit: Annotated[int, Integer(1, 200)] = 50
    cursor: str | None = None
    name: str | None = None


@frozen
class Page:
    """A page of a list."""

    items: tuple[str, ...]
    next_cursor: str | None
    has_more: bool


def admit(call: Call) -> None:
    """Stand in for a client: one is there, one is out of sight, one is seen and barred."""
    client = str(call.path["client"])
    if client == HIDDEN:
        raise NotFound
    if client == BARRED:
        raise Forbidden(Permission.CLIENTS_UPDATE)


def write(call: Call) -> Result:
    admit(call)
    if call.version != 3:
        raise VersionConflict(provided=call.version or 0, current=3, fields=["text"])
    return Result(value=call.body, version=4)


def walk(call: Call) -> Page:
    place = opened_cursor(call, call.query.cursor) if call.query.cursor else ["begin"]
    return Page(tuple(place), sealed_cursor(call, ["Juana"]), has_more=True)


def read(_: Call) -> dict[str, str]:
    return {"a": "b"}


ENDPOINTS = (
    Endpoint(
        method="PUT",
        path="/notes/{client}",
        summary="Write a note.",
        handle=write,
        answers=Note,
        body=Note,
        permission=Permission.CLIENTS_UPDATE,
        admit=admit,
        versioned=True,
    ),
    Endpoint(method="GET", path="/walk", summary="Walk.", handle=walk, answers=Page, query=Asked),
    Endpoint(
        method="GET",
        path="/kept",
        summary="Read.",
        handle=read,
        answers=dict[str, str],
        cacheable=True,
    ),
)
URL = f"/api/v1/notes/{THERE}"
NOTE = {"text": "a", "version": 3}


@pytest.fixture
def staff(database: Database) -> Iterator[Staff]:
    with staffed(database, ZoneInfo("Asia/Manila")) as opened:
        yield opened


@pytest.fixture
def client(staff: Staff) -> Iterator[httpx.Client]:
    """Serve them to a signed-in person."""
    token = staff.session(staff.hire())
    with served(build(lambda: nullcontext(staff.serving), endpoints=ENDPOINTS)) as opened:
        opened.headers["Authorization"] = f"Bearer {token}"
        yield opened


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def raw(client: httpx.Client, body: bytes | str, **headers: str) -> httpx.Response:
    headers = {"Content-Type": "application/json", **headers}
    return client.put(URL, content=body, headers=headers)


def faults(answer: httpx.Response) -> dict[str, str]:
    assert code(answer) == (422, "validation_failed")
    value = answer.json()["error"]["details"]["fields"]
    return {fault["pointer"]: fault["message"] for fault in value}


# --- signed in, before anything else


@pytest.mark.parametrize("given", [None, "Bearer", "Bearer nobody", "Basic YTpi", "bearer x y"])
def test_an_anonymous_caller_learns_nothing(client: httpx.Client, given: str | None) -> None:
    del client.headers["Authorization"]
    headers = {"Authorization": given} if given else {}
    for answer in (
        client.put(URL, content=b"no json", headers=headers),
        client.put(f"/api/v1/notes/{HIDDEN}?x=1", json={}, headers=headers),
        client.get("/api/v1/walk?limit=x", headers=headers),
    ):
        assert code(answer) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.rule("U4")
def test_U4_until_the_password_is_changed_all_else_waits(
    client: httpx.Client, staff: Staff
) -> None:
    token = staff.session(staff.hire(must_change_password=True))
    answer = client.get("/api/v1/walk", headers={"Authorization": f"Bearer {token}"})
    assert code(answer) == (403, "password_change_required")


# --- parsed


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"text": NaN}',
        b'{"text": "a", "text": "b"}',
        b'{"text": "a", "count": {"b": 1, "b": 2}}',
        b'{"text": "a\\u0000"}',
        b'{"te\\u0000xt": "a"}',
        b'{"text": "\\ud800"}',
        b'{"text": "\xff"}',
        b"[" * 33 + b"]" * 33,
        b"[" * 200_000 + b"]" * 200_000,
        b'{"count": ' + b"1" * 5000 + b"}",
        b"\xef\xbb\xbf{}",
        b"{} {}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_invalid_json_is_refused(client: httpx.Client, body: bytes) -> None:
    assert code(raw(client, body)) == (400, "invalid_request")


def test_a_body_is_nested_32_levels_deep_and_no_deeper(client: httpx.Client) -> None:
    assert faults(raw(client, b"[" * 32 + b"]" * 32)) == {"": "must be an object"}


@pytest.mark.parametrize("kind", ["", "text/plain", "application/json; charset=latin-1"])
def test_a_body_says_that_it_is_json(client: httpx.Client, kind: str) -> None:
    answer = raw(client, json.dumps(NOTE), **{"Content-Type": kind})
    assert code(answer) == (415, "unsupported_media_type")


def test_a_body_in_utf8_may_say_so(client: httpx.Client) -> None:
    answer = raw(client, json.dumps(NOTE), **{"Content-Type": "Application/JSON; charset=UTF-8"})
    assert answer.status_code == 200


def chunks(total: int) -> Iterator[bytes]:
    for _ in range(total // 65536 + 1):
        yield b" " * 65536


def test_a_body_is_not_longer_than_a_mebibyte(client: httpx.Client) -> None:
    headers = {"Content-Type": "application/json"}
    for body in (b" " * 1_048_577, chunks(1_048_576)):
        answer = client.put(URL, content=body, headers=headers)
        assert code(answer) == (413, "payload_too_large")
    fits = json.dumps(NOTE).ljust(1_048_576)
    assert client.put(URL, content=fits, headers=headers).status_code == 200


def test_an_endpoint_without_a_body_refuses_one(client: httpx.Client) -> None:
    answer = client.request("GET", "/api/v1/walk", json={})
    assert code(answer) == (400, "invalid_request")


@pytest.mark.parametrize(
    "query", ["nope=1", "limit=1&limit=1", "name=%00", "name=%FF", "Limit=1", "lim%69t=1&limit=2"]
)
def test_a_parameter_is_known_and_named_once(client: httpx.Client, query: str) -> None:
    assert code(client.get(f"/api/v1/walk?{query}")) == (400, "invalid_request")


@pytest.mark.parametrize("given", ["3", 'W/"v3"', '"v3", "v4"', "*", '"vx"', '"v\u0663"'])
def test_if_match_must_name_one_version(client: httpx.Client, given: str) -> None:
    headers = httpx.Headers([(b"If-Match", given.encode())])
    answer = client.put(URL, json={"text": "a"}, headers=headers)
    assert code(answer) == (400, "invalid_request")


# --- sight and right, before shape and version


@pytest.mark.rule("A5")
@pytest.mark.parametrize("body", [{"text": 1}, {"text": "a"}, NOTE])
def test_A5_faults_are_shown_only_to_callers_who_may_write(
    client: httpx.Client, body: dict[str, Any]
) -> None:
    assert code(client.put(f"/api/v1/notes/{HIDDEN}", json=body)) == (404, "not_found")
    barred = client.put(f"/api/v1/notes/{BARRED}", json=body)
    assert code(barred) == (403, "forbidden")
    assert barred.json()["error"]["details"] == {"permission": "clients:update"}


@pytest.mark.parametrize("name", ["x", "code:", "code:a/b", "FC-000001", "1", "code:%00"])
def test_an_invalid_reference_to_a_client_is_not_found(client: httpx.Client, name: str) -> None:
    assert code(client.put(f"/api/v1/notes/{name}", json=NOTE)) == (404, "not_found")


# --- shape, every fault at once


def test_an_answer_has_every_fault_with_its_pointer(client: httpx.Client) -> None:
    body = {"text": "a" * 11, "count": 1.0, "version": "3", "cuont": 1}
    assert faults(client.put(URL, json=body)) == {
        "/text": "must have at most 10 characters",
        "/count": "must be a whole number",
        "/version": "must be a whole number",
        "/cuont": "is unknown",
    }


@pytest.mark.rule("C3")
@pytest.mark.parametrize("name", ["0399887766", "03-9988776-6", "Juan Reyes", "", "~", "a" * 41])
def test_C3_a_word_that_is_not_a_name_is_not_quoted(client: httpx.Client, name: str) -> None:
    unknown = client.put(URL, json={**NOTE, name: 1, "other": 1})
    assert faults(unknown) == {
        "": "has an unknown member",
        "/other": "is unknown",
    }
    twice = raw(client, json.dumps({name: 1})[:-1] + f", {json.dumps(name)}: 1}}")
    assert code(twice) == (400, "invalid_request")
    asked = client.get("/api/v1/walk", params={name: "1"})
    assert code(asked) == (400, "invalid_request")
    for answer in (unknown, twice, asked):
        assert not name or f'"{name}' not in answer.text
        assert len(name) < 5 or name not in answer.text


def test_a_misspelt_name_is_quoted(client: httpx.Client) -> None:
    value = client.get("/api/v1/walk", params={"limti": "1"}).json()["detail"]
    assert value == "The parameter 'limti' is unknown."
    twice = raw(client, '{"text": "a", "text": "b"}').json()["detail"]
    assert twice == "The member 'text' occurs twice in one object."


@pytest.mark.parametrize(
    "wrong", [{}, {"text": 5}, {"text": None}, {"text": "a", "count": True}, {"text": ["a"]}]
)
def test_nothing_is_made_to_fit(client: httpx.Client, wrong: dict[str, Any]) -> None:
    assert len(faults(client.put(URL, json={"version": 3, **wrong}))) == 1


@pytest.mark.parametrize("limit", ["0", "201", "x", "1.5", "-1", "", "\u0661", "1e2", "+5", " 5"])
def test_a_parameter_fits_as_well(client: httpx.Client, limit: str) -> None:
    answer = client.get("/api/v1/walk", params={"limit": limit})
    assert list(faults(answer)) == ["/limit"]


# --- version


def test_a_change_names_the_version_it_saw_in_header_or_body(client: httpx.Client) -> None:
    for item in (
        {"json": NOTE},
        {"json": {"text": "a"}, "headers": {"If-Match": '"v3"'}},
        {"json": NOTE, "headers": {"If-Match": '"v3"'}},
    ):
        answer = client.put(URL, **item)
        assert answer.status_code == 200
        assert answer.headers["etag"] == '"v4"'


def test_without_a_version_nothing_is_changed(client: httpx.Client) -> None:
    assert code(client.put(URL, json={"text": "a"})) == (428, "version_required")


def test_header_and_body_agree(client: httpx.Client) -> None:
    answer = client.put(URL, json=NOTE, headers={"If-Match": '"v2"'})
    assert list(faults(answer)) == ["/version"]


@pytest.mark.rule("S10")
def test_S10_a_stale_version_is_a_failed_precondition_or_a_conflict(client: httpx.Client) -> None:
    in_header = client.put(URL, json={"text": "a"}, headers={"If-Match": '"v2"'})
    assert code(in_header) == (412, "precondition_failed")
    in_body = client.put(URL, json={"text": "a", "version": 2})
    assert code(in_body) == (409, "version_conflict")
    details = {"provided": 2, "current": 3, "fields": ["text"], "snapshot": None}
    for answer in (in_header, in_body):
        assert answer.json()["error"]["details"] == details


# --- answers


def test_personal_responses_are_not_cached(client: httpx.Client) -> None:
    assert client.put(URL, json=NOTE).headers["cache-control"] == "no-store"


def test_impersonal_responses_have_an_etag(client: httpx.Client) -> None:
    first = client.get("/api/v1/kept")
    assert (first.status_code, first.headers["cache-control"]) == (200, "no-cache")
    again = client.get("/api/v1/kept", headers={"If-None-Match": f'"x", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/api/v1/kept", headers={"If-None-Match": '"x"'}).status_code == 200


def test_another_method_names_those_there_are(client: httpx.Client) -> None:
    answer = client.delete(URL)
    assert code(answer) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "PUT"


# --- cursors


def cursor_of(client: httpx.Client, **asked: str) -> str:
    return str(client.get("/api/v1/walk", params=asked).json()["next_cursor"])


def test_a_cursor_goes_on_where_the_page_ended_and_says_nothing(client: httpx.Client) -> None:
    first = client.get("/api/v1/walk", params={"name": "a", "limit": 2})
    assert "Juana" not in first.text
    cursor = first.json()["next_cursor"]
    following = client.get("/api/v1/walk", params={"name": "a", "limit": 3, "cursor": cursor})
    assert following.json()["items"] == ["Juana"]
    assert client.get(first.links["next"]["url"]).json()["items"] == ["Juana"]


def test_a_cursor_works_for_its_filters_and_its_caller_alone(
    client: httpx.Client, staff: Staff
) -> None:
    cursor = cursor_of(client, name="a")
    other = {"Authorization": f"Bearer {staff.session(staff.hire())}"}
    for asked, headers in (({"name": "b"}, {}), ({}, {}), ({"name": "a"}, other)):
        answer = client.get("/api/v1/walk", params={**asked, "cursor": cursor}, headers=headers)
        assert code(answer) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    "change", [lambda c: c[:-2], lambda c: "A" + c[1:], lambda _: "é", str.lower]
)
def test_a_cursor_is_not_made_by_hand(client: httpx.Client, change: Any) -> None:
    asked = {"cursor": change(cursor_of(client))}
    assert code(client.get("/api/v1/walk", params=asked)) == (400, "invalid_cursor")


# --- the contract


def test_the_contract_contains_what_is_declared(client: httpx.Client) -> None:
    contract = client.get("/api/openapi.json").json()
    assert contract["openapi"].startswith("3.1")
    put = contract["paths"]["/api/v1/notes/{client}"]["put"]
    assert {each["name"] for each in put["parameters"]} == {
        "client",
        "If-Match",
        "Idempotency-Key",
    }
    assert {"400", "401", "403", "404", "409", "412", "413", "415", "422", "428"} <= set(
        put["responses"]
    )
    note = contract["components"]["schemas"]["Note"]
    assert note["properties"]["text"] == {"type": "string", "minLength": 0, "maxLength": 10}
    assert note["required"] == ["text"]


def test_the_page_for_people_needs_nothing_from_elsewhere(client: httpx.Client) -> None:
    page = client.get("/api/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "Write a note." in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "<script" not in page.text
