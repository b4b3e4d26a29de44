"""The server's own addresses, and how every error looks, over real HTTP."""

from __future__ import annotations

import re
import socket
import time
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NoReturn

import attrs
import httpx
import psycopg
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from clientupdater.adapters.local.limits import MemoryRateLimits
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.composition import open_app
from clientupdater.domain.errors import (
    AlreadyDone,
    Fault,
    InvalidInput,
    Misconfigured,
    Unavailable,
    VersionConflict,
)
from clientupdater.domain.rate_limits import Allowance
from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.server import listen
from clientupdater.ports.health import Health
from clientupdater.settings import Settings
from clientupdater.usecases.requests.rate_limits import AdmitRequest
from tests.support.app_parts import with_parts
from tests.support.http_server import served
from tests.support.staff_fixture import PLENTY
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from tests.support.servers import Database

ERRORS: dict[str, Exception] = {
    "fields": InvalidInput([Fault("/a", "is missing"), Fault("/b", "is no number")]),
    "rule": AlreadyDone(),
    "stale": VersionConflict(provided=1, current=3, fields=["remarks"]),
    "down": Unavailable("PostgreSQL", "PostgreSQL at db.internal:5432 does not answer"),
    "misconfigured": Misconfigured([Fault("DATABASE_URL", "leads to db.internal")]),
    "surprise": RuntimeError("select * from clients where name = 'Juana'"),
}


def fail(request: Request) -> NoReturn:
    raise ERRORS[request.path_params["name"]]


def well(_: Request) -> PlainTextResponse:
    return PlainTextResponse("well")


@pytest.fixture
def client(database: Database) -> Iterator[httpx.Client]:
    """Serve it with two addresses more: one that goes well, one that goes wrong as asked."""
    settings = Settings(database_url=database.app_url)
    application = build(lambda: open_app(settings))
    application.router.routes += [Route("/fail/{name}", fail), Route("/well", well)]
    with served(application) as opened:
        yield opened


