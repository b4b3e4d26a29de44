"""Pages of the logs and audits over one PostgreSQL transaction.

A page walks one range of one index: that of its narrowest filter, or of time. Its other filters are
asked of the entries of that walk, of which a page examines no more than `WINDOW`. So no combination
of filters reads a whole log (ADR 29).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

from attrs import frozen

from clientupdater.adapters.postgres.audit.holdings import read_holdings
from clientupdater.adapters.postgres.core.named_queries import read_blocks, render
from clientupdater.domain.ids import PersonId
from clientupdater.ports.audits import (
    AccessEntry,
    AccessKind,
    ActivityEntry,
    AuditKey,
    AuditResult,
    AuthorizationEntry,
    ConfigurationAction,
    ConfigurationEntry,
)
from clientupdater.ports.lists import Page, StaffMember

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import CompanyId
    from clientupdater.ports.audits import (
        AccessPage,
        ActivityPage,
        ActivityQuery,
        AuditQuery,
        AuthorizationPage,
        AuthorizationQuery,
        ConfigurationPage,
        ConfigurationQuery,
    )
    from clientupdater.ports.dossiers import Holdings

WINDOW: Final = 2_500
"""Entries that one page examines at most."""
_FREQUENT = "status.record"
"""Nearly all of the activity log; its index of actions leaves it out."""
_BLOCKS = read_blocks("audit/audits.sql")
_ACCESSES = render(_BLOCKS, "accesses").encode()
_BEGINNING, _END = "-infinity", "infinity"
Entry = TypeVar("Entry")


@frozen(kw_only=True)
class _Log:
    """A table of entries, and the indexes that its pages can walk: the narrowest first."""

    name: str
    block: str
    at: str
    walks: tuple[tuple[str, ...], ...]


_ACTIVITY = _Log(
    name="activity_logs",
    block="of_activity",
    at="created_at",
    walks=(("resource", "resource_id"), ("user_id",), ("action",)),
)
_CONFIGURATION = _Log(
    name="config_audit_log",
    block="of_configuration",
    at="changed_at",
    walks=(("table_name", "record_id"), ("changed_by",), ("table_name",), ("action",)),
)
_AUTHORIZATION = _Log(
    name="authorization_audit",
    block="of_authorization",
    at="decided_at",
    walks=(
        ("resource", "resource_id"),
        ("subject_user_id",),
        ("actor_id",),
        ("permission",),
        ("decision",),
        ("company_id",),
    ),
)
_IDS = {"user_id", "changed_by", "actor_id", "subject_user_id", "company_id", "id"}


@frozen
class PostgresAudits:
    """The logs and audits, as auditors read them."""

    _connection: Connection
    _configuration: Callable[[], Configuration]
    _window: int = WINDOW

    def activity(self, query: ActivityQuery) -> ActivityPage:
        subject = query.client or query.subject
        filters = {
            "resource": subject and ("client" if query.client else "user"),
            "resource_id": subject and str(subject),
            "user_id": query.actor,
            "action": query.action,
        }
        return self._page(_ACTIVITY, query, filters, _activity)

    def configuration(self, query: ConfigurationQuery) -> ConfigurationPage:
        filters = {
            "changed_by": query.actor,
            "table_name": query.table,
            "record_id": query.record,
            "action": query.action,
        }
        return self._page(_CONFIGURATION, query, filters, _configuration)

    def authorization(self, query: AuthorizationQuery) -> AuthorizationPage:
        companies = query.companies
        filters = {
            "actor_id": query.actor,
            "subject_user_id": query.subject,
            "resource": query.client and "client",
            "resource_id": query.client and str(query.client),
            "permission": query.permission,
            "decision": query.result,
            "company_id": next(iter(companies)) if companies and len(companies) == 1 else None,
        }
        codes = self._configuration().companies

        def entry(*columns: Any) -> AuthorizationEntry:
            return _authorization(codes, *columns)

        return self._page(_AUTHORIZATION, query, filters, entry, companies)

    def accesses(self, client: Client, limit: int, after: AuditKey | None) -> AccessPage:
        params = {
            "client": client.id,
            "company": client.company,
            "limit": limit + 1,
            "at": after.at if after else _END,
            "id": after.id if after else UUID(int=0),
        }
        rows = self._connection.execute(_ACCESSES, params).fetchall()
        items = tuple(_access(*row) for row in rows[:limit])
        return Page(items, _key(rows[limit - 1]) if len(rows) > limit else None)

    def holdings(self, client: Client, at_most: int) -> Holdings:
        return read_holdings(self._connection, client, self._configuration().codes, at_most)

    def _page(
        self,
        log: _Log,
        query: AuditQuery,
        filters: Mapping[str, object],
        entry: Callable[..., Entry],
        companies: frozenset[CompanyId] | None = None,
    ) -> Page[Entry, AuditKey]:
        walk = _Walk.of(
            log, {name: value for name, value in filters.items() if value}, self._window
        )
        params = {**walk.params(query), "companies": list(companies or ())}
        statement = walk.page(among_companies=companies is not None)
        rows = self._connection.execute(statement, params).fetchall()
        items = tuple(entry(*row) for row in rows[: query.limit])
        if len(rows) > query.limit:
            return Page(items, _key(rows[query.limit - 1]))
        return Page(items, self._last_examined(walk, params, query.since))

    def _last_examined(
        self, walk: _Walk, params: Mapping[str, object], since: datetime | None
    ) -> AuditKey | None:
        """Say where a walk goes on that was examined to its end without filling the page."""
        row = self._connection.execute(walk.last_examined(), params).fetchone()
        return _key(row) if row and (since is None or row[0] >= since) else None


@frozen(kw_only=True)
class _Walk:
    """One range of one index, and the filters that its entries are asked for."""

    log: _Log
    columns: tuple[str, ...]
    filters: Mapping[str, object]
    window: int

    @classmethod
    def of(cls, log: _Log, filters: Mapping[str, object], window: int) -> _Walk:
        usable = (
            columns
            for columns in log.walks
            if filters.keys() >= set(columns)
            and not (columns == ("action",) and filters["action"] == _FREQUENT)
        )
        return cls(log=log, columns=next(usable, ()), filters=filters, window=window)

    def params(self, query: AuditQuery) -> dict[str, object]:
        return {
            **self.filters,
            "since": query.since or _BEGINNING,
            "at": query.after.at if query.after else query.until or _END,
            "id": query.after.id if query.after else UUID(int=0),
            "limit": query.limit + 1,
        }

    def page(self, *, among_companies: bool) -> bytes:
        conditions = [_equals(name) for name in self.filters if name not in self.columns]
        conditions.append(f"l.{self.log.at} >= %(since)s::timestamptz")
        if among_companies:
            conditions.append("l.company_id = any(%(companies)s::uuid[])")
        return self._rendered(self.log.block, conditions=" and ".join(conditions))

    def last_examined(self) -> bytes:
        return self._rendered("last_examined")

    def _rendered(self, block: str, **holes: object) -> bytes:
        last = self.columns[-1:]
        keys = [f"l.{name}" for name in (*last, self.log.at, "id")]
        ends = [*map(_value, last), "%(at)s::timestamptz", "%(id)s::uuid"]
        begin = _value(last[0]) if last else "%(since)s::timestamptz"
        text = render(
            _BLOCKS,
            block,
            log=self.log.name,
            at=self.log.at,
            among="".join(f"{condition} and " for condition in self._among()),
            keys=", ".join(keys),
            end=", ".join(ends),
            begin=f"{keys[0]} >= {begin}",
            order=", ".join(f"{key} desc" for key in keys),
            window=self.window,
            **holes,
        )
        return text.encode()

    def _among(self) -> Iterator[str]:
        yield from map(_equals, self.columns[:-1])
        if self.columns == ("action",) and self.log is _ACTIVITY:
            yield f"l.action <> '{_FREQUENT}'"  # as its index says


def _equals(column: str) -> str:
    return f"l.{column} = {_value(column)}"


def _value(column: str) -> str:
    return f"%({column})s::{'uuid' if column in _IDS else 'text'}"


def _key(row: Sequence[Any]) -> AuditKey:
    return AuditKey(row[0], row[1])


def _person(person: UUID | None, name: str | None) -> StaffMember | None:
    return StaffMember(PersonId(person), name or "") if person else None


def _activity(*columns: Any) -> ActivityEntry:
    at, id_, person, name, action, resource, resource_id, details, address, agent = columns
    interface, request_id = details.pop("interface", None), details.pop("request_id", None)
    return ActivityEntry(
        id=id_,
        at=at,
        by=_person(person, name),
        action=action,
        resource=resource,
        resource_id=resource_id,
        details=details,
        interface=interface,
        request_id=request_id,
        ip_address=address,
        user_agent=agent,
    )


def _configuration(*columns: Any) -> ConfigurationEntry:
    at, id_, person, name, action, table, record, before, after, address = columns
    return ConfigurationEntry(
        id=id_,
        at=at,
        by=_person(person, name),
        action=ConfigurationAction(action),
        table=table,
        record=record,
        old_values=before,
        new_values=after,
        ip_address=address,
    )


def _authorization(codes: Mapping[UUID, str], *columns: Any) -> AuthorizationEntry:
    at, id_, person, name, decision, permission, subject, subject_name, *rest = columns
    resource, resource_id, company, grants, missing, before, after, origin, request, address = rest
    return AuthorizationEntry(
        id=id_,
        at=at,
        by=_person(person, name),
        result=AuditResult(decision),
        permission=permission,
        subject=_person(subject, subject_name),
        resource=resource,
        resource_id=resource_id,
        company=company and codes.get(company, str(company)),
        grants_found=[_grant(each, codes) for each in grants or ()],
        missing=missing,
        old_values=before,
        new_values=after,
        interface=origin.get("interface"),
        request_id=request,
        ip_address=address,
    )


def _grant(stored: Mapping[str, Any], codes: Mapping[UUID, str]) -> str:
    """Describe a grant as it was stored; its permission may be gone since."""
    company = stored["company"]
    over = codes.get(UUID(company), company) if company else "every company"
    return f"{stored['permission']} at {stored['scope']} over {over}"


def _access(*columns: Any) -> AccessEntry:
    at, id_, person, name, kind, subject, is_certain, details, request_id, address = columns
    return AccessEntry(
        id=id_,
        at=at,
        by=_person(person, name),
        kind=AccessKind(kind),
        subject=subject,
        is_certain=is_certain,
        interface=(details or {}).get("interface"),
        request_id=request_id,
        ip_address=address,
    )
