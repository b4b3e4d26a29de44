"""Judge many updates before any of them is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import define, evolve, field, frozen

from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import AlreadyExists, Error, NotTrackable, Unavailable
from clientupdater.domain.events import EventKind, voided
from clientupdater.domain.permissions import Permission
from clientupdater.domain.statuses import tidy_remarks
from clientupdater.domain.tracking import record, unopened
from clientupdater.usecases.clients.client_access import MAX_ITEMS, Outcome, find_clients

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.events import History
    from clientupdater.domain.ids import ClientRef
    from clientupdater.domain.periods import Period
    from clientupdater.domain.tracking import PeriodRow
    from clientupdater.domain.updates import StatusUpdate
    from clientupdater.ports.tracking import Place
    from clientupdater.ports.unit_of_work import Transaction
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
    """Rows as they are, then as they would be after the updates judged so far."""

    rows: dict[Place, PeriodRow] = field(factory=dict)
    contents: set[tuple[Place, Content]] = field(factory=set)


def judge(
    access: ClientAccess, caller: Caller, updates: Sequence[PlannedUpdate]
) -> tuple[Judgement, ...]:
    """Judge them in their order; only a refusal is written, to the audit."""
    planned = _Planned()
    parts = (updates[at : at + MAX_ITEMS] for at in range(0, len(updates), MAX_ITEMS))
    return tuple(each for part in parts for each in _judge_some(access, caller, part, planned))


def _judge_some(
    access: ClientAccess, caller: Caller, updates: Sequence[PlannedUpdate], planned: _Planned
) -> Iterator[Judgement]:
    """Judge as many as one transaction takes."""
    refs = [each.client for each in updates]
    with access.work.begin(access_scope_of(caller.actor, Permission.STATUS_UPDATE)) as tx:
        clients = find_clients(tx, set(refs))
        opened = {
            index: (access.within(tx, caller, clients[each.client]), each)
            for index, each in enumerate(updates)
            if each.client in clients
        }
        today = access.clock.now().astimezone(access.zone).date()
        _read_rows(tx, list(opened.values()), today, planned)
        judged = {index: _judge(*each, planned) for index, each in opened.items()}
    outcomes = {index: Outcome(index, each) for index, each in judged.items()}
    for update, outcome in zip(
        updates,
        access.with_refusals(caller, refs, outcomes, Permission.STATUS_UPDATE),
        strict=True,
    ):
        yield outcome.result or Judgement(period=update.period, error=outcome.error)


def _read_rows(
    tx: Transaction,
    opened: Sequence[tuple[ClientTransaction, PlannedUpdate]],
    today: date,
    planned: _Planned,
) -> None:
    """Read the rows that have not been read before, all at once."""
    places = {
        (client_tx.client.id, period)
        for client_tx, update in opened
        if (period := update.period or client_tx.client.running_period(today))
    }
    for row in tx.rows.find_many(places - planned.rows.keys()):
        planned.rows[row.client, row.period] = row


def _judge(client_tx: ClientTransaction, update: PlannedUpdate, planned: _Planned) -> Judgement:
    try:
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
    place = client.id, period
    row = planned.rows.get(place)
    is_touched = row is not None and row.snapshot.version > 0
    history = client_tx.tx.rows.history(client.id, period) if is_touched else ()
    sequence = _recorded_as(history, update)
    if sequence is not None:
        return Judgement(period=period, recorded_as=sequence)
    if (place, _content(update)) in planned.contents:
        raise AlreadyExists("An earlier update of this list is the same; remove one of them.")
    row = row or unopened(client, period, write_context)
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
