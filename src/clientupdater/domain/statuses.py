"""Which status and reason can be recorded for whom: the rules in one table (S1-S7).

Statuses are data, since the business adds its own; only the codes below have a meaning to
the rules, and as system rows of the lookups they never change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.errors import (
    Fault,
    InvalidInput,
    ReasonNotAllowed,
    ReasonRequired,
    RemarksRequired,
    StatusNotAllowed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientupdater.domain.ids import CompanyId

PENDING = "PENDING"
DONE = "DONE"
CONFIRMED = "CONFIRMED"
NOT_REACHABLE = "NOT_REACHABLE"

MAX_REMARKS = 4000
"""Characters that remarks hold (S5)."""


@frozen
class Reason:
    """Why a row has its status."""

    code: str
    is_terminal: bool = False
    requires_remarks: bool = False
    is_active: bool = True


@frozen
class Status:
    """A status that a row can have; no companies means every company (S6)."""

    code: str
    sequence: int
    reasons: tuple[Reason, ...] = ()
    companies: frozenset[CompanyId] = frozenset()
    is_active: bool = True

    @property
    def active_reasons(self) -> tuple[Reason, ...]:
        """The reasons that can be recorded now (S7)."""
        return tuple(reason for reason in self.reasons if reason.is_active)

    def is_for(self, company: CompanyId) -> bool:
        """Whether this company's clients can have it (S6)."""
        return not self.companies or company in self.companies


def _by_code(statuses: Iterable[Status]) -> dict[str, Status]:
    return {status.code: status for status in statuses}


@frozen
class Choice:
    """A status, its reason and the remarks, found to fit together."""

    status: str
    reason: str | None
    remarks: str | None
    is_terminal: bool


@frozen
class StatusCatalogue:
    """Every status, as the lookups are at this moment."""

    _statuses: dict[str, Status] = field(converter=_by_code)

    def choose(
        self, status: str, reason: str | None, remarks: str | None, company: CompanyId
    ) -> Choice:
        """Check a status, its reason and its remarks (S1, S4-S7)."""
        chosen = self._recordable(status, company)
        because = _reason_of(chosen, reason)
        result = tidy_remarks(remarks)
        if because and because.requires_remarks and result is None:
            raise RemarksRequired(f"{status} with {because.code} needs remarks.", field="/remarks")
        return Choice(status, reason, result, is_terminal=bool(because and because.is_terminal))

    def may_end(self, status: str, reason: str | None) -> bool:
        """Whether this ends a client's tracking where it may be recorded at all (T1)."""
        reasons = self._statuses[status].reasons if status in self._statuses else ()
        return any(each.code == reason and each.is_terminal for each in reasons)

    def _recordable(self, code: str, company: CompanyId) -> Status:
        if code == PENDING:
            raise self._refusal("Every row begins at PENDING, so it cannot be recorded.", company)
        status = self._statuses.get(code)
        if status is None or not status.is_active:
            raise self._refusal("There is no such status in use.", company)
        if not status.is_for(company):
            raise self._refusal(f"{code} is not for clients of this company.", company)
        return status

    def _refusal(self, why: str, company: CompanyId) -> StatusNotAllowed:
        ordered = sorted(self._statuses.values(), key=lambda status: status.sequence)
        allowed = [
            status.code
            for status in ordered
            if status.is_active and status.is_for(company) and status.code != PENDING
        ]
        message = f"{why} Choose one of {', '.join(allowed)}."
        return StatusNotAllowed(message, field="/status", allowed=allowed)


def _reason_of(status: Status, code: str | None) -> Reason | None:
    """Require a reason where the status has active ones, and none elsewhere (S4, S7)."""
    active = {reason.code: reason for reason in status.active_reasons}
    if code is None:
        if active:
            message = f"{status.code} needs a reason: {', '.join(active)}."
            raise ReasonRequired(message, field="/reason", allowed=[*active])
        return None
    if code not in active:
        offer = f"Choose one of {', '.join(active)}." if active else "It takes none."
        message = f"This is no reason for {status.code}. {offer}"
        raise ReasonNotAllowed(message, field="/reason", allowed=[*active])
    return active[code]


def tidy_remarks(remarks: str | None) -> str | None:
    """Trim remarks; empty ones become None. Refuse text that cannot be stored (S5)."""
    text = (remarks or "").strip()
    if len(text) > MAX_REMARKS:
        raise InvalidInput(
            [Fault("/remarks", f"holds {MAX_REMARKS} characters at most, not {len(text)}")]
        )
    if "\x00" in text:
        raise InvalidInput([Fault("/remarks", "cannot hold a NUL character")])
    return text or None


def required_remarks(remarks: str | None, what: str) -> str:
    """Require remarks for a correction (S12, S13, T4)."""
    result = tidy_remarks(remarks)
    if result is None:
        raise RemarksRequired(f"Say why: {what} needs remarks.", field="/remarks")
    return result
