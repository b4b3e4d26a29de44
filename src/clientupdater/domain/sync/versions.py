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
