"""What was written down in a store, in one form, for a test to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from attrs import field, frozen

from clientupdater.testing.audit import (
    ChangedConfiguration,
    ChangedRights,
    Did,
    Operated,
    Saw,
    WasRefused,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.ports.audit import LoggedAction
    from clientupdater.testing.audit import Entry
    from clientupdater.testing.store import MemoryBook


@frozen
class Line:
    """One line of a log or an audit: who, what, of which thing, and the rest."""

    log: str
    actor: UUID | None
    """None: an operator without an account."""
    what: str
    thing: str
    details: Mapping[str, Any] = field(factory=dict)


def memory_lines(book: MemoryBook) -> list[Line]:
    """Read the logs of a memory book."""
    return [_line(entry) for entry in book.audit]


def _line(entry: Entry) -> Line:
    if isinstance(entry, Operated):
        return _activity_line(None, entry.entry)
    actor = entry.caller.actor.id
    match entry:
        case Did(_, done):
            return _activity_line(actor, done)
        case WasRefused(_, decision, resource, resource_id, company):
            refused = {"permission": str(decision.permission), "missing": str(decision.missing)}
            refused["company"] = str(company)
            grants = [str(grant.permission) for grant in decision.grants]
            thing = f"{resource} {resource_id}"
            return Line("authorization", actor, "refused", thing, {**refused, "grants": grants})
        case ChangedRights(_, change):
            thing = f"{change.resource} {change.resource_id}"
            changed = {"person": change.person, "before": change.before, "after": change.after}
            return Line("authorization", actor, change.decision, thing, changed)
        case ChangedConfiguration(_, change):
            changed = {"before": change.before, "after": change.after}
            thing = f"{change.table} {change.record}"
            return Line("configuration", actor, change.action, thing, changed)
        case Saw(_, action, client, subject):
            return Line("access", actor, action, f"{subject} {client}")


def _activity_line(actor: UUID | None, done: LoggedAction) -> Line:
    thing = f"{done.resource} {done.resource_id}"
    values = {key: str(value) for key, value in done.details.items()}
    return Line("activity", actor, done.action, thing, values)


def postgres_lines(url: str) -> list[Line]:
    """Read the logs of a database, as its superuser."""
    with psycopg.connect(url) as connection:
        return [
            *_activity(connection),
            *_authorization(connection),
            *_configuration(connection),
            *_access(connection),
        ]


Connection = psycopg.Connection[tuple[Any, ...]]


def _activity(connection: Connection) -> list[Line]:
    cursor = connection.execute(
        "select user_id, action, resource || ' ' || resource_id,"
        " details - 'interface' - 'request_id' from activity_logs order by created_at"
    )
    return [
        Line("activity", actor, what, thing, {key: str(value) for key, value in result.items()})
        for actor, what, thing, result in cursor
    ]


def _authorization(connection: Connection) -> list[Line]:
    cursor = connection.execute(
        "select actor_id, decision, resource || ' ' || resource_id, case decision"
        " when 'refused' then jsonb_build_object('permission', permission, 'missing', missing,"
        " 'company', coalesce(company_id::text, 'None'),"
        " 'grants', jsonb_path_query_array(grants_found, '$[*].permission')) end,"
        " subject_user_id, old_values, new_values from authorization_audit order by decided_at"
    )
    return [
        Line(
            "authorization",
            actor,
            what,
            thing,
            refused or {"person": person, "before": before, "after": after},
        )
        for actor, what, thing, refused, person, before, after in cursor
    ]


def _configuration(connection: Connection) -> list[Line]:
    cursor = connection.execute(
        "select changed_by, action, table_name || ' ' || record_id, old_values, new_values"
        " from config_audit_log order by changed_at, table_name, record_id"
    )
    return [
        Line("configuration", actor, what, thing, {"before": before, "after": after})
        for actor, what, thing, before, after in cursor
    ]


def _access(connection: Connection) -> list[Line]:
    cursor = connection.execute(
        "select actor_id, action, subject || ' ' || client_id from data_access_log"
        " where company_id is not null order by accessed_at"
    )
    return [Line("access", *columns) for columns in cursor]
