"""How often somebody may come: counted once it is known who comes, told with every answer."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from clientupdater.domain.errors import InvalidCredentials
from clientupdater.domain.rate_limits import Activity, Asker
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
    """Count somebody who has signed in by who they are, anybody else by where they come from.

    Whom somebody wants to sign in as stands in the body; until it is read, their address counts.
    """
    person = None if endpoint.public else caller.actor.id
    signs_in = endpoint.activity is Activity.SIGN_IN
    activity = Activity.SIGN_IN_REQUEST if signs_in else endpoint.activity
    require(app.admit_request, activity, Asker(caller.origin.ip_address, person), scope)


def require(
    admit: AdmitRequest, activity: Activity, asker: Asker, scope: MutableMapping[str, Any]
) -> None:
    """Count once more, or refuse; what is left is told either way."""
    verdict = admit(activity, asker)
    heads = _told(verdict)
    scope["heads"] = heads
    if not verdict.allowed:
        message = f"That was too often; come again in {verdict.retry_after} seconds."
        details = {"limit": verdict.limit, "retry_after": verdict.retry_after}
        retry = {"Retry-After": str(verdict.retry_after)}
        raise Rejected(429, "rate_limit_exceeded", message, details, retry)


@contextmanager
def failures_counted(
    app: App, activity: Activity, asker: Asker, scope: MutableMapping[str, Any]
) -> Iterator[None]:
    """Count an attempt that was not let in; what is left after it is told."""
    try:
        yield
    except InvalidCredentials:
        scope["heads"] = _told(app.admit_request.failed(activity, asker))
        raise


def _told(verdict: Verdict) -> Mapping[str, str]:
    name, window = verdict.allowance.name, int(verdict.allowance.window.total_seconds())
    now = int(time.time())
    # A window that slides forgets the last of it later; no more than its length is ever promised.
    whole_in = min(window, max(1, verdict.reset_at - now))
    return {
        "X-RateLimit-Limit": str(verdict.limit),
        "X-RateLimit-Remaining": str(verdict.remaining),
        "X-RateLimit-Reset": str(now + whole_in),
        "RateLimit-Policy": f'"{name}";q={verdict.limit};w={window}',
        "RateLimit": f'"{name}";r={verdict.remaining};t={whole_in}',
    }
