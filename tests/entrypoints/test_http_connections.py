"""How long a connection may keep the server waiting, and how many there may be."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from clientupdater.entrypoints.http.server import config_of
from clientupdater.entrypoints.http.server_settings import ServerSettings
from clientupdater.entrypoints.http.system import Traffic
from tests.support.http_actors import BASE, HttpActors
from tests.support.http_server import head_of, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    import uvicorn
    from starlette.requests import Request


def config_for(actors: HttpActors, **others: Any) -> uvicorn.Config:
    return config_of(actors.staff.app, ServerSettings(**others), Traffic())


@contextmanager
def bounded(actors: HttpActors, **others: Any) -> Iterator[httpx.Client]:
    """Serve it as `serve` does, with other bounds."""
    with served(config_for(actors, **others)) as http:
        http.headers["Authorization"] = actors.http.headers["Authorization"]
        yield http


@contextmanager
def connected(http: httpx.Client) -> Iterator[socket.socket]:
    address = http.base_url.host, http.base_url.port or 80
    with socket.create_connection(address, timeout=60) as raw:
        yield raw


def everything(raw: socket.socket) -> bytes:
    """Read until the other side closes."""
    return b"".join(iter(lambda: raw.recv(65536), b""))


def status_of(raw: socket.socket) -> int:
    """Read one answer to its end; the connection is kept."""
    answer = HTTPResponse(raw)
    answer.begin()
    answer.read()
    return answer.status


@pytest.mark.parametrize("begun", [b"", b"GET /livez HTTP/1.1\r\nHost: h"])
def test_a_head_that_does_not_come_closes_its_connection(actors: HttpActors, begun: bytes) -> None:
    with bounded(actors, header_timeout_s=0.05) as http, connected(http) as raw:
        raw.sendall(begun)
        assert everything(raw) == b""


def test_a_second_head_that_does_not_come_closes_its_connection(actors: HttpActors) -> None:
    with bounded(actors, header_timeout_s=0.05) as http, connected(http) as raw:
        raw.sendall(head_of("GET", "/livez", {}))
        assert status_of(raw) == 200
        raw.sendall(b"GET /livez")
        assert everything(raw) == b""


def test_a_connection_beyond_the_limit_is_refused_at_once(actors: HttpActors) -> None:
    with bounded(actors, max_connections=2) as http, connected(http), connected(http):
        with connected(http) as raw:
            result = everything(raw)
        assert result.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert b"application/problem+json" in result
        assert b'"code":"unavailable"' in result


def test_invalid_http_gets_a_problem_document(actors: HttpActors) -> None:
    with bounded(actors) as http, connected(http) as raw:
        raw.sendall(b"no request\r\n\r\n")
        result = everything(raw)
    assert result.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b'"code":"invalid_request"' in result
    assert b'"request_id":null' not in result


def test_an_idle_connection_is_kept_for_longer_than_is_announced(actors: HttpActors) -> None:
    with bounded(actors, keep_alive_s=75) as http:
        heads = http.get("/livez").headers
        assert (heads["connection"], heads["keep-alive"]) == ("keep-alive", "timeout=75")
        last = http.get("/livez", headers={"Connection": "close"}).headers
        assert (last["connection"], last.get("keep-alive")) == ("close", None)
    assert config_for(actors).timeout_keep_alive > 75


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/clients/search"), ("PUT", "/me/password"), ("POST", "/status-updates")],
)
def test_an_unauthenticated_request_is_refused_before_its_body_is_read(
    actors: HttpActors, method: str, path: str
) -> None:
    with bounded(actors) as http, connected(http) as raw:
        heads = {"Content-Type": "application/json", "Content-Length": "1000"}
        for shown in ({}, {"Authorization": "Bearer made-up"}):
            raw.sendall(head_of(method, f"{BASE}{path}", {**heads, **shown}))
            assert status_of(raw) == 401
            raw.sendall(b" " * 1000)  # which nobody reads; the next request follows it


def test_a_request_that_is_worked_on_for_longer_is_answered(actors: HttpActors) -> None:
    begun, over = threading.Event(), threading.Event()

    def slow(_: Request) -> PlainTextResponse:
        begun.set()
        over.wait(60)
        return PlainTextResponse("done")

    config = config_for(actors, header_timeout_s=0.05)
    config.app.router.routes.append(Route("/slow", slow))  # type: ignore[union-attr]
    with served(config) as http, connected(http) as raw:
        raw.sendall(head_of("GET", "/slow", {"Connection": "close"}))
        begun.wait(60)
        with connected(http) as idle:
            assert everything(idle) == b"", "so much time has passed"
        over.set()
        assert everything(raw).endswith(b"done")
