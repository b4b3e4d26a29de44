"""Recording updates, over every store."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from clientupdater.domain.errors import (
    BulkRejected,
    Forbidden,
    InvalidInput,
    NotFound,
    NotTrackable,
    PeriodClosed,
    PeriodMismatch,
    PeriodNotBegun,
    StatusNotAllowed,
    VersionConflict,
)
from clientupdater.domain.events import ExemptCause
from clientupdater.domain.ids import ClientId
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.settings_values import BACKDATING_DAYS
from clientupdater.domain.updates import StatusUpdate
from clientupdater.usecases.tracking.bulk import BulkItem
from tests.support.builders import ANA, BEN, DAVAO, NOVEMBER, manila
from tests.support.tracking_fixture import (
    CALLED,
    CLERK,
    CONFIRMED,
    CORRECTOR,
    DECEASED,
    TrackingFixture,
    who,
)

if TYPE_CHECKING:
    from tests.support.stores import Store

OCTOBER, DECEMBER = Period.month(2026, 10), Period.month(2026, 12)
QUARTER = Period.quarter(2026, 4)


@pytest.fixture
def tracker(store: Store) -> TrackingFixture:
    """Give the test data on the fifth of November."""
    return TrackingFixture.on(store)


# --- one update ----------------------------------------------------------------------------


def test_S9_an_update_answers_with_its_event_and_the_row_as_it_is(tracker: TrackingFixture) -> None:
    client = tracker.client()
    written = tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)
    assert (written.event.sequence, written.event.status, written.event.by) == (1, "CALLED", ANA)
    assert written.row == tracker.row(client)
    assert written.row.snapshot.version == 1


def test_a_client_is_named_by_its_code_as_well(tracker: TrackingFixture) -> None:
    client = tracker.client()
    assert tracker.tracking.record(CLERK, client.code, NOVEMBER, CALLED, 0).client == client


def test_L1_an_update_is_logged_with_it_and_a_refused_one_is_not(tracker: TrackingFixture) -> None:
    client = tracker.client()
    tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)
    with pytest.raises(StatusNotAllowed):
        tracker.tracking.record(CLERK, client.id, NOVEMBER, StatusUpdate(status="NO"), 1)
    (line,) = tracker.store.lines()
    assert (line.what, line.thing) == ("status.record", f"client {client.id}")
    assert line.details == {"period": "2026-11", "sequence": "1"}


def test_S10_a_version_not_seen_is_refused_with_the_row_and_what_differs(
    tracker: TrackingFixture,
) -> None:
    client = tracker.client()
    tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)
    with pytest.raises(VersionConflict) as refused:
        tracker.tracking.record(CLERK, client.id, NOVEMBER, CONFIRMED, 0)
    assert (refused.value.provided, refused.value.current) == (0, 1)
    assert refused.value.snapshot == tracker.row(client).snapshot
    assert refused.value.fields == ("status", "update_count")
    assert tracker.kinds(client) == ["opened", "recorded"]


# --- who may -------------------------------------------------------------------------------


def test_A5_a_person_who_sees_the_client_but_may_not_write_is_forbidden_and_audited(
    tracker: TrackingFixture,
) -> None:
    client = tracker.client()
    reader = who(Permission.STATUS_READ)
    with pytest.raises(Forbidden) as refused:
        tracker.tracking.record(reader, client.id, NOVEMBER, CALLED, 0)
    assert refused.value.permission == Permission.STATUS_UPDATE
    (line,) = tracker.store.lines()
    assert (line.log, line.what, line.actor) == ("authorization", "refused", ANA)
    assert tracker.kinds(client) == ["opened"]


def test_A5_a_client_out_of_sight_answers_as_one_that_is_not_there(
    tracker: TrackingFixture,
) -> None:
    hidden = tracker.client(branch=DAVAO)
    with pytest.raises(NotFound) as unseen:
        tracker.tracking.record(CLERK, hidden.id, NOVEMBER, CALLED, 0)
    with pytest.raises(NotFound) as absent:
        tracker.tracking.record(CLERK, ClientId(uuid4()), NOVEMBER, CALLED, 0)
    assert str(unseen.value) == str(absent.value)
    assert tracker.store.lines() == []


def test_A2_an_officer_at_scope_self_writes_for_their_own_clients_alone(
    tracker: TrackingFixture,
) -> None:
    mine, other = tracker.client(branch=DAVAO, assigned_to=ANA), tracker.client(assigned_to=BEN)
    officer = who(Permission.STATUS_UPDATE, scope=Scope.SELF)
    tracker.tracking.record(officer, mine.id, NOVEMBER, CALLED, 0)
    with pytest.raises(NotFound):
        tracker.tracking.record(officer, other.id, NOVEMBER, CALLED, 0)


# --- periods -------------------------------------------------------------------------------


def test_P4_the_first_write_opens_the_row_that_is_missing(tracker: TrackingFixture) -> None:
    client = tracker.client(OCTOBER)
    written = tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)
    assert written.row.snapshot.version == 1
    assert tracker.kinds(client) == ["opened", "recorded"]


def test_P4_a_row_that_is_not_there_has_version_0(tracker: TrackingFixture) -> None:
    client = tracker.client(OCTOBER)
    with pytest.raises(VersionConflict):
        tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 1)
    with pytest.raises(NotFound):
        tracker.tracking.reopen(CORRECTOR, client.id, NOVEMBER, "Why", 0)


@pytest.mark.rule("P2", "P4", "P7")
@pytest.mark.parametrize(
    ("period", "refusal"),
    [(QUARTER, PeriodMismatch), (DECEMBER, PeriodNotBegun), (OCTOBER, NotTrackable)],
    ids=str,
)
def test_no_other_row_is_opened_by_a_write(
    tracker: TrackingFixture, period: Period, refusal: type[Exception]
) -> None:
    client = tracker.client()
    with pytest.raises(refusal):
        tracker.tracking.record(CLERK, client.id, period, CALLED, 0)


def test_P7_a_company_decides_how_long_its_staff_write_for_the_month_before(
    tracker: TrackingFixture,
) -> None:
    client = tracker.client(OCTOBER)
    tracker.store.set(BACKDATING_DAYS, None, "2")
    with pytest.raises(PeriodClosed):
        tracker.tracking.record(CLERK, client.id, OCTOBER, CALLED, 0)
    tracker.store.set(BACKDATING_DAYS, client.company, "5")
    tracker.tracking.record(CLERK, client.id, OCTOBER, CALLED, 0)


def test_P7_later_it_takes_the_right_to_correct(tracker: TrackingFixture) -> None:
    client = tracker.client(OCTOBER)
    tracker.go_to(manila(6))
    late = StatusUpdate(status="CALLED", occurred_at=manila(3))
    with pytest.raises(PeriodClosed):
        tracker.tracking.record(CLERK, client.id, OCTOBER, late, 0)
    tracker.tracking.record(CORRECTOR, client.id, OCTOBER, late, 0)


# --- terminal outcomes ---------------------------------------------------------------------


def test_T1_a_terminal_outcome_settles_every_other_open_row_at_once(
    tracker: TrackingFixture,
) -> None:
    client = tracker.client(OCTOBER, NOVEMBER, QUARTER)
    tracker.tracking.record(CLERK, client.id, NOVEMBER, DECEASED, 0)
    for period in (OCTOBER, QUARTER):
        assert tracker.row(client, period).snapshot.exempt is ExemptCause.TERMINAL
        assert tracker.kinds(client, period) == ["opened", "exempted"]
        assert tracker.row(client, period).snapshot.updated_by is None
    assert tracker.row(client).snapshot.exempt is None


def test_T1_a_row_that_is_done_stays_as_it_is(tracker: TrackingFixture) -> None:
    client = tracker.client(OCTOBER, NOVEMBER)
    tracker.tracking.record(CLERK, client.id, OCTOBER, CONFIRMED, 0)
    tracker.tracking.record(CLERK, client.id, NOVEMBER, DECEASED, 0)
    assert tracker.kinds(client, OCTOBER) == ["opened", "recorded"]


def test_T1_an_ended_client_gets_no_row_by_a_write(tracker: TrackingFixture) -> None:
    client = tracker.client(OCTOBER)
    tracker.tracking.record(CLERK, client.id, OCTOBER, DECEASED, 0)
    with pytest.raises(NotTrackable):
        tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)


def test_T1_the_first_write_of_a_period_may_be_the_terminal_one(tracker: TrackingFixture) -> None:
    client = tracker.client(OCTOBER)
    tracker.tracking.record(CLERK, client.id, NOVEMBER, DECEASED, 0)
    assert tracker.kinds(client) == ["opened", "recorded"]
    assert tracker.row(client, OCTOBER).snapshot.exempt is ExemptCause.TERMINAL


# --- many ----------------------------------------------------------------------------------


def item(client: ClientId | str, version: int = 0, update: StatusUpdate = CALLED) -> BulkItem:
    return BulkItem(client, NOVEMBER, update, version)


def test_results_of_many_come_in_order_and_a_failure_affects_no_other(
    tracker: TrackingFixture,
) -> None:
    one, hidden, other = tracker.client(), tracker.client(branch=DAVAO), tracker.client()
    items = [item(one.id), item(hidden.id), item(other.id, 7), item(other.id), item(other.id, 1)]
    outcomes = tracker.tracking.record_many(CLERK, items)
    assert [outcome.index for outcome in outcomes] == [0, 1, 2, 3, 4]
    assert [type(outcome.error) for outcome in outcomes] == [
        type(None),
        NotFound,
        VersionConflict,
        type(None),
        type(None),
    ]
    assert outcomes[4].result is not None
    assert outcomes[4].result.row == tracker.row(other)


def test_all_or_none_keeps_all(tracker: TrackingFixture) -> None:
    one, other = tracker.client(OCTOBER, NOVEMBER), tracker.client()
    items = [item(other.id), item(one.id, update=DECEASED), item(other.code, 1)]
    outcomes = tracker.tracking.record_many(CLERK, items, atomic=True)
    assert [outcome.result and outcome.result.event.sequence for outcome in outcomes] == [1, 1, 2]
    assert tracker.row(one, OCTOBER).snapshot.exempt is ExemptCause.TERMINAL
    assert tracker.entries() == ["status.record"] * 3


def test_an_atomic_bulk_that_fails_keeps_none_and_reports_each(tracker: TrackingFixture) -> None:
    one, hidden, other = tracker.client(), tracker.client(branch=DAVAO), tracker.client()
    items = [item(one.id), item(hidden.id), item(other.id, 7)]
    with pytest.raises(BulkRejected) as refused:
        tracker.tracking.record_many(CLERK, items, atomic=True)
    errors = [type(outcome.error) for outcome in refused.value.outcomes]  # type: ignore[attr-defined]
    assert errors == [type(None), NotFound, VersionConflict]
    assert tracker.kinds(one) == ["opened"]
    assert tracker.store.lines() == []


def test_A5_a_refusal_among_all_or_none_is_audited_though_nothing_is_kept(
    tracker: TrackingFixture,
) -> None:
    mine, seen = tracker.client(assigned_to=ANA), tracker.client()
    officer = who(Permission.STATUS_UPDATE, scope=Scope.SELF)
    reader = who(Permission.STATUS_READ)
    both = who(Permission.STATUS_READ)
    both = both.__class__(
        both.actor.__class__(
            ANA,
            grants=officer.actor.grants | reader.actor.grants,
            territory=reader.actor.territory,
        )
    )
    with pytest.raises(BulkRejected) as refused:
        tracker.tracking.record_many(both, [item(mine.id), item(seen.id)], atomic=True)
    assert isinstance(refused.value.outcomes[1].error, Forbidden)  # type: ignore[attr-defined]
    assert tracker.entries() == ["refused"]
    assert tracker.kinds(mine) == ["opened"]


@pytest.mark.parametrize("count", [0, 501])
def test_many_are_one_to_five_hundred(tracker: TrackingFixture, count: int) -> None:
    with pytest.raises(InvalidInput):
        tracker.tracking.record_many(CLERK, [item("FC-1")] * count)


def test_S11_every_value_of_an_update_is_stored(tracker: TrackingFixture) -> None:
    client = tracker.client()
    update = StatusUpdate(status="TO_FOLLOW", next_follow_up_on=date(2026, 11, 9))
    written = tracker.tracking.record(CLERK, client.id, NOVEMBER, update, 0)
    assert written.row.snapshot.standing.next_follow_up_on == date(2026, 11, 9)
    tracker.clock.advance(timedelta(hours=1))
    later = tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 1)
    assert later.row.snapshot.standing.next_follow_up_on is None
