"""How long a session lives, and what ends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from attrs import evolve

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.sessions import (
    Lifetimes,
    Session,
    SessionEnd,
    SessionKind,
    ended_by_password_change,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
USUAL = Lifetimes()
YEAR = timedelta(days=365)


def end(session: Session, now: datetime, *, active: bool = True) -> SessionEnd | None:
    return session.end(now, USUAL, person_is_active=active)


def test_U2_a_session_lives_seven_days_and_twelve_idle_hours_unless_set() -> None:
    assert Lifetimes(timedelta(hours=12), timedelta(days=7)) == USUAL


def test_U2_a_session_is_opened_for_its_absolute_lifetime() -> None:
    session = Session.of_person(NOW, Lifetimes(timedelta(hours=1), timedelta(days=2)))
    assert session == Session(SessionKind.PERSON, NOW, NOW, NOW + timedelta(days=2), None)


def test_U2_a_session_expires_however_busy_it_is() -> None:
    last = NOW + timedelta(days=7)
    busy = evolve(Session.of_person(NOW, USUAL), last_seen_at=last - MOMENT)
    assert end(busy, last - MOMENT) is None
    assert end(busy, last) is SessionEnd.EXPIRED


def test_U2_a_session_not_used_for_the_idle_time_is_over() -> None:
    session = evolve(Session.of_person(NOW, USUAL), last_seen_at=NOW + timedelta(hours=1))
    assert end(session, NOW + timedelta(hours=13) - MOMENT) is None
    assert end(session, NOW + timedelta(hours=13)) is SessionEnd.IDLE


def test_U2_a_session_ends_by_itself_unused_or_after_its_lifetime_whichever_is_first() -> None:
    fresh = Session.of_person(NOW, USUAL)
    assert fresh.ends_at(USUAL) == NOW + timedelta(hours=12)
    old = evolve(fresh, last_seen_at=NOW + timedelta(days=6, hours=20))
    assert old.ends_at(USUAL) == NOW + timedelta(days=7)
    service = Session.of_service(NOW, YEAR)
    assert service.ends_at(USUAL) == NOW + YEAR
    for session in (fresh, old, service):
        last = session.ends_at(USUAL)
        assert (end(session, last - MOMENT), end(session, last) is None) == (None, False)


def test_U2_a_revoked_session_is_over() -> None:
    revoked = evolve(Session.of_person(NOW, USUAL), revoked_at=NOW)
    assert end(revoked, NOW, active=False) is SessionEnd.REVOKED


def test_A8_deactivation_ends_open_sessions_of_either_kind() -> None:
    assert end(Session.of_person(NOW, USUAL), NOW + YEAR, active=False) is SessionEnd.INACTIVE
    assert end(Session.of_service(NOW, YEAR), NOW, active=False) is SessionEnd.INACTIVE


def test_U5_a_service_has_an_expiry_of_its_own_and_no_idle_limit() -> None:
    session = Session.of_service(NOW, YEAR)
    assert session == Session(SessionKind.SERVICE, NOW, NOW, NOW + YEAR, None)
    assert end(session, NOW + YEAR - MOMENT) is None
    assert end(session, NOW + YEAR) is SessionEnd.EXPIRED


@pytest.mark.parametrize("lifetime", [YEAR + MOMENT, timedelta(0), -MOMENT])
def test_U5_a_services_token_lives_a_year_at_most(lifetime: timedelta) -> None:
    with pytest.raises(InvalidInput) as caught:
        Session.of_service(NOW, lifetime)
    assert str(caught.value) == "/lifetime: a service's token lives a year at most, from now"
    assert Session.of_service(NOW, MOMENT).expires_at == NOW + MOMENT


def test_U2_a_change_of_password_ends_all_other_sessions() -> None:
    one, two, three = (UUID(int=n) for n in (1, 2, 3))
    assert ended_by_password_change([one, two, three], two) == {one, three}
    assert ended_by_password_change([one, two], None) == {one, two}
