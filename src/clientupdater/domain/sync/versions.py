"""Which word is newer, and from where a source is read next (Y8, Y10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import frozen


@frozen
class RecordVersion:
    """Which version of a record it is: by the source's clock, its counter, both or neither."""

    at: datetime | None = None
    number: int | None = None

    def is_older_than(self, taken: RecordVersion) -> bool:
        """Whether one that was taken already is newer; never so where nobody can tell (Y10).

        A counter is exact, so it decides where both have one; a clock may stand still.
        """
        if self.number is not None and taken.number is not None:
            return self.number < taken.number
        return self.at is not None and taken.at is not None and self.at < taken.at


def read_from(watermark: datetime | None, overlap: timedelta) -> datetime | None:
    """Say from when an incremental run reads: None reads everything (Y8)."""
    return None if watermark is None else watermark - overlap


def is_wanted(cursor: datetime | None, since: datetime | None) -> bool:
    """Whether an incremental run takes a row: new enough, or with no cursor at all (Y8)."""
    return cursor is None or since is None or cursor >= since


def next_watermark(
    watermark: datetime | None, as_of: datetime, *, complete: bool, committed: bool
) -> datetime | None:
    """Move a watermark: only by a complete run that commits, and never back (Y8)."""
    if not (complete and committed):
        return watermark
    return as_of if watermark is None else max(watermark, as_of)
