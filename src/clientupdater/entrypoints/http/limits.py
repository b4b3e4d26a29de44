"""Rate limits of requests: a 429 beyond them, and their state in the headers of every response."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from clientupdater.domain.errors import InvalidCredentials
from clientupdater.domain.rate_limits import Activity, Requester
from clientupdater.entrypoints.http.problems import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping
    from typing import Any

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.rate_limits import Verdict
    from clientupdater.entrypoints.http.contract import Endpoint
    from clientupdater.usecases.requests.rate_limits import AdmitRequest


def require_allowance(
    app: App, endpoint: Endpoint, caller: Caller, scope: MutableMapping[str, Any]
) -> None:
    """Count a signed-in caller by person, and anyone else by address.

    A sign-in counts by address here, and by the email in its body once that is parsed.
    """
    person = None if endpoint.public else caller.actor.id
    signs_in = endpoint.activity is Activity.SIGN_IN
    activity = Activity.SIGN_IN_REQUEST if signs_in else endpoint.activity
    require(app.requests.admit, activity, Requester(caller.origin.ip_address, person), scope)


def require(
    admit: AdmitRequest, activity: Activity, requester: Requester, scope: MutableMapping[str, Any]
) -> None:
    """Count a request, or refuse it with a 429; set the rate-limit headers either way."""
    verdict = admit(activity, requester)
    scope["response_headers"] = _headers(verdict)
    if not verdict.allowed:
        message = f"Too many requests; try again in {verdict.retry_after} seconds."
        details = {"limit": verdict.limit, "retry_after": verdict.retry_after}
        retry = {"Retry-After": str(verdict.retry_after)}
        raise Rejected(429, "rate_limit_exceeded", message, details, retry)


@contextmanager
def failures_counted(
    app: App, activity: Activity, requester: Requester, scope: MutableMapping[str, Any]
) -> Iterator[None]:
    """Count an attempt that ends in InvalidCredentials."""
    try:
        yield
    except InvalidCredentials:
        scope["response_headers"] = _headers(app.requests.admit.failed(activity, requester))
        raise


def _headers(verdict: Verdict) -> Mapping[str, str]:
    name, window = verdict.allowance.name, int(verdict.allowance.window.total_seconds())
    now = int(time.time())
    # A sliding window may reset later than this; it never announces more than its length.
    reset_in = min(window, max(1, verdict.reset_at - now))
    return {
        "X-RateLimit-Limit": str(verdict.limit),
        "X-RateLimit-Remaining": str(verdict.remaining),
        "X-RateLimit-Reset": str(now + reset_in),
        "RateLimit-Policy": f'"{name}";q={verdict.limit};w={window}',
        "RateLimit": f'"{name}";r={verdict.remaining};t={reset_in}',
    }
