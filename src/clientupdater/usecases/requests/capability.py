"""What every request over HTTP passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from clientupdater.usecases.requests.idempotency import Idempotency
    from clientupdater.usecases.requests.rate_limits import AdmitRequest


@frozen(kw_only=True)
class Requests:
    """What every request over HTTP passes."""

    admit: AdmitRequest
    admit_probe: AdmitRequest
    idempotency: Idempotency
    one_connection: Callable[[], AbstractContextManager[None]]
    """Within it, a thread uses one connection to the store for one thing after the other."""
