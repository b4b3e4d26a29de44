"""Logs and audits (L1), written in the transaction of the action itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from attrs import field, frozen

from clientupdater.domain.ids import ChangeId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.domain.access import Decision
    from clientupdater.domain.callers import Caller, Origin
    from clientupdater.domain.ids import ClientId, CompanyId, PersonId


@frozen(kw_only=True)
class LoggedAction:
    """One write: `action` as verb and thing (status.record), details without personal data."""

    action: str
    resource: str
    resource_id: str
    details: Mapping[str, object] = field(factory=dict)


@frozen
class LogEntry:
    """A write, and the caller who made it."""

    caller: Caller
    action: LoggedAction


@frozen(kw_only=True)
class RightsChange:
    """One change of a person's rights or territory, with the values before and after."""

    decision: str
    person: PersonId
    resource: str
    resource_id: str
    permission: str | None = None
    company: CompanyId | None = None
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


@frozen(kw_only=True)
class ConfigurationChange:
    """One change of a row that administrators edit, with the values that differ."""

    id: ChangeId = field(factory=lambda: ChangeId(uuid4()))
    table: str
    record: str
    before: Mapping[str, object] | None = None
    """None: the row is new."""
    after: Mapping[str, object] | None = None
    """None: the row is gone."""

    @property
    def action(self) -> str:
        if self.before is None:
            return "create"
        return "delete" if self.after is None else "update"


class AuditLog(Protocol):
    """The logs and audits; a transaction that is rolled back writes nothing.

    A refusal is therefore written in a transaction of its own.
    """

    def log_action(self, caller: Caller, *entries: LoggedAction) -> None:
        """Log writes, many at once if need be."""
        ...

    def log_operation(self, origin: Origin, *entries: LoggedAction) -> None:
        """Log what an operator did on a machine, where no account of ours is asked for."""
        ...

    def log_refusal(
        self,
        caller: Caller,
        decision: Decision,
        resource: str,
        resource_id: str,
        company: CompanyId | None = None,
    ) -> None:
        """Audit a refusal, with the grants found and what was missing (A5).

        `company` is the thing's company; None if it belongs to no single one.
        """
        ...

    def log_rights_change(self, caller: Caller, *changes: RightsChange) -> None:
        """Audit changes of other people's rights, many at once if need be."""
        ...

    def log_configuration(self, caller: Caller, *changes: ConfigurationChange) -> None:
        """Audit changes of the organisation or the configuration."""
        ...

    def log_access(self, caller: Caller, action: str, client: ClientId, subject: str) -> None:
        """Log a look at, or a removal of, personal data.

        Raises NotFound if the transaction sees no such client.
        """
        ...
