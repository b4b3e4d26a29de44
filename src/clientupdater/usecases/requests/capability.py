"""What every request over HTTP passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.usecases.requests.idempotency import Idempotency
    from clientupdater.usecases.requests.rate_limits import AdmitRequest


@frozen(kw_only=True)
class Requests:
    """What every request over HTTP passes."""

    admit: AdmitRequest
    admit_probe: AdmitRequest
    idempotency: Idempotency
