"""The logs and audits in memory, committed and rolled back with their transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from clientupdater.domain.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.domain.access import Decision
    from clientupdater.domain.callers import Caller, Origin
    from clientupdater.domain.ids import ClientId, CompanyId
    from clientupdater.ports.audit import ConfigurationChange, LoggedAction, RightsChange


@frozen
class Did:
    """A write."""

    caller: Caller
    entry: LoggedAction


@frozen
class Operated:
    """What an operator did without an account."""

    origin: Origin
    entry: LoggedAction


@frozen
class WasRefused:
    """A refusal."""

    caller: Caller
    decision: Decision
    resource: str
    resource_id: str
    company: CompanyId | None = None


@frozen
class ChangedRights:
    """A person's rights were changed."""

    caller: Caller
    change: RightsChange


@frozen
class ChangedConfiguration:
    """A row that administrators edit was changed."""

    caller: Caller
    change: ConfigurationChange


@frozen
class Saw:
    """A look at personal data."""

    caller: Caller
    action: str
    client: ClientId
    subject: str


Entry: TypeAlias = Did | Operated | WasRefused | ChangedRights | ChangedConfiguration | Saw


@frozen
class MemoryAuditLog:
    """The logs and audits of one unit of work."""

    _entries: list[Entry]
    _exists: Callable[[ClientId], bool]

    def log_action(self, caller: Caller, *entries: LoggedAction) -> None:
        """Log writes."""
        self._entries.extend(Did(caller, entry) for entry in entries)

    def log_operation(self, origin: Origin, *entries: LoggedAction) -> None:
        """Log what an operator did."""
        self._entries.extend(Operated(origin, entry) for entry in entries)

    def log_refusal(
        self,
        caller: Caller,
        decision: Decision,
        resource: str,
        resource_id: str,
        company: CompanyId | None = None,
    ) -> None:
        """Audit a refusal."""
        self._entries.append(WasRefused(caller, decision, resource, resource_id, company))

    def log_rights_change(self, caller: Caller, *changes: RightsChange) -> None:
        """Audit changes of other people's rights."""
        self._entries.extend(ChangedRights(caller, change) for change in changes)

    def log_configuration(self, caller: Caller, *changes: ConfigurationChange) -> None:
        """Audit changes of the organisation or the configuration."""
        self._entries.extend(ChangedConfiguration(caller, change) for change in changes)

    def log_access(self, caller: Caller, action: str, client: ClientId, subject: str) -> None:
        """Log a look at personal data."""
        if not self._exists(client):
            raise NotFound
        self._entries.append(Saw(caller, action, client, subject))
