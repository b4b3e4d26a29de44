"""What every store keeps to where many clients and rows are read and written at once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from attrs import evolve

from clientupdater.domain.access import Actor
from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import AlreadyExists, NotFound, VersionConflict
from clientupdater.domain.events import Channel, Promise
from clientupdater.domain.ids import ClientId, PersonId
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.domain.tracking import PeriodRow, opened, record, unopened
from clientupdater.domain.updates import StatusUpdate
from clientupdater.ports.tracking import RowChanges
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.tracking.bulk import BulkItem
from tests.support.builders import NOVEMBER, manila, write_context
from tests.support.stores import Store, newcomer
from tests.support.tracking_fixture import CALLED, CLERK, DECEASED, TrackingFixture

if TYPE_CHECKING:
    from clientupdater.domain.clients import Client
    from clientupdater.ports.unit_of_work import Transaction

OCTOBER, QUARTER = Period.month(2026, 10), Period.quarter(2026, 4)
ON = write_context(manila(5))


@pytest.fixture
def tracker(store: Store) -> TrackingFixture:
    return TrackingFixture.on(store)


def called(tx: Transaction, row: PeriodRow, update: StatusUpdate = CALLED) -> RowChanges:
    """Call twice."""
    first = record(row, update, tx.settings.statuses(), ON)
    between = evolve(row, snapshot=first.snapshot)
    second = record(between, update, tx.settings.statuses(), ON)
    return RowChanges(row, (first.event, second.event), evolve(row, snapshot=second.snapshot))


def begun(tx: Transaction, client: Client) -> RowChanges:
    """Begin November's row, and call twice."""
    change = called(tx, unopened(client, NOVEMBER, ON))
    return RowChanges(None, (opened(client, ON), *change.events), change.row)


def test_clients_are_found_by_identity_and_code_together(store: Store) -> None:
    one, other = newcomer(store), newcomer(store)
    with store.work.begin(SYSTEM) as tx:
        result = tx.clients.find_all([one.id, other.code, "FC-NOBODY", ClientId(uuid4())])
        assert result == {one.id: one, other.code: other}
        assert tx.clients.find_all([]) == {}
        tx.clients.lock()
        tx.clients.lock(other.id, one.id, one.id)


def test_rows_are_found_by_place_or_all_of_a_client(tracker: TrackingFixture) -> None:
    one, other = tracker.client(OCTOBER, NOVEMBER, QUARTER), tracker.client(OCTOBER, NOVEMBER)
    with tracker.store.work.begin(SYSTEM) as tx:
        places = [(other.id, OCTOBER), (other.id, QUARTER), (one.id, OCTOBER)]
        result = tx.rows.find_many(places, [one.id], locked=True)
        assert {(row.client, row.period) for row in result} == {
            (other.id, OCTOBER),
            *((one.id, period) for period in (OCTOBER, NOVEMBER, QUARTER)),
        }
        assert len(result) == 4
        assert tx.rows.find(other.id, OCTOBER) in result
        assert list(tx.rows.find_many([])) == []


def test_rows_out_of_sight_are_not_found(tracker: TrackingFixture) -> None:
    client = tracker.client(NOVEMBER)
    nobody = access_scope_of(Actor(PersonId(uuid4())), Permission.STATUS_UPDATE)
    with tracker.store.work.begin(nobody) as tx:
        assert list(tx.rows.find_many([(client.id, NOVEMBER)], [client.id], locked=True)) == []
        assert tx.rows.histories([(client.id, NOVEMBER)]) == {}
        assert tx.clients.find_all([client.id]) == {}


