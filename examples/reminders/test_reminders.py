"""The team's own tests: a real App in memory, no server, in milliseconds."""

from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from reminders import Due, remind

from clientupdater import App
from clientupdater.adapters.local.clock import SetClock
from clientupdater.domain.access import Actor, Grant
from clientupdater.domain.callers import Caller
from clientupdater.domain.clients import Client
from clientupdater.domain.ids import BranchId, ClientId, CompanyId, PersonId
from clientupdater.domain.periods import Cycle, Period
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.updates import StatusUpdate
from clientupdater.testing.app import open_memory_app

NOVEMBER = Period.parse("2026-11")
CLOCK = SetClock(datetime(2026, 11, 5, 9, 30, tzinfo=ZoneInfo("Asia/Manila")))
RIGHTS = (Permission.STATUS_READ, Permission.STATUS_UPDATE, Permission.STATUS_HISTORY_READ)
CALLER = Caller(
    Actor(PersonId(uuid4()), grants=frozenset(Grant(each, None, Scope.ALL) for each in RIGHTS))
)


def app_with_juan() -> tuple[App, Due]:
    juan = Client(
        id=ClientId(uuid4()),
        code="FC-000001",
        company=CompanyId(uuid4()),
        branch=BranchId(uuid4()),
        cycle=Cycle.MONTHLY,
    )
    due = Due(juan.code, NOVEMBER, version=0, name="Juan", number="+639171234567")
    return open_memory_app(clients=[juan], clock=CLOCK), due


def test_a_reminder_is_recorded_as_a_message() -> None:
    app, juan = app_with_juan()
    sent: list[str] = []
    assert remind(app, CALLER, juan, lambda number, _: sent.append(number))
    history = app.tracking.show_history(CALLER, juan.client_code, NOVEMBER)
    assert [event.status for event in history.events] == ["PENDING", "TO_FOLLOW"]
    assert sent == ["+639171234567"]


def test_a_reminder_gives_way_to_what_a_person_recorded_meanwhile() -> None:
    app, juan = app_with_juan()

    def send(_number: str, _text: str) -> None:
        app.tracking.record(
            CALLER, juan.client_code, NOVEMBER, StatusUpdate(status="CALLED"), version=0
        )

    assert not remind(app, CALLER, juan, send)
    history = app.tracking.show_history(CALLER, juan.client_code, NOVEMBER)
    assert history.events[-1].status == "CALLED"
