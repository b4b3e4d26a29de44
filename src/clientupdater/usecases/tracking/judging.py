"""Judge many updates before any of them is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import define, evolve, field, frozen

from clientupdater.domain.errors import AlreadyExists, Error, NotTrackable, Unavailable
from clientupdater.domain.events import EventKind, voided
from clientupdater.domain.permissions import Permission
from clientupdater.domain.statuses import tidy_remarks
from clientupdater.domain.tracking import record, unopened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.events import History
    from clientupdater.domain.ids import ClientRef
    from clientupdater.domain.periods import Period
    from clientupdater.domain.tracking import PeriodRow
    from clientupdater.domain.updates import StatusUpdate
    from clientupdater.ports.tracking import Place
    from clientupdater.usecases.clients.client_access import ClientAccess, ClientTransaction

Content: TypeAlias = tuple[object, ...]
"""Status, reason, remarks and time: two updates with the same content are the same update."""


@frozen(kw_only=True)
class PlannedUpdate:
    """An update to judge.

    Without a period it is for the running one, without a version for the row as it is now.
    """

    client: ClientRef
    update: StatusUpdate
    period: Period | None = None
    version: int | None = None


@frozen(kw_only=True)
class Judgement:
    """The row that an update would be recorded on, or its error.

    `recorded_as` is the sequence of the event that recorded the same update before.
    """

    period: Period | None = None
    version: int | None = None
    recorded_as: int | None = None
    error: Error | None = None


@define
class _Planned:
    """Rows as they would be after the updates judged so far."""

    rows: dict[Place, PeriodRow] = field(factory=dict)
    contents: set[tuple[Place, Content]] = field(factory=set)


def judge(
    access: ClientAccess, caller: Caller, updates: Sequence[PlannedUpdate]
) -> tuple[Judgement, ...]:
    """Judge them in their order; only a refusal is written, to the audit."""
    planned = _Planned()
    return tuple(_judge(access, caller, each, planned) for each in updates)


def _judge(
    access: ClientAccess, caller: Caller, update: PlannedUpdate, planned: _Planned
) -> Judgement:
    try:
        with access.open(caller, update.client, Permission.STATUS_UPDATE) as client_tx:
            return _judge_within(client_tx, update, planned)
    except Unavailable:
        raise
    except Error as error:
        return Judgement(period=update.period, error=error)


def _judge_within(
    client_tx: ClientTransaction, planned_update: PlannedUpdate, planned: _Planned
) -> Judgement:
    client, update, write_context = (
        client_tx.client,
        planned_update.update,
        client_tx.write_context(),
    )
    period = planned_update.period or client.running_period(write_context.today)
    if period is None:
        raise NotTrackable.without_cycle()
    sequence = _recorded_as(client_tx.tx.rows.history(client.id, period), update)
    if sequence is not None:
        return Judgement(period=period, recorded_as=sequence)
    place = client.id, period
    if (place, _content(update)) in planned.contents:
        raise AlreadyExists("An earlier update of this list is the same; remove one of them.")
    row = (
        planned.rows.get(place)
        or client_tx.find_row(period)
        or unopened(client, period, write_context)
    )
    version = planned_update.version
    version = row.snapshot.version if version is None else version
    client_tx.require_version(row, version)
    change = record(row, update, client_tx.tx.settings.statuses(), write_context)
    planned.rows[place] = evolve(row, snapshot=change.snapshot)
    planned.contents.add((place, _content(update)))
    return Judgement(period=period, version=version)


def _recorded_as(history: History, update: StatusUpdate) -> int | None:
    """Find the event that recorded the same update and still counts."""
    undone = voided(history)
    for event in history:
        if event.kind is not EventKind.RECORDED or event.sequence in undone:
            continue
        if (event.status, event.reason, event.remarks, event.occurred_at) == _content(update):
            return event.sequence
    return None


def _content(update: StatusUpdate) -> Content:
    return update.status, update.reason, tidy_remarks(update.remarks), update.occurred_at
