"""Reading the logs and audits, the newest first (L1, A5)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias
from uuid import UUID

from attrs import define, field, frozen

from clientupdater.ports.lists import Page, StaffMember, within_limits

if TYPE_CHECKING:
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import ClientId, CompanyId, PersonId
    from clientupdater.ports.dossiers import Holdings


class AuditResult(StrEnum):
    """Whether something was refused, or which way a person's rights changed."""

    REFUSED = "refused"
    GRANTED = "granted"
    CHANGED = "changed"
    REVOKED = "revoked"


class ConfigurationAction(StrEnum):
    """What happened to the row."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class AccessKind(StrEnum):
    """What someone did with a client's data. `erased`: remarks, on request."""

    VIEWED = "viewed"
    REVEALED = "revealed"
    EXPORTED = "exported"
    CHANGED = "changed"
    RECORDED = "recorded"
    REFUSED = "refused"
    ERASED = "erased"


@frozen
class AuditKey:
    """A place in an audit."""

    at: datetime
    id: UUID


@frozen(kw_only=True)
class AuditQuery:
    """Which page of an audit, and of which time: from `since` on, before `until`."""

    actor: PersonId | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = field(default=50, validator=within_limits)
    after: AuditKey | None = None


@frozen(kw_only=True)
class ActivityQuery(AuditQuery):
    """Writes, by what was done and to whom."""

    subject: PersonId | None = None
    client: ClientId | None = None
    action: str | None = None


@frozen(kw_only=True)
class ConfigurationQuery(AuditQuery):
    """Changes of organisation and configuration; `record` is one row of `table`."""

    table: str | None = None
    record: str | None = None
    action: ConfigurationAction | None = None


@frozen(kw_only=True)
class AuthorizationQuery(AuditQuery):
    """Refusals and changes of rights; `companies`: only entries of these (None: all entries)."""

    subject: PersonId | None = None
    client: ClientId | None = None
    permission: str | None = None
    result: AuditResult | None = None
    companies: frozenset[CompanyId] | None = None


@define
class ActivityEntry:
    """Someone changed something."""

    id: UUID
    at: datetime
    by: StaffMember | None
    action: str
    resource: str | None
    resource_id: str | None
    details: dict[str, Any]
    interface: str | None
    request_id: str | None
    ip_address: str | None
    user_agent: str | None


@define
class ConfigurationEntry:
    """An administrator changed a row: with the values that differ, before and after."""

    id: UUID
    at: datetime
    by: StaffMember | None
    action: ConfigurationAction
    table: str
    record: str
    old_values: dict[str, Any] | None
    new_values: dict[str, Any] | None
    ip_address: str | None


@define
class AuthorizationEntry:
    """Someone was refused something, or a person's rights were changed."""

    id: UUID
    at: datetime
    by: StaffMember | None
    result: AuditResult
    permission: str | None
    subject: StaffMember | None
    resource: str | None
    resource_id: str | None
    company: str | None
    grants_found: list[str]
    missing: str | None
    old_values: dict[str, Any] | None
    new_values: dict[str, Any] | None
    interface: str | None
    request_id: str | None
    ip_address: str | None


@define
class AccessEntry:
    """Someone saw, took, changed or was refused a client's data.

    `is_certain`: false for a file with many clients, which may have held this one.
    """

    id: UUID
    at: datetime
    by: StaffMember | None
    kind: AccessKind
    subject: str
    is_certain: bool
    interface: str | None
    request_id: str | None
    ip_address: str | None


ActivityPage: TypeAlias = "Page[ActivityEntry, AuditKey]"
ConfigurationPage: TypeAlias = "Page[ConfigurationEntry, AuditKey]"
AuthorizationPage: TypeAlias = "Page[AuthorizationEntry, AuditKey]"
AccessPage: TypeAlias = "Page[AccessEntry, AuditKey]"


class Audits(Protocol):
    """Pages of the logs and audits, the newest first.

    A page examines a bounded number of entries. Where few of them match, it is shorter than its
    limit, or empty, and still says where to go on.
    """

    def activity(self, query: ActivityQuery) -> ActivityPage:
        """Read writes; retention removes them after a while (J5)."""
        ...

    def configuration(self, query: ConfigurationQuery) -> ConfigurationPage:
        """Read changes of organisation and configuration."""
        ...

    def authorization(self, query: AuthorizationQuery) -> AuthorizationPage:
        """Read refusals and changes of rights."""
        ...

    def accesses(self, client: Client, limit: int, after: AuditKey | None) -> AccessPage:
        """Read who saw, took, changed or was refused the client's data."""
        ...

    def holdings(self, client: Client, at_most: int) -> Holdings:
        """Read what else is held about a client, deleted or not: at most so many of each kind."""
        ...
