"""Giving clients to officers, over every store."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from clientupdater.domain.access import Actor, Grant, Territory
from clientupdater.domain.access_scope import visible_scope_of
from clientupdater.domain.errors import Forbidden, InvalidInput, NotFound, OfficerNotAllowed
from clientupdater.domain.ids import AreaId, PersonId
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.ports.unit_of_work import SYSTEM
from tests.support.builders import ANA, BEN, CALOOCAN, DAVAO, write_context
from tests.support.tracking_fixture import CLERK, TrackingFixture, who

if TYPE_CHECKING:
    from clientupdater.domain.clients import Client
    from tests.support.stores import Store

HEAD = who(Permission.CLIENTS_ASSIGN)
NORTH = Territory(branches=frozenset({CALOOCAN}))
AREA = Territory(areas=frozenset({AreaId(UUID(int=91))}), area_branches=frozenset({DAVAO}))


@pytest.fixture
def tracker(store: Store) -> TrackingFixture:
    """Give the test data with Ben, an officer of Caloocan."""
    store.employ(HEAD.actor)
    store.employ(Actor(BEN, territory=NORTH))
    return TrackingFixture.on(store)


def officer_of(tracker: TrackingFixture, client: Client) -> PersonId | None:
    with tracker.store.work.begin(SYSTEM) as tx:
        result = tx.clients.find(client.id)
    assert result is not None
    return result.assigned_to


def test_A3_a_client_has_the_officer_it_is_given_to(tracker: TrackingFixture) -> None:
    client = tracker.client()
    result = tracker.assignments.assign(HEAD, client.id, BEN)
    assert result.assigned_to == BEN == officer_of(tracker, client)
    (line,) = tracker.store.lines()
    assert (line.what, line.details["officer"]) == ("client.assign", str(BEN))


def test_A3_a_new_officer_ends_the_earlier_assignment_and_so_does_no_officer(
    tracker: TrackingFixture,
) -> None:
    client = tracker.client()
    tracker.assignments.assign(HEAD, client.id, BEN)
    tracker.assignments.assign(HEAD, client.id, ANA)
    assert officer_of(tracker, client) == ANA
    assert tracker.assignments.assign(HEAD, client.id, None).assigned_to is None
    assert officer_of(tracker, client) is None


def test_A3_the_same_officer_again_is_no_new_assignment(tracker: TrackingFixture) -> None:
    client = tracker.client()
    for _ in range(2):
        tracker.assignments.assign(HEAD, client.id, BEN)
    assert tracker.entries() == ["client.assign"]


def test_A3_an_officer_who_reassigns_a_client_no_longer_sees_it(tracker: TrackingFixture) -> None:
    client = tracker.client(assigned_to=ANA)
    officer = who(Permission.CLIENTS_ASSIGN, scope=Scope.SELF)
    tracker.assignments.assign(officer, client.id, BEN)
    assert officer_of(tracker, client) == BEN
    with pytest.raises(NotFound):
        tracker.assignments.assign(officer, client.id, ANA)


def test_A3_an_inactive_distant_or_unknown_person_cannot_be_the_officer(
    tracker: TrackingFixture,
) -> None:
    client = tracker.client()
    for nobody in (
        tracker.store.employ(Actor(BEN, is_active=False, territory=NORTH)).id,
        tracker.store.employ(Actor(BEN, territory=AREA)).id,
        PersonId(uuid4()),
    ):
        with pytest.raises(OfficerNotAllowed):
            tracker.assignments.assign(HEAD, client.id, nobody)
    assert officer_of(tracker, client) is None


def test_A5_an_assignment_needs_its_permission_and_a_client_in_scope(
    tracker: TrackingFixture,
) -> None:
    seen, hidden = tracker.client(), tracker.client(branch=DAVAO)
    with pytest.raises(Forbidden):
        tracker.assignments.assign(CLERK, seen.id, BEN)
    with pytest.raises(NotFound):
        tracker.assignments.assign(HEAD, hidden.id, BEN)
    assert tracker.entries() == ["refused"]


def test_A3_many_are_assigned_each_by_itself(tracker: TrackingFixture) -> None:
    one, hidden, other = tracker.client(), tracker.client(branch=DAVAO), tracker.client()
    outcomes = tracker.assignments.assign_many(HEAD, [one.id, hidden.id, other.code], BEN)
    assert [type(outcome.error) for outcome in outcomes] == [type(None), NotFound, type(None)]
    assert officer_of(tracker, one) == officer_of(tracker, other) == BEN


def test_A3_a_plan_spreads_clients_evenly_and_assigns_none(tracker: TrackingFixture) -> None:
    clients, hidden = [tracker.client() for _ in range(4)], tracker.client(branch=DAVAO)
    officers = [BEN, tracker.store.employ(Actor(ANA, territory=NORTH)).id]
    outcomes = tracker.assignments.plan(HEAD, [*(each.id for each in clients), hidden.id], officers)
    planned = [each.required.officer for each in outcomes if not each.error]
    assert Counter(planned) == {ANA: 2, BEN: 2}
    assert type(outcomes[-1].error) is NotFound
    assert [officer_of(tracker, each) for each in clients] == [None] * 4


def test_A3_a_plan_needs_the_permission_and_officers_who_can_have_clients(
    tracker: TrackingFixture,
) -> None:
    client = tracker.client()
    (refused,) = tracker.assignments.plan(CLERK, [client.id], [BEN])
    assert type(refused.error) is Forbidden
    (distant,) = tracker.assignments.plan(
        HEAD, [client.id], [tracker.store.employ(Actor(BEN, territory=AREA)).id]
    )
    assert type(distant.error) is OfficerNotAllowed
    with pytest.raises(OfficerNotAllowed):
        tracker.assignments.plan(HEAD, [client.id], [PersonId(uuid4())])
    with pytest.raises(InvalidInput, match="/officers"):
        tracker.assignments.plan(HEAD, [client.id], [BEN] * 51)


def test_A5_a_caller_without_the_permission_learns_nothing_about_officers(
    tracker: TrackingFixture,
) -> None:
    client = tracker.client()
    for officer in (BEN, PersonId(uuid4())):
        (refused,) = tracker.assignments.plan(CLERK, [client.id], [officer])
        assert type(refused.error) is Forbidden


def test_A3_a_plan_without_officers_takes_clients_from_theirs(tracker: TrackingFixture) -> None:
    client = tracker.client()
    tracker.assignments.assign(HEAD, client.id, BEN)
    (planned,) = tracker.assignments.plan(HEAD, [client.id], [])
    assert planned.required.officer is None
    assert officer_of(tracker, client) == BEN


def test_A2_rights_are_found_with_grants_and_live_territory(tracker: TrackingFixture) -> None:
    grants = frozenset({Grant(Permission.STATUS_READ, tracker.store.fcash, Scope.AREA)})
    ben = tracker.store.employ(Actor(BEN, grants=grants, territory=AREA))
    with tracker.store.work.begin(SYSTEM) as tx:
        assert tx.people.actor(BEN) == ben
        assert tx.people.actor(PersonId(uuid4())) is None


def test_A3_an_assignment_of_a_hidden_client_or_to_an_unknown_officer_is_not_found(
    tracker: TrackingFixture,
) -> None:
    client, hidden = tracker.client(), tracker.client(branch=DAVAO)
    for whose, officer in ((hidden, BEN), (client, PersonId(uuid4()))):
        with pytest.raises(NotFound), tracker.store.work.begin(visible_scope_of(HEAD.actor)) as tx:
            tx.clients.assign([whose.id], officer, write_context())
