"""One transaction of several units of work, which may claim an idempotency key as it begins."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import define, field

from clientupdater.adapters.postgres.core import row_security
from clientupdater.adapters.postgres.core.idempotency import (
    claim_statement,
    keep_statement,
    stored_response,
)
from clientupdater.domain.access_scope import AccessScope
from clientupdater.domain.errors import RequestInProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from clientupdater.adapters.postgres.configuration.configuration import ConfigurationMemory
    from clientupdater.adapters.postgres.core.transactions import TransactionControl
    from clientupdater.ports.idempotency import Claim, StoredResponse
    from clientupdater.ports.unit_of_work import RowSecurityScope


@define(eq=False)
class OuterUnit:
    """The units of work that a thread begins inside commit or roll back with it."""

    control: TransactionControl
    memory: ConfigurationMemory
    rls_scope: RowSecurityScope
    claim: Claim | None
    stored: StoredResponse | None = field(default=None, init=False)
    """The response stored under the key."""
    generation: int = field(default=0, init=False)
    _is_untouched: bool = field(default=True, init=False)
    """Whether no unit of work has begun in it yet."""
    _has_own_scope: bool = field(default=True, init=False)
    """Whether no unit of work has set a scope of its own."""

    def begin(self, first: str) -> OuterUnit:
        """Begin in one message, with the scope, the claim and the configuration's generation.

        Raises RequestInProgress if another transaction has the key.
        """
        if self.claim is None:
            row = row_security.begin(self.control, first, self.rls_scope, self.memory)
        else:
            last = claim_statement(self.control.connection, self.claim)
            if not isinstance(self.rls_scope, AccessScope):
                actor = row_security.as_actor(self.control, self.claim.key.actor)
                first = "; ".join([first, *actor])
            row = row_security.begin(self.control, first, self.rls_scope, self.memory, last)
        self.generation, *claimed = row
        self.stored = stored_response(claimed) if claimed else None
        return self

    @contextmanager
    def unit(self, rls_scope: RowSecurityScope) -> Iterator[int]:
        """Be a unit of work within it; give the configuration's generation."""
        if self._is_untouched and rls_scope == self.rls_scope:
            with self._first():
                yield self.generation
            return
        self._is_untouched = self._has_own_scope = False

        def start(first: str) -> int:
            row = row_security.begin_savepoint(self.control, first, rls_scope, self.memory)
            return int(row[0])

        with self.control.savepoint(start) as generation:
            yield generation

    def keep_response(self, claim: Claim, answer: StoredResponse, until: datetime) -> None:
        """Store a response by its key, which only its actor may; it is sent with the commit."""
        if not self._has_own_scope:
            self.control.defer(*row_security.as_actor(self.control, claim.key.actor))
        keep = keep_statement(self.control.connection, claim, answer, until)
        self.control.defer(keep)

    @contextmanager
    def _first(self) -> Iterator[None]:
        """Be the first unit: it needs no savepoint, since nothing was written before it.

        Where it fails the transaction begins again, with its claim: the key may be another
        request's by now.
        """
        self._is_untouched = False
        try:
            yield
        except BaseException:
            self.begin("rollback; begin")
            if self.stored:
                raise RequestInProgress from None
            self._is_untouched = True
            raise
