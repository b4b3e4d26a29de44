"""Periods, rows and events as columns of their tables: one by one, or many as one value."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from psycopg.types.json import Jsonb

from clientupdater.domain.periods import Cycle, business_day

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import tzinfo
    from uuid import UUID

    from clientupdater.domain.events import Snapshot, StatusEvent
    from clientupdater.domain.ids import ClientId
    from clientupdater.domain.periods import Period
    from clientupdater.ports.tracking import Place, RowChanges

Ids: TypeAlias = "Mapping[str, Mapping[str, UUID]]"
"""Of the configuration, by kind and code."""

AFTER_ALL = "~"
"""Sorts after the text of every period."""

_dumps = partial(json.dumps, default=str)
"""Writes ids, moments and amounts as text."""


def period_columns(period: Period) -> dict[str, object]:
    """Columns of a period."""
    monthly = period.cycle is Cycle.MONTHLY
    return {
        "period": str(period),
        "cycle": str(period.cycle),
        "year": period.year,
        "month": period.number if monthly else None,
        "quarter": None if monthly else period.number,
    }


def event_columns(event: StatusEvent, ids: Ids) -> dict[str, object]:
    """Columns of an event."""
    return {
        "kind": str(event.kind),
        "status": ids["status"][event.status],
        "reason": event.reason and ids["reason"][event.reason],
        "remarks": event.remarks,
        "has_payment": event.has_payment,
        "is_terminal": event.is_terminal,
        "channel": event.channel and str(event.channel),
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "branch": event.branch,
        "follow_up": event.next_follow_up_on,
        "promised_on": event.promise and event.promise.on,
        "promised_amount": event.promise and event.promise.amount,
        "voids": event.voids,
        "exempt": event.exempt and str(event.exempt),
        "by": event.by,
    }


def row_columns(snapshot: Snapshot, zone: tzinfo, ids: Ids) -> dict[str, object]:
    """Columns of a row."""
    standing, promise = snapshot.standing, snapshot.promise
    contact, done_at = snapshot.contact, snapshot.done_at
    return {
        "row_status": ids["status"][standing.status],
        "row_reason": standing.reason and ids["reason"][standing.reason],
        "row_remarks": standing.remarks,
        "row_follow_up": standing.next_follow_up_on,
        "row_payment": snapshot.has_payment,
        "row_promised_on": promise and promise.on,
        "row_promised_amount": promise and promise.amount,
        "row_updates": snapshot.update_count,
        "row_exempt": snapshot.exempt and str(snapshot.exempt),
        "row_terminal_at": snapshot.terminal_at,
        "row_revived_at": snapshot.revived_at,
        "row_contact_branch": contact and contact.branch,
        "row_contact_by": contact and contact.by,
        "row_done_by": snapshot.done_by,
        "row_done_at": done_at,
        "row_done_on": done_at and business_day(done_at, zone),
        "row_branch": snapshot.branch,
        "row_updated_by": snapshot.updated_by,
    }


def places_columns(
    places: Collection[Place], whole: Collection[ClientId] = ()
) -> dict[str, object]:
    """Give places as ranges of periods; of the clients that are `whole`, all there is."""
    ranges = {
        (client, str(period), str(period)) for client, period in places if client not in whole
    }
    ranges |= {(client, "", AFTER_ALL) for client in whole}
    clients, first, last = zip(*ranges, strict=True) if ranges else ((), (), ())
    return {"clients": [*clients], "from": [*first], "to": [*last]}


def opened_rows(changes: Sequence[RowChanges]) -> Jsonb:
    """Give the rows that are opened."""
    return Jsonb([_opened(each) for each in changes if each.seen is None], dumps=_dumps)


def changed_rows(changes: Sequence[RowChanges], zone: tzinfo, ids: Ids) -> Jsonb:
    """Build the rows after their changes, with the versions at which they were read."""
    return Jsonb([_changed(each, zone, ids) for each in changes], dumps=_dumps)


def added_events(changes: Sequence[RowChanges], ids: Ids) -> Jsonb:
    """Give the events of all rows."""
    items = [_added(each, event, ids) for each in changes for event in each.events]
    return Jsonb(items, dumps=_dumps)


def _opened(change: RowChanges) -> dict[str, object]:
    return {
        **period_columns(change.row.period),
        "client": change.row.client,
        "company": change.row.company,
        "branch": change.events[0].branch,
        "recorded_at": change.events[0].recorded_at,
    }


def _changed(change: RowChanges, zone: tzinfo, ids: Ids) -> dict[str, object]:
    seen = change.seen.snapshot.version if change.seen else 0
    return {
        **row_columns(change.row.snapshot, zone, ids),
        "client": change.row.client,
        "period": str(change.row.period),
        "seen": seen,
        "more": change.row.snapshot.version - seen,
        "row_updated_at": change.events[-1].recorded_at,
    }


def _added(change: RowChanges, event: StatusEvent, ids: Ids) -> dict[str, object]:
    return {
        **event_columns(event, ids),
        "client": change.row.client,
        "period": str(change.row.period),
        "sequence": event.sequence,
    }