@pytest.mark.rule("S9")
def test_rows_are_opened_and_appended_to_at_once(tracker: TrackingFixture) -> None:
    new, old = newcomer(tracker.store), tracker.client(NOVEMBER)
    update = StatusUpdate(
        status="TO_FOLLOW",
        remarks="Rang twice; 'no answer'",
        has_payment=True,
        channel=Channel.CALL,
        next_follow_up_on=manila(9).date(),
        promise=Promise(manila(12).date(), None),
    )
    with tracker.store.work.begin(SYSTEM) as tx:
        row = tx.rows.find(old.id, NOVEMBER)
        assert row is not None
        changes = [begun(tx, new), called(tx, row, update)]
        tx.rows.write_many(changes)
    places = [(new.id, NOVEMBER), (old.id, NOVEMBER)]
    with tracker.store.work.begin(SYSTEM) as tx:
        values = {row.client: row for row in tx.rows.find_many(places)}
        histories = tx.rows.histories([*places, (new.id, OCTOBER)])
        assert {place: tx.rows.history(*place) for place in places} == histories
    assert [values[each.row.client] for each in changes] == [each.row for each in changes]
    for change, place in zip(changes, places, strict=True):
        assert histories[place][-2:] == change.events[-2:]
        assert [event.sequence for event in histories[place]] == [0, 1, 2]


def test_rows_that_are_not_as_they_were_read_are_not_written(tracker: TrackingFixture) -> None:
    client = tracker.client(NOVEMBER)
    nobody = newcomer(tracker.store)
    with tracker.store.work.begin(SYSTEM) as tx:
        row = tx.rows.find(client.id, NOVEMBER)
        assert row is not None
        stale = called(tx, row)
        there = begun(tx, client)
        absent = called(tx, unopened(nobody, NOVEMBER, ON))
        unknown = begun(tx, evolve(nobody, id=ClientId(uuid4())))
    tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)
    for change, error in (
        (stale, VersionConflict),
        (there, AlreadyExists),
        (absent, NotFound),
        (unknown, NotFound),
    ):
        with pytest.raises(error), tracker.store.work.begin(SYSTEM) as tx:
            tx.rows.write_many([change])
    assert tracker.row(client).snapshot.version == 1


@pytest.mark.rule("T1")
def test_an_item_is_judged_after_those_before_it(tracker: TrackingFixture) -> None:
    client = tracker.client(OCTOBER, NOVEMBER)
    items = [
        BulkItem(client.code, OCTOBER, CALLED, 0),
        BulkItem(client.id, OCTOBER, DECEASED, 1),
        BulkItem(client.id, OCTOBER, CALLED, 1),
        BulkItem(client.id, NOVEMBER, CALLED, 0),
        BulkItem(client.id, NOVEMBER, CALLED, 1),
        BulkItem(client.id, QUARTER, CALLED, 0),
    ]
    outcomes = tracker.tracking.record_many(CLERK, items)
    codes = [each.error and type(each.error).__name__ for each in outcomes]
    assert codes == [
        None,
        None,
        "VersionConflict",
        "VersionConflict",
        "NotTrackable",
        "PeriodMismatch",
    ]
    conflict = outcomes[2].error
    assert isinstance(conflict, VersionConflict)
    assert set(conflict.fields) >= {"status", "reason", "is_terminal"}
    assert tracker.kinds(client, OCTOBER) == ["opened", "recorded", "recorded"]
    assert tracker.kinds(client, NOVEMBER) == ["opened", "exempted"]


@pytest.mark.rule("P4")
def test_an_item_that_fails_leaves_no_row_that_it_began(tracker: TrackingFixture) -> None:
    failing, fine = newcomer(tracker.store), newcomer(tracker.store)
    items = [
        BulkItem(failing.id, NOVEMBER, StatusUpdate(status="NO SUCH"), 0),
        BulkItem(fine.id, NOVEMBER, CALLED, 0),
    ]
    outcomes = tracker.tracking.record_many(CLERK, items)
    assert [bool(each.error) for each in outcomes] == [True, False]
    with tracker.store.work.begin(SYSTEM) as tx:
        assert tx.rows.find(failing.id, NOVEMBER) is None
    assert tracker.kinds(fine) == ["opened", "recorded"]
    assert tracker.entries() == ["status.record"]
