"""A change that is asked for again: one effect, and the answer that it got the first time."""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest

from clientupdater.entrypoints.http import pipeline
from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.server_settings import ServerSettings
from tests.support.http_actors import BASE, PERIOD, HttpActors, code_of
from tests.support.http_server import served
from tests.support.waiting import WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

KEY = {"Idempotency-Key": "call-1"}


def events(actors: HttpActors) -> int:
    count: int = actors.staff.one("select count(*) from status_events where kind = 'recorded'")
    return count


def ask(actors: HttpActors, code: str, headers: dict[str, str] | None = None, **body: Any) -> Any:
    json = {"status": "CALLED", "version": 0, "remarks": "Comes on Friday", **body}
    return actors.http.post(f"{actors.url(code)}/events", json=json, headers=headers or KEY)


def test_a_change_asked_for_twice_is_made_once_and_answered_alike(actors: HttpActors) -> None:
    client = actors.client()
    first, second = ask(actors, client), ask(actors, client)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["etag"] == first.headers["etag"] == '"v1"'
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert events(actors) == 1


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, {"remarks": "Comes on Monday"}),
        ({"If-Match": '"v0"'}, {}),
    ],
)
def test_a_key_of_another_request_is_refused(
    actors: HttpActors, headers: dict[str, str], body: dict[str, Any]
) -> None:
    client = actors.client()
    assert ask(actors, client).status_code == 201
    assert code_of(ask(actors, client, KEY | headers, **body)) == (409, "idempotency_conflict")
    assert code_of(ask(actors, actors.client())) == (409, "idempotency_conflict")
    assert events(actors) == 1


def test_a_key_belongs_to_its_route_and_its_caller(actors: HttpActors) -> None:
    client = actors.client()
    assert ask(actors, client).status_code == 201
    items = {"items": [{"client": f"code:{client}", "period": PERIOD, "status": "CALLED"}]}
    items["items"][0]["version"] = 1  # type: ignore[assignment] # JSON holds numbers too
    many = actors.http.post(f"{BASE}/status-updates", json=items, headers=KEY)
    assert many.status_code == 200
    assert "idempotent-replayed" not in many.headers
    other = actors.staff.hire("status:update all", "status:read all", "clients:read all")
    theirs = {"Authorization": f"Bearer {actors.staff.session(other)}"}
    assert ask(actors, client, KEY | theirs, version=2).status_code == 201
    assert events(actors) == 3


def test_without_a_key_nothing_is_changed(actors: HttpActors) -> None:
    client = actors.client()
    actors.http.event_hooks = {}
    url = f"{actors.url(client)}/events"
    answer = actors.http.post(url, json={"status": "CALLED", "version": 0})
    assert code_of(answer) == (400, "idempotency_key_required")
    assert actors.http.post(f"{BASE}/clients/search", json={"q": "reyes"}).status_code == 200
    assert events(actors) == 0


@pytest.mark.parametrize("key", ["", "a b", "é".encode(), "x" * 256])
def test_an_invalid_key_is_refused(actors: HttpActors, key: str | bytes) -> None:
    answer = actors.http.post(
        f"{actors.url(actors.client())}/events",
        json={"status": "CALLED", "version": 0},
        headers=[(b"Idempotency-Key", key if isinstance(key, bytes) else key.encode())],
    )
    assert code_of(answer) == (400, "invalid_request")


def test_a_key_may_be_left_out_where_the_setting_says_so(actors: HttpActors) -> None:
    server = ServerSettings(key_required=False)
    with served(build(lambda: nullcontext(actors.staff.serving), server)) as http:
        http.event_hooks = {}
        http.headers.update(actors.http.headers)
        url = f"{actors.url(actors.client())}/events"
        assert http.post(url, json={"status": "CALLED", "version": 0}).status_code == 201


def test_a_refused_change_is_judged_anew_under_the_same_key(actors: HttpActors) -> None:
    client = actors.client()
    assert code_of(ask(actors, client, status="DONE")) == (422, "reason_required")
    assert code_of(ask(actors, client, version=7)) == (409, "version_conflict")
    assert code_of(ask(actors, client, status=1)) == (422, "validation_failed")
    assert ask(actors, client).status_code == 201
    assert events(actors) == 1


