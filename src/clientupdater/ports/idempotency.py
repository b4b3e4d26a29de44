"""Idempotency: a response is stored with its effect, so that a repeated request acts once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.queue import JobClaim


@frozen
class IdempotencyKey:
    """What identifies a repeated request: its actor, its route, and the key that it names."""

    actor: PersonId
    route: str
    key: str = field(repr=False)


@frozen
class Claim:
    """A request's claim to its key."""

    key: IdempotencyKey
    at: datetime


@frozen(kw_only=True)
class StoredResponse:
    """The response to a request; the parts that may hold personal data are sealed."""

    fingerprint: bytes = field(repr=False)
    """What tells its request from others, sealed."""
    rights: bytes
    """A digest of the rights that the actor had when it was sent."""
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    """Sealed."""


@frozen
class AlreadyDone(Exception):
    """A request with this key was done. It is no error of the domain, so use cases let it pass."""

    response: StoredResponse


KeepResponse: TypeAlias = "Callable[[Claim, StoredResponse, datetime], None]"
"""Stores the response to a request whose key is claimed, until a moment."""
CompleteJob: TypeAlias = "Callable[[JobClaim, datetime], bool]"
"""Ends the job whose effect the transaction is; False: its claim is no longer valid."""


@frozen
class OuterTransaction:
    """Several units of work that commit together, or not at all."""

    keep_response: KeepResponse
    complete_job: CompleteJob
