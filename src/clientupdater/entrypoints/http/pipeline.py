"""The steps of every request, in the order in which they can refuse it.

    identify    401; 403 while the password must be changed (U4)
    count       429, by person, or by address for a public endpoint
    receive     only now, unless the body came with its head: no unknown caller makes us wait
    parse       400, 406, 413, 415
    replay      a repeated Idempotency-Key gets the stored response, whatever follows
    authorize   404 if the caller must not see the subject, 403 if they may only see it
    structure   422 with every fault
    version     428 if it is missing; 412 or 409 if it is stale
    handle      the rules, in the use case

The use case authorizes the caller and compares versions itself, in the transaction of its work.
The key is claimed with the first statement of that transaction, or at its end.
The pipeline authorizes only before it answers 422 or replays a response, so that neither shows
what a 404 would hide. All of this runs in one thread of a pool as large as the database's, so a
request with a thread has a connection, too, and keeps it to its end.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import (
    Error,
    Forbidden,
    InvalidInput,
    KeyUsedOtherwise,
    Unavailable,
    VersionConflict,
)
from clientupdater.domain.rate_limits import Activity, Requester
from clientupdater.entrypoints.failures import details_of
from clientupdater.entrypoints.http.contract import Call, Sent
from clientupdater.entrypoints.http.identity import identify
from clientupdater.entrypoints.http.limits import failures_counted, require
from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.http.replies import reply, response
from clientupdater.entrypoints.http.request_values import parse, readable_path, with_values
from clientupdater.ports.unit_of_work import NO_CLIENTS
from clientupdater.runtime.deadlines import ending_at
from clientupdater.usecases.requests.idempotency import KeyedRequest, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.entrypoints.http.contract import Endpoint
    from clientupdater.entrypoints.http.identity import Identity
    from clientupdater.entrypoints.http.request_values import ParsedRequest, ReceivedRequest
    from clientupdater.ports.unit_of_work import RowSecurityScope


def respond(
    endpoint: Endpoint, app: App, received: ReceivedRequest, identity: Identity | None = None
) -> Response:
    """Take a request through all steps, within its deadline."""
    with ending_at(received.deadline), app.requests.one_connection():
        known = identity or identify(endpoint, app, received.request)
        # Work in batches goes on beyond the deadline: a repeated request would begin it again.
        # Nor does a long transaction end there: it would never succeed.
        if not (endpoint.in_batches or endpoint.past_deadline):
            return _respond(endpoint, app, received, known)
        with ending_at(None):
            return _respond(endpoint, app, received, known)


def _respond(
    endpoint: Endpoint, app: App, received: ReceivedRequest, identity: Identity
) -> Response:
    request = received.request
    parsed = (endpoint.medium.parse if endpoint.medium else parse)(endpoint, received)
    call = Call(
        app=app,
        route=f"{endpoint.method} {endpoint.path}",
        caller=identity.caller,
        session=identity.session,
        sent=Sent(request.headers, received.body or b""),
    )
    with _sign_in_counted(endpoint, call, request, parsed):
        handle = partial(_handle, endpoint, call, request, parsed)
        if endpoint.is_keyed and parsed.key is not None:
            result = _handle_once(endpoint, call, received, parsed.key, handle)
        else:
            result = handle()
        return response(endpoint, request, result)


def _sign_in_counted(
    endpoint: Endpoint, call: Call, request: Request, parsed: ParsedRequest
) -> AbstractContextManager[None]:
    """Count an attempt to sign in against the email in its body, and count its failure."""
    if endpoint.activity is not Activity.SIGN_IN:
        return nullcontext()
    requester = _sign_in_requester(call.caller, parsed.body)
    require(call.app.requests.admit, Activity.SIGN_IN, requester, request.scope)
    return failures_counted(call.app, Activity.SIGN_IN, requester, request.scope)


def _sign_in_requester(caller: Caller, body: Any) -> Requester:
    email = body.get("email") if isinstance(body, dict) else None
    return Requester(caller.origin.ip_address, email=email if isinstance(email, str) else None)


def _handle(endpoint: Endpoint, call: Call, request: Request, parsed: ParsedRequest) -> Reply:
    """Structure the values, and call the endpoint."""
    try:
        call = with_values(endpoint, call, request, parsed)
    except (InvalidInput, Rejected):
        _authorize(endpoint, call, request)
        raise
    try:
        result = endpoint.handle(call)
    except VersionConflict as error:
        if parsed.version is None:
            raise
        # A version in If-Match is a precondition, and it failed (RFC 9110, 13.1.1).
        details = details_of(error)
        raise Rejected(412, "precondition_failed", error.message, details) from error
    if endpoint.waits:
        request.state.wait_s = endpoint.waits(call, result)
    return (endpoint.medium.reply if endpoint.medium else reply)(endpoint, request, result)


def _authorize(endpoint: Endpoint, call: Call, request: Request) -> None:
    """Refuse with 404 or 403, without doing anything."""
    if endpoint.admit:
        endpoint.admit(attrs.evolve(call, path=readable_path(request)))
    elif endpoint.permission and not call.caller.actor.grants_of(endpoint.permission):
        raise Forbidden(endpoint.permission)


# --- idempotency keys


def _handle_once(
    endpoint: Endpoint,
    call: Call,
    received: ReceivedRequest,
    key: str,
    handle: Callable[[], Reply],
) -> Reply:
    """Handle the first request with this key; replay its response to the others."""
    request = received.request
    keyed = KeyedRequest(
        caller=call.caller,
        route=call.route,
        key=key,
        rls_scope=_rls_scope(endpoint, call.caller),
        content=_content(request, received.body or b""),
    )
    result = call.app.requests.idempotency.run_once(
        keyed,
        partial(_reply_or_refusal, handle),
        partial(_authorize_replay, endpoint, call, request),
        in_batches=endpoint.in_batches,
    )
    if result.refusal:
        raise result.refusal
    return result


def _rls_scope(endpoint: Endpoint, caller: Caller) -> RowSecurityScope:
    if endpoint.permission is None:
        return NO_CLIENTS
    return access_scope_of(caller.actor, endpoint.permission)


def _reply_or_refusal(handle: Callable[[], Reply]) -> Reply:
    """Return a refusal, so that its audit is committed; let a failure roll everything back."""
    try:
        return handle()
    except Unavailable:
        raise
    except (Error, Rejected) as refusal:
        return Reply(status=0, refusal=refusal)


def _content(request: Request, body: bytes) -> bytes:
    """Join all that makes two requests with one key different."""
    precondition = request.headers.get("if-match", "").encode("latin-1")
    path, query = request.scope["path"].encode(), request.scope["query_string"]
    return b"\0".join((path, query, precondition, body))


def _authorize_replay(
    endpoint: Endpoint,
    call: Call,
    request: Request,
    same_rights: bool,  # noqa: FBT001
) -> None:
    """Authorize the caller again; an endpoint without `admit` needs the same rights as then."""
    _authorize(endpoint, call, request)
    if not (same_rights or endpoint.admit):
        message = (
            "The request was done, but your rights have changed since."
            " Read the resource to see its state."
        )
        raise KeyUsedOtherwise(message)
