"""Contact numbers over HTTP: corrected, in conflict, settled."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import frozen

from clientupdater.entrypoints.http.application import build
from tests.support.builders import MANILA
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

OURS, THEIRS, NEWER = "+639170000001", "+639170000002", "+639170000003"
URL = "/api/v1/clients/code:FC-1"


@frozen
class HttpActors:
    """A client whose number a source delivered, and people with rights."""

    staff: Staff
    http: httpx.Client

    def sign_in(self, *grants: str) -> None:
        token = self.staff.session(self.staff.hire(*grants))
        self.http.headers["Authorization"] = f"Bearer {token}"

    def correct(self, version: int | None = None, /, **params: Any) -> httpx.Response:
        headers = {} if version is None else {"If-Match": f'"v{version}"'}
        return self.http.patch(URL, json=params, headers=headers)

    def source_says(self, number: str) -> None:
        """Do what a sync does when the source has a new number for one that was corrected (C1)."""
        self.staff.run("update client_sources set contact_number = %s", number)
        self.staff.run(
            "update clients set contact_conflict = true, version = version + 1"
            " where contact_number_corrected"
        )


@pytest.fixture
def actors(database: Database) -> Iterator[HttpActors]:
    with staffed(database, MANILA) as staff:
        client = staff.one(
            "insert into clients (client_code, company_id, full_name, branch_id, contact_number)"
            " values ('FC-1', (select id from companies where code = 'FCASH'), 'Juan Reyes', %s,"
            " %s) returning id",
            staff.branch(),
            THEIRS,
        )
        staff.run(
            "insert into client_sources (client_id, source, contact_number)"
            " values (%s, 'snowflake', %s)",
            client,
            THEIRS,
        )
        with served(build(lambda: nullcontext(staff.serving))) as http:
            opened = HttpActors(staff, http)
            opened.sign_in("clients:read all", "clients:update all")
            yield opened


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.rule("C1")
def test_C1_a_correction_answers_the_client_with_its_new_version(actors: HttpActors) -> None:
    answer = actors.correct(1, contact_number="0917 000 0001")
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"v2"'
    assert answer.json()["contact_number"] == OURS
    shown = actors.http.get(URL)
    assert (shown.json(), shown.headers["etag"]) == (answer.json(), '"v2"')
    assert actors.http.post("/api/v1/clients/search", json={"q": "09170000001"}).json()["items"]
    by_body = actors.correct(contact_number=None, version=2)
    assert (by_body.json()["contact_number"], by_body.json()["version"]) == (None, 3)


def test_a_person_who_may_only_correct_sees_the_corrected_client(actors: HttpActors) -> None:
    actors.sign_in("clients:update all")
    answer = actors.correct(1, contact_number_alt="8123 4567")
    assert answer.json()["contact_number_alt"] == "8123 4567"
    assert answer.json()["current"] is None
    assert actors.http.get(URL).status_code == 403


def test_a_correction_names_the_version_that_was_seen(actors: HttpActors) -> None:
    assert code_of(actors.correct(contact_number=OURS)) == (428, "version_required")
    assert code_of(actors.correct(7, contact_number=OURS)) == (412, "precondition_failed")
    stale = actors.correct(contact_number=OURS, version=7)
    assert code_of(stale) == (409, "version_conflict")
    details = stale.json()["error"]["details"]
    assert (details["current"], details["fields"]) == (1, ["contact_number"])
    assert details["snapshot"]["client_code"] == "FC-1"


@pytest.mark.parametrize(
    "fields",
    [{"contact_number": "Juan"}, {"contact_number": 9170000001}, {"full_name": "Juan"},
     {"contact_number_alt": "1" * 51}],
)  # fmt: skip
def test_a_malformed_number_and_a_field_of_the_source_are_refused(
    actors: HttpActors, fields: dict[str, Any]
) -> None:
    answer = actors.correct(1, **fields)
    assert code_of(answer) == (422, "validation_failed")
    (fault,) = answer.json()["error"]["details"]["fields"]
    assert fault["pointer"] == f"/{next(iter(fields))}"


@pytest.mark.rule("A5")
def test_A5_without_the_right_one_is_refused_and_out_of_sight_it_is_not_there(
    actors: HttpActors,
) -> None:
    actors.sign_in("clients:read all")
    assert code_of(actors.correct(1, contact_number="Juan")) == (403, "forbidden")
    actors.sign_in("clients:update all PCNI")
    assert code_of(actors.correct(1, contact_number=OURS)) == (404, "not_found")


@pytest.mark.rule("C1")
def test_C1_a_conflict_shows_both_and_is_settled_either_way(actors: HttpActors) -> None:
    actors.correct(1, contact_number=OURS)
    actors.source_says(NEWER)
    shown = actors.http.get(URL).json()
    assert shown["contact_number"] == OURS
    assert [each["contact_number"] for each in shown["contact_conflict"]] == [NEWER]
    settle = f"{URL}/contact-conflict"
    kept = actors.http.post(settle, json={"decision": "keep_ours", "version": 3})
    assert kept.status_code == 200, kept.text
    assert (kept.json()["contact_number"], kept.json()["contact_conflict"]) == (OURS, None)
    theirs = {"decision": "take_theirs", "fields": ["contact_number"]}
    taken = actors.http.post(settle, json=theirs, headers={"If-Match": kept.headers["etag"]})
    assert (taken.json()["contact_number"], taken.headers["etag"]) == (NEWER, '"v5"')
    assert code_of(actors.http.post(settle, json={"decision": "both", "version": 5})) == (
        422,
        "validation_failed",
    )


@pytest.mark.rule("C1", "Y10")
def test_Y10_of_two_sources_the_one_that_owns_the_number_is_taken_at_its_word(
    actors: HttpActors,
) -> None:
    actors.correct(1, contact_number=OURS)
    actors.source_says(NEWER)
    actors.staff.run(
        "insert into client_sources (client_id, source, contact_number, last_seen_at)"
        " select id, 'nextbank', '+639170000009', now() from clients"
    )
    json = {"decision": "take_theirs", "version": 3}
    taken = actors.http.post(f"{URL}/contact-conflict", json=json)
    assert taken.json()["contact_number"] == NEWER
