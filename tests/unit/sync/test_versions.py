"""Which word is newer, and from where a source is read next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clientupdater.domain.sync.versions import (
    RecordVersion,
    read_from,
)

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
EARLIER, LATER = NOW - MOMENT, NOW + MOMENT


@pytest.mark.parametrize(
    ("incoming", "taken", "older"),
    [
        (RecordVersion(EARLIER), RecordVersion(NOW), True),
        (RecordVersion(NOW), RecordVersion(NOW), False),
        (RecordVersion(LATER), RecordVersion(NOW), False),
        (RecordVersion(None, 2), RecordVersion(None, 3), True),
        (RecordVersion(None, 3), RecordVersion(None, 3), False),
        (RecordVersion(EARLIER, 4), RecordVersion(NOW, 3), False),
        (RecordVersion(LATER, 2), RecordVersion(NOW, 3), True),
        (RecordVersion(EARLIER), RecordVersion(NOW, 3), True),
        (RecordVersion(EARLIER, 3), RecordVersion(NOW), True),
        (RecordVersion(EARLIER), RecordVersion(None, 3), False),
        (RecordVersion(None, 2), RecordVersion(NOW), False),
        (RecordVersion(), RecordVersion(NOW, 3), False),
        (RecordVersion(EARLIER, 2), RecordVersion(), False),
    ],
)
def test_Y10_an_older_version_is_known_by_its_counter_or_else_by_its_clock(
    incoming: RecordVersion,
    taken: RecordVersion,
    older: bool,
) -> None:
    assert incoming.is_older_than(taken) is older


def test_Y8_an_incremental_run_reads_from_the_watermark_less_the_overlap() -> None:
    assert read_from(NOW, timedelta(minutes=60)) == NOW - timedelta(hours=1)
    assert read_from(None, timedelta(minutes=60)) is None
