"""Read what deserves a look among the records of people, and the events behind it (R10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.adapters.postgres.core import named_queries
from clientupdater.adapters.postgres.read_models.conditions import query_params
from clientupdater.adapters.postgres.read_models.pieces import all_of, render
from clientupdater.adapters.postgres.read_models.record_filters import records_of
from clientupdater.adapters.postgres.read_models.resolving import resolve
from clientupdater.adapters.postgres.reports.counting import joined
from clientupdater.adapters.postgres.reports.staff import BLOCKS, record, records_first, settings_of
from clientupdater.domain.ids import PersonId
from clientupdater.domain.periods import Period
from clientupdater.ports.client_filter import Recorded
from clientupdater.ports.lists import ClientQuery, Page
from clientupdater.ports.staff_reports import (
    MOST_SIGNALS,
    SignalCount,
    SignalEvent,
    SignalEventKey,
    SignalKind,
)

if TYPE_CHECKING:
    from clientupdater.adapters.postgres.reports.counting import Conditions
    from clientupdater.ports.staff_reports import SignalEventPage, SignalEventsRead, SignalsRead


@frozen
class Signals:
    """Signals about people, as far as the reader sees the clients."""

    conditions: Conditions

    def read(self, read: SignalsRead) -> list[SignalCount]:
        where, params = joined(self.conditions.of(read.base), "b_")
        statement = named_queries.render(
            BLOCKS,
            "signals",
            bucket=BLOCKS["day"],
            people=BLOCKS["all_people"],
            records_first=records_first(self.conditions),
            where=where,
            completed=record(Recorded.COMPLETED),
            is_live=render("is_live"),
            outside_hours=record(Recorded.OUTSIDE_HOURS),
            unreachable_without_follow_up=record(Recorded.UNREACHABLE_WITHOUT_FOLLOW_UP),
        )
        params |= {
            **settings_of(self.conditions, read.base),
            **read.thresholds,
            "from": read.start,
            "before": read.end,
            "ended_periods": [str(each.period) for each in read.last_days],
            "last_begun": [each.start for each in read.last_days],
            "last_ended": [each.end for each in read.last_days],
            "limit": MOST_SIGNALS + 1,
        }
        return [_signal(*row) for row in self.conditions.run(statement, params)]

    def events(self, read: SignalEventsRead) -> SignalEventPage:
        """Read a page of the records, the earliest first."""
        at = self.conditions
        query = ClientQuery(filter=read.filter)
        resolved = resolve(at.control, at.configuration, query, at.read_context)
        assert resolved is not None  # noqa: S101 — only a search can find nobody
        where = all_of(records_of(resolved))
        statement = named_queries.render(BLOCKS, "events", where=where)
        after = read.after
        params = {
            **query_params(resolved),
            "after_at": after and after.recorded_at,
            "after_id": after and after.id,
            "limit": read.limit + 1,
        }
        rows = at.run(statement, params)
        items = tuple(_event(row) for row in rows[: read.limit])
        if len(rows) <= read.limit:
            return Page(items, None)
        recorded_at, id_, *_ = rows[read.limit - 1]
        return Page(items, SignalEventKey(recorded_at, id_))


def _signal(kind: str, person: Any, name: str, *rest: Any) -> SignalCount:
    start, end, period, reason, records, clients = rest
    return SignalCount(
        kind=SignalKind(kind),
        person=PersonId(person),
        name=name,
        start=start,
        end=end,
        period=Period.parse(period) if period else None,
        reason=reason,
        records=records,
        clients=clients,
    )


def _event(row: tuple[Any, ...]) -> SignalEvent:
    recorded_at, _, client, code, period, sequence, status, reason, remarks, occurred_at = row
    return SignalEvent(
        client_id=client,
        client_code=code,
        period=Period.parse(period),
        sequence=sequence,
        status=status,
        reason=reason,
        remarks=remarks,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
    )
