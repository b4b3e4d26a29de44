"""Where a reader of the change feed is, so that it misses nothing and reads nothing twice.

Positions are given out before a transaction commits, so a reader that only remembered the last one
would miss what commits late. The order of transactions does not help: one that began early may
write to a row late. The feed is therefore read in batches: a batch holds the events that one
snapshot of the database sees and an earlier one does not, in the order of their positions. Writers
of one row come one after the other, and a snapshot that sees the later one sees the earlier one
too, so each row's events keep their order (ADR 35).
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from itertools import pairwise
from typing import Final

from attrs import evolve, frozen

from clientupdater.domain.errors import Gone, InvalidInput, Unavailable

LONGEST_CURSOR: Final = 6_000
"""Characters; proxies take no longer addresses than 8,000."""
LONGEST_SNAPSHOT: Final = 2_000
"""Characters: a snapshot lists the transactions that had begun and were not over, some 160."""
BEFORE_ALL: Final = "1:1:"
"""A snapshot that sees nothing."""
_CHECK_BYTES: Final = 6
_NUMBER = "[0-9]{1,18}"
_SNAPSHOT = rf"{_NUMBER}:{_NUMBER}:(?:{_NUMBER}(?:,{_NUMBER})*)?"
_CURSOR = re.compile(rf"[0-9a-f]{{12}}(?:;{_SNAPSHOT}){{2}}(?:;{_NUMBER}){{4}}")
_POSITION = re.compile(_NUMBER)
_LETTERS = re.compile("[A-Za-z0-9_-]+")


@frozen(kw_only=True)
class Horizon:
    """How far the database has come."""

    database: str
    """Which history it is: another one after a restore or a failover."""
    snapshot: str
    """What is visible, as PostgreSQL writes it: oldest and next transaction, and those between."""
    last_position: int
    """No visible event has a later one."""

    def __attrs_post_init__(self) -> None:
        """Refuse a snapshot for which a cursor has no room."""
        if len(self.snapshot) > LONGEST_SNAPSHOT:
            message = "Too many transactions of the database are open; try again."
            raise Unavailable("the database", message)


@frozen
class FeedMark:
    """No transaction from `transaction` on has a position up to `position`."""

    transaction: int
    position: int


@frozen(kw_only=True)
class FeedCursor:
    """A place in the feed."""

    database: str
    since: str
    """The snapshot of which everything has been read."""
    until: str
    """The snapshot that the batch is read up to."""
    position: int
    """The last position that was read in this batch."""
    floor: int
    """Everything up to this position has been read."""
    mark: FeedMark
    """Where the floor rises to."""

    @classmethod
    def at(cls, position: int, horizon: Horizon, mark: FeedMark) -> FeedCursor:
        """Begin behind a position; what was restored under other transactions is included."""
        if position > horizon.last_position:
            raise InvalidInput.of("/after", f"is beyond the last position, {horizon.last_position}")
        return cls(
            database=horizon.database,
            since=BEFORE_ALL,
            until=horizon.snapshot,
            position=position,
            floor=position,
            mark=mark,
        )

    @classmethod
    def parse(cls, text: str) -> FeedCursor | int:
        """Read what `str` wrote, or a plain position."""
        if _POSITION.fullmatch(text):
            return int(text)
        if plain := _decoded(text):
            database, since, until, *numbers = plain.split(";")
            if _is_snapshot(since) and _is_snapshot(until):
                position, floor, *mark = map(int, numbers)
                return cls(
                    database=database,
                    since=since,
                    until=until,
                    position=position,
                    floor=floor,
                    mark=FeedMark(*mark),
                )
        message = "is the `next` of an earlier answer, unchanged, or a position"
        raise InvalidInput.of("/after", message)

    def __str__(self) -> str:
        numbers = (self.position, self.floor, self.mark.transaction, self.mark.position)
        plain = ";".join((self.database, self.since, self.until, *map(str, numbers)))
        return _encoded(plain.encode())

    def require_same_history(self, horizon: Horizon) -> None:
        """Refuse a place in a database that was another one, or that has gone back since."""
        is_ahead = _next(self.until) > _next(horizon.snapshot)
        if self.database == horizon.database and not is_ahead:
            return
        raise Gone(
            "The database was restored or failed over after you read this."
            f" If it lost nothing, read on with after={self.floor}, which may repeat some changes;"
            " otherwise begin again with after=0."
        )

    def read_up_to(self, position: int) -> FeedCursor:
        return evolve(self, position=position)

    def next_batch(self, horizon: Horizon) -> FeedCursor:
        """Go on with what has become visible; the batch may be empty.

        It begins at the floor, which rises to the mark once no transaction of it can be below.
        """
        is_past_mark = _oldest(self.until) >= self.mark.transaction
        floor = max(self.floor, self.mark.position) if is_past_mark else self.floor
        return evolve(self, since=self.until, until=horizon.snapshot, position=floor, floor=floor)

    def wants_mark(self, horizon: Horizon) -> bool:
        """Whether another mark would let the floor rise further."""
        return self.mark.position <= self.floor < horizon.last_position

    def marked(self, mark: FeedMark) -> FeedCursor:
        return evolve(self, mark=mark)

    @property
    def oldest(self) -> int:
        """Every transaction before this one has been read."""
        return _oldest(self.since)

    @property
    def is_first(self) -> bool:
        """Whether the batch is the one that `at` begins."""
        return self.since == BEFORE_ALL

    @property
    def is_empty(self) -> bool:
        return self.since == self.until


def _encoded(plain: bytes) -> str:
    """Write a cursor's text behind its check, so that a letter that was changed shows."""
    check = hashlib.sha256(plain).digest()[:_CHECK_BYTES]
    return urlsafe_b64encode(check + plain).decode().rstrip("=")


def _decoded(text: str) -> str | None:
    """Read what `_encoded` wrote; None for anything else."""
    if len(text) > LONGEST_CURSOR or not _LETTERS.fullmatch(text):
        return None
    try:
        plain = urlsafe_b64decode(text + "=" * (-len(text) % 4))[_CHECK_BYTES:]
    except ValueError:
        return None
    result = plain.decode("ascii", "replace")
    return result if _encoded(plain) == text and _CURSOR.fullmatch(result) else None


def _oldest(snapshot: str) -> int:
    return int(snapshot.partition(":")[0])


def _next(snapshot: str) -> int:
    return int(snapshot.split(":")[1])


def _is_snapshot(text: str) -> bool:
    """Whether the transactions of a snapshot stand in order, as PostgreSQL requires."""
    oldest, following, between = text.split(":")
    numbers = [int(each) for each in between.split(",") if each]
    ordered = [int(oldest) - 1, *numbers, int(following)]
    return int(oldest) >= 1 and all(one < other for one, other in pairwise(ordered))
