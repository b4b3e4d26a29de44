"""What may be done to a row, and what comes of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from attrs import evolve

from clientupdater.domain.errors import (
    AlreadyDone,
    Forbidden,
    InvalidInput,
    NotDone,
    NotTrackable,
    NotVoidable,
    PaymentRecorded,
    PeriodClosed,
    PeriodMismatch,
    PeriodNotBegun,
    ReasonRequired,
    RemarksRequired,
    VersionConflict,
)
from clientupdater.domain.events import (
    Channel,
    Contact,
    EventKind,
    ExemptCause,
    Promise,
    Snapshot,
    Standing,
    as_of,
    fold,
)
from clientupdater.domain.ids import ClientId
from clientupdater.domain.periods import Cycle, Period
from clientupdater.domain.tracking import (
    Change,
    client_after,
    differing,
    may_void,
    note_payment,
    record,
    reopen,
    require_version,
    revive,
    settle,
    unopened,
    void,
    writing_order,
)
from clientupdater.domain.updates import StatusUpdate
from clientupdater.domain.write_context import WriteContext
from tests.support.builders import (
    ANA,
    BEN,
    CALOOCAN,
    DAVAO,
    FCASH,
    JUAN,
    MANILA,
    NOVEMBER,
    PCNI,
    Ledger,
    catalogue,
    client,
    manila,
    moved,
    write_context,
)

if TYPE_CHECKING:
    from collections.abc import Callable

OCTOBER = Period.month(2026, 10)
seeded = catalogue()


def recorded(
    ledger: Ledger, status: str = "CALLED", when: WriteContext | None = None, **params: object
) -> Change:
    """Record an update and keep it."""
    update = evolve(StatusUpdate(status=status), **params)  # type: ignore[arg-type] # named by the test
    return ledger.keep(record(ledger.row, update, seeded, when or write_context()))


def done(ledger: Ledger, reason: str = "CONFIRMED", when: WriteContext | None = None) -> Change:
    return recorded(ledger, "DONE", when, reason=reason, remarks="as agreed")


def corrector(now: datetime | None = None) -> WriteContext:
    return write_context(now or manila(6), may_correct=True, by=BEN)


# --- opening -------------------------------------------------------------------------------


def test_P4_a_row_begins_pending_with_an_opened_event_of_the_system() -> None:
    ledger = Ledger()
    (event,) = ledger.history
    assert (event.sequence, event.kind, event.status) == (0, EventKind.OPENED, "PENDING")
    assert (event.by, event.branch) == (None, CALOOCAN)
    assert event.occurred_at == event.recorded_at == manila(1, 0)
    assert ledger.row.snapshot == Snapshot(branch=CALOOCAN, updated_at=manila(1, 0))
    assert ledger.row.snapshot.is_open


def test_P4_a_missing_row_of_the_running_period_shows_as_pending_at_version_0() -> None:
    row = unopened(client(), NOVEMBER, write_context())
    assert (row.client, row.company, row.period) == (JUAN, FCASH, NOVEMBER)
    assert (row.snapshot.status, row.snapshot.version) == ("PENDING", 0)


def test_S10_a_row_that_is_opened_between_a_look_and_a_write_makes_no_conflict() -> None:
    seen = unopened(client(), NOVEMBER, write_context())
    ledger = Ledger()
    require_version(ledger.row, seen.snapshot.version, lambda: ledger.history)


def test_P7_a_row_of_a_future_period_cannot_be_written() -> None:
    with pytest.raises(PeriodNotBegun, match=r"^2026-12 begins on 2026-12-01\.$"):
        unopened(client(), NOVEMBER.next, write_context())


def test_a_period_in_which_the_client_had_no_row_is_not_opened_afterwards() -> None:
    with pytest.raises(NotTrackable, match=r"^The client is not tracked in 2026-10\.$"):
        unopened(client(), OCTOBER, write_context(manila(2)))


def test_P5_a_client_who_is_not_trackable_has_no_row_to_show() -> None:
    with pytest.raises(NotTrackable, match=r"^The client is not tracked in 2026-11\.$"):
        unopened(client(is_active=False), NOVEMBER, write_context())


def test_P2_a_changed_cycle_that_has_not_taken_effect_shows_no_row() -> None:
    changed = client(cycle_from=date(2026, 12, 1))
    with pytest.raises(NotTrackable, match="not tracked in 2026-11"):
        unopened(changed, NOVEMBER, write_context())


def test_P2_a_month_given_for_a_quarterly_client_is_a_mismatch() -> None:
    with pytest.raises(PeriodMismatch, match=r"^This client is tracked quarterly, not by 2026-"):
        unopened(client(cycle=Cycle.QUARTERLY), NOVEMBER, write_context())


def test_P2_a_client_with_no_cycle_is_never_guessed_monthly() -> None:
    with pytest.raises(
        PeriodMismatch, match=r"^This client is tracked by no known cycle, not by 2026-11\.$"
    ):
        unopened(client(cycle=None), NOVEMBER, write_context())


# --- recording -----------------------------------------------------------------------------


def test_S9_a_recording_adds_one_event_and_moves_the_snapshot() -> None:
    ledger = Ledger()
    promise = Promise(date(2026, 11, 20), Decimal("1500.50"))
    change = recorded(
        ledger,
        "TO_FOLLOW",
        remarks=" call again ",
        has_payment=True,
        occurred_at=manila(4, 15),
        channel=Channel.CALL,
        next_follow_up_on=date(2026, 11, 9),
        promise=promise,
    )
    event, snapshot = change.event, change.snapshot
    assert (event.sequence, event.kind, event.by) == (1, EventKind.RECORDED, ANA)
    assert (event.occurred_at, event.recorded_at) == (manila(4, 15), manila(5))
    assert (event.channel, event.branch, event.promise) == (Channel.CALL, CALOOCAN, promise)
    assert snapshot == Snapshot(
        standing=Standing(
            status="TO_FOLLOW", remarks="call again", next_follow_up_on=date(2026, 11, 9)
        ),
        has_payment=True,
        promise=promise,
        update_count=1,
        contact=Contact(CALOOCAN, ANA),
        branch=CALOOCAN,
        updated_by=ANA,
        updated_at=manila(5),
        version=1,
    )


def test_R1_a_row_keeps_who_reached_the_client_first_and_who_finished_it() -> None:
    ledger = Ledger()
    recorded(ledger, "CALLED")
    done(ledger)
    snapshot = ledger.row.snapshot
    assert snapshot.contact == Contact(CALOOCAN, ANA)
    assert (snapshot.done_by, snapshot.done_at) == (ANA, snapshot.updated_at)
    assert snapshot == fold(ledger.history)


def test_R1_a_call_that_reached_nobody_is_no_contact() -> None:
    ledger = Ledger()
    recorded(ledger, "DONE", reason="NOT_REACHABLE", remarks="no answer")
    assert ledger.row.snapshot.contact is None
    assert ledger.row.snapshot.done_by == ANA


def test_S2_attempts_follow_in_any_order_and_repeat() -> None:
    ledger = Ledger()
    for status in ("UPDATED", "CALLED", "CALLED", "TO_FOLLOW", "VISITED", "UPDATED"):
        recorded(ledger, status)
    assert ledger.row.snapshot.status == "UPDATED"
    assert (ledger.row.snapshot.version, ledger.row.snapshot.update_count) == (6, 6)


def test_S3_a_row_at_done_takes_no_further_status() -> None:
    ledger = Ledger()
    done(ledger)
    assert ledger.row.snapshot.is_done
    assert not ledger.row.snapshot.is_open
    with pytest.raises(AlreadyDone, match="reopen it first"):
        recorded(ledger, "CALLED")


def test_S4_a_recording_is_checked_against_the_catalogue() -> None:
    with pytest.raises(ReasonRequired):
        recorded(Ledger(), "DONE")


def test_S6_a_status_of_one_company_is_refused_for_a_client_of_another() -> None:
    with pytest.raises(Exception, match="VISITED is not for clients of this company"):
        recorded(Ledger(client(company=PCNI)), "VISITED")


def test_S8_a_payment_once_seen_stays_through_updates_that_do_not_mention_it() -> None:
    ledger = Ledger()
    assert not recorded(ledger, has_payment=False).snapshot.has_payment
    recorded(ledger, has_payment=True)
    recorded(ledger, "UPDATED")
    recorded(ledger, has_payment=True)
    assert ledger.row.snapshot.has_payment is True
    assert [event.has_payment for event in ledger.history] == [None, False, True, None, True]


def test_S8_false_over_a_recorded_payment_is_refused() -> None:
    ledger = Ledger()
    recorded(ledger, has_payment=True)
    with pytest.raises(PaymentRecorded):
        recorded(ledger, has_payment=False)


def test_S8_a_payment_notice_sets_it_as_a_system_event_and_keeps_the_status() -> None:
    ledger = Ledger()
    recorded(ledger, "CALLED")
    by_system = write_context(manila(7), by=None)
    change = ledger.keep(note_payment(ledger.row, manila(6), by_system))
    assert (change.event.kind, change.event.by) == (EventKind.PAYMENT, None)
    assert (change.event.occurred_at, change.event.recorded_at) == (manila(6), manila(7))
    assert change.event.has_payment is True
    assert (change.event.status, change.snapshot.status) == ("CALLED", "CALLED")
    assert change.snapshot.has_payment is True
    assert (change.snapshot.update_count, change.snapshot.updated_by) == (1, ANA)
    assert note_payment(ledger.row, manila(7), by_system) is None


def test_S11_an_update_that_names_no_follow_up_clears_it() -> None:
    ledger = Ledger()
    recorded(ledger, next_follow_up_on=date(2026, 11, 5))
    assert ledger.row.snapshot.standing.next_follow_up_on == date(2026, 11, 5)
    recorded(ledger)
    assert ledger.row.snapshot.standing.next_follow_up_on is None


def test_S11_a_promise_stands_until_a_newer_one_is_made() -> None:
    ledger = Ledger()
    first, second = Promise(date(2026, 11, 5)), Promise(date(2026, 11, 8), Decimal("0.01"))
    recorded(ledger, promise=first)
    recorded(ledger)
    assert ledger.row.snapshot.promise == first
    recorded(ledger, promise=second)
    assert ledger.row.snapshot.promise == second


def test_S11_follow_up_and_promise_lie_not_before_the_call_and_all_faults_show_at_once() -> None:
    yesterday = date(2026, 11, 4)
    with pytest.raises(InvalidInput) as refused:
        recorded(Ledger(), next_follow_up_on=yesterday, promise=Promise(yesterday, Decimal(-1)))
    assert [(fault.pointer, fault.message) for fault in refused.value.faults] == [
        ("/next_follow_up_on", "lies before the call itself, 2026-11-05"),
        ("/promised_on", "lies before the call itself, 2026-11-05"),
        ("/promised_amount", "is more than nothing, with two places at most"),
    ]


@pytest.mark.rule("P1", "S11")
def test_the_day_of_a_call_before_dawn_is_that_of_manila() -> None:
    with pytest.raises(InvalidInput, match="lies before the call itself, 2026-11-05"):
        recorded(Ledger(), occurred_at=manila(5, 1), next_follow_up_on=date(2026, 11, 4))


def test_S11_the_day_of_the_call_counts_not_the_day_of_the_record() -> None:
    recorded(Ledger(), occurred_at=manila(3), next_follow_up_on=date(2026, 11, 3))


@pytest.mark.parametrize("amount", ["0", "-5", "0.001", "NaN", "Infinity", "10000000000000"])
def test_S11_an_amount_that_is_no_money_is_refused(amount: str) -> None:
    with pytest.raises(InvalidInput, match="/promised_amount"):
        recorded(Ledger(), promise=Promise(date(2026, 11, 9), Decimal(amount)))


@pytest.mark.parametrize("amount", ["0.01", "1500", "1500.10", "1E+3", "9999999999999.99"])
def test_S11_an_amount_of_money_is_taken(amount: str) -> None:
    promise = Promise(date(2026, 11, 9), Decimal(amount))
    assert recorded(Ledger(), promise=promise).snapshot.promise == promise


# --- when ----------------------------------------------------------------------------------


def test_P7_the_last_backdating_day_still_takes_an_update_of_branch_staff() -> None:
    last = write_context(manila(5, 23, 59, month=12))
    assert recorded(Ledger(), when=last, occurred_at=manila(30)).snapshot.version == 1


def test_P7_after_it_only_a_corrector_writes() -> None:
    late = manila(6, 0, month=12)
    with pytest.raises(PeriodClosed, match=r"^2026-11 is closed; writing to it needs status:corr"):
        recorded(Ledger(), when=write_context(late), occurred_at=manila(30))
    assert recorded(Ledger(), when=corrector(late), occurred_at=manila(30)).snapshot.version == 1


def test_P7_a_row_opened_on_the_evening_before_takes_no_early_update() -> None:
    evening = write_context(manila(31, 20, month=10), may_correct=True)
    with pytest.raises(PeriodNotBegun, match=r"^2026-11 begins on 2026-11-01\.$"):
        recorded(Ledger(), when=evening)


def test_P7_backdating_days_are_as_the_business_set_them() -> None:
    when = evolve(write_context(manila(1, month=12)), backdating_days=0)
    with pytest.raises(PeriodClosed):
        recorded(Ledger(), when=when)


def test_P8_a_call_is_made_now_unless_the_update_names_a_time() -> None:
    assert recorded(Ledger()).event.occurred_at == manila(5)
    assert recorded(Ledger(), occurred_at=manila(5)).event.occurred_at == manila(5)


def test_P8_a_call_never_lies_in_the_future() -> None:
    with pytest.raises(InvalidInput, match=r"^/occurred_at: lies in the future$"):
        recorded(Ledger(), occurred_at=manila(5) + timedelta(microseconds=1))


def test_P8_a_moment_given_without_an_offset_is_refused() -> None:
    naive = manila(4).replace(tzinfo=None)
    with pytest.raises(InvalidInput, match="/occurred_at: needs an offset, as in 2026-11-05T09:30"):
        recorded(Ledger(), occurred_at=naive)


@pytest.mark.parametrize("moment", [manila(1, 0), manila(5, 23, 59, month=12)])
def test_P8_a_call_lies_in_its_period_or_its_backdating_days(moment: datetime) -> None:
    late = corrector(manila(20, month=12))
    assert recorded(Ledger(), when=late, occurred_at=moment).event.occurred_at == moment


@pytest.mark.parametrize("moment", [manila(31, 23, 59, month=10), manila(6, 0, month=12)])
def test_P8_a_call_outside_them_is_refused_with_the_days_that_fit(moment: datetime) -> None:
    late = corrector(manila(20, month=12))
    match = r"^/occurred_at: for 2026-11 lies from 2026-11-01 to 2026-12-05$"
    with pytest.raises(InvalidInput, match=match):
        recorded(Ledger(), when=late, occurred_at=moment)


def test_P8_where_now_lies_outside_them_the_moment_is_required() -> None:
    match = r"^/occurred_at: say when the call was made, 2026-11-01 to 2026-12-05$"
    with pytest.raises(InvalidInput, match=match):
        recorded(Ledger(), when=corrector(manila(6, month=12)))


def test_P1_the_day_of_a_call_is_the_day_of_the_business() -> None:
    late_evening_in_manila = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    when = corrector(manila(20, month=12))
    recorded(Ledger(), when=when, occurred_at=late_evening_in_manila)
    assert write_context(datetime(2026, 11, 30, 16, 0, tzinfo=UTC)).today == date(2026, 12, 1)


# --- versions ------------------------------------------------------------------------------


def test_S10_the_version_is_the_sequence_of_the_last_event() -> None:
    ledger = Ledger()
    for _ in range(3):
        recorded(ledger)
    assert [event.sequence for event in ledger.history] == [0, 1, 2, 3]
    assert ledger.row.snapshot.version == 3


def test_S10_a_stale_version_is_answered_with_the_current_row_and_what_differs() -> None:
    ledger = Ledger()
    recorded(ledger, "CALLED")
    recorded(ledger, "TO_FOLLOW", has_payment=True, next_follow_up_on=date(2026, 11, 9))
    with pytest.raises(VersionConflict) as conflict:
        require_version(ledger.row, 1, lambda: ledger.history)
    value = conflict.value
    assert (value.provided, value.current, value.snapshot) == (1, 2, ledger.row.snapshot)
    assert value.fields == ("status", "has_payment", "update_count", "next_follow_up_on")
    assert str(value) == "You saw version 1; it is now at version 2. Read it again and retry."


def test_S10_a_field_that_is_unchanged_since_the_version_seen_does_not_differ() -> None:
    ledger = Ledger()
    recorded(ledger, "CALLED")
    recorded(ledger, "CALLED", has_payment=True)
    with pytest.raises(VersionConflict) as conflict:
        require_version(ledger.row, 1, lambda: ledger.history)
    assert conflict.value.fields == ("has_payment", "update_count")


@pytest.mark.parametrize("provided", [-1, 2])
def test_S10_a_version_that_never_was_is_a_conflict_too(provided: int) -> None:
    ledger = Ledger()
    recorded(ledger)
    with pytest.raises(VersionConflict) as conflict:
        require_version(ledger.row, provided, lambda: ledger.history)
    assert conflict.value.fields == ()


def test_S10_every_field_that_can_differ_is_named_as_the_interfaces_name_it() -> None:
    bare = Snapshot(branch=CALOOCAN, updated_at=manila(1))
    other = Snapshot(
        standing=Standing(
            status="DONE", reason="DECEASED", remarks="x", next_follow_up_on=date(2026, 11, 9)
        ),
        has_payment=True,
        promise=Promise(date(2026, 11, 9), Decimal(1)),
        update_count=1,
        exempt=ExemptCause.DELETED,
        terminal_at=manila(2),
        branch=DAVAO,
        updated_at=manila(2),
        version=1,
    )
    assert set(differing(bare, other)) == {
        "status",
        "reason",
        "remarks",
        "has_payment",
        "update_count",
        "is_terminal",
        "exempt",
        "next_follow_up_on",
        "promised_on",
        "promised_amount",
        "branch",
    }
    assert differing(other, other) == ()


# --- reopening -----------------------------------------------------------------------------


def test_S12_a_reopened_row_stands_as_after_the_last_event_before_done() -> None:
    ledger = Ledger()
    recorded(ledger, "TO_FOLLOW", remarks="at five", next_follow_up_on=date(2026, 11, 9))
    before = ledger.row.snapshot.standing
    done(ledger)
    change = ledger.keep(reopen(ledger.row, ledger.history, " wrong client ", corrector()))
    assert change.snapshot.standing == before
    assert change.snapshot.is_open
    event = change.event
    assert (event.kind, event.sequence, event.by) == (EventKind.REOPENED, 3, BEN)
    assert (event.remarks, event.status) == ("wrong client", "TO_FOLLOW")
    assert (change.snapshot.update_count, change.snapshot.updated_by) == (2, BEN)


def test_S12_a_row_can_be_done_and_reopened_again() -> None:
    ledger = Ledger()
    done(ledger)
    ledger.keep(reopen(ledger.row, ledger.history, "once", corrector()))
    recorded(ledger, "CALLED")
    done(ledger, "FULLY_PAID")
    assert ledger.row.snapshot.is_terminal
    ledger.keep(reopen(ledger.row, ledger.history, "twice", corrector()))
    assert ledger.row.snapshot.status == "CALLED"
    assert not ledger.row.snapshot.is_terminal


def test_S12_reopening_needs_the_right_to_correct() -> None:
    ledger = Ledger()
    done(ledger)
    with pytest.raises(Forbidden) as refused:
        reopen(ledger.row, ledger.history, "why", write_context())
    assert refused.value.permission == "status:correct"


def test_S12_reopening_needs_remarks() -> None:
    ledger = Ledger()
    done(ledger)
    with pytest.raises(RemarksRequired, match="Say why: reopening needs remarks"):
        reopen(ledger.row, ledger.history, "  ", corrector())


def test_S12_only_a_row_at_done_is_reopened() -> None:
    ledger = Ledger()
    with pytest.raises(NotDone, match="Only a row at DONE"):
        reopen(ledger.row, ledger.history, "why", corrector())


@pytest.mark.rule("S12", "P7")
def test_a_row_of_a_period_that_has_not_begun_is_not_reopened() -> None:
    ledger = Ledger()
    done(ledger)
    with pytest.raises(PeriodNotBegun):
        reopen(ledger.row, ledger.history, "why", corrector(manila(31, month=10)))


def test_S12_a_done_that_was_reopened_cannot_be_voided() -> None:
    ledger = Ledger()
    done(ledger)
    ledger.keep(reopen(ledger.row, ledger.history, "why", corrector()))
    with pytest.raises(NotVoidable, match=r"^Event 1 was reopened, which took it back\.$"):
        void(ledger.row, ledger.history, 1, "why", corrector())


def test_S12_the_done_after_a_reopened_one_can_be_voided() -> None:
    ledger = Ledger()
    done(ledger)
    ledger.keep(reopen(ledger.row, ledger.history, "why", corrector()))
    done(ledger)
    ledger.keep(void(ledger.row, ledger.history, 3, "why", corrector()))
    assert ledger.row.snapshot.status == "PENDING"


@pytest.mark.rule("S12", "S13")
def test_a_reopening_is_of_the_last_done_that_was_not_voided() -> None:
    ledger = Ledger()
    done(ledger)
    ledger.keep(void(ledger.row, ledger.history, 1, "typing error", corrector()))
    done(ledger)
    ledger.keep(reopen(ledger.row, ledger.history, "why", corrector()))
    with pytest.raises(NotVoidable, match="Event 1 is voided already"):
        void(ledger.row, ledger.history, 1, "why", corrector())
    with pytest.raises(NotVoidable, match="Event 3 was reopened"):
        void(ledger.row, ledger.history, 3, "why", corrector())


# --- voiding -------------------------------------------------------------------------------


def test_S13_voiding_folds_the_snapshot_anew_without_the_event() -> None:
    ledger = Ledger()
    recorded(ledger, "CALLED", remarks="one")
    recorded(ledger, "UPDATED", has_payment=True, promise=Promise(date(2026, 11, 9)))
    change = ledger.keep(void(ledger.row, ledger.history, 2, " not hers ", corrector()))
    assert change.snapshot.standing == Standing(status="CALLED", remarks="one")
    assert (change.snapshot.has_payment, change.snapshot.promise) == (False, None)
    assert (change.snapshot.update_count, change.snapshot.version) == (1, 3)
    assert (change.snapshot.updated_by, change.snapshot.updated_at) == (BEN, manila(6))
    event = change.event
    assert (event.kind, event.voids, event.remarks) == (EventKind.VOIDED, 2, "not hers")
    assert (event.status, event.by) == ("CALLED", BEN)


def test_S13_an_event_before_a_done_is_voided_under_it() -> None:
    ledger = Ledger()
    recorded(ledger, "CALLED")
    done(ledger)
    ledger.keep(void(ledger.row, ledger.history, 1, "why", corrector()))
    assert ledger.row.snapshot.is_done
    ledger.keep(reopen(ledger.row, ledger.history, "why", corrector()))
    assert ledger.row.snapshot.standing == Standing()


@pytest.mark.rule("S8", "S13")
def test_only_a_void_clears_a_payment_and_another_one_keeps_it() -> None:
    ledger = Ledger()
    recorded(ledger, has_payment=True)
    recorded(ledger, has_payment=True)
    ledger.keep(void(ledger.row, ledger.history, 1, "why", corrector()))
    assert ledger.row.snapshot.has_payment is True
    ledger.keep(void(ledger.row, ledger.history, 2, "why", corrector()))
    assert ledger.row.snapshot.has_payment is False


def test_S13_a_payment_notice_can_be_voided() -> None:
    ledger = Ledger()
    ledger.keep(note_payment(ledger.row, manila(4), write_context(by=None)))
    ledger.keep(void(ledger.row, ledger.history, 1, "bounced", corrector()))
    assert ledger.row.snapshot.has_payment is False


def test_S13_an_event_is_voided_once() -> None:
    ledger = Ledger()
    recorded(ledger)
    ledger.keep(void(ledger.row, ledger.history, 1, "why", corrector()))
    with pytest.raises(NotVoidable, match=r"^Event 1 is voided already\.$"):
        void(ledger.row, ledger.history, 1, "why", corrector())


@pytest.mark.parametrize(
    ("sequence", "message"),
    [
        (0, r"^Only a recording or a payment can be voided; event 0 is opened\.$"),
        (2, r"^Only a recording or a payment can be voided; event 2 is voided\.$"),
        (9, r"^The row has no event 9\.$"),
    ],
)
def test_S13_only_a_recording_or_a_payment_of_the_same_row_is_voided(
    sequence: int, message: str
) -> None:
    ledger = Ledger()
    recorded(ledger)
    ledger.keep(void(ledger.row, ledger.history, 1, "why", corrector()))
    with pytest.raises(NotVoidable, match=message):
        void(ledger.row, ledger.history, sequence, "why", corrector())


def test_S13_voiding_needs_the_right_to_correct_and_remarks() -> None:
    ledger = Ledger()
    recorded(ledger)
    with pytest.raises(Forbidden):
        void(ledger.row, ledger.history, 1, "why", write_context(by=BEN))
    with pytest.raises(RemarksRequired, match="Say why: voiding needs remarks"):
        void(ledger.row, ledger.history, 1, None, corrector())


def minutes_later(minutes: float, **facts: object) -> WriteContext:
    return write_context(manila(5) + timedelta(minutes=minutes), **facts)


@pytest.mark.parametrize(("remarks", "stored"), [(None, None), (" typed twice ", "typed twice")])
def test_S13_the_author_of_the_last_event_undoes_it_within_minutes(
    remarks: str | None, stored: str | None
) -> None:
    ledger = Ledger()
    recorded(ledger, "CALLED", remarks="one")
    done(ledger)
    change = ledger.keep(void(ledger.row, ledger.history, 2, remarks, minutes_later(9.99)))
    assert change.snapshot.standing == Standing(status="CALLED", remarks="one")
    assert (change.event.voids, change.event.remarks, change.event.by) == (2, stored, ANA)


@pytest.mark.parametrize(
    ("sequence", "context"),
    [
        (2, minutes_later(10)),
        (2, minutes_later(0, undo_minutes=0)),
        (2, minutes_later(5, undo_minutes=5)),
        (2, minutes_later(1, by=BEN)),
        (1, minutes_later(1)),
        (0, minutes_later(1)),
        (3, minutes_later(1)),
    ],
    ids=["too late", "never", "own minutes", "another author", "not last", "opened", "no event"],
)
def test_S13_any_other_event_needs_the_right_to_correct(
    sequence: int, context: WriteContext
) -> None:
    ledger = Ledger()
    recorded(ledger)
    recorded(ledger)
    with pytest.raises(Forbidden):
        void(ledger.row, ledger.history, sequence, "why", context)


def test_S13_an_event_of_the_system_after_it_ends_the_undo() -> None:
    ledger = Ledger()
    recorded(ledger)
    ledger.keep(note_payment(ledger.row, manila(4), write_context(by=None)))
    for sequence in (1, 2):
        with pytest.raises(Forbidden):
            void(ledger.row, ledger.history, sequence, "why", minutes_later(1))


def test_S13_what_was_undone_cannot_be_undone_again() -> None:
    ledger = Ledger()
    recorded(ledger)
    recorded(ledger)
    ledger.keep(void(ledger.row, ledger.history, 2, None, minutes_later(1)))
    for sequence in (1, 2, 3):
        with pytest.raises(Forbidden):
            void(ledger.row, ledger.history, sequence, None, minutes_later(2))


def test_S13_a_corrector_who_undoes_their_own_last_event_need_not_say_why() -> None:
    ledger = Ledger()
    recorded(ledger)
    ledger.keep(void(ledger.row, ledger.history, 1, None, minutes_later(1, may_correct=True)))
    assert ledger.row.snapshot.status == "PENDING"


@pytest.mark.rule("S13", "P7")
def test_an_update_is_not_undone_once_its_period_is_closed() -> None:
    ledger = Ledger()
    last = datetime(2026, 12, 5, 23, 55, tzinfo=MANILA)
    recorded(ledger, when=write_context(last), occurred_at=manila(30))
    void(ledger.row, ledger.history, 1, None, write_context(last + timedelta(minutes=4)))
    with pytest.raises(PeriodClosed):
        void(ledger.row, ledger.history, 1, None, write_context(last + timedelta(minutes=6)))


def test_a_row_without_events_has_none_to_void() -> None:
    assert not may_void((), 0, write_context())


@pytest.mark.rule("S13", "P7")
def test_a_row_of_a_period_that_has_not_begun_has_nothing_to_void() -> None:
    ledger = Ledger()
    with pytest.raises(PeriodNotBegun):
        void(ledger.row, ledger.history, 1, "why", corrector(manila(31, month=10)))


# --- exempting -----------------------------------------------------------------------------


def exempted(ledger: Ledger, cause: ExemptCause = ExemptCause.PAR_STATUS) -> Change:
    return ledger.keep(settle(ledger.row, cause, write_context(manila(6), by=None)))


def test_P6_an_open_row_becomes_exempt_with_its_cause_and_refuses_writes() -> None:
    ledger = Ledger()
    recorded(ledger, "CALLED")
    change = exempted(ledger)
    assert (change.event.kind, change.event.exempt) == (
        EventKind.EXEMPTED,
        ExemptCause.PAR_STATUS,
    )
    assert change.event.occurred_at == change.event.recorded_at == manila(6)
    assert change.snapshot.exempt is ExemptCause.PAR_STATUS
    assert not change.snapshot.is_open
    assert change.snapshot.status == "CALLED"
    writes: list[Callable[[], Change]] = [
        lambda: recorded(ledger, "CALLED"),
        lambda: reopen(ledger.row, ledger.history, "why", corrector()),
        lambda: void(ledger.row, ledger.history, 1, "why", corrector()),
    ]
    for write in writes:
        with pytest.raises(NotTrackable, match=r"^The row is exempt: par_status\.$") as refused:
            write()
        assert refused.value.details == {"cause": "par_status"}


def test_P6_the_row_comes_back_as_it_was_when_the_cause_goes() -> None:
    ledger = Ledger()
    recorded(ledger, "TO_FOLLOW", next_follow_up_on=date(2026, 11, 9))
    before = ledger.row.snapshot.standing
    exempted(ledger)
    change = ledger.keep(settle(ledger.row, None, write_context(manila(7), by=None)))
    assert change.event.kind is EventKind.RESTORED
    assert (change.snapshot.standing, change.snapshot.exempt) == (before, None)
    assert change.snapshot.is_open


def test_P6_another_cause_takes_the_place_of_the_one_shown() -> None:
    ledger = Ledger()
    exempted(ledger)
    assert exempted(ledger, ExemptCause.DELETED).snapshot.exempt is ExemptCause.DELETED


@pytest.mark.parametrize(
    ("now", "comes_back"),
    [
        (manila(31, 20, month=10), True),
        (manila(5, month=12), True),
        (manila(6, month=12), False),
    ],
)
def test_P6_it_comes_back_only_while_the_period_can_still_be_written(
    now: datetime, comes_back: bool
) -> None:
    ledger = Ledger()
    exempted(ledger)
    change = settle(ledger.row, None, write_context(now, by=None))
    assert (change is not None) is comes_back


def test_P6_nothing_happens_to_a_row_that_is_as_it_should_be() -> None:
    ledger = Ledger()
    assert settle(ledger.row, None, write_context()) is None
    exempted(ledger)
    assert settle(ledger.row, ExemptCause.PAR_STATUS, write_context()) is None


def test_P6_a_row_at_done_stays_done() -> None:
    ledger = Ledger()
    done(ledger)
    assert settle(ledger.row, ExemptCause.INACTIVE, write_context()) is None


# --- moving --------------------------------------------------------------------------------


def test_Y11_the_open_row_moves_with_the_client_and_its_events_stay_where_they_were() -> None:
    ledger = Ledger()
    recorded(ledger, "CALLED")
    change = ledger.keep(moved(ledger.row, DAVAO, write_context(manila(6), by=None)))
    assert (change.event.kind, change.event.branch) == (EventKind.MOVED, DAVAO)
    assert (change.snapshot.branch, change.snapshot.status) == (DAVAO, "CALLED")
    recorded(ledger, "UPDATED")
    assert [event.branch for event in ledger.history] == [CALOOCAN, CALOOCAN, DAVAO, DAVAO]


# --- terminal outcomes ---------------------------------------------------------------------


def test_T1_a_terminal_reason_marks_the_row_and_when() -> None:
    ledger = Ledger()
    change = done(ledger, "DECEASED")
    assert change.event.is_terminal
    assert (change.snapshot.terminal_at, change.snapshot.is_terminal) == (manila(5), True)


def test_T1_another_reason_does_not() -> None:
    change = done(Ledger(), "CONFIRMED")
    assert not change.event.is_terminal
    assert not change.snapshot.is_terminal


@pytest.mark.parametrize("how", ["reopened", "voided"])
def test_T3_taking_the_terminal_event_back_ends_the_outcome(how: str) -> None:
    ledger = Ledger()
    done(ledger, "DECEASED")
    if how == "reopened":
        ledger.keep(reopen(ledger.row, ledger.history, "alive", corrector()))
    else:
        ledger.keep(void(ledger.row, ledger.history, 1, "alive", corrector()))
    assert not ledger.row.snapshot.is_terminal
    assert ledger.row.snapshot.is_open


def test_T4_a_revived_row_that_was_closed_so_is_pending_again() -> None:
    ledger = Ledger()
    done(ledger, "FULLY_PAID")
    gone = client(has_terminal_outcome=True)
    change = ledger.keep(revive(ledger.row, gone, " borrowed again ", corrector(manila(20))))
    assert (change.event.kind, change.event.status) == (EventKind.REVIVED, "PENDING")
    assert (change.event.remarks, change.event.by) == ("borrowed again", BEN)
    assert change.snapshot.standing == Standing()
    assert change.snapshot.revived_at == manila(20)
    assert not change.snapshot.is_terminal
    assert [event.kind for event in ledger.history] == ["opened", "recorded", "revived"]


def test_T4_a_row_made_exempt_by_an_earlier_outcome_is_open_again() -> None:
    ledger = Ledger()
    recorded(ledger, "CALLED")
    exempted(ledger, ExemptCause.TERMINAL)
    gone = client(has_terminal_outcome=True)
    change = ledger.keep(revive(ledger.row, gone, "borrowed again", corrector(manila(7))))
    assert (change.snapshot.status, change.snapshot.exempt) == ("CALLED", None)


def test_T4_a_row_done_for_another_reason_stays_done() -> None:
    ledger = Ledger()
    done(ledger, "CONFIRMED")
    gone = client(has_terminal_outcome=True)
    change = revive(ledger.row, gone, "borrowed again", corrector(manila(7)))
    assert change.snapshot.standing.reason == "CONFIRMED"


def test_T4_only_a_client_with_a_terminal_outcome_is_revived() -> None:
    with pytest.raises(NotDone, match=r"^This client has no terminal outcome to be revived from"):
        revive(Ledger().row, client(), "why", corrector())


def test_T4_a_client_who_would_not_be_tracked_even_so_is_not_revived() -> None:
    gone = client(has_terminal_outcome=True, is_active=False)
    match = r"^Reviving would not make the client tracked: inactive\.$"
    with pytest.raises(NotTrackable, match=match) as refused:
        revive(Ledger().row, gone, "why", corrector())
    assert refused.value.details == {"cause": "inactive"}


def test_T4_a_revival_is_of_the_running_period() -> None:
    gone = client(has_terminal_outcome=True)
    match = r"^A client is revived in the running period, not in 2026-11\.$"
    with pytest.raises(PeriodClosed, match=match):
        revive(Ledger().row, gone, "why", corrector(manila(1, month=12)))


def test_T4_a_revival_needs_the_right_to_correct_and_remarks() -> None:
    gone = client(has_terminal_outcome=True)
    with pytest.raises(Forbidden):
        revive(Ledger().row, gone, "why", write_context())
    with pytest.raises(RemarksRequired, match="Say why: reviving needs remarks"):
        revive(Ledger().row, gone, None, corrector())


@pytest.mark.rule("T4", "S12")
def test_a_done_after_a_revival_reopens_to_pending() -> None:
    ledger = Ledger()
    done(ledger, "FULLY_PAID")
    gone = client(has_terminal_outcome=True)
    ledger.keep(revive(ledger.row, gone, "borrowed again", corrector()))
    done(ledger, "CONFIRMED")
    ledger.keep(reopen(ledger.row, ledger.history, "why", corrector()))
    assert ledger.row.snapshot.standing == Standing()


# --- looking back --------------------------------------------------------------------------


@pytest.mark.rule("S9")
def test_a_past_moment_shows_what_had_been_recorded_by_then() -> None:
    ledger = Ledger()
    recorded(ledger, "CALLED", write_context(manila(3)))
    recorded(ledger, "UPDATED", write_context(manila(5)))
    ledger.keep(void(ledger.row, ledger.history, 1, "why", corrector(manila(6))))
    shown = {day: as_of(ledger.history, manila(day)) for day in (2, 3, 5, 6)}
    assert {day: row and (row.status, row.version) for day, row in shown.items()} == {
        2: ("PENDING", 0),
        3: ("CALLED", 1),
        5: ("UPDATED", 2),
        6: ("UPDATED", 3),
    }
    assert as_of(ledger.history, datetime(2026, 10, 31, tzinfo=MANILA)) is None
    assert as_of((), manila(3)) is None


@pytest.mark.rule("R5")
def test_R5_events_of_a_row_keep_their_order_in_time_whatever_the_clocks_say() -> None:
    ledger = Ledger()
    recorded(ledger, "TO_FOLLOW", write_context(manila(5)))
    recorded(ledger, "CALLED", write_context(manila(3)))
    assert [event.recorded_at for event in ledger.history[1:]] == [manila(5), manila(5)]
    assert ledger.history[2].occurred_at == manila(3)
    between = as_of(ledger.history, manila(4))
    assert between is not None
    assert between.status == "PENDING"


@pytest.mark.rule("T1", "T4")
def test_T1_a_client_is_ended_by_a_terminal_change_of_any_of_its_rows() -> None:
    ledger, other = Ledger(), Ledger(period=Period.month(2026, 10))
    change = record(
        ledger.row, StatusUpdate(status="DONE", reason="DECEASED"), seeded, write_context()
    )
    rows = [other.row, ledger.row]
    assert client_after(client(), rows, ledger.row, change).has_terminal_outcome
    called = record(ledger.row, StatusUpdate(status="CALLED"), seeded, write_context())
    ended = client(has_terminal_outcome=True)
    assert not client_after(ended, rows, ledger.row, called).has_terminal_outcome


def test_rows_are_written_by_client_and_then_by_period() -> None:
    first, second = ClientId(UUID(int=1)), ClientId(UUID(int=2))
    october, quarter = Period.month(2026, 10), Period.quarter(2026, 4)
    ordered = [(first, october), (first, quarter), (first, NOVEMBER), (second, october)]
    shuffled = [ordered[3], ordered[1], ordered[2], ordered[0]]
    assert sorted(shuffled, key=writing_order) == ordered


def test_P2_a_client_without_a_product_has_no_cycle_to_be_tracked_by() -> None:
    assert "set its product first" in NotTrackable.without_cycle().message
