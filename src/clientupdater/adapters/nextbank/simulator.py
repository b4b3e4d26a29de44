"""A NextBank on loopback for tests and the demo: it keeps its contract, or breaks it on demand."""

from __future__ import annotations

import hashlib
import json
import secrets
import socket
import threading
import time
from base64 import b64encode
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import uvicorn
from attrs import define, field, frozen
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from clientupdater.adapters.nextbank.dialect import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import Request

CLIENT_ID, CLIENT_SECRET, API_KEY = "updater", "made-up-secret", "made-up-key"


class Mishap(StrEnum):
    """A promise that a page breaks."""

    DUPLICATE_PAGE = "the page before comes once more"
    MISSING_PAGE = "a page is left out"
    CIRCLE = "the page's cursor leads back to the first page"
    EXPIRED_CURSOR = "410"
    UNAUTHORIZED = "401, and every token is void"
    FORBIDDEN = "403"
    TOO_MANY = "429 with Retry-After"
    BUSY = "503 with Retry-After"
    BROKEN = "500"
    SLOW = "the response trickles"
    CUT = "the connection is cut in the middle of the answer"
    NO_JSON = "the response is HTML"
    SHORT_TOTAL = "the total is one less than there are"
    CHANGED_SCHEMA = "a member has another name"
    NESTED = "a member holds an object"
    BARE_MOMENT = "as_of names no time zone"


@frozen
class Planned:
    """A mishap, the number of the request at which it begins (from 1), and how often it occurs."""

    mishap: Mishap
    at: int = 1
    times: int = 1
    retry_after: str = "0"

    def is_due(self, number: int) -> bool:
        """Whether it happens at this request."""
        return self.at <= number < self.at + self.times