def test_a_refusal_is_written_down_though_nothing_is_changed(actors: HttpActors) -> None:
    answer = ask(actors, actors.client(), KEY | actors.reader)
    assert code_of(answer) == (403, "forbidden")
    assert actors.staff.one("select count(*) from authorization_audit") == 1


def test_a_response_is_replayed_only_to_a_caller_who_may_still_see_it(actors: HttpActors) -> None:
    client = actors.client()
    assert ask(actors, client).status_code == 201
    actors.staff.run(
        "delete from user_permissions where permission_id ="
        " (select id from permissions where code = 'status:update')"
    )
    assert code_of(ask(actors, client)) == (403, "forbidden")
    actors.staff.run("update clients set deleted_at = now()")
    assert code_of(ask(actors, client)) == (404, "not_found")


def test_a_deletion_is_replayed_although_its_subject_is_gone(actors: HttpActors) -> None:
    boss = actors.staff.hire("users:manage all", "users:read all", "reports:export all")
    manager = actors.staff.hire("users:manage branch", "clients:assign self", "clients:read self")
    clerk, gone = actors.staff.hire(), actors.staff.hire()
    branch = actors.staff.branch(manager, clerk)
    client = actors.client(branch=branch)
    actors.staff.run(
        "insert into client_assignments (client_id, officer_id, assigned_from)"
        " select id, %s, %s from clients",
        manager,
        actors.staff.clock.now(),
    )
    removed = {
        f"/users/{gone}": (boss, "DELETE", {"version": 1}),
        f"/clients/code:{client}/assignment": (manager, "PUT", {"officer": str(clerk)}),
        f"/users/{clerk}/branches/{branch}": (manager, "DELETE", None),
        f"/users/{manager}/branches/{branch}": (manager, "DELETE", None),
    }
    for number, (path, (who, method, body)) in enumerate(removed.items()):
        token = f"Bearer {actors.staff.session(who)}"
        headers = {"Authorization": token, "Idempotency-Key": f"call-{number}"}
        value: Any = {"json": body} if body else {}
        answers = [
            actors.http.request(method, BASE + path, headers=headers, **value) for _ in range(2)
        ]
        assert [each.status_code for each in answers] == [204, 204], answers[-1].text
        assert answers[1].headers["idempotent-replayed"] == "true"
        assert answers[1].headers.get("etag") == answers[0].headers.get("etag")


def test_a_bulk_response_is_not_replayed_after_rights_changed(actors: HttpActors) -> None:
    client = actors.client()
    item = {"client": f"code:{client}", "period": PERIOD, "status": "CALLED", "version": 0}

    def again() -> httpx.Response:
        return actors.http.post(f"{BASE}/status-updates", json={"items": [item]}, headers=KEY)

    assert again().status_code == 200
    assert again().headers["idempotent-replayed"] == "true"
    actors.staff.run("delete from user_branches")
    assert code_of(again()) == (409, "idempotency_conflict")


def test_after_its_time_a_key_is_new(actors: HttpActors) -> None:
    client = actors.client()
    assert ask(actors, client).status_code == 201
    for _ in range(2):
        actors.staff.clock.forward(hours=11, minutes=59)
        assert ask(actors, client).headers["idempotent-replayed"] == "true"
    actors.staff.clock.forward(minutes=2)
    assert code_of(ask(actors, client)) == (409, "version_conflict")


def test_a_secret_is_shown_the_first_time_and_kept_nowhere(actors: HttpActors) -> None:
    chief = actors.staff.hire("users:manage all", "users:read all")
    actors.http.headers["Authorization"] = f"Bearer {actors.staff.session(chief)}"

    def hire() -> Any:
        return actors.http.post(f"{BASE}/users", json={"email": "new@example.com"}, headers=KEY)

    first, second = hire().json(), hire().json()
    assert first["initial_password"]
    assert second == {**first, "initial_password": None}
    reset = f"{BASE}/users/{first['id']}/password-reset"
    tokens = [actors.http.post(reset, headers=KEY).json()["token"] for _ in range(2)]
    assert tokens[0]
    assert tokens[1] is None


