"""What every request goes through, in the order in which it is judged.

    signed in   401, before anything else on what is not public; 403 while U4 bars it
    counted     429: by who they are; who is nobody, by where they come from
    read        only now: whom we do not know sends us no body, and nobody sends one uncounted
    parsed      400, 406, 413, 415
    answered    a request that comes again under its Idempotency-Key: the answer that it got
    sight       404, and right: 403
    shape       422, every fault at once
    version     428 without one; 412 or 409 when it is stale
    the rules   the use case, which judges sight, right and version itself

Sight and right are for the use case to judge, in the transaction that does the work. Only for
what does not fit are they asked here, so that nobody learns from a 422 what a 404 would hide;
and before an answer is given again. All of it runs in one thread of a pool as large as the
database's: whoever has a thread has a connection waiting.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs
from attrs import frozen

from clientupdater.domain.access import Actor
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import (
    Error,
    Fault,
    Forbidden,
    InvalidInput,
    KeyUsedOtherwise,
    Unauthenticated,
    Unavailable,
    VersionConflict,
)
from clientupdater.domain.ids import PersonId
from clientupdater.domain.people import Act
from clientupdater.domain.rate_limits import Activity, Asker
from clientupdater.entrypoints.failures import details_of
from clientupdater.entrypoints.http import parsing
from clientupdater.entrypoints.http.contract import Call, Endpoint, Sent, part
from clientupdater.entrypoints.http.limits import failures_counted, require, require_allowance
from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.http.replies import reply, response
from clientupdater.entrypoints.structuring import structured, structured_words
from clientupdater.runtime.deadlines import ending_at, seconds_left
from clientupdater.usecases.requests.idempotency import KeyedRequest, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.datastructures import Headers
    from starlette.requests import Request
    from starlette.responses import Response

    from clientupdater.app import App
    from clientupdater.usecases.people.authenticate import Authenticated

_UNFIT = "What was given does not fit."
_NOBODY = PersonId(UUID(int=0))


@frozen
class Given:
    """A request as it came: its body is read as far as it may be long; None: it is longer."""

    request: Request
    body: bytes | None
    deadline: float | None = None
    """The moment of the monotonic clock at which nobody waits for its answer any more."""


@frozen
class _Parsed:
    query: Mapping[str, str]
    body: Any
    version: int | None
    key: str | None


@frozen
class Identity:
    """Who asks, found out and counted before their body is read."""

    caller: Caller
    session: Authenticated | None


async def given(request: Request, largest: int, deadline: float | None = None) -> Given:
    """Read the body; what is longer than it may be is not read to its end."""
    announced = request.headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and int(announced) > largest:
        return Given(request, None, deadline)
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > largest:
            return Given(request, None, deadline)
    return Given(request, bytes(read), deadline)


def identified(endpoint: Endpoint, app: App, request: Request, deadline: float | None) -> Identity:
    """Find out who asks, and count them."""
    with ending_at(deadline):
        seconds_left()
        session = None
        if not endpoint.public:
            session = signed_in(app, request, endpoint.activity, endpoint.act)
        caller = session.caller if session else _nobody(app, request)
        require_allowance(app, endpoint, caller, request.scope)
        return Identity(caller, session)


def answered(
    endpoint: Endpoint, app: App, value: Given, identity: Identity | None = None
) -> Response:
    """Judge a request, and do what it asks, as long as somebody waits for it."""
    with ending_at(value.deadline):
        seconds_left()
        who = identity or identified(endpoint, app, value.request, value.deadline)
        # What commits as it goes works on: it would only begin at its first batch again.
        with ending_at(None if endpoint.in_batches else value.deadline):
            return _answered(endpoint, app, value, who)


def _answered(endpoint: Endpoint, app: App, value: Given, identity: Identity) -> Response:
    request, caller = value.request, identity.caller
    parsed = _parsed(endpoint, app, value)
    attempt: AbstractContextManager[None] = nullcontext()
    if endpoint.activity is Activity.SIGN_IN:
        asker = _who_signs_in(caller, parsed.body)
        require(app.admit_request, Activity.SIGN_IN, asker, request.scope)
        attempt = failures_counted(app, Activity.SIGN_IN, asker, request.scope)
    route = f"{endpoint.method} {endpoint.path}"
    sent = Sent(request.headers, value.body or b"")
    call = Call(app=app, route=route, caller=caller, session=identity.session, sent=sent)
    act = partial(_acted, endpoint, call, request, parsed)
    if endpoint.is_keyed and parsed.key is not None:
        return response(endpoint, request, _once(endpoint, call, value, parsed.key, act))
    with attempt:
        return response(endpoint, request, act())


def _acted(endpoint: Endpoint, call: Call, request: Request, parsed: _Parsed) -> Reply:
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
    return reply(endpoint, request, result)


# --- answered once


def _once(
    endpoint: Endpoint, call: Call, value: Given, key: str, act: Callable[[], Reply]
) -> Reply:
    """Do it, or answer as before where it was done before."""
    request = value.request
    asked = KeyedRequest(
        caller=call.caller, route=call.route, key=key, content=_content(request, value.body or b"")
    )
    judge = partial(_may_have_again, endpoint, call, request)
    done = call.app.idempotency(
        asked, partial(_or_refusal, act), judge, in_batches=endpoint.in_batches
    )
    if done.refusal:
        raise done.refusal
    return done


def _or_refusal(act: Callable[[], Reply]) -> Reply:
    """Let what was written down about a refusal stand; what broke takes everything back."""
    try:
        return act()
    except Unavailable:
        raise
    except (Error, Rejected) as refusal:
        return Reply(status=0, refusal=refusal)


def _content(request: Request, body: bytes) -> bytes:
    """Put together all that tells a request from another under the same key."""
    seen = request.headers.get("if-match", "").encode("latin-1")
    path, query = request.scope["path"].encode(), request.scope["query_string"]
    return b"\0".join((path, query, seen, body))


def _may_have_again(endpoint: Endpoint, call: Call, request: Request, as_then: bool) -> None:  # noqa: FBT001
    """Judge sight and right as for what does not fit; what cannot be judged so needs as much."""
    _admit(endpoint, call, request)
    if not (as_then or endpoint.admit):
        message = "It was done; your rights have changed since, so look at what there is now."
        raise KeyUsedOtherwise(message)


# --- signed in


def signed_in(
    app: App, request: Request, activity: Activity, act: Act = Act.OTHER
) -> Authenticated:
    """Find out who has signed in; an attempt that fails counts by its address."""
    origin = _origin(app, request)
    try:
        value = app.authenticate(_token(request), origin, act)
    except Unauthenticated:
        require(app.admit_request, activity, Asker(origin.ip_address), request.scope)
        raise
    request.scope["actor"] = value.caller.actor
    return value


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return token.strip()


def _who_signs_in(caller: Caller, body: Any) -> Asker:
    """Say whom somebody wants to be; what is no email is counted as none."""
    email = body.get("email") if isinstance(body, dict) else None
    return Asker(caller.origin.ip_address, email=email if isinstance(email, str) else None)


def _nobody(app: App, request: Request) -> Caller:
    """Stand for whoever has not signed in: without any right."""
    return Caller(Actor(_NOBODY, is_active=False), _origin(app, request))


def address_of(app: App, request: Request) -> str | None:
    """Name where somebody comes from."""
    peer = request.client.host if request.client else None
    forwarded_for = parsing.joined(request.headers.getlist("x-forwarded-for"))
    return app.serving.client_address(peer, forwarded_for)


def _origin(app: App, request: Request) -> Origin:
    return Origin(
        interface="http",
        request_id=request.scope.get("request_id"),
        ip_address=address_of(app, request),
        user_agent=request.headers.get("user-agent", "")[:500] or None,
    )


# --- parsed


def _parsed(endpoint: Endpoint, app: App, value: Given) -> _Parsed:
    if value.body is None:
        message = f"The body is longer than {endpoint.body_limit(app.serving.largest_body)} bytes."
        raise Rejected(413, "payload_too_large", message)
    headers = value.request.headers
    parsing.require_json_wanted(headers)
    names = [a.name for a in attrs.fields(endpoint.query)] if endpoint.query else []
    return _Parsed(
        query=parsing.parsed_query(value.request.scope["query_string"], names),
        body=_parsed_body(endpoint, value),
        version=parsing.parsed_version(headers) if endpoint.versioned else None,
        key=_key(app, headers) if endpoint.is_keyed else None,
    )


def _key(app: App, headers: Headers) -> str | None:
    key = parsing.parsed_key(headers)
    if key is None and app.serving.key_required:
        message = (
            "Send an Idempotency-Key, a new one for each change and the same one to repeat it."
        )
        raise Rejected(400, "idempotency_key_required", message)
    return key


def _parsed_body(endpoint: Endpoint, value: Given) -> Any:
    if endpoint.body is None:
        if value.body:
            raise Rejected.invalid("This takes no body.")
        return None
    if not (value.body or endpoint.body_required):
        return {}
    return parsing.parsed_json(value.body or b"", value.request.headers.get("content-type"))


# --- sight and right, of what does not fit


def _admit(endpoint: Endpoint, call: Call, request: Request) -> None:
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
    value = _kept(faults, lambda: structured(parsed.body, body)) if body else None
    if faults:
        raise InvalidInput(faults, _UNFIT)
    return attrs.evolve(call, path=path, query=asked, body=value)


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
        message = 'Say which version you saw: If-Match: "v3", or "version" in the body.'
        raise Rejected(428, "version_required", message)
    if None not in (parsed.version, in_body) and parsed.version != in_body:
        raise InvalidInput([Fault("/version", "is another one than If-Match names")], _UNFIT)
    return in_body if parsed.version is None else parsed.version
