"""The caller of a request: their token, their address, and how often they may come."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from attrs import frozen

from clientupdater.domain.access import Actor
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import Unauthenticated
from clientupdater.domain.ids import PersonId
from clientupdater.domain.people import Act
from clientupdater.domain.rate_limits import Activity, Requester
from clientupdater.entrypoints.http.limits import require, require_allowance
from clientupdater.entrypoints.http.parsing import joined
from clientupdater.runtime.deadlines import ending_at, seconds_left

if TYPE_CHECKING:
    from starlette.requests import Request

    from clientupdater.app import App
    from clientupdater.entrypoints.http.contract import Endpoint, Medium
    from clientupdater.usecases.people.authenticate import Authenticated

_NOBODY = PersonId(UUID(int=0))


@frozen
class Identity:
    """A caller who was identified and counted; this happens before their body is read."""

    caller: Caller
    session: Authenticated | None


def identify_in_time(
    endpoint: Endpoint,
    app: App,
    request: Request,
    deadline: float | None,
    *,
    counted: bool = True,
) -> Identity:
    """Identify the caller within the deadline."""
    with ending_at(deadline):
        return identify(endpoint, app, request, counted=counted)


def identify(endpoint: Endpoint, app: App, request: Request, *, counted: bool = True) -> Identity:
    """Authenticate the caller, unless the endpoint is public, and count the request."""
    seconds_left()
    session = None
    if not endpoint.public:
        session = authenticate(app, request, endpoint.activity, endpoint.act, endpoint.medium)
    caller = session.caller if session else _anonymous(request)
    if counted:
        require_allowance(app, endpoint, caller, request.scope)
    return Identity(caller, session)


def authenticate(
    app: App,
    request: Request,
    activity: Activity,
    act: Act = Act.OTHER,
    medium: Medium | None = None,
) -> Authenticated:
    """Find the caller by their token; a failure counts against their address."""
    origin, token_of = _origin(request), medium.token if medium else _token
    try:
        authenticated = app.people.authenticate(token_of(request), origin, act)
    except Unauthenticated:
        require(app.requests.admit, activity, Requester(origin.ip_address), request.scope)
        raise
    request.scope["actor"] = authenticated.caller.actor
    return authenticated


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return token.strip()


def _anonymous(request: Request) -> Caller:
    """Make a caller without any right."""
    return Caller(Actor(_NOBODY, is_active=False), _origin(request))


def client_address(request: Request) -> str | None:
    """Return the client's address, behind the proxies that the settings trust."""
    peer = request.client.host if request.client else None
    forwarded_for = joined(request.headers.getlist("x-forwarded-for"))
    address: str | None = request.state.server.client_address(peer, forwarded_for)
    return address


def _origin(request: Request) -> Origin:
    return Origin(
        interface="http",
        request_id=request.scope.get("request_id"),
        ip_address=client_address(request),
        user_agent=request.headers.get("user-agent", "")[:500] or None,
    )