def test_stored_responses_are_sealed(actors: HttpActors) -> None:
    ask(actors, actors.client(), {"Idempotency-Key": "Juana-Reyes"})
    kept = bytes(actors.staff.one("select response from idempotency_keys"))
    assert b"Comes on Friday" not in kept
    assert actors.staff.one(
        "select string_agg(k::text, '') not like '%%Juana%%' from idempotency_keys k"
    )


def test_a_repeat_during_the_first_request_gets_a_conflict_at_once(
    actors: HttpActors, database: Database
) -> None:
    client = actors.client()
    assert ask(actors, client, {"Idempotency-Key": "opens-the-row"}).status_code == 201
    answers: list[httpx.Response] = []

    def change() -> None:
        answers.append(ask(actors, client, version=1))

    with row_held(database):
        first = threading.Thread(target=change)
        first.start()
        wait_for_a_writer(actors)
        assert code_of(ask(actors, client, version=1)) == (409, "idempotency_in_progress")
        other = {"Idempotency-Key": "another"}
        elsewhere = ask(actors, actors.client(), other)
        assert elsewhere.status_code == 201
    first.join()
    assert [each.status_code for each in answers] == [201]
    again = ask(actors, client, version=1)
    assert again.content == answers[0].content
    assert again.headers["idempotent-replayed"] == "true"


@contextmanager
def row_held(database: Database) -> Iterator[None]:
    """Keep every row locked, as a writer of it would."""
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("select 1 from client_period_status for update")
        yield


def wait_for_a_writer(actors: HttpActors) -> None:
    wait_until(lambda: bool(actors.staff.one(WAITING_FOR_A_LOCK)))


def test_twenty_repeats_at_once_make_one_change(actors: HttpActors) -> None:
    client = actors.client()
    result: list[tuple[int, str]] = []

    def change() -> None:
        answer = ask(actors, client)
        result.append((answer.status_code, answer.json().get("error", {}).get("code", "")))

    threads = [threading.Thread(target=change) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = set(result)
    assert (201, "") in kinds
    assert kinds <= {(201, ""), (409, "idempotency_in_progress"), (503, "unavailable")}
    assert events(actors) == 1


def test_a_period_is_opened_in_batches_and_its_answer_kept_all_the_same(actors: HttpActors) -> None:
    chief = actors.staff.hire("config:manage all", "status:read all")
    actors.http.headers["Authorization"] = f"Bearer {actors.staff.session(chief)}"
    actors.client()
    first, second = (
        actors.http.post(f"{BASE}/periods/{PERIOD}/open", headers=KEY) for _ in range(2)
    )
    assert first.status_code == 200, first.text
    assert second.content == first.content
    assert second.headers["idempotent-replayed"] == "true"


def test_a_failure_in_mid_change_leaves_nothing_behind(
    actors: HttpActors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The effect was written and its answer could not be: as after a crash between the two."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    client = actors.client()
    with monkeypatch.context() as breaking:
        breaking.setattr(pipeline, "reply", broken)
        assert code_of(ask(actors, client)) == (500, "internal_error")
    assert events(actors) == 0
    assert ask(actors, client).status_code == 201
    assert events(actors) == 1


def test_a_bulk_response_is_stored_with_the_items_that_succeeded(actors: HttpActors) -> None:
    there = actors.client()
    items = [
        {"client": f"code:{there}", "period": PERIOD, "status": "CALLED", "version": 0},
        {"client": "code:NOBODY", "period": PERIOD, "status": "CALLED", "version": 0},
    ]
    answer = actors.http.post(f"{BASE}/status-updates", json={"items": items}, headers=KEY)
    assert [each["status"] for each in answer.json()["results"]] == [201, 404]
    again = actors.http.post(f"{BASE}/status-updates", json={"items": items}, headers=KEY)
    assert again.content == answer.content
    assert events(actors) == 1
