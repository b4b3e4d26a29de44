"""Judging updates before any is written, over every store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from clientupdater.domain.errors import AlreadyDone, AlreadyExists, NotFound, VersionConflict
from clientupdater.usecases.tracking.judging import PlannedUpdate
from tests.support.builders import NOVEMBER
from tests.support.tracking_fixture import CALLED, CLERK, CONFIRMED, CORRECTOR, TrackingFixture

if TYPE_CHECKING:
    from tests.support.stores import Store


@pytest.fixture
def tracker(store: Store) -> TrackingFixture:
    return TrackingFixture.on(store)


def test_P4_each_is_judged_after_those_before_it_and_none_is_written(
    tracker: TrackingFixture,
) -> None:
    client = tracker.client()
    updates = (CALLED, CONFIRMED, evolve(CALLED, remarks="once more"))
    judged = tracker.tracking.judge(
        CLERK, [PlannedUpdate(client=client.code, update=each) for each in updates]
    )
    assert [(each.period, each.version) for each in judged[:2]] == [(NOVEMBER, 0), (NOVEMBER, 1)]
    assert isinstance(judged[2].error, AlreadyDone)
    assert tracker.row(client).snapshot.version == 0
    assert tracker.store.lines() == []


def test_what_is_recorded_already_is_known_until_it_is_voided(tracker: TrackingFixture) -> None:
    client = tracker.client()
    update = evolve(CALLED, occurred_at=tracker.tracking.clients.clock.now())
    asked = [PlannedUpdate(client=client.id, update=update)]
    tracker.tracking.record(CLERK, client.id, NOVEMBER, update, 0)
    assert tracker.tracking.judge(CLERK, asked)[0].recorded_as == 1
    tracker.tracking.void(CORRECTOR, client.id, NOVEMBER, 1, "not so", 1)
    assert tracker.tracking.judge(CLERK, asked)[0].version == 2


@pytest.mark.parametrize("version", [0, 2])
def test_S10_a_version_that_is_not_that_of_the_row_is_refused(
    tracker: TrackingFixture, version: int
) -> None:
    client = tracker.client()
    tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)
    asked = PlannedUpdate(client=client.id, update=CONFIRMED, period=NOVEMBER, version=version)
    assert isinstance(tracker.tracking.judge(CLERK, [asked])[0].error, VersionConflict)


def test_one_that_repeats_an_earlier_one_and_one_of_nobody(tracker: TrackingFixture) -> None:
    client = tracker.client()
    asked = [
        PlannedUpdate(client=client.id, update=CALLED),
        PlannedUpdate(client=client.code, update=CALLED, period=NOVEMBER),
        PlannedUpdate(client="nobody", update=CALLED),
    ]
    first, repeated, nobody = tracker.tracking.judge(CLERK, asked)
    assert first.error is None
    assert isinstance(repeated.error, AlreadyExists)
    assert isinstance(nobody.error, NotFound)
