"""How taking over a source stands, and when what we know of it is too old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.source_status import STALE_AFTER, SourceStatus

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
NIGHT = timedelta(hours=24)
LONG = STALE_AFTER + timedelta(seconds=1)


def status(applied: timedelta | None, read: timedelta | None) -> SourceStatus:
    moments = [None if each is None else NOW - each for each in (applied, read)]
    return SourceStatus(source=Source.CSV, applied_at=moments[0], read_up_to=moments[1])


def test_data_of_last_night_is_not_stale() -> None:
    assert not status(NIGHT, NIGHT).is_stale(NOW)
    assert not status(STALE_AFTER, STALE_AFTER).is_stale(NOW)


@pytest.mark.parametrize(
    ("applied", "read"), [(LONG, NIGHT), (NIGHT, LONG), (None, None), (NIGHT, None)]
)
def test_a_missed_night_old_data_and_none_at_all_are_stale(
    applied: timedelta | None, read: timedelta | None
) -> None:
    assert status(applied, read).is_stale(NOW)
