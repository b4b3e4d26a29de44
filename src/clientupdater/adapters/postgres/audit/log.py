"""The logs and audits over one PostgreSQL transaction (L1, L2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from attrs import frozen
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.access import Decision, Grant
    from clientupdater.domain.callers import Caller, Origin
    from clientupdater.domain.ids import ClientId, CompanyId, PersonId
    from clientupdater.ports.audit import (
        ConfigurationChange,
        LogEntry,
        LoggedAction,
        RightsChange,
    )


QUERIES = named_queries("audit/log.sql")

NOT_LOGGED = dict.fromkeys(
    ("actor", "action", "resource", "resource_id", "details", "ip_address", "user_agent")
)
"""Columns of a write that has no entry."""
_AS_TEXT = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


def _dumps(values: object) -> str:
    """Write ids, periods and moments among the details as text."""
    return orjson.dumps(values, default=str, option=_AS_TEXT).decode()


@frozen
class PostgresAuditLog:
    """The logs and audits."""

    _connection: Connection

    def log_action(self, caller: Caller, *entries: LoggedAction) -> None:
        """Log writes, and over which interface and in which request they came."""
        self._log(caller.actor.id, caller.origin, entries)

    def log_operation(self, origin: Origin, *entries: LoggedAction) -> None:
        """Log what an operator did, by which user of which machine."""
        self._log(None, origin, entries)

    def _log(self, actor: PersonId | None, origin: Origin, entries: Sequence[LoggedAction]) -> None:
        values = {
            "actor": actor,
            "ip_address": origin.ip_address,
            "user_agent": origin.user_agent,
            "actions": [entry.action for entry in entries],
            "resources": [entry.resource for entry in entries],
            "resource_ids": [entry.resource_id for entry in entries],
            "details": [_json({**entry.details, **origin.record}) for entry in entries],
        }
        self._connection.execute(QUERIES["log_action"], values)

    def log_refusal(
        self,
        caller: Caller,
        decision: Decision,
        resource: str,
        resource_id: str,
        company: CompanyId | None = None,
    ) -> None:
        """Audit a refusal, with the grants found and what was missing."""
        values = {
            **_origin(caller),
            "permission": str(decision.permission),
            "resource": resource,
            "resource_id": resource_id,
            "company": company,
            "grants": Jsonb([_grant(grant) for grant in decision.grants]),
            "missing": decision.missing and str(decision.missing),
        }
        self._connection.execute(QUERIES["log_refusal"], values)

    def log_rights_change(self, caller: Caller, *changes: RightsChange) -> None:
        """Audit changes of other people's rights."""
        values = {
            **_origin(caller),
            "decisions": [change.decision for change in changes],
            "permissions": [change.permission for change in changes],
            "people": [change.person for change in changes],
            "resources": [change.resource for change in changes],
            "resource_ids": [change.resource_id for change in changes],
            "companies": [change.company for change in changes],
            "before": [_json(change.before) for change in changes],
            "after": [_json(change.after) for change in changes],
        }
        self._connection.execute(QUERIES["log_rights_change"], values)

    def log_configuration(self, caller: Caller, *changes: ConfigurationChange) -> None:
        """Audit changes of the organisation or the configuration."""
        values = {
            **_origin(caller),
            "ids": [change.id for change in changes],
            "tables": [change.table for change in changes],
            "records": [change.record for change in changes],
            "actions": [change.action for change in changes],
            "before": [_json(change.before) for change in changes],
            "after": [_json(change.after) for change in changes],
        }
        self._connection.execute(QUERIES["log_configuration"], values)

    def log_access(self, caller: Caller, action: str, client: ClientId, subject: str) -> None:
        """Log a look at, or a taking away of, personal data."""
        values = {**_origin(caller), "action": action, "client": client, "subject": subject}
        if not self._connection.execute(QUERIES["log_access"], values).rowcount:
            raise NotFound


def _origin(caller: Caller) -> dict[str, object]:
    origin = caller.origin
    return {
        "actor": caller.actor.id,
        "request_id": origin.request_id,
        "ip_address": origin.ip_address,
        "origin": Jsonb(dict(origin.record)),
    }


def logged_columns(entry: LogEntry) -> dict[str, object]:
    """Columns of a write, for the statement that makes it."""
    caller, action = entry.caller, entry.action
    return {
        "actor": caller.actor.id,
        "action": action.action,
        "resource": action.resource,
        "resource_id": action.resource_id,
        "details": _dumps({**action.details, **caller.origin.record}),
        "ip_address": caller.origin.ip_address,
        "user_agent": caller.origin.user_agent,
    }


def _grant(grant: Grant) -> dict[str, str | None]:
    return {
        "permission": str(grant.permission),
        "company": str(grant.company) if grant.company else None,
        "scope": str(grant.scope),
    }


def _json(values: Mapping[str, object] | None) -> Jsonb | None:
    return None if values is None else Jsonb(dict(values), dumps=_dumps)
