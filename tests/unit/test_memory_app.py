"""An App in memory answers everything that needs no SQL."""

from __future__ import annotations

import pytest

from clientupdater.adapters.local.clock import SetClock
from clientupdater.adapters.local.limits import MemoryRateLimits
from clientupdater.domain.access import Actor, Grant, Territory
from clientupdater.domain.callers import Caller
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.rate_limits import Activity, Allowances, Requester
from clientupdater.domain.updates import StatusUpdate
from clientupdater.ports.lists import WorklistOrder, WorklistQuery
from clientupdater.testing.app import open_memory_app
from tests.support.builders import ANA, CALOOCAN, NOVEMBER, client, manila

FIELD = (Permission.STATUS_READ, Permission.STATUS_UPDATE, Permission.STATUS_HISTORY_READ)
ana = Caller(
    Actor(
        ANA,
        grants=frozenset(Grant(each, None, Scope.BRANCH) for each in FIELD),
        territory=Territory(branches=frozenset({CALOOCAN})),
    )
)


def test_an_update_is_recorded_and_its_history_shown_without_a_database() -> None:
    juan = client()
    app = open_memory_app(clients=[juan], clock=SetClock(manila(5)))
    app.tracking.record(ana, juan.code, NOVEMBER, StatusUpdate(status="CALLED"), version=0)
    events = app.tracking.show_history(ana, juan.code, NOVEMBER).events
    assert [event.status for event in events] == ["PENDING", "CALLED"]


def test_limits_given_by_name_are_the_ones_that_count() -> None:
    allowances = Allowances.of(read=1, write=1, export=1, sign_in=1)
    app = open_memory_app(limits=MemoryRateLimits(), allowances=allowances)
    requester = Requester(address=None, person=ANA)
    assert app.requests.admit(Activity.READ, requester).allowed
    assert not app.requests.admit(Activity.READ, requester).allowed


def test_a_verb_that_needs_sql_names_what_is_missing() -> None:
    app = open_memory_app()
    with pytest.raises(NotImplementedError, match="use PostgreSQL"):
        app.worklist.read(ana, WorklistQuery(order=WorklistOrder.NAME))
