"""Which version of a record is newer, and where the next read begins (Y8, Y10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import frozen


@frozen
class RecordVersion:
    """A record's version: by the source's clock, its counter, both or neither."""

    at: datetime | None = None
    number: int | None = None

    def is_older_than(self, taken: RecordVersion) -> bool:
        """Whether a version that was taken before is newer; False if unknown (Y10).

        A counter is exact, so it decides if both have one; a clock may repeat.
        """
        if self.number is not None and taken.number is not None:
            return self.number < taken.number
        return self.at is not None and taken.at is not None and self.at < taken.at


def read_from(watermark: datetime | None, overlap: timedelta) -> datetime | None:
    """Say where an incremental run begins to read; None reads everything (Y8)."""
    return None if watermark is None else watermark - overlap
