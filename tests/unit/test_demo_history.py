"""Made-up deeds are done by the domain's commands, and only where the rows allow them still."""

from __future__ import annotations

import pytest

from clientupdater.demo_data.history import (
    Call,
    ClientRows,
    Opening,
    Payment,
    Reopening,
    RowHistory,
    TrackingChange,
    Voiding,
    histories_of,
)
from clientupdater.domain.events import EventKind, ExemptCause
from clientupdater.domain.periods import Period
from clientupdater.domain.updates import StatusUpdate
from tests.support.builders import ANA, BEN, MANILA, NOVEMBER, catalogue, client, manila

OCTOBER = Period.month(2026, 10)
BEGINS = Opening(manila(31, 20, month=10), NOVEMBER)
BEFORE = Opening(manila(30, 20, month=9), OCTOBER)
CONFIRMED = StatusUpdate(status="DONE", reason="CONFIRMED")
DECEASED = StatusUpdate(status="DONE", reason="DECEASED")
EXEMPT = TrackingChange(at=manila(4), par_trackable=False)
BACK = TrackingChange(at=manila(6), par_trackable=True)


def called(day: int, update: StatusUpdate = CONFIRMED, period: Period = NOVEMBER) -> Call:
    return Call(manila(day), period, ANA, update)


def reopened(day: int, period: Period = NOVEMBER) -> Reopening:
    return Reopening(manila(day), period, BEN, "too early")


def voided(day: int, period: Period = NOVEMBER) -> Voiding:
    return Voiding(manila(day), period, BEN, "by mistake")


def after(
    *entries: Opening | Call | Payment | Reopening | Voiding | TrackingChange,
) -> list[RowHistory]:
    return histories_of(ClientRows(client(), catalogue(), MANILA), entries)


def kinds(story: RowHistory) -> list[EventKind]:
    return [event.kind for event in story.events]


def test_deeds_are_done_in_the_order_of_time_whatever_order_they_are_told_in() -> None:
    (story,) = after(reopened(7), called(5), BEGINS)
    assert kinds(story) == [EventKind.OPENED, EventKind.RECORDED, EventKind.REOPENED]


def test_nothing_is_done_to_a_row_that_was_never_opened() -> None:
    assert after(called(5), Payment(manila(5), NOVEMBER), reopened(6), voided(7)) == []


@pytest.mark.rule("P5")
def test_no_row_is_opened_while_the_client_is_not_tracked() -> None:
    assert after(TrackingChange(at=manila(2, month=10), par_trackable=False), BEGINS) == []


@pytest.mark.rule("S3")
def test_no_call_follows_once_a_row_is_done() -> None:
    (story,) = after(BEGINS, called(5), called(6))
    assert len(story.events) == 2


@pytest.mark.rule("P6")
def test_a_row_is_exempt_for_a_while_and_comes_back_and_is_left_alone_between() -> None:
    payment = Payment(manila(5, 12), NOVEMBER)
    (story,) = after(BEGINS, EXEMPT, called(5), payment, voided(5), BACK, called(7))
    assert kinds(story) == [
        EventKind.OPENED,
        EventKind.EXEMPTED,
        EventKind.RESTORED,
        EventKind.RECORDED,
    ]


@pytest.mark.rule("T1")
def test_an_end_exempts_the_open_rows_of_other_periods_at_once() -> None:
    before, running = after(BEFORE, BEGINS, called(3, DECEASED))
    assert before.row.snapshot.exempt is ExemptCause.TERMINAL
    assert before.events[-1].recorded_at == running.events[-1].recorded_at
    assert running.row.snapshot.is_terminal


@pytest.mark.rule("T1")
def test_once_the_tracking_has_ended_nothing_is_taken_back() -> None:
    closed = Call(manila(20, month=10), OCTOBER, ANA, CONFIRMED)
    end = called(3, DECEASED)
    entries = (BEFORE, closed, BEGINS, end)
    undone = (reopened(4), voided(4), reopened(4, OCTOBER), voided(4, OCTOBER))
    assert after(*entries, *undone) == after(*entries)


@pytest.mark.rule("S13")
def test_a_voided_event_is_not_voided_again() -> None:
    (story,) = after(BEGINS, called(5), voided(6), voided(7))
    assert kinds(story) == [EventKind.OPENED, EventKind.RECORDED, EventKind.VOIDED]
    assert story.undoable is None


def test_a_row_that_is_not_done_is_not_reopened() -> None:
    (story,) = after(BEGINS, reopened(5))
    assert kinds(story) == [EventKind.OPENED]
