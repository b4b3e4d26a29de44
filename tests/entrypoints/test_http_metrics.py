"""What is measured, who may read it, and what every answer carries."""

from __future__ import annotations

import gzip
import re
from contextlib import nullcontext
from ipaddress import ip_network
from typing import TYPE_CHECKING

import httpx
import pytest

from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.server_settings import ServerSettings
from tests.support.app_parts import with_parts
from tests.support.http_actors import BASE, HttpActors, code_of
from tests.support.http_server import served

if TYPE_CHECKING:
    from collections.abc import Iterator

OPS = "token-of-operations-here"
AS_OPS = {"Authorization": f"Bearer {OPS}"}


@pytest.fixture
def watched(actors: HttpActors) -> Iterator[httpx.Client]:
    """Serve it to a signed-in person, with a token of operations and another origin's pages."""
    server = ServerSettings(ops_token=OPS, cors_origins=("https://app.example.com",))
    with served(build(lambda: nullcontext(actors.staff.serving), server)) as http:
        http.headers["Authorization"] = actors.http.headers["Authorization"]
        yield http


def value(http: httpx.Client, series: str) -> float:
    """Read one series."""
    text = http.get("/metrics", headers=AS_OPS).text
    match = re.search(rf"^{re.escape(series)} ([0-9.e+-]+)$", text, re.MULTILINE)
    assert match, text
    return float(match[1])


def test_metrics_need_the_token_of_operations(watched: httpx.Client, actors: HttpActors) -> None:
    assert code_of(actors.http.get("/metrics", headers=AS_OPS)) == (404, "not_found")
    assert code_of(watched.get("/metrics")) == (401, "unauthenticated")
    answer = watched.get("/metrics", headers=AS_OPS)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


def test_requests_are_counted_by_route_and_never_by_client(
    watched: httpx.Client, actors: HttpActors
) -> None:
    client = actors.client()
    for _ in range(3):
        assert watched.get(f"{BASE}/clients/code:{client}").status_code == 200
    assert watched.get("/no/such/thing").status_code == 404
    result = watched.get("/metrics", headers=AS_OPS).text
    series = 'clientupdater_http_request_duration_seconds_bucket{le="0.05",method="GET",'
    assert f'{series}route="/api/v1/clients/{{client}}",status="200"}}' in result
    assert client not in result
    assert "/no/such/thing" not in result
    name = 'clientupdater_http_request_duration_seconds_count{method="GET",route="none"'
    assert value(watched, f'{name},status="404"}}') == 1
    assert value(watched, 'clientupdater_http_refusals_total{code="not_found"}') == 1


def test_unknown_methods_are_one_series(watched: httpx.Client) -> None:
    for method in ("PROPFIND", "M-SEARCH", "PURGE"):
        assert watched.request(method, "/livez").status_code == 405
    name = 'clientupdater_http_request_duration_seconds_count{method="other",route="/livez"'
    assert value(watched, f'{name},status="405"}}') == 3
    assert "PROPFIND" not in watched.get("/metrics", headers=AS_OPS).text


def test_replays_are_counted(watched: httpx.Client, actors: HttpActors) -> None:
    url, json = f"{actors.url(actors.client())}/events", {"status": "CALLED", "version": 0}
    for _ in range(3):
        watched.post(url, json=json, headers={"Idempotency-Key": "a"})
    assert value(watched, "clientupdater_http_replays_total") == 2
    assert value(watched, "clientupdater_http_in_flight") == 1, "the one that asks"


# --- what every answer carries


def test_every_answer_guards_itself(watched: httpx.Client) -> None:
    for path in ("/livez", "/no/such/thing", f"{BASE}/me"):
        heads = watched.get(path).headers
        assert heads["x-content-type-options"] == "nosniff"
        assert heads["x-frame-options"] == "DENY"
        assert "default-src 'none'" in heads["content-security-policy"]
    assert "style-src" in watched.get("/api/docs").headers["content-security-policy"]


def test_a_trace_is_carried_on(watched: httpx.Client) -> None:
    message = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    heads = watched.get(f"{BASE}/me", headers={"traceparent": message}).headers
    assert heads["traceparent"][3:35] == message[3:35]
    assert heads["traceparent"] != message


def test_pages_of_the_origins_that_were_named_may_ask(watched: httpx.Client) -> None:
    asked = {
        "Origin": "https://app.example.com",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,idempotency-key",
    }
    answer = watched.options(f"{BASE}/status-updates", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://app.example.com"
    stranger = watched.options(
        f"{BASE}/status-updates", headers={**asked, "Origin": "https://elsewhere.example"}
    )
    assert "access-control-allow-origin" not in stranger.headers


def test_long_responses_are_compressed_if_the_client_accepts_it(
    watched: httpx.Client, actors: HttpActors
) -> None:
    for _ in range(5):
        actors.client()
    with watched.stream("GET", f"{BASE}/clients", headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["vary"]
    plain = watched.get(f"{BASE}/clients", headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(packed) == plain.content
    assert len(packed) < len(plain.content) / 2
    assert "content-encoding" not in watched.get(f"{BASE}/me/sessions").headers


def test_a_client_that_does_not_accept_json_gets_406(watched: httpx.Client) -> None:
    none = ("text/html", "application/json;q=0", "*/*;q=0.5, application/json ; Q=0.00", "*/*;q=0")
    for refused in none:
        answer = watched.get(f"{BASE}/me", headers={"Accept": refused})
        assert code_of(answer) == (406, "not_acceptable"), refused
    for taken in ("application/*;q=0.5", "text/html, */*;q=0.1", "application/problem+json"):
        assert watched.get(f"{BASE}/me", headers={"Accept": taken}).status_code == 200


def test_an_address_counts_only_from_proxies_that_were_named(actors: HttpActors) -> None:
    def seen(server: ServerSettings, forwarded_for: str) -> str:
        with served(build(lambda: nullcontext(actors.staff.serving), server)) as http:
            proof = {"email": "nobody@example.com", "password": "x"}
            http.post(f"{BASE}/sessions", json=proof, headers={"X-Forwarded-For": forwarded_for})
        result: str = actors.staff.one(
            "select host(ip_address::inet) from activity_logs where action = 'session.refuse'"
            " order by created_at desc limit 1"
        )
        return result

    trusting = ServerSettings(trusted_proxies=(ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")))
    assert seen(ServerSettings(), "203.0.113.7") == "127.0.0.1"
    assert seen(trusting, "198.51.100.1, 203.0.113.7, 10.1.1.1") == "203.0.113.7"
    assert seen(trusting, "") == "127.0.0.1"


def test_numbers_that_cannot_be_read_end_nothing(actors: HttpActors) -> None:
    def broken() -> tuple[()]:
        raise ZeroDivisionError

    app = with_parts(actors.staff.app, operations={"gauges": broken})
    with served(build(lambda: nullcontext(app))) as http:
        assert http.get("/livez").status_code == 200
        assert http.get("/api/ping").status_code == 200
