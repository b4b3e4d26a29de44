"""Reopening, voiding and reviving, over every store."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from clientupdater.domain.errors import (
    Forbidden,
    NotDone,
    NotFound,
    NotTrackable,
    NotVoidable,
    RemarksRequired,
    VersionConflict,
)
from clientupdater.domain.events import ExemptCause
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.domain.settings_values import UNDO_MINUTES
from tests.support.builders import ANA, BEN, DAVAO, NOVEMBER, manila
from tests.support.tracking_fixture import (
    CALLED,
    CLERK,
    CONFIRMED,
    CORRECTOR,
    DECEASED,
    PAID,
    STAFF,
    TrackingFixture,
    who,
)

if TYPE_CHECKING:
    from clientupdater.domain.clients import Client
    from tests.support.stores import Store

OCTOBER, DECEMBER = Period.month(2026, 10), Period.month(2026, 12)
WHY = "It was a mistake"


@pytest.fixture
def tracker(store: Store) -> TrackingFixture:
    """Give the test data on the fifth of November."""
    return TrackingFixture.on(store)


def ended(tracker: TrackingFixture, *periods: Period) -> Client:
    """Put in a client who was said to be dead in November."""
    client = tracker.client(*periods or (OCTOBER, NOVEMBER))
    tracker.tracking.record(CLERK, client.id, NOVEMBER, DECEASED, 0)
    return client


# --- reopening -----------------------------------------------------------------------------


def test_S12_a_reopened_row_stands_as_before_it_was_done(tracker: TrackingFixture) -> None:
    client = tracker.client()
    tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)
    tracker.tracking.record(CLERK, client.id, NOVEMBER, CONFIRMED, 1)
    written = tracker.tracking.reopen(CORRECTOR, client.id, NOVEMBER, WHY, 2)
    assert (written.event.kind, written.event.by) == ("reopened", ANA)
    assert written.row == tracker.row(client)
    assert written.row.snapshot.status == "CALLED"
    assert "status.reopen" in tracker.entries()


def test_S12_reopening_needs_remarks_a_done_row_and_its_version(tracker: TrackingFixture) -> None:
    client = tracker.client()
    with pytest.raises(NotDone):
        tracker.tracking.reopen(CORRECTOR, client.id, NOVEMBER, WHY, 0)
    tracker.tracking.record(CLERK, client.id, NOVEMBER, CONFIRMED, 0)
    with pytest.raises(VersionConflict):
        tracker.tracking.reopen(CORRECTOR, client.id, NOVEMBER, WHY, 0)
    with pytest.raises(RemarksRequired):
        tracker.tracking.reopen(CORRECTOR, client.id, NOVEMBER, " ", 1)


def test_T3_reopening_the_terminal_row_brings_the_others_back(tracker: TrackingFixture) -> None:
    client = ended(tracker)
    tracker.tracking.reopen(CORRECTOR, client.id, NOVEMBER, WHY, 1)
    assert tracker.row(client).snapshot.is_open
    assert tracker.row(client, OCTOBER).snapshot.is_open
    assert tracker.kinds(client, OCTOBER) == ["opened", "exempted", "restored"]


def test_T1_a_row_reopened_while_another_ended_the_client_is_exempt(
    tracker: TrackingFixture,
) -> None:
    client = tracker.client(OCTOBER, NOVEMBER)
    tracker.tracking.record(CLERK, client.id, OCTOBER, CONFIRMED, 0)
    tracker.tracking.record(CLERK, client.id, NOVEMBER, DECEASED, 0)
    written = tracker.tracking.reopen(CORRECTOR, client.id, OCTOBER, WHY, 1)
    assert written.event.kind == "reopened"
    assert written.row.snapshot.exempt is ExemptCause.TERMINAL
    assert written.row.snapshot.version == 3


# --- voiding -------------------------------------------------------------------------------


def test_S13_a_voided_event_counts_no_longer(tracker: TrackingFixture) -> None:
    client = tracker.client()
    tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)
    written = tracker.tracking.void(CORRECTOR, client.id, NOVEMBER, 1, WHY, 1)
    assert written.row.snapshot.status == "PENDING"
    assert written.event.voids == 1
    with pytest.raises(NotVoidable):
        tracker.tracking.void(CORRECTOR, client.id, NOVEMBER, 1, WHY, 2)
    assert tracker.entries() == ["status.record", "status.void"]


def test_T3_voiding_the_terminal_event_brings_the_client_back(tracker: TrackingFixture) -> None:
    client = ended(tracker)
    written = tracker.tracking.void(CORRECTOR, client.id, NOVEMBER, 1, WHY, 1)
    assert written.row.snapshot.is_open
    assert tracker.kinds(client, OCTOBER) == ["opened", "exempted", "restored"]


def test_T3_tracking_goes_on_in_the_period_that_was_passed_over(tracker: TrackingFixture) -> None:
    client = ended(tracker, NOVEMBER)
    tracker.go_to(manila(2, month=12))
    tracker.tracking.void(CORRECTOR, client.id, NOVEMBER, 1, WHY, 1)
    assert tracker.kinds(client, DECEMBER) == ["opened"]


@pytest.mark.rule("T3", "P6")
def test_a_row_whose_client_left_for_another_cause_is_exempt_by_that(
    tracker: TrackingFixture,
) -> None:
    gone = tracker.client(OCTOBER, NOVEMBER, is_active=False)
    tracker.tracking.record(CLERK, gone.id, NOVEMBER, PAID, 0)
    written = tracker.tracking.void(CORRECTOR, gone.id, NOVEMBER, 1, WHY, 1)
    assert written.row.snapshot.exempt is ExemptCause.INACTIVE
    assert tracker.row(gone, OCTOBER).snapshot.exempt is ExemptCause.INACTIVE
    assert tracker.kinds(gone) == ["opened", "recorded", "voided", "exempted"]


def test_T1_of_two_terminal_rows_voiding_one_ends_nothing(tracker: TrackingFixture) -> None:
    client = tracker.client(OCTOBER, NOVEMBER)
    tracker.tracking.record(CLERK, client.id, OCTOBER, CONFIRMED, 0)
    tracker.tracking.record(CLERK, client.id, NOVEMBER, DECEASED, 0)
    written = tracker.tracking.void(CORRECTOR, client.id, OCTOBER, 1, WHY, 1)
    assert written.row.snapshot.exempt is ExemptCause.TERMINAL


# --- undoing one's own last update ------------------------------------------------------------


def test_S13_an_author_undoes_their_last_update_without_remarks(tracker: TrackingFixture) -> None:
    client = ended(tracker)
    tracker.go_to(manila(5) + timedelta(minutes=9))
    written = tracker.tracking.void(CLERK, client.id, NOVEMBER, 1, None, 1)
    assert (written.event.kind, written.event.remarks, written.event.by) == ("voided", None, ANA)
    assert written.row == tracker.row(client)
    assert written.row.snapshot.is_open
    assert tracker.kinds(client, OCTOBER) == ["opened", "exempted", "restored"]
    assert tracker.entries() == ["status.record", "status.void"]


def test_S13_the_minutes_are_a_setting_of_the_company(tracker: TrackingFixture) -> None:
    client, other = tracker.client(), tracker.client(company=tracker.store.pcni)
    tracker.store.set(UNDO_MINUTES, tracker.store.fcash, "30")
    for each in (client, other):
        tracker.tracking.record(CLERK, each.id, NOVEMBER, CALLED, 0)
    tracker.go_to(manila(5) + timedelta(minutes=29))
    tracker.tracking.void(CLERK, client.id, NOVEMBER, 1, None, 1)
    with pytest.raises(Forbidden):
        tracker.tracking.void(CLERK, other.id, NOVEMBER, 1, None, 1)
    assert tracker.kinds(other) == ["opened", "recorded"]
    assert tracker.entries()[-1] == "refused"


def test_S13_an_update_of_another_person_or_before_the_last_is_not_ones_own(
    tracker: TrackingFixture,
) -> None:
    client = tracker.client()
    colleague = who(*STAFF, person=BEN)
    tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)
    tracker.tracking.record(colleague, client.id, NOVEMBER, CALLED, 1)
    for sequence in (1, 2):
        with pytest.raises(Forbidden):
            tracker.tracking.void(CLERK, client.id, NOVEMBER, sequence, None, 2)
    assert tracker.entries()[-2:] == ["refused"] * 2
    with pytest.raises(VersionConflict):
        tracker.tracking.void(colleague, client.id, NOVEMBER, 2, None, 1)
    assert tracker.row(client).snapshot.version == 2


@pytest.mark.rule("A5", "S13")
def test_undoing_needs_status_update_over_the_client_at_that_moment(
    tracker: TrackingFixture,
) -> None:
    client = tracker.client()
    tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)
    with pytest.raises(Forbidden):
        tracker.tracking.void(who(Permission.STATUS_READ), client.id, NOVEMBER, 1, None, 1)
    only_corrects = who(Permission.STATUS_CORRECT, person=BEN)
    with pytest.raises(RemarksRequired):
        tracker.tracking.void(only_corrects, client.id, NOVEMBER, 1, None, 1)
    tracker.tracking.void(only_corrects, client.id, NOVEMBER, 1, WHY, 1)


# --- reviving ------------------------------------------------------------------------------


def test_T4_a_client_who_borrows_again_is_tracked_again_and_the_past_stays(
    tracker: TrackingFixture,
) -> None:
    client = tracker.client(OCTOBER, NOVEMBER)
    tracker.tracking.record(CLERK, client.id, OCTOBER, PAID, 0)
    written = tracker.tracking.revive(CORRECTOR, client.id, "Borrowed again", 1)
    assert written.row.period == NOVEMBER
    assert written.row.snapshot.is_open
    assert tracker.kinds(client) == ["opened", "exempted", "revived"]
    assert tracker.kinds(client, OCTOBER) == ["opened", "recorded"]
    assert tracker.entries() == ["status.record", "client.revive"]


def test_T4_a_row_that_is_not_there_is_opened_for_it(tracker: TrackingFixture) -> None:
    client = ended(tracker, NOVEMBER)
    tracker.go_to(manila(9, month=12))
    written = tracker.tracking.revive(CORRECTOR, client.id, "Borrowed again", 0)
    assert (written.row.period, written.row.snapshot.version) == (DECEMBER, 1)
    assert tracker.kinds(client, DECEMBER) == ["opened", "revived"]


def test_T4_a_row_that_closed_so_is_at_pending_again(tracker: TrackingFixture) -> None:
    client = tracker.client()
    tracker.tracking.record(CLERK, client.id, NOVEMBER, PAID, 0)
    written = tracker.tracking.revive(CORRECTOR, client.id, "Borrowed again", 1)
    assert written.row.snapshot.status == "PENDING"


def test_T4_the_other_rows_are_settled_with_it(tracker: TrackingFixture) -> None:
    client = tracker.client(OCTOBER, NOVEMBER)
    tracker.tracking.record(CLERK, client.id, NOVEMBER, PAID, 0)
    tracker.tracking.revive(CORRECTOR, client.id, "Borrowed again", 1)
    assert tracker.row(client, OCTOBER).snapshot.is_open


def test_T4_reviving_asks_for_an_end_and_for_the_version(tracker: TrackingFixture) -> None:
    client, over = tracker.client(), ended(tracker)
    with pytest.raises(NotDone):
        tracker.tracking.revive(CORRECTOR, client.id, WHY, 0)
    with pytest.raises(VersionConflict):
        tracker.tracking.revive(CORRECTOR, over.id, WHY, 0)


@pytest.mark.rule("P2", "T4")
def test_a_client_of_no_known_cycle_cannot_be_revived(tracker: TrackingFixture) -> None:
    client = tracker.client(cycle=None)
    with pytest.raises(NotTrackable):
        tracker.tracking.revive(CORRECTOR, client.id, WHY, 0)


# --- who may -------------------------------------------------------------------------------


@pytest.mark.rule("A5", "S12", "S13", "T4")
def test_a_correction_without_the_right_is_forbidden_and_outside_the_scope_not_found(
    tracker: TrackingFixture,
) -> None:
    seen, hidden = tracker.client(), tracker.client(branch=DAVAO)
    tracking = tracker.tracking
    for client, caller, refusal in ((seen, CLERK, Forbidden), (hidden, CORRECTOR, NotFound)):
        with pytest.raises(refusal):
            tracking.reopen(caller, client.id, NOVEMBER, WHY, 0)
        with pytest.raises(refusal):
            tracking.void(caller, client.id, NOVEMBER, 1, WHY, 0)
        with pytest.raises(refusal):
            tracking.revive(caller, client.id, WHY, 0)
    assert tracker.entries() == ["refused"] * 3
    assert tracker.row(seen).snapshot.version == 0


def test_A8_a_deactivated_person_sees_no_client(tracker: TrackingFixture) -> None:
    client = tracker.client()
    gone = evolve(CORRECTOR, actor=evolve(CORRECTOR.actor, is_active=False))
    with pytest.raises(NotFound):
        tracker.tracking.reopen(gone, client.id, NOVEMBER, WHY, 0)
