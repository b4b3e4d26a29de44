"""What is kept for a while and then removed (J5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import frozen

from clientupdater.domain.retention import Expirable, Purgeable
from clientupdater.ports.unit_of_work import Transaction

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

    from clientupdater.ports.unit_of_work import RowSecurityScope

Removable: TypeAlias = Purgeable | Expirable


@frozen
class Removal:
    """A record of what was removed."""

    kind: Removable
    older_than: datetime
    rows: int
    at: datetime


class RetentionStore(Protocol):
    """Old rows, within a unit of work."""

    def remove(self, kind: Removable, before: datetime, *, at_most: int) -> int:
        """Remove some from before a moment; give how many: fewer than asked for, it was all."""
        ...

    def note(self, removal: Removal) -> None:
        """Leave a record."""
        ...


class PurgingTransaction(Transaction, Protocol):
    """A unit of work that reaches them."""

    @property
    def old_things(self) -> RetentionStore:
        """What is kept for a while."""
        ...


class PurgingWork(Protocol):
    """Where units of work begin that reach them."""

    def begin(self, rls_scope: RowSecurityScope) -> AbstractContextManager[PurgingTransaction]:
        """Begin one, as `UnitsOfWork` does."""
        ...
