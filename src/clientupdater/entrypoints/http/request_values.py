"""From the headers, path, query and body of a request to the values of a call."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any

import anyio
import attrs
from attrs import frozen

from clientupdater.domain.errors import Fault, InvalidInput
from clientupdater.entrypoints.http import parsing
from clientupdater.entrypoints.http.contract import part
from clientupdater.entrypoints.http.middleware.connections import BODY_ARRIVED
from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.structuring import INVALID, structured, structured_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.datastructures import Headers
    from starlette.requests import Request

    from clientupdater.entrypoints.http.contract import Call, Endpoint
    from clientupdater.entrypoints.http.server_settings import ServerSettings


@frozen
class ReceivedRequest:
    """A request with its body."""

    request: Request
    body: bytes | None
    """None: it is longer than the endpoint allows."""
    deadline: float | None = None
    """The moment of the monotonic clock at which the client gets a 503 instead."""


@frozen
class ParsedRequest:
    """A request whose syntax is right; nothing is known yet about its values."""

    query: Mapping[str, str]
    body: Any
    version: int | None
    """From If-Match."""
    key: str | None
    """From Idempotency-Key."""
    is_form: bool = False
    """The values of the body are words, as those of a query are."""


def has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


async def receive_in_time(request: Request, endpoint: Endpoint, deadline: float) -> bytes | None:
    """Receive the body within the deadline; a slow client occupies no thread meanwhile."""
    limit = endpoint.body_limit(request.state.server.max_body_bytes)
    if request.scope.get(BODY_ARRIVED):
        return await receive_body(request, limit)
    with anyio.move_on_after(deadline - time.monotonic()):
        return await receive_body(request, limit)
    raise Rejected.invalid("The body did not arrive in time; send the request again.")


async def receive_body(request: Request, limit: int) -> bytes | None:
    """Read the body; stop and return None as soon as it is longer than the limit."""
    announced = request.headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and int(announced) > limit:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


# --- syntax: 400, 406, 413, 415


def parse(endpoint: Endpoint, received: ReceivedRequest) -> ParsedRequest:
    request = received.request
    server: ServerSettings = request.state.server
    if received.body is None:
        limit = endpoint.body_limit(server.max_body_bytes)
        raise Rejected(413, "payload_too_large", f"The body is longer than {limit} bytes.")
    parsing.require_json_wanted(request.headers)
    is_required = server.key_required
    return ParsedRequest(
        query=parsing.parsed_query(request.scope["query_string"], _names_of(endpoint.query)),
        body=_parse_body(endpoint, received.body, request.headers.get("content-type")),
        version=parsing.parsed_version(request.headers) if endpoint.versioned else None,
        key=_parse_key(request.headers, is_required=is_required) if endpoint.is_keyed else None,
    )


@cache
def _names_of(query: type | None) -> frozenset[str]:
    """Name the parameters of an endpoint."""
    return frozenset(a.name for a in attrs.fields(query)) if query else frozenset()


def _parse_key(headers: Headers, *, is_required: bool) -> str | None:
    key = parsing.parsed_key(headers)
    if key is None and is_required:
        message = "Send an Idempotency-Key: a new one for each change, the same one to repeat it."
        raise Rejected(400, "idempotency_key_required", message)
    return key


def _parse_body(endpoint: Endpoint, body: bytes, content_type: str | None) -> Any:
    if endpoint.body is None:
        if body:
            raise Rejected.invalid("This endpoint takes no body.")
        return None
    if not (body or endpoint.body_required):
        return {}
    return parsing.parsed_json(body, content_type)


# --- values: 422, with every fault at once


def with_values(endpoint: Endpoint, call: Call, request: Request, parsed: ParsedRequest) -> Call:
    """Add the path, query, body and version to a call; the error names every invalid value."""
    faults: list[Fault] = []

    def read(of: Callable[[], Any]) -> Any:
        try:
            return of()
        except InvalidInput as error:
            faults.extend(error.faults)
            return None

    parameters = request.path_params.items()
    path = {name: read(lambda n=name, t=text: _path_value(n, t)) for name, text in parameters}  # type: ignore[misc]
    query, body = endpoint.query, endpoint.body
    query_value = read(lambda: structured_words(dict(parsed.query), query)) if query else None
    structured_body = structured_words if parsed.is_form else structured
    body_value = read(lambda: structured_body(parsed.body, body)) if body else None
    if faults:
        raise InvalidInput(faults, INVALID)
    version = _version(parsed.version, body_value) if endpoint.versioned else None
    return call.with_values(path, query_value, body_value, version)


def _path_value(name: str, text: str) -> Any:
    try:
        return part(name).read(text)
    except InvalidInput as error:
        raise InvalidInput([Fault(f"/{name}", fault.message) for fault in error.faults]) from None


def readable_path(request: Request) -> Mapping[str, Any]:
    """Read the path; a part that cannot be read is None."""
    return {name: _read_or_none(name, text) for name, text in request.path_params.items()}


def _read_or_none(name: str, text: str) -> Any:
    try:
        return part(name).read(text)
    except InvalidInput:
        return None


def _version(in_header: int | None, body: Any) -> int | None:
    """Return the version that the client saw; it may name it in the header, the body or both."""
    in_body: int | None = getattr(body, "version", None)
    if in_header is None and in_body is None:
        message = 'Name the version you saw: If-Match: "v3", or "version" in the body.'
        raise Rejected(428, "version_required", message)
    if None not in (in_header, in_body) and in_header != in_body:
        raise InvalidInput([Fault("/version", "is not the version in If-Match")], INVALID)
    return in_body if in_header is None else in_header
