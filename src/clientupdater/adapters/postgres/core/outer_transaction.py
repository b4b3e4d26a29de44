"""One transaction of several units of work, which may claim an idempotency key.

The claim goes with the first statement of the first unit. Its answer comes first: where another
request has the key, the unit never gets what its statement read.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import define, field

from clientupdater.adapters.postgres.core import row_security
from clientupdater.adapters.postgres.core.idempotency import (
    claim_command,
    keep_command,
    require_new,
)
from clientupdater.adapters.postgres.core.transactions import Opening
from clientupdater.domain.access_scope import AccessScope
from clientupdater.domain.errors import RequestInProgress
from clientupdater.ports.idempotency import AlreadyDone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from clientupdater.adapters.postgres.configuration.configuration import ConfigurationMemory
    from clientupdater.adapters.postgres.core.connection import Row, Sent
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
    _is_claimed: bool = field(default=False, init=False)
    _is_untouched: bool = field(default=True, init=False)
    """Whether no unit of work has begun in it yet."""
    _has_own_scope: bool = field(default=True, init=False)
    """Whether no unit of work has set a scope of its own."""

    def begin(self, first: str) -> OuterUnit:
        """Begin: with a claim, as soon as there is a statement to send with it."""
        self.control.opening = self._opening(first)
        if self.claim is None:
            self.control.begin()
        return self

    def _opening(self, *first: Sent) -> Opening:
        if self.claim is None:
            return row_security.opening(self.control, first, self.rls_scope, self.memory)
        if not isinstance(self.rls_scope, AccessScope):
            first = (*first, *row_security.as_actor(self.control, self.claim.key.actor))
        last = claim_command(self.claim)
        opening = row_security.opening(self.control, first, self.rls_scope, self.memory, last)
        return Opening(opening.commands, lambda row: self._heed(opening, row))

    def _heed(self, opening: Opening, row: Row) -> Sequence[Sent]:
        """Refuse what follows where the key is not ours: the next statement claims it again."""
        again = opening.heed(row)
        try:
            require_new(row[1:])
        except (AlreadyDone, RequestInProgress):
            self.control.opening = self._opening("rollback", "begin")
            raise
        self._is_claimed = True
        return again

    @contextmanager
    def unit(self, rls_scope: RowSecurityScope) -> Iterator[None]:
        """Be a unit of work within it."""
        if self._is_untouched and rls_scope == self.rls_scope:
            with self._first():
                yield
            return
        self._is_untouched = self._has_own_scope = False

        def start(first: str) -> None:
            row_security.begin_savepoint(self.control, first, rls_scope, self.memory)

        with self.control.savepoint(start):
            yield

    def keep_response(self, claim: Claim, answer: StoredResponse, until: datetime) -> None:
        """Store a response by its key, which only its actor may; it is sent with the commit."""
        self.control.begin()
        if not self._has_own_scope:
            self.control.defer(*row_security.as_actor(self.control, claim.key.actor))
        self.control.defer(keep_command(claim, answer, until))

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
            if self._is_claimed:
                self._is_claimed = False
                self.control.opening = self._opening("rollback", "begin")
                self.control.begin()
            self._is_untouched = True
            raise
