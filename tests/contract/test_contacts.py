"""Correcting contact numbers and settling what a source says otherwise, over every store (C1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from clientupdater.domain.contacts import Settlement
from clientupdater.domain.errors import Forbidden, InvalidInput, NotFound, VersionConflict
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.contacts import Contact
from clientupdater.domain.sync.fields import Field
from clientupdater.ports.unit_of_work import SYSTEM
from tests.support.builders import ANA, DAVAO, manila, write_context
from tests.support.tracking_fixture import CLERK, TrackingFixture, who

if TYPE_CHECKING:
    from clientupdater.domain.clients import Client
    from clientupdater.domain.contacts import ContactCard
    from tests.support.stores import Store

FIRST, SECOND = Field.CONTACT_NUMBER, Field.CONTACT_NUMBER_ALT
OURS, THEIRS, NEWER = "+639170000001", "+639170000002", "+639170000003"
EDITOR = who(Permission.CLIENTS_UPDATE)
FLAGGED = Contact(OURS, NEWER, corrected=True, conflict=True)


@pytest.fixture
def tracker(store: Store) -> TrackingFixture:
    """Give the test data on the fifth of November."""
    return TrackingFixture.on(store)


def source_reports(
    tracker: TrackingFixture, first: Contact, second: Contact | None = None
) -> Client:
    """Put in a client whose numbers stand like this."""
    client = tracker.client()
    tracker.store.say(client.id, FIRST, first)
    tracker.store.say(client.id, SECOND, second or Contact())
    return client


def card(tracker: TrackingFixture, client: Client) -> ContactCard:
    with tracker.store.work.begin(SYSTEM) as tx:
        result = tx.clients.contacts(client.id)
    assert result is not None
    return result


@pytest.mark.rule("C1", "C2")
def test_C1_a_correction_wins_and_is_kept_beside_what_the_source_says(
    tracker: TrackingFixture,
) -> None:
    client = source_reports(tracker, Contact(THEIRS, THEIRS))
    kept = tracker.contacts.correct(EDITOR, client.id, {FIRST: "0917 000 0001"}, 1)
    assert kept == card(tracker, client)
    assert kept.version == 2
    assert kept.numbers[FIRST] == Contact(OURS, THEIRS, corrected=True)
    assert tracker.store.changes(client.id) == [("contact_number", THEIRS, OURS, ANA, manila(5))]
    (line,) = tracker.store.lines()
    assert (line.what, dict(line.details)) == ("client.correct", {"fields": "contact_number"})


def test_C2_each_number_that_changed_is_a_row_of_its_own(tracker: TrackingFixture) -> None:
    client = source_reports(tracker, Contact(THEIRS, THEIRS), Contact(NEWER, NEWER))
    corrections = {FIRST: None, SECOND: OURS}
    tracker.contacts.correct(EDITOR, client.code, corrections, 1)
    assert [each[:3] for each in tracker.store.changes(client.id)] == [
        ("contact_number", THEIRS, None),
        ("contact_number_alt", NEWER, OURS),
    ]


def test_C1_a_correction_to_what_it_is_already_writes_nothing(tracker: TrackingFixture) -> None:
    client = source_reports(tracker, Contact(THEIRS, THEIRS))
    kept = tracker.contacts.correct(EDITOR, client.id, {FIRST: THEIRS}, 1)
    assert kept.version == 1
    assert (tracker.store.changes(client.id), tracker.store.lines()) == ([], [])


def test_a_correction_over_another_version_is_refused_and_says_what_differs(
    tracker: TrackingFixture,
) -> None:
    client = source_reports(tracker, Contact(THEIRS, THEIRS))
    with pytest.raises(VersionConflict) as refused:
        tracker.contacts.correct(EDITOR, client.id, {FIRST: OURS}, 7)
    assert (refused.value.current, refused.value.fields) == (1, ("contact_number",))
    seen = card(tracker, client)
    with pytest.raises(VersionConflict), tracker.store.work.begin(SYSTEM) as tx:
        tx.clients.save_contacts(
            evolve(seen, version=7), seen.corrected({FIRST: OURS}), write_context()
        )
    assert card(tracker, client) == seen


def test_C1_settling_for_ours_takes_the_flag_and_leaves_the_number(
    tracker: TrackingFixture,
) -> None:
    client = source_reports(tracker, FLAGGED, Contact(OURS, None, corrected=True))
    assert card(tracker, client).in_conflict == {FIRST}
    kept = tracker.contacts.settle(EDITOR, client.id, Settlement.KEEP_OURS, 1)
    assert kept == card(tracker, client)
    assert kept.numbers[FIRST] == Contact(OURS, NEWER, corrected=True)
    assert (kept.version, tracker.store.changes(client.id)) == (2, [])
    assert tracker.entries() == ["client.keep_ours"]


@pytest.mark.rule("C1", "C2")
def test_C1_settling_for_theirs_gives_the_number_back_to_the_source(
    tracker: TrackingFixture,
) -> None:
    client = source_reports(tracker, FLAGGED, FLAGGED)
    tracker.contacts.settle(EDITOR, client.id, Settlement.TAKE_THEIRS, 1, {SECOND})
    assert card(tracker, client).numbers == {FIRST: FLAGGED, SECOND: Contact(NEWER, NEWER)}
    assert [each[:3] for each in tracker.store.changes(client.id)] == [
        ("contact_number_alt", OURS, NEWER)
    ]
    tracker.contacts.settle(EDITOR, client.id, Settlement.TAKE_THEIRS, 2)
    assert not card(tracker, client).in_conflict
    assert tracker.entries() == ["client.take_theirs"] * 2


@pytest.mark.rule("A5", "C4")
def test_A5_correcting_asks_for_its_right_and_a_client_that_is_there(
    tracker: TrackingFixture,
) -> None:
    seen, hidden, gone = (
        tracker.client(),
        tracker.client(branch=DAVAO),
        tracker.client(is_deleted=True),
    )
    with pytest.raises(Forbidden):
        tracker.contacts.correct(CLERK, seen.id, {FIRST: OURS}, 1)
    for client in (hidden, gone):
        with pytest.raises(NotFound):
            tracker.contacts.correct(EDITOR, client.id, {FIRST: OURS}, 1)
        with pytest.raises(NotFound):
            tracker.contacts.settle(EDITOR, client.id, Settlement.KEEP_OURS, 1)
    with pytest.raises(InvalidInput):
        tracker.contacts.correct(EDITOR, seen.id, {FIRST: "Juan"}, 1)
    (line,) = tracker.store.lines()
    assert (line.what, line.details["company"]) == ("refused", str(tracker.store.fcash))


def test_a_card_of_a_client_that_is_gone_is_not_kept(tracker: TrackingFixture) -> None:
    client = tracker.client(is_deleted=True)
    seen = evolve(card(tracker, tracker.client()), client=client.id)
    with pytest.raises(NotFound), tracker.store.work.begin(SYSTEM) as tx:
        tx.clients.save_contacts(seen, seen.corrected({FIRST: OURS}), write_context())


def test_a_rollback_undoes_a_correction(tracker: TrackingFixture) -> None:
    client = tracker.client()
    seen = card(tracker, client)

    def go_wrong() -> None:
        with tracker.store.work.begin(SYSTEM) as tx:
            tx.clients.save_contacts(seen, seen.corrected({FIRST: OURS}), write_context())
            result = tx.clients.contacts(client.id)
            assert result is not None
            assert result.numbers[FIRST].value == OURS
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        go_wrong()
    assert card(tracker, client) == seen
    assert tracker.store.changes(client.id) == []
