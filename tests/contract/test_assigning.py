"""Giving clients to officers, over every store."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from clientupdater.domain.access import Actor, Grant, Territory
from clientupdater.domain.access_scope import visible_scope_of
from clientupdater.domain.errors import Forbidden, NotFound, OfficerNotAllowed
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
def scene(store: Store) -> TrackingFixture:
    """Give the test data with Ben, an officer of Caloocan."""
    store.employ(HEAD.actor)
    store.employ(Actor(BEN, territory=NORTH))
    return TrackingFixture.on(store)


def officer_of(scene: TrackingFixture, client: Client) -> PersonId | None:
    with scene.store.work.begin(SYSTEM) as tx:
        result = tx.clients.find(client.id)
    assert result is not None
    return result.assigned_to


def test_A3_a_client_has_the_officer_it_is_given_to(scene: TrackingFixture) -> None:
    client = scene.client()
    result = scene.assignments.assign(HEAD, client.id, BEN)
    assert result.assigned_to == BEN == officer_of(scene, client)
    (line,) = scene.store.lines()
    assert (line.what, line.told["officer"]) == ("client.assign", str(BEN))


def test_A3_a_new_officer_ends_the_old_ones_time_and_nobody_ends_it_too(
    scene: TrackingFixture,
) -> None:
    client = scene.client()
    scene.assignments.assign(HEAD, client.id, BEN)
    scene.assignments.assign(HEAD, client.id, ANA)
    assert officer_of(scene, client) == ANA
    assert scene.assignments.assign(HEAD, client.id, None).assigned_to is None
    assert officer_of(scene, client) is None


def test_A3_the_same_officer_again_is_no_new_assignment(scene: TrackingFixture) -> None:
    client = scene.client()
    for _ in range(2):
        scene.assignments.assign(HEAD, client.id, BEN)
    assert scene.entries() == ["client.assign"]


def test_A3_who_gives_their_own_client_away_loses_sight_of_it(scene: TrackingFixture) -> None:
    client = scene.client(assigned_to=ANA)
    officer = who(Permission.CLIENTS_ASSIGN, scope=Scope.SELF)
    scene.assignments.assign(officer, client.id, BEN)
    assert officer_of(scene, client) == BEN
    with pytest.raises(NotFound):
        scene.assignments.assign(officer, client.id, ANA)


def test_A3_who_is_away_elsewhere_or_unknown_is_no_officer(scene: TrackingFixture) -> None:
    client = scene.client()
    for nobody in (
        scene.store.employ(Actor(BEN, is_active=False, territory=NORTH)).id,
        scene.store.employ(Actor(BEN, territory=AREA)).id,
        PersonId(uuid4()),
    ):
        with pytest.raises(OfficerNotAllowed):
            scene.assignments.assign(HEAD, client.id, nobody)
    assert officer_of(scene, client) is None


def test_A5_assigning_needs_its_permission_and_a_client_in_sight(scene: TrackingFixture) -> None:
    seen, hidden = scene.client(), scene.client(branch=DAVAO)
    with pytest.raises(Forbidden):
        scene.assignments.assign(CLERK, seen.id, BEN)
    with pytest.raises(NotFound):
        scene.assignments.assign(HEAD, hidden.id, BEN)
    assert scene.entries() == ["refused"]


def test_A3_many_are_assigned_each_by_itself(scene: TrackingFixture) -> None:
    one, hidden, other = scene.client(), scene.client(branch=DAVAO), scene.client()
    outcomes = scene.assignments.assign_many(HEAD, [one.id, hidden.id, other.code], BEN)
    assert [type(outcome.error) for outcome in outcomes] == [type(None), NotFound, type(None)]
    assert officer_of(scene, one) == officer_of(scene, other) == BEN


def test_A2_rights_are_found_with_grants_and_live_territory(scene: TrackingFixture) -> None:
    grants = frozenset({Grant(Permission.STATUS_READ, scene.store.fcash, Scope.AREA)})
    ben = scene.store.employ(Actor(BEN, grants=grants, territory=AREA))
    with scene.store.work.begin(SYSTEM) as tx:
        assert tx.rights.actor(BEN) == ben
        assert tx.rights.actor(PersonId(uuid4())) is None


def test_A3_an_assignment_of_nobody_or_to_nobody_is_not_found(scene: TrackingFixture) -> None:
    client, hidden = scene.client(), scene.client(branch=DAVAO)
    for whose, officer in ((hidden, BEN), (client, PersonId(uuid4()))):
        with pytest.raises(NotFound), scene.store.work.begin(visible_scope_of(HEAD.actor)) as tx:
            tx.clients.assign([whose.id], officer, write_context())
