"""The logs and audits over one PostgreSQL transaction (L1, L2)."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
from attrs import frozen
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.domain.access import Decision, Grant
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import ClientId, CompanyId
    from clientupdater.ports.audit import Deed, RightsChange

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

QUERIES = named_queries("audit/log.sql")

_dumps = partial(json.dumps, default=str)
"""Ids, periods and moments among the details are told as text."""


@frozen
class PostgresJournal:
    """The logs and audits."""

    _connection: Connection

    def did(self, caller: Caller, *deeds: Deed) -> None:
        """Log writes, and over which interface and in which request they came."""
        told = {
            **_origin(caller),
            "user_agent": caller.origin.user_agent,
            "actions": [deed.action for deed in deeds],
            "resources": [deed.resource for deed in deeds],
            "resource_ids": [deed.resource_id for deed in deeds],
            "details": [_json({**deed.details, **caller.origin.record}) for deed in deeds],
        }
        self._connection.execute(QUERIES["did"], told)

    def refused(
        self,
        caller: Caller,
        decision: Decision,
        resource: str,
        resource_id: str,
        company: CompanyId | None = None,
    ) -> None:
        """Audit who was refused what, with the grants found and what was missing."""
        told = {
            **_origin(caller),
            "permission": str(decision.permission),
            "resource": resource,
            "resource_id": resource_id,
            "company": company,
            "grants": Jsonb([_grant(grant) for grant in decision.grants]),
            "missing": decision.missing and str(decision.missing),
        }
        self._connection.execute(QUERIES["refused"], told)

    def changed_rights(self, caller: Caller, change: RightsChange) -> None:
        """Audit a change of another person's rights."""
        told = {
            **_origin(caller),
            "decision": change.decision,
            "permission": change.permission,
            "person": change.person,
            "resource": change.resource,
            "resource_id": change.resource_id,
            "company": change.company,
            "before": _json(change.before),
            "after": _json(change.after),
        }
        self._connection.execute(QUERIES["changed_rights"], told)

    def saw(self, caller: Caller, action: str, client: ClientId, subject: str) -> None:
        """Log a look at, or a taking away of, personal data."""
        told = {**_origin(caller), "action": action, "client": client, "subject": subject}
        if not self._connection.execute(QUERIES["saw"], told).rowcount:
            raise NotFound


def _origin(caller: Caller) -> dict[str, object]:
    origin = caller.origin
    return {
        "actor": caller.actor.id,
        "request_id": origin.request_id,
        "ip_address": origin.ip_address,
        "origin": Jsonb(dict(origin.record)),
    }


def _grant(grant: Grant) -> dict[str, str | None]:
    return {
        "permission": str(grant.permission),
        "company": str(grant.company) if grant.company else None,
        "scope": str(grant.scope),
    }


def _json(told: Mapping[str, object] | None) -> Jsonb | None:
    return None if told is None else Jsonb(dict(told), dumps=_dumps)