def test_it_is_alive_ready_and_there(client: httpx.Client) -> None:
    assert client.get("/livez").json() == {"status": "alive"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    ping = client.get("/api/ping").json()
    assert ping["status"] == "ok"
    assert datetime.fromisoformat(ping["timestamp"]).utcoffset() is not None


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


def test_the_root_address_describes_the_service_to_programs(client: httpx.Client) -> None:
    for accept in ("*/*", "application/json", "text/html;q=0, */*", "text/html;q=0.5, */*", ""):
        answer = client.get("/", headers={"Accept": accept})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert "Accept" in answer.headers["vary"]
        value = answer.json()
        assert value["service"] == "Client Updater"
        for address in value["links"].values():
            assert client.get(address).status_code == 200


def test_the_first_address_is_a_page_for_people(client: httpx.Client) -> None:
    for accept in (BROWSER, "text/html", "application/json;q=0.1, text/html;q=0.2", "text/*"):
        answer = client.get("/", headers={"Accept": accept})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "Accept" in answer.headers["vary"]
        for address in re.findall('href="(/[^"]*)"', answer.text):
            assert client.get(address).status_code == 200
        assert 'href="/api/docs"' in answer.text


def test_readiness_is_checked_once_a_second_for_all_callers(database: Database) -> None:
    looks = []

    def look() -> Health:
        looks.append(1)
        return Health("database", ok=True, found="")

    with open_app(Settings(database_url=database.app_url)) as app:
        allowances = attrs.evolve(PLENTY, probe=Allowance("probe", 40, timedelta(minutes=5)))
        admit = AdmitRequest(MemoryRateLimits(), allowances)
        watched = with_parts(
            app, operations={"readiness": (look,)}, requests={"admit_probe": admit}
        )
        with served(build(lambda: nullcontext(watched))) as http:
            begun = time.monotonic()
            answers = [http.get("/readyz").status_code for _ in range(42)]
            seconds = time.monotonic() - begun
    assert len(looks) <= seconds + 1
    assert answers == [200] * 40 + [429] * 2, "one address may ask so often"


def test_without_its_database_it_is_alive_and_not_ready(
    client: httpx.Client, database: Database
) -> None:
    with psycopg.connect(
        database.superuser_url.replace(database.name, "postgres"), autocommit=True
    ) as connection:
        connection.execute(f'drop database "{database.name}" with (force)'.encode())
    assert client.get("/livez").status_code == 200
    assert client.get("/api/ping").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert database.name not in answer.text


def test_it_is_ready_when_the_schema_is_as_far_as_the_code(
    client: httpx.Client, database: Database
) -> None:
    maintenance = PostgresMaintenance(database.owner_url)
    maintenance.rollback(1)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert {"of": "schema", "ok": False} in answer.json()["checks"]
    maintenance.migrate()
    wait_until(lambda: client.get("/readyz").status_code == 200)


def test_a_head_is_a_get_without_its_body(client: httpx.Client) -> None:
    answer = client.head("/livez")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
def test_another_method_is_refused_with_the_allowed_ones(client: httpx.Client, method: str) -> None:
    answer = client.request(method, "/livez")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert answer.json()["error"]["code"] == "method_not_allowed"


def test_an_address_is_not_taken_for_a_client_of_that_name(client: httpx.Client) -> None:
    answer = client.get("/api/v1/clients/search")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("path", ["/nope", "/livez/", "/api/ping/x", "/%00", "/api//ping"])
def test_an_unknown_address_is_a_problem_and_no_redirect(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["error"]["code"] == "not_found"
    assert answer.headers["cache-control"] == "no-store"


def test_a_problem_has_all_its_members(client: httpx.Client) -> None:
    answer = client.get("/fail/rule", headers={"X-Request-ID": "given-id-1"})
    value = answer.json()
    moment = datetime.fromisoformat(value["error"].pop("timestamp"))
    assert moment.utcoffset() is not None
    assert answer.status_code == 409
    assert value == {
        "type": "urn:clientupdater:problem:already_done",
        "title": "Conflict",
        "status": 409,
        "detail": "The period's work on this client is done; reopen it first.",
        "instance": "urn:clientupdater:request:given-id-1",
        "error": {
            "code": "already_done",
            "message": "The period's work on this client is done; reopen it first.",
            "details": {},
            "request_id": "given-id-1",
        },
    }


def test_input_that_does_not_fit_lists_every_fault(client: httpx.Client) -> None:
    answer = client.get("/fail/fields")
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["fields"] == [
        {"pointer": "/a", "message": "is missing"},
        {"pointer": "/b", "message": "is no number"},
    ]


def test_a_stale_version_is_answered_with_the_current_row(client: httpx.Client) -> None:
    details = client.get("/fail/stale").json()["error"]["details"]
    assert details == {"provided": 1, "current": 3, "fields": ["remarks"], "snapshot": None}


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("down", 503, "unavailable"),
        ("misconfigured", 500, "internal_error"),
        ("surprise", 500, "internal_error"),
    ],
)
def test_an_internal_error_reveals_nothing_of_its_cause(
    client: httpx.Client, name: str, status: int, code: str
) -> None:
    answer = client.get(f"/fail/{name}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    for inside in ("internal:", "db.internal", "select", "Juana", "Traceback", "DATABASE_URL"):
        assert inside not in answer.text
    assert client.get("/well").text == "well"


def test_an_unavailable_service_is_answered_with_retry_after(client: httpx.Client) -> None:
    assert int(client.get("/fail/down").headers["retry-after"]) >= 1


@pytest.mark.parametrize("path", ["/well", "/nope", "/fail/surprise"])
def test_every_answer_carries_the_requests_id(client: httpx.Client, path: str) -> None:
    value = client.get(path, headers={"X-Request-ID": "0123-abcd"})
    assert value.headers["x-request-id"] == "0123-abcd"
    made = client.get(path, headers={"X-Request-ID": "no good"})
    assert re.fullmatch(r"[0-9a-f-]{36}", made.headers["x-request-id"])


def test_a_connection_holds_nothing_back_that_there_is_to_send() -> None:
    with (
        listen("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as taken,
    ):
        assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
