"""The seals of closed periods (R11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from clientupdater.domain.seals import SealHeader, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.ids import BranchId, ClientId, CompanyId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.seals import SealFault


@frozen
class Seal:
    """The seal of one company's period."""

    header: SealHeader
    root: bytes
    row_count: int
    event_count: int


@frozen
class CorrectedRow:
    """A row with events that were recorded after its seal, or that was opened after it."""

    client_code: str
    branch: BranchId
    events: int


@frozen(kw_only=True)
class SealFigures:
    """What the seal covers of the rows within the scope, and what was recorded since."""

    rows: int
    events: int
    corrected_rows: int
    corrected_events: int
    corrected: tuple[CorrectedRow, ...]
    """The first of them, by client code."""


@frozen(kw_only=True)
class SealProof:
    """All that an auditor needs to check one row against the root."""

    seal: Seal
    client_code: str
    row: str
    """The text that was hashed: the row and its events in order."""
    path: tuple[Step, ...]
    branch: BranchId
    branch_root: bytes
    branch_path: tuple[Step, ...]


class Seals(Protocol):
    """Writes seals and reads them again."""

    def unsealed(self) -> Sequence[tuple[CompanyId, Period]]:
        """List the periods that have rows and no seal, by company, the oldest first."""
        ...

    def seal(self, company: CompanyId, period: Period, at: datetime) -> Seal | None:
        """Seal what stands now; None if it has a seal or no rows. Others who seal it wait."""
        ...

    def find(self, company: CompanyId, period: Period) -> Seal | None: ...

    def of_period(self, period: Period) -> Sequence[Seal]:
        """List the seals of a period, by company."""
        ...

    def faults(self, seal: Seal) -> Iterator[SealFault]:
        """Recompute a seal from the events; give what does not agree."""
        ...

    def figures(
        self, seal: Seal, scopes: Sequence[AccessScope] = (), *, at_most: int
    ) -> SealFigures:
        """Count what is within every one of these scopes."""
        ...

    def sealed_in(self, client: ClientId, period: Period) -> Seal | None:
        """Find the seal that holds a client's row."""
        ...

    def proof(self, seal: Seal, client: ClientId) -> SealProof:
        """Prove a row of the seal; it needs to see every row of the branch."""
        ...