@define
class Bank:
    """A NextBank's clients, planned mishaps, and the requests that it received."""

    items: list[dict[str, Any]]
    plan: tuple[Planned, ...] = ()
    skew: timedelta = timedelta()
    """The error of its clock."""
    token_lives_s: int = 3600
    dialect: Dialect = field(factory=Dialect)
    api_key_header: str = "X-API-Key"
    code: str = "code"
    changed: str = "updated_at"
    """The columns of a client's code, and of the time of its last change."""
    client_secrets: set[str] = field(factory=lambda: {CLIENT_SECRET}, repr=False)
    api_keys: set[str] = field(factory=lambda: {API_KEY}, repr=False)
    """Those that are valid; a bank that is about to replace one accepts two."""
    pages_asked: int = 0
    tokens_given: int = 0
    unchanged: int = 0
    """How often it answered that a client had not changed."""
    requests: list[str] = field(factory=list)
    url: str = ""
    _tokens: set[str] = field(factory=set, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def now(self) -> datetime:
        """Give the time by its own clock."""
        return datetime.now(UTC) + self.skew

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/oauth/token", self._token, methods=["POST"]),
                Route(f"/{self.dialect.clients}", self._clients),
                Route(f"/{self.dialect.client}", self._client),
            ]
        )

    def _token(self, request: Request) -> Response:
        proofs = {"Basic " + _basic(CLIENT_ID, each) for each in self.client_secrets}
        if request.headers.get("Authorization") not in proofs:
            return JSONResponse({"error": "invalid_client"}, 401)
        with self._lock:
            self.tokens_given += 1
            self._tokens.add(token := secrets.token_urlsafe(16))
        return JSONResponse({"access_token": token, "expires_in": self.token_lives_s})

    def _lets_in(self, request: Request) -> bool:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return request.headers.get(self.api_key_header) in self.api_keys or token in self._tokens

    def void_tokens(self) -> None:
        """Accept no token that it gave so far."""
        self._tokens.clear()

    def _client(self, request: Request) -> Response:
        self.requests.append(str(request.url.path))
        if not self._lets_in(request):
            return JSONResponse({}, 401)
        code = request.path_params["code"]
        result = next((each for each in self.items if each[self.code] == code), None)
        if result is None:
            return JSONResponse({}, 404)
        body = json.dumps(result).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            self.unchanged += 1
            return Response(status_code=304)
        return Response(body, media_type="application/json", headers={"ETag": etag})

    def _clients(self, request: Request) -> Response:
        with self._lock:
            self.pages_asked += 1
            due = next((each for each in self.plan if each.is_due(self.pages_asked)), None)
        self.requests.append(str(request.url.query))
        if due and due.mishap is Mishap.UNAUTHORIZED:
            self.void_tokens()
        if not self._lets_in(request):
            return JSONResponse({}, 401)
        if due and (refusal := _refusal(due)):
            return refusal
        document = self._page(request, due.mishap if due else None)
        return _sent(document, due.mishap if due else None)

    def _page(self, request: Request, mishap: Mishap | None) -> dict[str, Any]:
        query = request.query_params
        theirs = self.dialect.parameters
        size = int(query[theirs.get("limit", "limit")])
        begun = int(query.get(theirs.get("cursor", "cursor"), "0"))
        since = query.get(theirs.get("updated_since", "updated_since"))
        result = [each for each in self.items if _has_changed(each.get(self.changed), since)]
        following = begun + size * (2 if mishap is Mishap.MISSING_PAGE else 1)
        if mishap is Mishap.DUPLICATE_PAGE:
            begun = max(begun - size, 0)
        cursor = str(following) if following < len(result) else None
        page = {
            "items": result[begun : begun + size],
            "next_cursor": str(size) if mishap is Mishap.CIRCLE else cursor,
            "as_of": self.now().isoformat(),
            "total": len(result) - (mishap is Mishap.SHORT_TOTAL),
        }
        change = _CHANGES.get(mishap) if mishap else None
        return self._in_its_words(change(page) if change else page)

    def _in_its_words(self, page: dict[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, value in page.items():
            *objects, last = self.dialect.member(name).split(".")
            within = values
            for each in objects:
                within = within.setdefault(each, {})
            within[last] = value
        return values


def _basic(name: str, word: str) -> str:
    return b64encode(f"{name}:{word}".encode()).decode()


def _has_changed(changed: str | None, since: str | None) -> bool:
    if since is None or changed is None:
        return True
    return datetime.fromisoformat(changed) >= datetime.fromisoformat(since)


def _refusal(due: Planned) -> Response | None:
    status = {
        Mishap.EXPIRED_CURSOR: 410,
        Mishap.FORBIDDEN: 403,
        Mishap.TOO_MANY: 429,
        Mishap.BUSY: 503,
        Mishap.BROKEN: 500,
    }.get(due.mishap)
    if status is None:
        return None
    waits = {"Retry-After": due.retry_after} if status in {429, 503} else {}
    return JSONResponse({}, status, headers=waits)


def _renamed(page: dict[str, Any]) -> dict[str, Any]:
    items = [{("nombre" if k == "name" else k): v for k, v in i.items()} for i in page["items"]]
    return {**page, "items": items}


def _nested(page: dict[str, Any]) -> dict[str, Any]:
    return {**page, "items": [{**each, "name": {"first": "x"}} for each in page["items"]]}


def _bare(page: dict[str, Any]) -> dict[str, Any]:
    return {**page, "as_of": page["as_of"][:19]}


_CHANGES: dict[Mishap, Callable[[dict[str, Any]], dict[str, Any]]] = {
    Mishap.CHANGED_SCHEMA: _renamed,
    Mishap.NESTED: _nested,
    Mishap.BARE_MOMENT: _bare,
}


def _sent(document: dict[str, Any], mishap: Mishap | None) -> Response:
    body = json.dumps(document).encode()
    if mishap is Mishap.NO_JSON:
        return Response(b"<html>maintenance</html>", media_type="text/html")
    if mishap not in {Mishap.SLOW, Mishap.CUT}:
        return Response(body, media_type="application/json")
    pieces = _trickle(body) if mishap is Mishap.SLOW else _half(body)
    return StreamingResponse(pieces, headers={"Content-Length": str(len(body))})


def _trickle(body: bytes) -> Iterator[bytes]:
    for at in range(len(body)):
        yield body[at : at + 1]
        time.sleep(0.05)


def _half(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    raise ConnectionAbortedError


@contextmanager
def running(bank: Bank) -> Iterator[Bank]:
    """Let it answer on a port of its own, at `bank.url`."""
    config = uvicorn.Config(bank.application(), log_config=None, log_level="critical")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        bank.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.005)
            yield bank
        finally:
            server.should_exit = server.force_exit = True
            thread.join()
