"""Judge many updates before any of them is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from clientupdater.domain.errors import AlreadyExists, Error, NotTrackable, Unavailable
from clientupdater.domain.events import EventKind, voided
from clientupdater.domain.permissions import Permission
from clientupdater.domain.statuses import tidy_remarks
from clientupdater.domain.tracking import record, unopened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.events import History
    from clientupdater.domain.ids import ClientId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.tracking import PeriodRow
    from clientupdater.domain.updates import StatusUpdate
    from clientupdater.usecases.tracking.client_access import (
        ClientAccess,
        ClientRef,
        ClientTransaction,
    )

    Place: TypeAlias = tuple[ClientId, Period]


@frozen(kw_only=True)
class PlannedUpdate:
    """An update; without a period for the running one, without a version over what is there."""

    client: ClientRef
    update: StatusUpdate
    period: Period | None = None
    version: int | None = None


@frozen(kw_only=True)
class Judgement:
    """What would come of an update: where it goes, or which event says it already, or an error."""

    period: Period | None = None
    version: int | None = None
    recorded_as: int | None = None
    error: Error | None = None


@define
class _Ahead:
    """Rows as they would be after what was judged so far."""

    rows: dict[Place, PeriodRow] = field(factory=dict)
    said: set[tuple[Place, tuple[object, ...]]] = field(factory=set)


@frozen
class UpdateJudgement:
    """Says what recording would answer, without recording."""

    files: ClientAccess

    def judge(self, caller: Caller, asked: Sequence[PlannedUpdate]) -> tuple[Judgement, ...]:
        """Judge them in their order; only a refusal leaves a trace."""
        ahead = _Ahead()
        return tuple(self._judge(caller, each, ahead) for each in asked)

    def _judge(self, caller: Caller, asked: PlannedUpdate, ahead: _Ahead) -> Judgement:
        try:
            with self.files.open(caller, asked.client, Permission.STATUS_UPDATE) as file:
                return _judged(file, asked, ahead)
        except Unavailable:
            raise
        except Error as error:
            return Judgement(period=asked.period, error=error)


def _judged(file: ClientTransaction, asked: PlannedUpdate, ahead: _Ahead) -> Judgement:
    write_context = file.write_context()
    period = asked.period or file.client.running_period(write_context.today)
    if period is None:
        raise NotTrackable("The client has no product, so nobody knows how often to reach it.")
    known = _recorded_as(file.tx.rows.history(file.client.id, period), asked.update)
    if known is not None:
        return Judgement(period=period, recorded_as=known)
    place = file.client.id, period
    if (place, _said(asked.update)) in ahead.said:
        raise AlreadyExists("An earlier one says the same.")
    row = ahead.rows.get(place) or file.row(period) or unopened(file.client, period, write_context)
    version = row.snapshot.version if asked.version is None else asked.version
    file.require(row, version)
    change = record(row, asked.update, file.tx.statuses.load(), write_context)
    ahead.rows[place] = evolve(row, snapshot=change.snapshot)
    ahead.said.add((place, _said(asked.update)))
    return Judgement(period=period, version=version)


def _recorded_as(history: History, update: StatusUpdate) -> int | None:
    """Find the event that says the same and still counts."""
    gone = voided(history)
    for event in history:
        if event.kind is not EventKind.RECORDED or event.sequence in gone:
            continue
        if (event.status, event.reason, event.remarks, event.occurred_at) == _said(update):
            return event.sequence
    return None


def _said(update: StatusUpdate) -> tuple[object, ...]:
    """Say what makes an update the same as another."""
    return update.status, update.reason, tidy_remarks(update.remarks), update.occurred_at
