"""Responses stored in the transaction of their effect, so that a repeated request acts once."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from clientupdater.adapters.postgres.core.connection import Command
from clientupdater.adapters.postgres.core.named_queries import Statement, named_queries
from clientupdater.domain.errors import RequestInProgress
from clientupdater.ports.idempotency import AlreadyDone, StoredResponse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from clientupdater.ports.idempotency import Claim, IdempotencyKey


QUERIES = named_queries("core/idempotency.sql")
_CLAIM, _KEEP = Statement.of(QUERIES["claim"]), Statement.of(QUERIES["keep"])


def claim_command(claim: Claim) -> Command:
    """Lock a key until the transaction ends, and read the response stored under it.

    With the generation of the configuration before it, for the message that begins a transaction.
    """
    values = {"actor": claim.key.actor, "key": _digest(claim.key), "now": claim.at}
    return Command.of(_CLAIM, values)


def keep_command(claim: Claim, answer: StoredResponse, until: datetime) -> Command:
    """Store a response by its key, for the message that commits."""
    values = {
        "actor": claim.key.actor,
        "key": _digest(claim.key),
        "fingerprint": answer.fingerprint,
        "rights": answer.rights,
        "status": answer.status,
        "headers": orjson.dumps(dict(answer.headers)).decode(),
        "body": answer.body,
        "now": claim.at,
        "until": until,
    }
    return Command.of(_KEEP, values)


def require_new(answer: Sequence[Any]) -> None:
    """Refuse a request that was done, or that another transaction is doing.

    Raises AlreadyDone, or RequestInProgress.
    """
    is_free, fingerprint, rights, status, headers, body = answer
    if not is_free:
        raise RequestInProgress
    if fingerprint is not None:
        stored = StoredResponse(
            fingerprint=fingerprint, rights=rights, status=status, headers=headers, body=body
        )
        raise AlreadyDone(stored)


def _digest(key: IdempotencyKey) -> str:
    """Hash the key: a client may have typed anything into it."""
    return sha256(f"{key.route}\0{key.key}".encode()).hexdigest()
