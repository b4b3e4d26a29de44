"""Why an open row stands where it stands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from clientupdater.domain.worklist import Cause, cause_of

TODAY = date(2026, 11, 5)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("named", "updates", "cause"),
    [
        (TODAY - DAY, 1, Cause.FOLLOW_UP_DUE),
        (TODAY, 1, Cause.FOLLOW_UP_DUE),
        (None, 0, Cause.NOT_TOUCHED),
        (None, 1, Cause.IN_HAND),
        (TODAY + DAY, 1, Cause.FOLLOW_UP_LATER),
    ],
)
def test_a_row_stands_where_the_day_that_was_named_or_else_its_updates_put_it(
    named: date | None, updates: int, cause: Cause
) -> None:
    assert cause_of(named, updates, TODAY) is cause
