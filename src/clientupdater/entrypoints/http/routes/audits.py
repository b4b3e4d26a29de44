"""The logs and audits, and who saw a client's data (L1, A5)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

from attrs import frozen

from clientupdater.domain.errors import NotFound
from clientupdater.domain.ids import PersonId
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Call, Endpoint, part
from clientupdater.entrypoints.http.cursors import opened_place, sealed_cursor
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.fields import PageQuery
from clientupdater.entrypoints.structuring import Text
from clientupdater.ports.audits import (
    AccessEntry,
    ActivityEntry,
    ActivityQuery,
    AuditKey,
    AuditResult,
    AuthorizationEntry,
    AuthorizationQuery,
    ConfigurationAction,
    ConfigurationEntry,
    ConfigurationQuery,
)

if TYPE_CHECKING:
    from clientupdater.domain.ids import ClientRef
    from clientupdater.ports.lists import Page

Shape = TypeVar("Shape")
Client = Annotated[str, Text(longest=60, shortest=1)]
Word = Annotated[str, Text(longest=100, shortest=1)]


@frozen(kw_only=True)
class AuditFilters(PageQuery):
    """Who, and when."""

    actor: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@frozen(kw_only=True)
class ActivityFilters(AuditFilters):
    """Which entries of the activity log."""

    subject: UUID | None = None
    client: Client | None = None
    action: Annotated[Word | None, About("Only this action.", "status.record")] = None


@frozen(kw_only=True)
class ConfigurationFilters(AuditFilters):
    """Which changes of configuration."""

    table: Word | None = None
    record: Annotated[str, Text(longest=200, shortest=1)] | None = None
    action: Annotated[ConfigurationAction | None, About("Only this action.", "update")] = None


@frozen(kw_only=True)
class AuthorizationFilters(AuditFilters):
    """Which refusals and changes of rights."""

    subject: UUID | None = None
    client: Client | None = None
    permission: Permission | None = None
    result: AuditResult | None = None


@frozen(kw_only=True)
class WhoAccessedQuery(PageQuery):
    """Which client."""

    client: Client


@frozen
class ActivityPage:
    """A page of the activity log, the newest entry first."""

    items: tuple[ActivityEntry, ...]
    next_cursor: str | None
    has_more: bool


@frozen
class ConfigurationPage:
    """A page of changes of configuration, the newest first."""

    items: tuple[ConfigurationEntry, ...]
    next_cursor: str | None
    has_more: bool


@frozen
class AuthorizationPage:
    """A page of refusals and changes of rights, the newest first."""

    items: tuple[AuthorizationEntry, ...]
    next_cursor: str | None
    has_more: bool


@frozen
class AccessPage:
    """A page of accesses to a client's data, the newest first."""

    items: tuple[AccessEntry, ...]
    next_cursor: str | None
    has_more: bool


@frozen
class _Place:
    at: datetime
    id: UUID


def list_activity(call: Call) -> ActivityPage:
    """List what was changed, over every interface, the newest first. A page examines a bounded
    number of entries, so that it can be short or empty while `has_more` is true. Needs
    `audit:read` over every company, or with `client` over that client's company.
    """
    query: ActivityFilters = call.query
    asked = ActivityQuery(
        **_paging(call, query), subject=_person(query.subject), action=query.action
    )
    page = call.app.audit.logs.activity(call.caller, asked, _client(query.client))
    return _page(call, ActivityPage, page)


def list_configuration_changes(call: Call) -> ConfigurationPage:
    """List changes of organisation and configuration with the values before and after, the newest
    first. A page examines a bounded number of entries, so that it can be short or empty while
    `has_more` is true. Needs `audit:read` over every company.
    """
    query: ConfigurationFilters = call.query
    asked = ConfigurationQuery(
        **_paging(call, query), table=query.table, record=query.record, action=query.action
    )
    return _page(call, ConfigurationPage, call.app.audit.logs.configuration(call.caller, asked))


def list_authorization_decisions(call: Call) -> AuthorizationPage:
    """List who was refused what and why, and changes of rights, the newest first. A page examines a
    bounded number of entries, so that it can be short or empty while `has_more` is true. Without
    `audit:read` over every company, only entries of your companies are listed.
    """
    query: AuthorizationFilters = call.query
    asked = AuthorizationQuery(
        **_paging(call, query),
        subject=_person(query.subject),
        permission=query.permission,
        result=query.result,
    )
    page = call.app.audit.logs.authorization(call.caller, asked, _client(query.client))
    return _page(call, AuthorizationPage, page)


def list_who_accessed(call: Call) -> AccessPage:
    """List who revealed, exported, changed, recorded or was refused a client's data, the newest
    first, for a request under the data privacy law. Views of records and lists are not logged.
    """
    query: WhoAccessedQuery = call.query
    client = _client(query.client)
    if client is None:
        raise NotFound
    page = call.app.audit.logs.who_accessed(
        call.caller, client, query.limit, _after(call, query.cursor)
    )
    return _page(call, AccessPage, page)


def _paging(call: Call, query: AuditFilters) -> dict[str, Any]:
    return {
        "actor": _person(query.actor),
        "since": query.since,
        "until": query.until,
        "limit": query.limit,
        "after": _after(call, query.cursor),
    }


def _person(person: UUID | None) -> PersonId | None:
    return PersonId(person) if person else None


def _client(text: str | None) -> ClientRef | None:
    """Read a client of the query as in a path; a text that is neither id nor code names none."""
    ref: ClientRef | None = part("client").read(text) if text else None
    return ref


def _after(call: Call, cursor: str | None) -> AuditKey | None:
    if cursor is None:
        return None
    place = opened_place(call, cursor, _Place)
    return AuditKey(place.at, place.id)


def _page(call: Call, shape: type[Shape], page: Page[Any, AuditKey]) -> Shape:
    cursor = sealed_cursor(call, page.after) if page.after else None
    made: Any = shape
    answer: Shape = made(page.items, cursor, page.has_more)
    return answer


_READ = Permission.AUDIT_READ

ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/audit/activity",
        summary="List activity",
        handle=list_activity,
        query=ActivityFilters,
        answers=ActivityPage,
        permission=_READ,
        errors=(NotFound,),
    ),
    Endpoint(
        method="GET",
        path="/audit/config",
        summary="List changes of configuration",
        handle=list_configuration_changes,
        query=ConfigurationFilters,
        answers=ConfigurationPage,
        permission=_READ,
    ),
    Endpoint(
        method="GET",
        path="/audit/authorization",
        summary="List refusals and changes of rights",
        handle=list_authorization_decisions,
        query=AuthorizationFilters,
        answers=AuthorizationPage,
        permission=_READ,
        errors=(NotFound,),
    ),
    Endpoint(
        method="GET",
        path="/audit/who-accessed",
        summary="List who accessed a client's data",
        handle=list_who_accessed,
        query=WhoAccessedQuery,
        answers=AccessPage,
        permission=_READ,
        errors=(NotFound,),
    ),
)
