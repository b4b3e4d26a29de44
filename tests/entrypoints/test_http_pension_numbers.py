"""Pension numbers over HTTP: masked for all, in full for few, and each look is written down."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest
from attrs import evolve, frozen

from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.vault import Vault
from clientupdater.domain.ids import ClientId
from clientupdater.entrypoints.http.application import build
from tests.support.builders import MANILA
from tests.support.http_actors import code_of
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed
from tests.support.stores import VAULT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

NUMBER = "0312345678"


@frozen
class HttpActors:
    """A person at a branch with two clients, one of them without a pension number."""

    staff: Staff
    http: httpx.Client
    client: UUID
    bare: UUID

    def look(self, client: UUID, *grants: str) -> httpx.Response:
        """Look at a client's number as a person with these grants."""
        token = self.staff.session(self.staff.hire(*grants))
        return self.http.get(
            f"/api/v1/clients/{client}/pension-number",
            headers={"Authorization": f"Bearer {token}"},
        )

    def looks(self) -> list[tuple[str, str]]:
        """Read who saw what of whom."""
        result = self.staff.one(
            "select coalesce(json_agg(json_build_array(action, client_id)), '[]')"
            " from data_access_log"
        )
        return [(action, client) for action, client in result]


@pytest.fixture
def actors(database: Database) -> Iterator[HttpActors]:
    with staffed(database, MANILA, VAULT) as staff:
        branch = staff.branch()
        client, bare = (_client(staff, code, branch) for code in ("FC-1", "FC-2"))
        _numbered(staff, client)
        with served(build(lambda: nullcontext(staff.serving))) as http:
            yield HttpActors(staff, http, client, bare)


def _numbered(staff: Staff, client: UUID) -> None:
    sealed = VAULT.sealed(NUMBER, ClientId(client))
    staff.run(
        "update clients set pension_number = %s, pension_blind_index = %s,"
        " pension_last4 = %s where id = %s",
        sealed.ciphertext,
        sealed.blind_index,
        sealed.last_four,
        client,
    )


def _client(staff: Staff, code: str, branch: object, company: str = "FCASH") -> UUID:
    inserted = staff.one(
        "insert into clients (client_code, company_id, full_name, branch_id)"
        " values (%s, (select id from companies where code = %s), 'Juan Reyes', %s)"
        " returning id",
        code,
        company,
        branch,
    )
    return UUID(str(inserted))


def test_C3_a_person_who_may_reveal_sees_the_full_number_and_the_access_is_logged(
    actors: HttpActors,
) -> None:
    answer = actors.look(actors.client, "clients:reveal all FCASH")
    assert (answer.status_code, answer.json()) == (200, {"pension_number": NUMBER})
    assert answer.headers["cache-control"] == "no-store"
    assert actors.looks() == [("revealed", str(actors.client))]


def test_C3_a_person_who_may_only_read_is_refused(actors: HttpActors) -> None:
    answer = actors.look(actors.client, "clients:read all FCASH")
    assert answer.status_code == 403
    assert NUMBER not in answer.text
    assert actors.looks() == []


@pytest.mark.rule("A5", "C3")
def test_a_person_who_does_not_see_the_client_gets_not_found(actors: HttpActors) -> None:
    answer = actors.look(actors.client, "clients:reveal all PCNI")
    assert (answer.status_code, actors.looks()) == (404, [])


def test_a_client_without_a_number_has_none_to_show(actors: HttpActors) -> None:
    answer = actors.look(actors.bare, "clients:reveal all FCASH")
    assert (answer.status_code, actors.looks()) == (404, [])


def test_C3_a_list_shows_the_last_four_and_a_search_takes_the_whole(actors: HttpActors) -> None:
    token = actors.staff.session(actors.staff.hire("clients:read all FCASH"))
    actors.http.headers["Authorization"] = f"Bearer {token}"
    for q, result in [("03-1234567-8", 1), ("5678", 0), ("0312345679", 0)]:
        answer = actors.http.post("/api/v1/clients/search", json={"q": q})
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["items"]) == result
        assert NUMBER not in answer.text
    shown = actors.http.get(f"/api/v1/clients/{actors.client}").json()
    assert shown["pension_number_masked"] == "••••5678"


@pytest.mark.rule("C3", "A5")
def test_C3_a_search_by_a_whole_number_shows_every_client_in_scope_with_it(
    actors: HttpActors,
) -> None:
    for code, company in (("FC-3", "FCASH"), ("PC-1", "PCNI")):
        _numbered(actors.staff, _client(actors.staff, code, actors.staff.branch(), company))
    assert _found(actors, "clients:read all") == ["FC-1", "FC-3", "PC-1"]
    assert _found(actors, "clients:read all", company="PCNI") == ["PC-1"]
    assert _found(actors, "clients:read all PCNI") == ["PC-1"]
    assert _found(actors, "clients:read all PCNI", company="FCASH") == []


def _found(actors: HttpActors, grant: str, **asked: str) -> list[str]:
    token = actors.staff.session(actors.staff.hire(grant))
    answer = actors.http.post(
        "/api/v1/clients/search",
        json={"q": NUMBER, **asked},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200, answer.text
    return sorted(each["client_code"] for each in answer.json()["items"])


def test_C3_a_number_whose_key_is_not_there_is_not_shown_and_says_so(
    actors: HttpActors, database: Database
) -> None:
    other = Vault(KeyRing({"newer": b"n" * 32}), VAULT.index_key)
    with (
        staffed(database, MANILA, other) as staff,
        served(build(lambda: nullcontext(staff.serving))) as http,
    ):
        answer = evolve(actors, staff=staff, http=http).look(
            actors.client, "clients:reveal all FCASH"
        )
    assert code_of(answer) == (503, "unavailable")
    assert "sealed with a key that the server does not have" in answer.json()["detail"]
    assert actors.looks() == []
