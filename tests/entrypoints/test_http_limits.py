"""How often a caller may come, over HTTP: what is counted, answered and refused."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import httpx
import pytest

from clientupdater.adapters.local.limits import MemoryRateLimits
from clientupdater.adapters.security.passwords import hash_password
from clientupdater.domain.rate_limits import Allowances
from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.server_settings import ServerSettings
from clientupdater.settings.readers import networks
from clientupdater.usecases.requests.rate_limits import AdmitRequest
from tests.support.app_parts import with_parts
from tests.support.http_actors import BASE, HttpActors, code_of
from tests.support.http_server import head_of, served

if TYPE_CHECKING:
    from collections.abc import Iterator

FEW = Allowances.of(read=3, write=2, export=1, sign_in=2)


@contextmanager
def limited(actors: HttpActors, server: ServerSettings | None = None) -> Iterator[httpx.Client]:
    """Serve it with few allowances to a signed-in person."""
    admit = AdmitRequest(MemoryRateLimits(), FEW)
    app = with_parts(actors.staff.app, requests={"admit": admit})
    with served(build(lambda: nullcontext(app), server)) as http:
        http.headers["Authorization"] = actors.http.headers["Authorization"]
        yield http


def test_every_response_has_rate_limit_headers(actors: HttpActors) -> None:
    with limited(actors) as http:
        heads = http.get(f"{BASE}/me").headers
        assert (heads["x-ratelimit-limit"], heads["x-ratelimit-remaining"]) == ("3", "2")
        assert 0 < int(heads["x-ratelimit-reset"]) - time.time() <= 61
        assert heads["ratelimit-policy"] == '"read";q=3;w=60'
        result, _, whole_in = heads["ratelimit"].rpartition("=")
        assert (result, 1 <= int(whole_in) <= 60) == ('"read";r=2;t', True)
        missing = http.get(f"{BASE}/clients/code:NOBODY")
        assert missing.status_code == 404
        assert missing.headers["x-ratelimit-remaining"] == "1"
        assert "x-ratelimit-limit" not in http.get("/livez").headers


def test_a_request_beyond_the_limit_gets_a_retry_after(actors: HttpActors) -> None:
    with limited(actors) as http:
        for _ in range(3):
            assert http.get(f"{BASE}/me").status_code == 200
        refused = http.get(f"{BASE}/me")
        assert code_of(refused) == (429, "rate_limit_exceeded")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.headers["x-ratelimit-remaining"] == "0"


def test_reading_and_writing_are_counted_apart_and_searching_is_reading(actors: HttpActors) -> None:
    with limited(actors) as http:
        for _ in range(3):
            assert http.post(f"{BASE}/clients/search", json={"q": "reyes"}).status_code == 200
        assert code_of(http.get(f"{BASE}/me")) == (429, "rate_limit_exceeded")
        result = {"status": "CALLED", "version": 0}
        written = http.post(f"{actors.url(actors.client())}/events", json=result)
        assert written.status_code == 201
        assert written.headers["ratelimit-policy"] == '"write";q=2;w=60'


def test_each_person_is_counted_by_themselves_wherever_they_come_from(actors: HttpActors) -> None:
    with limited(actors) as http:
        for _ in range(4):
            http.get(f"{BASE}/me")
        assert http.get(f"{BASE}/me", headers=actors.reader).status_code == 200


def test_an_anonymous_request_counts_by_address_before_its_401(actors: HttpActors) -> None:
    with limited(actors) as http:
        bad = {"Authorization": "Bearer made-up"}
        items = [http.get(f"{BASE}/me", headers=bad).status_code for _ in range(5)]
        assert items == [401, 401, 401, 429, 429]
        assert http.get(f"{BASE}/me").status_code == 200, "and signed in, they are somebody else"


@pytest.mark.rule("U3")
def test_U3_signing_in_is_counted_by_address_and_email_together(actors: HttpActors) -> None:
    actors.staff.hire(email="ana@example.com")
    with limited(actors) as http:

        def sign_in(email: str) -> int:
            proof = {"email": email, "password": "wrong"}
            return http.post(f"{BASE}/sessions", json=proof).status_code

        assert [sign_in("ana@example.com") for _ in range(3)] == [401, 401, 429]
        assert [sign_in("nobody@example.com") for _ in range(3)] == [401, 401, 429]
        assert sign_in("ben@example.com") == 401
        assert sign_in(" ANA@example.com ") == 429, "the same person, however it is typed"


@pytest.mark.rule("U3")
def test_U3_signing_in_well_does_not_count_against_the_failures(actors: HttpActors) -> None:
    actors.staff.hire(email="ana@example.com", password_hash=hash_password("a word that is long"))
    with limited(actors) as http:

        def sign_in(password: str) -> tuple[int, str]:
            proof = {"email": "ana@example.com", "password": password}
            answer = http.post(f"{BASE}/sessions", json=proof)
            return answer.status_code, answer.headers["x-ratelimit-remaining"]

        assert [sign_in("a word that is long") for _ in range(6)] == [(201, "2")] * 6
        assert sign_in("wrong") == (401, "1")
        assert sign_in("a word that is long") == (201, "1")
        assert sign_in("wrong") == (401, "0")
        assert sign_in("a word that is long") == (429, "0")


@pytest.mark.rule("U3")
def test_U3_an_address_may_try_so_often_as_whomever(actors: HttpActors) -> None:
    with limited(actors) as http:
        items = [
            http.post(f"{BASE}/sessions", json={"email": f"{n}@a.example", "password": "x"})
            for n in range(44)
        ]
        assert {each.status_code for each in items[:40]} == {401}
        # Where five minutes end meanwhile, a part of an attempt is forgotten: one more is let in.
        assert code_of(items[-1]) == (429, "rate_limit_exceeded")


@pytest.mark.rule("U3")
def test_U3_asking_to_sign_in_is_counted_by_address_before_anything_is_read(
    actors: HttpActors,
) -> None:
    with limited(actors) as http:
        json = {"Content-Type": "application/json"}
        long = http.post(f"{BASE}/sessions", content=b" " * 200_000, headers=json)
        assert code_of(long) == (413, "payload_too_large")
        bad = [http.post(f"{BASE}/sessions", content=b"{") for _ in range(39)]
        assert {each.status_code for each in bad} == {415}
        many = {"Content-Type": "application/json", "Content-Length": "1000000"}
        with socket.create_connection((http.base_url.host, http.base_url.port or 80)) as raw:
            raw.sendall(head_of("POST", f"{BASE}/sessions", many))
            assert b" 429 " in raw.recv(65536), "whose body has not come yet"


def test_a_proxy_may_add_a_line_or_append_to_the_header(
    actors: HttpActors,
) -> None:
    """What a stranger writes stands in the first line; what our proxy saw stands in the last."""
    server = ServerSettings(trusted_proxies=networks("127.0.0.0/8"))
    with limited(actors, server) as http:
        items = [
            http.get(
                f"{BASE}/me",
                headers=[
                    ("Authorization", "Bearer made-up"),
                    ("X-Forwarded-For", f"203.0.113.{n}"),
                    ("X-Forwarded-For", "198.51.100.7"),
                ],
            ).status_code
            for n in range(5)
        ]
        assert items == [401, 401, 401, 429, 429]


def test_notices_have_an_allowance_of_their_own(actors: HttpActors) -> None:
    with limited(actors) as http:
        items = [http.post("/webhooks/nextbank", json={}) for _ in range(4)]
        assert {each.status_code for each in items} == {400}
        assert items[0].headers["ratelimit-policy"] == '"webhook";q=300;w=60'
