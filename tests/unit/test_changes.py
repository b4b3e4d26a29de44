"""The places of a reader in the change feed."""

from __future__ import annotations

import pytest
from attrs import evolve

from clientupdater.domain.changes import (
    BEFORE_ALL,
    LONGEST_CURSOR,
    LONGEST_SNAPSHOT,
    FeedCursor,
    FeedMark,
    Horizon,
    _encoded,
)
from clientupdater.domain.errors import Gone, InvalidInput, Unavailable

DATABASE = "5d41402abc4b"


def horizon(snapshot: str, last_position: int = 100) -> Horizon:
    return Horizon(database=DATABASE, snapshot=snapshot, last_position=last_position)


BEGUN = FeedCursor.at(0, horizon("10:20:10,15", 90), FeedMark(21, 90))


def test_a_cursor_is_read_as_it_was_written() -> None:
    later = BEGUN.read_up_to(7).next_batch(horizon("30:30:", 95))
    for cursor in (BEGUN, later):
        assert FeedCursor.parse(str(cursor)) == cursor
    assert FeedCursor.parse("4711") == 4711


def test_a_cursor_with_one_letter_changed_is_refused() -> None:
    text = str(BEGUN)
    for place, letter in enumerate(text):
        changed = text[:place] + ("A" if letter != "A" else "B") + text[place + 1 :]
        with pytest.raises(InvalidInput, match="unchanged"):
            FeedCursor.parse(changed)
    for cut in (text[:-1], text[1:], text + "A", text + "=", text.swapcase()):
        with pytest.raises(InvalidInput):
            FeedCursor.parse(cut)


@pytest.mark.parametrize(
    "plain",
    [
        "",
        f"{DATABASE};1:1:;1:1:;0;0;0",
        f"{DATABASE};x;1:1:;0;0;0;0",
        f"{DATABASE};1:1:;1:1:;0;0;0;" + "9" * 19,
        *(
            f"{DATABASE};1:1:;{wrong};0;0;0;0"
            for wrong in ("2:1:", "0:1:", "1:9:9", "1:9:5,4", "5:9:4")
        ),
    ],
)
def test_a_cursor_that_this_software_did_not_write_is_refused(plain: str) -> None:
    with pytest.raises(InvalidInput):
        FeedCursor.parse(_encoded(plain.encode()))


@pytest.mark.parametrize("text", ["", "-1", "1" * 19, "x", "käse", "A" * (LONGEST_CURSOR + 1)])
def test_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidInput, match="position"):
        FeedCursor.parse(text)


def test_the_longest_cursor_is_read_back() -> None:
    open_now = ",".join(str(10**10 + 2 * n) for n in range(1, 165))
    longest = f"{10**10}:{10**11}:{open_now}"
    assert LONGEST_SNAPSHOT - 20 < len(longest) <= LONGEST_SNAPSHOT
    cursor = FeedCursor.at(0, horizon(longest), FeedMark(10**17, 10**17))
    full = evolve(cursor, since=longest, position=10**17, floor=10**17)
    assert FeedCursor.parse(str(full)) == full


def test_a_snapshot_too_long_for_a_cursor_is_refused() -> None:
    with pytest.raises(Unavailable, match="Too many transactions"):
        horizon(f"1:{10**4}:" + ",".join(map(str, range(1, 1000))))


def test_the_first_batch_begins_before_all() -> None:
    assert (BEGUN.since, BEGUN.is_first, BEGUN.oldest) == (BEFORE_ALL, True, 1)
    assert not BEGUN.is_empty
    assert BEGUN.next_batch(horizon("10:20:10,15", 90)).is_empty


def test_a_position_that_no_event_has_yet_is_refused() -> None:
    with pytest.raises(InvalidInput, match="beyond the last position, 90"):
        FeedCursor.at(91, horizon("10:20:", 90), FeedMark(21, 90))


def test_the_floor_stays_while_a_transaction_from_before_the_mark_is_open() -> None:
    second = BEGUN.read_up_to(90).next_batch(horizon("15:40:15", 120))
    assert (second.since, second.position, second.floor) == (BEGUN.until, 0, 0)
    assert not second.wants_mark(horizon("15:40:15", 120))
    third = second.next_batch(horizon("40:40:", 130))
    assert third.floor == 0


def test_the_floor_rises_to_the_mark_and_then_wants_another() -> None:
    over = BEGUN.next_batch(horizon("21:21:", 90)).next_batch(horizon("22:22:", 95))
    assert (over.position, over.floor) == (90, 90)
    assert over.wants_mark(horizon("22:22:", 95))
    assert not over.wants_mark(horizon("22:22:", 90))
    marked = over.marked(FeedMark(23, 95))
    assert not marked.wants_mark(horizon("22:22:", 99))


def test_the_floor_never_falls() -> None:
    ahead = FeedCursor.at(80, horizon("21:21:", 90), FeedMark(21, 70))
    assert ahead.next_batch(horizon("22:22:", 95)).floor == 80


def test_a_database_that_went_on_has_the_same_history() -> None:
    BEGUN.require_same_history(horizon("20:20:"))
    BEGUN.require_same_history(horizon("10:20:10,15"))


@pytest.mark.parametrize(
    "other", [evolve(horizon("30:30:"), database="0" * 12), horizon("19:19:", 100)]
)
def test_a_cursor_from_before_a_restore_says_where_to_read_on(other: Horizon) -> None:
    with pytest.raises(Gone, match="after=0, which may repeat"):
        BEGUN.require_same_history(other)
