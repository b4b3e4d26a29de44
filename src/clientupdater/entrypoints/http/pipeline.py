"""What every request goes through, in the order in which it is judged.

    signed in   401, before anything else on what is not public; 403 while U4 bars it
    (here rate limits will count: who asks is known, and nothing dear was done yet)
    parsed      400, 413, 415
    (here an answer stored under an Idempotency-Key will be given again)
    sight       404, and right: 403
    shape       422, every fault at once
    version     428 without one; 412 or 409 when it is stale
    the rules   the use case, which judges sight, right and version itself

Sight and right are for the use case to judge, in the transaction that does the work. Only for
what does not fit are they asked here, so that nobody learns from a 422 what a 404 would hide.
All of it runs in one thread of a pool as large as the database's: whoever has a thread has a
connection waiting.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs
from attrs import frozen
from starlette.responses import Response

from clientupdater.domain.access import Actor
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import (
    Fault,
    Forbidden,
    InvalidInput,
    Unauthenticated,
    VersionConflict,
)
from clientupdater.domain.ids import PersonId
from clientupdater.entrypoints.http import parsing
from clientupdater.entrypoints.http.contract import Answer, Call, Endpoint, part
from clientupdater.entrypoints.http.problems import Rejected, details_of
from clientupdater.entrypoints.structuring import structured, structured_words
from clientupdater.entrypoints.wire import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from clientupdater.composition import App
    from clientupdater.usecases.authenticate import Authenticated

_UNFIT = "What was given does not fit."
_NOBODY = PersonId(UUID(int=0))


@frozen
class Given:
    """A request as it came: its body is read as far as it may be long; None: it is longer."""

    request: Request
    body: bytes | None


@frozen
class _Parsed:
    query: Mapping[str, str]
    body: Any
    version: int | None


async def given(request: Request, largest: int) -> Given:
    """Read the body; what is longer than it may be is not read to its end."""
    announced = request.headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and int(announced) > largest:
        return Given(request, None)
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > largest:
            return Given(request, None)
    return Given(request, bytes(read))


def answered(endpoint: Endpoint, app: App, given: Given) -> Response:
    """Judge a request, and do what it asks."""
    request = given.request
    signed_in = None if endpoint.public else _signed_in(endpoint, app, request)
    caller = signed_in.caller if signed_in else _nobody(request)
    parsed = _parsed(endpoint, given)
    route = f"{endpoint.method} {endpoint.path}"
    call = Call(app=app, route=route, caller=caller, session=signed_in)
    try:
        call = _shaped(endpoint, call, request, parsed)
        call = attrs.evolve(call, version=_version(endpoint, call, parsed))
    except (InvalidInput, Rejected):
        _admit(endpoint, call, request)
        raise
    try:
        result = endpoint.handle(call)
    except VersionConflict as error:
        if parsed.version is None:
            raise
        # Said in the header, it is a precondition that failed (RFC 9110, 13.1.1).
        details = details_of(error)
        raise Rejected(412, "precondition_failed", error.message, details) from error
    return _told(endpoint, request, result)


# --- signed in


def _signed_in(endpoint: Endpoint, app: App, request: Request) -> Authenticated:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    found = app.people.authenticate(token.strip(), _origin(request), endpoint.act)
    request.scope["actor"] = found.caller.actor
    return found


def _nobody(request: Request) -> Caller:
    """Stand for whoever has not signed in: without any right."""
    return Caller(Actor(_NOBODY, is_active=False), _origin(request))


def _origin(request: Request) -> Origin:
    return Origin(
        interface="http",
        request_id=request.scope.get("request_id"),
        ip_address=request.client.host if request.client else None,
        user_agent=request.headers.get("user-agent", "")[:500] or None,
    )


# --- parsed


def _parsed(endpoint: Endpoint, given: Given) -> _Parsed:
    if given.body is None:
        told = f"The body is longer than {endpoint.largest_body} bytes."
        raise Rejected(413, "payload_too_large", told)
    names = [a.name for a in attrs.fields(endpoint.query)] if endpoint.query else []
    return _Parsed(
        query=parsing.parsed_query(given.request.scope["query_string"], names),
        body=_parsed_body(endpoint, given),
        version=parsing.parsed_version(given.request.headers) if endpoint.versioned else None,
    )


def _parsed_body(endpoint: Endpoint, given: Given) -> Any:
    if endpoint.body is None:
        if given.body:
            raise Rejected.invalid("This takes no body.")
        return None
    if not (given.body or endpoint.body_required):
        return {}
    return parsing.parsed_json(given.body or b"", given.request.headers.get("content-type"))


# --- sight and right, of what does not fit


def _admit(endpoint: Endpoint, call: Call, request: Request) -> None:
    if endpoint.public:
        return
    if endpoint.admit:
        path = {name: _read_or_none(name, text) for name, text in request.path_params.items()}
        endpoint.admit(attrs.evolve(call, path=path))
    elif endpoint.permission and not call.caller.actor.found(endpoint.permission):
        raise Forbidden(endpoint.permission)


def _read_or_none(name: str, text: str) -> Any:
    try:
        return part(name).read(text)
    except InvalidInput:
        return None


# --- shape


def _shaped(endpoint: Endpoint, call: Call, request: Request, parsed: _Parsed) -> Call:
    """Make values of all that was given; tell every fault at once."""
    faults: list[Fault] = []
    path = {
        name: _kept(faults, lambda name=name, text=text: _path_value(name, text))  # type: ignore[misc]
        for name, text in request.path_params.items()
    }
    query, body = endpoint.query, endpoint.body
    asked = _kept(faults, lambda: structured_words(dict(parsed.query), query)) if query else None
    told = _kept(faults, lambda: structured(parsed.body, body)) if body else None
    if faults:
        raise InvalidInput(faults, _UNFIT)
    return attrs.evolve(call, path=path, query=asked, body=told)


def _kept(faults: list[Fault], read: Callable[[], Any]) -> Any:
    try:
        return read()
    except InvalidInput as error:
        faults.extend(error.faults)
        return None


def _path_value(name: str, text: str) -> Any:
    try:
        return part(name).read(text)
    except InvalidInput as error:
        raise InvalidInput([Fault(f"/{name}", fault.message) for fault in error.faults]) from None


# --- version


def _version(endpoint: Endpoint, call: Call, parsed: _Parsed) -> int | None:
    if not endpoint.versioned:
        return None
    in_body: int | None = getattr(call.body, "version", None)
    if parsed.version is None and in_body is None:
        told = 'Say which version you saw: If-Match: "v3", or "version" in the body.'
        raise Rejected(428, "version_required", told)
    if None not in (parsed.version, in_body) and parsed.version != in_body:
        raise InvalidInput([Fault("/version", "is another one than If-Match names")], _UNFIT)
    return in_body if parsed.version is None else parsed.version


# --- the answer


def _told(endpoint: Endpoint, request: Request, result: Any) -> Response:
    answer = result if isinstance(result, Answer) else Answer(value=result)
    headers = {"Cache-Control": "no-cache" if endpoint.cacheable else "no-store"}
    if answer.version is not None:
        headers["ETag"] = f'"v{answer.version}"'
    if answer.location:
        headers["Location"] = answer.location
    if endpoint.answers is None:
        return Response(status_code=204, headers=headers)
    if cursor := getattr(answer.value, "next_cursor", None):
        headers["Link"] = f'<{request.url.include_query_params(cursor=cursor)}>; rel="next"'
    body = to_json(answer.value)
    if endpoint.cacheable:
        return _kept_or_new(request, body, headers)
    return Response(body, endpoint.status, headers=headers, media_type="application/json")


def _kept_or_new(request: Request, body: bytes, headers: dict[str, str]) -> Response:
    """Answer 304 to whoever holds these very bytes already."""
    headers["ETag"] = f'"{sha256(body).hexdigest()[:32]}"'
    held = {each.strip() for each in request.headers.get("if-none-match", "").split(",")}
    if headers["ETag"] in held or "*" in held:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")
