"""Whatever is done to a row, in whatever order, the book stays true."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from clientupdater.domain.errors import Forbidden, NotTrackable, NotVoidable, RuleBroken
from clientupdater.domain.events import EventKind, ExemptCause, Promise, advance, fold, voided
from clientupdater.domain.periods import Period
from clientupdater.domain.tracking import (
    Change,
    note_payment,
    record,
    reopen,
    revive,
    settle,
    void,
)
from clientupdater.domain.updates import StatusUpdate
from tests.support.builders import (
    ANA,
    BEN,
    CALOOCAN,
    DAVAO,
    Ledger,
    catalogue,
    client,
    moved,
    write_context,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.domain.ids import BranchId, PersonId
    from clientupdater.domain.write_context import WriteContext

seeded = catalogue()

updates = st.builds(
    StatusUpdate,
    status=st.sampled_from(["TO_FOLLOW", "CALLED", "VISITED", "UPDATED"]),
    remarks=st.sampled_from([None, "at noon", "  "]),
    has_payment=st.sampled_from([None, True, False]),
    next_follow_up_on=st.sampled_from([None, date(2026, 11, 29)]),
    promise=st.sampled_from([None, Promise(date(2026, 11, 29))]),
)
outcomes = st.builds(
    StatusUpdate,
    status=st.just("DONE"),
    reason=st.sampled_from(["DECEASED", "FULLY_PAID", "CONFIRMED", "NOT_REACHABLE"]),
    remarks=st.just("as agreed"),
)


class RowMachine(RuleBasedStateMachine):
    """A row at which people and the system try everything, one thing a minute."""

    @initialize()
    def open(self) -> None:
        self.ledger = Ledger(period=Period.month(2026, 11))
        self.minute = 0

    def by(self, person: PersonId | None) -> WriteContext:
        self.minute += 1
        now = write_context().now + timedelta(minutes=self.minute)
        return write_context(now=now, by=person, may_correct=True)

    def attempt(self, command: Callable[[], Change | None]) -> Change | None:
        """Keep what a command answers; a rule that says no leaves everything as it was."""
        try:
            change = command()
        except RuleBroken:
            return None
        if change:
            self.ledger.keep(change)
        return change

    @rule(update=updates | outcomes)
    def somebody_records(self, update: StatusUpdate) -> None:
        was = self.ledger.row.snapshot
        change = self.attempt(lambda: record(self.ledger.row, update, seeded, self.by(ANA)))
        if was.is_done or was.exempt:
            assert change is None, "terminal and exempt rows take nothing"
        if change:
            assert change.snapshot.is_terminal == (update.reason in {"DECEASED", "FULLY_PAID"})

    @rule()
    def somebody_reopens(self) -> None:
        was_done = self.ledger.row.snapshot.is_done
        change = self.attempt(
            lambda: reopen(self.ledger.row, self.ledger.history, "why", self.by(BEN))
        )
        assert (change is not None) == was_done
        if change:
            assert not change.snapshot.is_done

    @rule(data=st.data())
    def somebody_voids(self, data: st.DataObject) -> None:
        before, history = self.ledger.row, self.ledger.history
        sequence = data.draw(st.integers(-1, len(history)))
        change = self.attempt(lambda: void(before, history, sequence, "why", self.by(BEN)))
        if change:
            without = [event for event in history if event.sequence != sequence]
            undone = evolve(
                fold(without),
                version=change.snapshot.version,
                updated_at=change.snapshot.updated_at,
                updated_by=BEN,
            )
            assert change.snapshot == undone, "exactly one event is undone"
            assert len(voided(self.ledger.history)) == len(voided(history)) + 1

    @rule(data=st.data(), person=st.sampled_from([ANA, BEN]), minutes=st.integers(0, 20))
    def somebody_undoes(self, data: st.DataObject, person: PersonId, minutes: int) -> None:
        before, history = self.ledger.row, self.ledger.history
        sequence = data.draw(st.integers(0, len(history)))
        self.minute += minutes
        context = evolve(self.by(person), may_correct=False)
        last = history[-1]
        is_own_last = (sequence, person, "recorded") == (
            last.sequence,
            last.by,
            last.kind,
        ) and context.now < last.recorded_at + timedelta(minutes=10)
        try:
            change = self.attempt(lambda: void(before, history, sequence, None, context))
        except Forbidden:
            assert not is_own_last
            return
        assert is_own_last
        if change:
            undone = fold(history[:-1])
            assert change.snapshot.standing == undone.standing
            assert change.snapshot.update_count == undone.update_count

    @rule(cause=st.sampled_from([None, *ExemptCause]))
    def tracking_is_settled(self, cause: ExemptCause | None) -> None:
        self.attempt(lambda: settle(self.ledger.row, cause, self.by(None)))
        snapshot = self.ledger.row.snapshot
        assert snapshot.is_done or snapshot.exempt is cause

    @rule(branch=st.sampled_from([CALOOCAN, DAVAO]))
    def the_client_moves(self, branch: BranchId) -> None:
        self.attempt(lambda: moved(self.ledger.row, branch, self.by(None)))

    @rule()
    def a_payment_is_posted(self) -> None:
        self.attempt(lambda: note_payment(self.ledger.row, write_context().now, self.by(None)))
        assert self.ledger.row.snapshot.has_payment

    @precondition(lambda self: self.ledger.row.snapshot.is_terminal)
    @rule()
    def a_client_borrows_again(self) -> None:
        gone = client(has_terminal_outcome=True)
        change = self.attempt(lambda: revive(self.ledger.row, gone, "again", self.by(BEN)))
        assert change
        assert change.snapshot.is_open

    @rule()
    def the_same_event_is_voided_again(self) -> None:
        for sequence in voided(self.ledger.history):
            with pytest.raises((NotVoidable, NotTrackable)):
                void(self.ledger.row, self.ledger.history, sequence, "why", self.by(BEN))

    @invariant()
    def the_snapshot_is_the_fold_of_the_events(self) -> None:
        assert self.ledger.row.snapshot == fold(self.ledger.history)

    @invariant()
    def sequences_have_no_gaps(self) -> None:
        sequences = [event.sequence for event in self.ledger.history]
        assert sequences == list(range(len(sequences)))
        assert self.ledger.row.snapshot.version == sequences[-1]

    @invariant()
    def a_step_without_history_agrees_with_the_fold(self) -> None:
        *before, last = self.ledger.history
        if before and last.kind not in {EventKind.REOPENED, EventKind.VOIDED}:
            assert advance(fold(before), last) == self.ledger.row.snapshot

    @invariant()
    def updates_are_counted_but_for_those_voided(self) -> None:
        gone = voided(self.ledger.history)
        counted = [
            event
            for event in self.ledger.history
            if event.kind is EventKind.RECORDED and event.sequence not in gone
        ]
        assert self.ledger.row.snapshot.update_count == len(counted)

    @invariant()
    def an_event_says_where_the_row_stood_after_it(self) -> None:
        assert self.ledger.history[-1].status == self.ledger.row.snapshot.status


RowMachine.TestCase.settings = settings(stateful_step_count=20)
TestRow = RowMachine.TestCase
