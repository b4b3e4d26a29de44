"""Events stay as they are, but for the one thing that the law lets a person ask (S13)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import psycopg
import pytest
from attrs import frozen
from psycopg.errors import InsufficientPrivilege, RestrictViolation

from tests.support.plain_sql import SqlRows, access_scope, session, sql_rows

if TYPE_CHECKING:
    from tests.support.servers import Database


@frozen
class Place:
    """An officer of one company, a client of it, and one of the other; each has a row."""

    database: Database
    company: UUID
    officer: UUID
    near: UUID
    far: UUID


@pytest.fixture
def place(database: Database) -> Place:
    """Give committed rows with an event for each client."""
    with psycopg.connect(database.worker_url) as connection:
        access_scope(connection, system="on")
        made = SqlRows(connection)
        near, far = made.client(company="FCASH"), made.client(company="PCNI")
        for client in (near, far):
            made.event(made.row(client))
        company, officer = made.id_of("companies", "FCASH"), made.user()
    return Place(database, company, officer, near, far)


@pytest.mark.rule("S13", "L2")
@pytest.mark.parametrize("who", ["owner_url", "superuser_url"])
@pytest.mark.parametrize(
    "way",
    [
        "delete from status_events",
        "truncate status_events cascade",
        "update status_events set remarks = ''",
        "update status_events set event_sequence = event_sequence + 10",
    ],
)
def test_events_are_append_only_for_the_owner_and_above(place: Place, who: str, way: str) -> None:
    with (
        session(getattr(place.database, who)) as connection,
        pytest.raises(RestrictViolation, match="append-only"),
    ):
        connection.execute(way.encode())


def with_remarks(made: SqlRows, client: UUID, by: UUID) -> tuple[UUID, UUID]:
    row = made.one("select id from client_period_status where client_id = %s", client)
    event = made.event(row, 1, "recorded", remarks="lives with her son", created_by=by)
    made.connection.execute(
        "update client_period_status set remarks = 'lives with her son' where id = %s", (row,)
    )
    assert isinstance(row, UUID)
    return row, event


@pytest.mark.rule("S13")
def test_remarks_are_blanked_on_request_nothing_else_is_and_a_record_stays(place: Place) -> None:
    with session(place.database.owner_url) as connection:
        made = SqlRows(connection)
        row, event = with_remarks(made, place.near, place.officer)
        everything_else = "select to_jsonb(e) - 'remarks' from status_events e where id = %s"
        before = made.one(everything_else, event)
        access_scope(made.connection, actor=place.officer, all_companies=[place.company])
        assert made.one("select blank_remarks(%s, 'letter of 2026-11-20')", event) is True
        assert made.one("select remarks from status_events where id = %s", event) == ""
        assert made.one(everything_else, event) == before
        assert made.one("select remarks from client_period_status where id = %s", row) is None
        assert made.connection.execute(
            "select actor_id, action, client_id, details from data_access_log"
        ).fetchall() == [
            (
                place.officer,
                "blanked",
                place.near,
                {"event": str(event), "on_request": "letter of 2026-11-20"},
            )
        ]
        assert made.one("select blank_remarks(%s, 'again')", event) is False


@pytest.mark.rule("S13")
def test_the_serving_role_blanks_no_remarks(place: Place) -> None:
    with sql_rows(place.database) as made:
        _, event = with_remarks(made, place.near, place.officer)
        with pytest.raises(InsufficientPrivilege):
            made.one("select blank_remarks(%s, 'letter')", event)


@pytest.mark.rule("S13")
def test_the_way_of_the_blanking_is_open_to_remarks_alone(place: Place) -> None:
    """Even with the mark that the function sets, the owner changes nothing but to blank."""
    with session(place.database.owner_url) as connection:
        made = SqlRows(connection)
        _, event = with_remarks(made, place.near, place.officer)
        made.one("select set_config('clientupdater.blanking', %s, true)", str(event))
        for change in ("remarks = 'other'", "remarks = '', channel = 'call'", "remarks = null"):
            with pytest.raises(RestrictViolation), connection.transaction():
                connection.execute(
                    f"update status_events set {change} where id = %s".encode(),
                    (event,),
                )
