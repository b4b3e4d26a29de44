"""Run a request once per idempotency key: one effect, and the same response each time."""

from __future__ import annotations

import hmac
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.access import rights_digest
from clientupdater.domain.errors import KeyUsedOtherwise
from clientupdater.ports.idempotency import AlreadyDone, Claim, IdempotencyKey, StoredResponse
from clientupdater.ports.sealing import Unreadable
from clientupdater.ports.unit_of_work import NO_CLIENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.sealing import Sealer
    from clientupdater.ports.unit_of_work import RowSecurityScope, UnitsOfWork

_BODY, _FINGERPRINT = "kept answer", "fingerprint of a request"
"""Purposes of sealing: stored responses open only with these very words."""


@frozen(kw_only=True)
class Reply:
    """A response before it is sent: status, headers and bytes."""

    status: int
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = field(default=b"", repr=False)
    stored_body: bytes | None = field(default=None, repr=False)
    """The body without its secrets, to store in its place; None: the body has no secret."""
    refusal: Exception | None = None
    """Why nothing was done. Such a reply is not stored, so that a corrected request may follow."""
    is_replayed: bool = False
    chunks: Iterator[bytes] | None = field(default=None, repr=False)
    """A body too long for memory: it is sent as it is read, and never stored."""


@frozen(kw_only=True)
class KeyedRequest:
    """A request with an idempotency key of the client's choice."""

    caller: Caller
    route: str
    key: str = field(repr=False)
    rls_scope: RowSecurityScope = NO_CLIENTS
    """What the request's own unit of work sees, as a rule: the key is claimed within it."""
    content: bytes = field(repr=False)
    """Path, query, precondition and body: two requests with other content are not the same."""

    @property
    def idempotency_key(self) -> IdempotencyKey:
        return IdempotencyKey(self.caller.actor.id, self.route, self.key)

    @property
    def digest(self) -> bytes:
        return sha256(self.content).digest()


@frozen
class Idempotency:
    """Stores the response in the transaction of its effect: a crash leaves both or neither.

    A repeated request gets an error at once while the first one runs, and its response afterwards.
    """

    work: UnitsOfWork
    clock: Clock
    sealer: Sealer
    keep_for: timedelta = timedelta(hours=24)

    def run_once(
        self,
        request: KeyedRequest,
        act: Callable[[], Reply],
        authorize_replay: Callable[[bool], None],
        *,
        in_batches: bool = False,
    ) -> Reply:
        """Act, or replay the stored response.

        `authorize_replay` refuses a caller who may no longer see a stored body; its argument is
        whether the caller's rights are the same as then. It is not asked about an empty body,
        which shows nothing, and whose subject the request itself may have deleted.

        An act `in_batches` commits as it goes, outside of the claim; it must be safe to repeat.
        """
        stored, reply = self._claim(request, None if in_batches else act)
        if stored:
            return self._replay(request, stored, authorize_replay)
        if reply is None:
            reply = act()
            self._claim(request, lambda: reply)
        return reply

    def _claim(
        self, request: KeyedRequest, act: Callable[[], Reply] | None
    ) -> tuple[StoredResponse | None, Reply | None]:
        """Claim the key; return the response stored under it, or act and store the reply."""
        now = self.clock.now()
        claim = Claim(request.idempotency_key, now)
        try:
            with self.work.outer_transaction(request.rls_scope, claim) as transaction:
                reply = act() if act else None
                if reply and not reply.refusal:
                    response = self._stored_response(request, reply)
                    transaction.keep_response(claim, response, now + self.keep_for)
        except AlreadyDone as done:
            return done.response, None
        return None, reply

    def _stored_response(self, request: KeyedRequest, reply: Reply) -> StoredResponse:
        route = request.route.encode()
        body = reply.body if reply.stored_body is None else reply.stored_body
        return StoredResponse(
            fingerprint=self.sealer.sealed(request.digest, _FINGERPRINT, route),
            rights=rights_digest(request.caller.actor),
            status=reply.status,
            headers=reply.headers,
            body=self.sealer.sealed(body, _BODY, route),
        )

    def _replay(
        self,
        request: KeyedRequest,
        stored: StoredResponse,
        authorize_replay: Callable[[bool], None],
    ) -> Reply:
        route = request.route.encode()
        try:
            fingerprint = self.sealer.opened(stored.fingerprint, _FINGERPRINT, route)
            body = self.sealer.opened(stored.body, _BODY, route)
        except Unreadable as error:
            message = (
                "The request was done, but its stored response can no longer be read."
                " Read the resource to see its state."
            )
            raise KeyUsedOtherwise(message) from error
        if not hmac.compare_digest(fingerprint, request.digest):
            raise KeyUsedOtherwise
        if body:
            authorize_replay(stored.rights == rights_digest(request.caller.actor))
        return Reply(status=stored.status, headers=stored.headers, body=body, is_replayed=True)
