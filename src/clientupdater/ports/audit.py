"""What is written down about who did what (L1): within the transaction of the deed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.domain.access import Decision
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import ClientId, CompanyId, PersonId


@frozen(kw_only=True)
class LoggedAction:
    """One write: `action` as verb and thing (status.record), details without personal data."""

    action: str
    resource: str
    resource_id: str
    details: Mapping[str, object] = field(factory=dict)


@frozen(kw_only=True)
class RightsChange:
    """One change of somebody's rights or territory, with what was and what is."""

    decision: str
    person: PersonId
    resource: str
    resource_id: str
    permission: str | None = None
    company: CompanyId | None = None
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


class AuditLog(Protocol):
    """The logs and audits; a transaction that is rolled back has written nothing.

    A refusal therefore is written in a unit of work of its own.
    """

    def did(self, caller: Caller, *entries: LoggedAction) -> None:
        """Log writes, however many at once."""
        ...

    def refused(
        self,
        caller: Caller,
        decision: Decision,
        resource: str,
        resource_id: str,
        company: CompanyId | None = None,
    ) -> None:
        """Audit who was refused what, with the grants found and what was missing (A5).

        `company` is whose the thing is; None: it belongs to no single one.
        """
        ...

    def changed_rights(self, caller: Caller, change: RightsChange) -> None:
        """Audit a change of another person's rights."""
        ...

    def saw(self, caller: Caller, action: str, client: ClientId, subject: str) -> None:
        """Log a look at, or a taking away of, personal data.

        Raises NotFound if the client does not exist within sight.
        """
        ...
