"""What is purged when it is old, and what never is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clientupdater.domain.errors import Fault, Misconfigured
from clientupdater.domain.retention import Purgeable, Retention

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def days_before(days: int) -> datetime:
    return NOW - timedelta(days=days)


def test_J5_each_kind_has_its_own_days() -> None:
    assert Retention().cutoffs(NOW) == {
        Purgeable.ACTIVITY_LOGS: days_before(90),
        Purgeable.COMPLETED_JOBS: days_before(7),
        Purgeable.EXPORT_FILES: days_before(30),
        Purgeable.SYNC_SNAPSHOTS: days_before(30),
        Purgeable.SYNC_REJECTS: days_before(30),
        Purgeable.SYNC_PLANS: days_before(30),
    }


def test_J5_the_days_are_settings_and_rejects_and_plans_go_with_their_snapshots() -> None:
    assert Retention(1, 2, 3, 4).cutoffs(NOW) == {
        Purgeable.ACTIVITY_LOGS: days_before(1),
        Purgeable.COMPLETED_JOBS: days_before(2),
        Purgeable.EXPORT_FILES: days_before(3),
        Purgeable.SYNC_SNAPSHOTS: days_before(4),
        Purgeable.SYNC_REJECTS: days_before(4),
        Purgeable.SYNC_PLANS: days_before(4),
    }


def test_J5_nothing_is_kept_for_less_than_a_day() -> None:
    with pytest.raises(Misconfigured) as caught:
        Retention(activity_logs=0, completed_jobs=1, export_files=-1, sync_snapshots=0)
    message = "must be one day or more"
    assert caught.value.faults == (
        Fault("activity_logs", message),
        Fault("export_files", message),
        Fault("sync_snapshots", message),
    )
    with pytest.raises(Misconfigured, match="completed_jobs: must be one day or more"):
        Retention(completed_jobs=0)


@pytest.mark.rule("J5", "L2")
def test_J5_events_and_audits_are_never_purged() -> None:
    never_purged = {
        "status_events",
        "client_changes",
        "data_access_log",
        "config_audit_log",
        "authorization_audit",
    }
    assert not never_purged & {str(each) for each in Purgeable}
    assert len(Purgeable) == 6
