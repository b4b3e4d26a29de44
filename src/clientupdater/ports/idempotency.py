"""Answers that are kept with their effect, so that a request that is repeated acts once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.queue import JobOutcomes


@frozen
class IdempotencyKey:
    """By what a request is known again: who asks, for what, and the name they gave it."""

    actor: PersonId
    route: str
    key: str = field(repr=False)


@frozen(kw_only=True)
class StoredResponse:
    """What was answered; what may hold people's data is sealed."""

    fingerprint: bytes = field(repr=False)
    """By what its request is told from others, sealed."""
    rights: bytes
    """A digest of what the asker might do when they got it."""
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    """Sealed."""


class IdempotencyStore(Protocol):
    """Answers by key, within the transaction of their effect."""

    def claim(self, key: IdempotencyKey, now: datetime) -> StoredResponse | None:
        """Have a key to oneself until the transaction ends; give the answer that is kept, if any.

        Raises RequestInProgress at once, without waiting, while another transaction has it.
        """
        ...

    def keep(
        self, key: IdempotencyKey, answer: StoredResponse, now: datetime, until: datetime
    ) -> None:
        """Keep the answer to a request that was claimed."""
        ...


class OuterTransaction(Protocol):
    """Several units of work that are kept together, or not at all."""

    @property
    def answers(self) -> IdempotencyStore:
        """What was answered under a key."""
        ...

    @property
    def endings(self) -> JobOutcomes:
        """How the job ends."""
        ...
