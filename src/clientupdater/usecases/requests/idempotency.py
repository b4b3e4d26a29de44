"""Answer a request that may come again: one effect, and the same answer each time."""

from __future__ import annotations

import hmac
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.access import rights_digest
from clientupdater.domain.errors import KeyUsedOtherwise
from clientupdater.ports.idempotency import IdempotencyKey, StoredResponse
from clientupdater.ports.sealing import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.sealing import Sealer
    from clientupdater.ports.unit_of_work import UnitsOfWork

_BODY, _FINGERPRINT = "kept answer", "fingerprint of a request"


@frozen(kw_only=True)
class Reply:
    """What is answered, in the bytes it is answered with."""

    status: int
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = field(default=b"", repr=False)
    kept_body: bytes | None = field(default=None, repr=False)
    """What is kept of it, where it shows a secret this once; None: all of it."""
    refusal: Exception | None = None
    """Why nothing was done: then nothing is kept, and the request may come again corrected."""
    is_replayed: bool = False
    chunks: Iterator[bytes] | None = field(default=None, repr=False)
    """A body too long to be held: it is sent as it is read, and never kept."""


@frozen(kw_only=True)
class KeyedRequest:
    """A request that its asker gave a name."""

    caller: Caller
    route: str
    key: str = field(repr=False)
    content: bytes = field(repr=False)
    """All that tells it from another: path, query, precondition, body."""

    @property
    def name(self) -> IdempotencyKey:
        """By what it is known again."""
        return IdempotencyKey(self.caller.actor.id, self.route, self.key)


@frozen
class Idempotency:
    """The effect and its answer are one transaction: a crash leaves both, or neither.

    Whoever comes while the first is under way is told so at once. What is kept is given again
    only to those who may still have it; an answer without a body tells them nothing, and what it
    was about may be gone by the very request.
    """

    work: UnitsOfWork
    clock: Clock
    sealer: Sealer
    keep_for: timedelta = timedelta(hours=24)

    def __call__(
        self,
        request: KeyedRequest,
        act: Callable[[], Reply],
        judge: Callable[[bool], None],
        *,
        in_batches: bool = False,
    ) -> Reply:
        """Act, or answer as before; `judge` is asked before that, told whether rights are as then.

        What works in batches commits them one by one, and does no harm when it is done again.
        """
        kept, reply = self._claimed(request, None if in_batches else act)
        if kept:
            return self._replayed(request, kept, judge)
        if reply is None:
            reply = act()
            self._claimed(request, lambda: reply)
        return reply

    def _claimed(
        self, request: KeyedRequest, act: Callable[[], Reply] | None
    ) -> tuple[StoredResponse | None, Reply | None]:
        now = self.clock.now()
        with self.work.outer_transaction() as whole:
            if kept := whole.answers.claim(request.name, now):
                return kept, None
            reply = act() if act else None
            if reply and not reply.refusal:
                sealed = self._sealed(request, reply)
                whole.answers.keep(request.name, sealed, now, now + self.keep_for)
        return None, reply

    def _sealed(self, request: KeyedRequest, reply: Reply) -> StoredResponse:
        bond = request.route.encode()
        body = reply.body if reply.kept_body is None else reply.kept_body
        return StoredResponse(
            fingerprint=self.sealer.sealed(_digest(request), _FINGERPRINT, bond),
            rights=rights_digest(request.caller.actor),
            status=reply.status,
            headers=reply.headers,
            body=self.sealer.sealed(body, _BODY, bond),
        )

    def _replayed(
        self, request: KeyedRequest, kept: StoredResponse, judge: Callable[[bool], None]
    ) -> Reply:
        bond = request.route.encode()
        try:
            fingerprint = self.sealer.opened(kept.fingerprint, _FINGERPRINT, bond)
            body = self.sealer.opened(kept.body, _BODY, bond)
        except Unreadable as error:
            message = (
                "It was done, but its answer can no longer be read; look at what there is now."
            )
            raise KeyUsedOtherwise(message) from error
        if not hmac.compare_digest(fingerprint, _digest(request)):
            raise KeyUsedOtherwise
        if body:
            judge(kept.rights == rights_digest(request.caller.actor))
        return Reply(status=kept.status, headers=kept.headers, body=body, is_replayed=True)


def _digest(request: KeyedRequest) -> bytes:
    return sha256(request.content).digest()
