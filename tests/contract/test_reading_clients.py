"""ReadContext at rows, explaining access and opening periods by hand, over every store."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from attrs import evolve

from clientupdater.domain.access import Missing
from clientupdater.domain.errors import (
    Forbidden,
    InvalidInput,
    NotFound,
    PeriodClosed,
    PeriodNotBegun,
)
from clientupdater.domain.ids import PersonId
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.usecases.tracking.periods import Periods
from tests.support.builders import ANA, BEN, DAVAO, MANILA, NOVEMBER, manila
from tests.support.stores import newcomer
from tests.support.tracking_fixture import CALLED, CLERK, DECEASED, TrackingFixture, who

if TYPE_CHECKING:
    from tests.support.stores import Store

OCTOBER, DECEMBER = Period.month(2026, 10), Period.month(2026, 12)
AUDITOR = who(Permission.AUDIT_READ, Permission.CLIENTS_READ, scope=Scope.ALL)
KEEPER = who(Permission.CONFIG_MANAGE, scope=Scope.ALL)


@pytest.fixture
def tracker(store: Store) -> TrackingFixture:
    """Give the test data on the fifth of November."""
    return TrackingFixture.on(store)


@pytest.mark.rule("C4")
def test_C4_a_deleted_client_exists_for_audits_alone(tracker: TrackingFixture) -> None:
    gone = tracker.client(is_deleted=True)
    with pytest.raises(NotFound):
        tracker.tracking.list_rows(CLERK, gone.id)
    with pytest.raises(NotFound):
        tracker.tracking.show_history(CLERK, gone.code, NOVEMBER)
    with pytest.raises(NotFound):
        tracker.tracking.record(CLERK, gone.code, NOVEMBER, CALLED, 0)
    tracker.store.employ(CLERK.actor)
    result = tracker.explanations.explain(AUDITOR, CLERK.actor.id, gone.id, Permission.STATUS_READ)
    assert result.permission is Permission.STATUS_READ


# --- rows ----------------------------------------------------------------------------------


def test_P4_a_row_that_is_due_is_shown_before_it_is_there(tracker: TrackingFixture) -> None:
    client = tracker.client(OCTOBER)
    row = tracker.tracking.show_row(CLERK, client.id, NOVEMBER).row
    assert (row.snapshot.status, row.snapshot.version) == ("PENDING", 0)
    rows = tracker.tracking.list_rows(CLERK, client.id).rows
    assert [each.period for each in rows] == [NOVEMBER, OCTOBER]
    assert tracker.tracking.show_history(CLERK, client.id, NOVEMBER).events == ()


def test_a_row_that_is_neither_there_nor_due_is_not_found(tracker: TrackingFixture) -> None:
    client = tracker.client()
    for period in (OCTOBER, DECEMBER, Period.quarter(2026, 4)):
        with pytest.raises(NotFound):
            tracker.tracking.show_row(CLERK, client.id, period)
        with pytest.raises(NotFound):
            tracker.tracking.show_history(CLERK, client.id, period)


def test_the_latest_rows_are_shown_with_their_events(tracker: TrackingFixture) -> None:
    client = tracker.client(OCTOBER)
    tracker.tracking.record(CLERK, client.id, OCTOBER, CALLED, 0)
    tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)
    shown = tracker.tracking.show_histories(CLERK, client.id)
    assert [row.period for row in shown.rows] == [NOVEMBER, OCTOBER]
    assert [event.sequence for event in shown.events[OCTOBER]] == [0, 1]
    assert CLERK.actor.id in shown.names.people
    (latest,) = tracker.tracking.show_histories(CLERK, client.id, at_most=1).rows
    assert latest.period == NOVEMBER


def test_T1_nothing_is_due_of_a_client_whose_tracking_ended(tracker: TrackingFixture) -> None:
    client = tracker.client(OCTOBER)
    tracker.tracking.record(CLERK, client.id, OCTOBER, DECEASED, 0)
    assert [row.period for row in tracker.tracking.list_rows(CLERK, client.id).rows] == [OCTOBER]
    assert tracker.tracking.list_rows(CLERK, tracker.client(cycle=None).id).rows != ()


def test_S9_the_history_is_in_order_and_a_past_moment_is_its_fold(tracker: TrackingFixture) -> None:
    client = tracker.client()
    tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)
    tracker.clock.advance(timedelta(hours=1))
    events = tracker.tracking.show_history(CLERK, client.id, NOVEMBER).events
    assert [event.sequence for event in events] == [0, 1]
    then = tracker.tracking.show_row(CLERK, client.id, NOVEMBER, manila(2))
    assert (then.row.snapshot.status, then.row.snapshot.version) == ("PENDING", 0)
    now = tracker.tracking.show_row(CLERK, client.id, NOVEMBER, manila(5, 9, 30))
    assert (
        now.row == tracker.tracking.show_row(CLERK, client.id, NOVEMBER).row == tracker.row(client)
    )


def test_A1_remarks_of_a_past_moment_are_shown_to_those_who_may_read_the_history(
    tracker: TrackingFixture,
) -> None:
    client, reader = tracker.client(), who(Permission.STATUS_READ, scope=Scope.ALL)
    tracker.tracking.record(CLERK, client.id, NOVEMBER, evolve(CALLED, remarks="Moved away"), 0)
    tracker.clock.advance(timedelta(hours=1))
    moment = manila(5, 9, 30)
    shown = {
        caller: tracker.tracking.show_row(caller, client.id, NOVEMBER, moment).row.snapshot
        for caller in (CLERK, reader)
    }
    assert [each.standing.remarks for each in shown.values()] == ["Moved away", None]
    assert {each.status for each in shown.values()} == {"CALLED"}
    present = tracker.tracking.show_row(reader, client.id, NOVEMBER).row.snapshot
    assert present.standing.remarks == "Moved away"


@pytest.mark.parametrize("at", [datetime(2026, 11, 2), manila(6)], ids=["naive", "future"])  # noqa: DTZ001
def test_P1_a_past_moment_has_an_offset_and_is_past(tracker: TrackingFixture, at: datetime) -> None:
    client = tracker.client()
    with pytest.raises(InvalidInput):
        tracker.tracking.show_row(CLERK, client.id, NOVEMBER, at)


def test_a_moment_before_the_row_finds_none(tracker: TrackingFixture) -> None:
    client = tracker.client()
    with pytest.raises(NotFound):
        tracker.tracking.show_row(CLERK, client.id, NOVEMBER, manila(31, month=10))


def test_A5_looking_is_refused_as_everything_else_is(tracker: TrackingFixture) -> None:
    seen, hidden = tracker.client(), tracker.client(branch=DAVAO)
    outsider = who(Permission.CLIENTS_READ)
    for client, caller, refusal in ((seen, outsider, Forbidden), (hidden, CLERK, NotFound)):
        with pytest.raises(refusal):
            tracker.tracking.show_row(caller, client.id, NOVEMBER)
        with pytest.raises(refusal):
            tracker.tracking.list_rows(caller, client.id)
        with pytest.raises(refusal):
            tracker.tracking.show_history(caller, client.id, NOVEMBER)
    assert tracker.entries() == ["refused"] * 3


# --- explaining ----------------------------------------------------------------------------


def test_A5_an_auditor_sees_the_grants_found_and_what_was_missing(
    tracker: TrackingFixture,
) -> None:
    client = tracker.client(branch=DAVAO)
    tracker.store.employ(CLERK.actor)
    decision = tracker.explanations.explain(AUDITOR, ANA, client.id, Permission.STATUS_UPDATE)
    assert decision.missing is Missing.BRANCH
    assert decision.grants == CLERK.actor.grants_of(Permission.STATUS_UPDATE)


def test_A5_explaining_takes_audit_read_over_the_whole_company(tracker: TrackingFixture) -> None:
    client, hidden = tracker.client(), tracker.client(branch=DAVAO)
    for caller in (CLERK, who(Permission.AUDIT_READ)):
        with pytest.raises(Forbidden):
            tracker.explanations.explain(caller, BEN, client.id, Permission.STATUS_READ)
        with pytest.raises(NotFound):
            tracker.explanations.explain(caller, BEN, hidden.id, Permission.STATUS_READ)
    assert tracker.entries() == ["refused"] * 2
    assert {line.details["company"] for line in tracker.store.lines()} == {str(client.company)}


def test_A5_the_access_of_an_unknown_person_is_not_found(tracker: TrackingFixture) -> None:
    client, nobody = tracker.client(), PersonId(uuid4())
    with pytest.raises(NotFound):
        tracker.explanations.explain(AUDITOR, nobody, client.id, Permission.STATUS_READ)


# --- opening by hand -----------------------------------------------------------------------


def test_P4_a_period_that_is_due_is_opened_by_hand_and_logged(tracker: TrackingFixture) -> None:
    tracker.client(OCTOBER)
    assert tracker.periods.open(KEEPER, NOVEMBER).rows == 1
    assert tracker.periods.open(KEEPER, NOVEMBER).rows == 0
    assert tracker.entries() == ["period.open"] * 2


@pytest.mark.rule("P4", "P7")
def test_the_month_before_is_caught_up_while_all_may_write_to_it(tracker: TrackingFixture) -> None:
    tracker.client()
    assert tracker.periods.open(KEEPER, OCTOBER).rows == 1
    tracker.go_to(manila(6))
    with pytest.raises(PeriodClosed):
        tracker.periods.open(KEEPER, OCTOBER)


def test_P4_a_period_to_come_is_opened_from_the_evening_before(tracker: TrackingFixture) -> None:
    tracker.client()
    tracker.go_to(manila(30, 19))
    with pytest.raises(PeriodNotBegun):
        tracker.periods.open(KEEPER, DECEMBER)
    tracker.go_to(manila(30, 20))
    assert tracker.periods.open(KEEPER, DECEMBER).rows == 1


def test_A6a_opening_takes_config_manage_over_every_company(tracker: TrackingFixture) -> None:
    one_company = who(Permission.CONFIG_MANAGE, scope=Scope.ALL, company=tracker.store.fcash)
    for caller in (CLERK, one_company):
        with pytest.raises(Forbidden):
            tracker.periods.open(caller, NOVEMBER)
    assert tracker.entries() == ["refused"] * 2


@pytest.mark.rule("P4", "A10")
def test_P4_openings_are_listed_for_people_who_read_every_company(
    tracker: TrackingFixture,
) -> None:
    newcomer(tracker.store)
    head = who(Permission.CONFIG_MANAGE, Permission.STATUS_READ, scope=Scope.ALL)
    assert tracker.periods.list_openings(head) == []
    opened = tracker.periods.open(head, NOVEMBER)
    assert tracker.periods.list_openings(head) == [opened]
    assert opened.by == ANA
    tracker.go_to(manila(6))
    newcomer(tracker.store)
    by_worker, *_ = Periods(tracker.store.work, tracker.clock, MANILA).open_due()
    assert tracker.periods.list_openings(head) == [by_worker, opened]
    assert tracker.periods.list_openings(head, at_most=1) == [by_worker]
    of_one = who(Permission.STATUS_READ, scope=Scope.ALL, company=tracker.store.fcash)
    for nosy in (of_one, CLERK):
        with pytest.raises(Forbidden):
            tracker.periods.list_openings(nosy)
