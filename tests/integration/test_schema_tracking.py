"""Rules of tracking that the database keeps by itself: each is broken with plain SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.errors import CheckViolation, ForeignKeyViolation, UniqueViolation

from tests.support.plain_sql import SqlRows, sql_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database


@pytest.fixture
def made(database: Database) -> Iterator[SqlRows]:
    """Give a transaction of the application, as the system."""
    with sql_rows(database) as opened:
        yield opened


PERIOD = """
insert into client_period_status (
    client_id, company_id, branch_id, period_type, period_year, period_month, period_quarter,
    status_type_id
)
select c.id, c.company_id, c.branch_id, %s, 2026, %s, %s,
       (select id from status_types where code = 'PENDING')
  from clients c where c.id = %s
returning period
"""


def test_P3_a_client_has_one_row_per_month(made: SqlRows) -> None:
    client = made.client()
    made.row(client, month=11)
    with pytest.raises(UniqueViolation, match="one_per_period"):
        made.row(client, month=11)


def test_P3_a_client_has_one_row_per_quarter(made: SqlRows) -> None:
    client = made.client()
    made.one(PERIOD, "quarterly", None, 4, client)
    with pytest.raises(UniqueViolation, match="one_per_period"):
        made.one(PERIOD, "quarterly", None, 4, client)


def test_P3_a_month_and_the_quarter_around_it_are_two_periods(made: SqlRows) -> None:
    client = made.client()
    assert made.one(PERIOD, "monthly", 10, None, client) == "2026-10"
    assert made.one(PERIOD, "monthly", 4, None, client) == "2026-04"
    assert made.one(PERIOD, "quarterly", None, 4, client) == "2026-Q4"


@pytest.mark.parametrize(
    ("kind", "month", "quarter"),
    [
        ("monthly", None, None),
        ("monthly", None, 4),
        ("monthly", 11, 4),
        ("monthly", 13, None),
        ("monthly", 0, None),
        ("quarterly", None, None),
        ("quarterly", 11, None),
        ("quarterly", 11, 4),
        ("quarterly", None, 5),
    ],
)
def test_a_period_is_exactly_the_one_that_its_type_names(
    made: SqlRows, kind: str, month: int | None, quarter: int | None
) -> None:
    client = made.client()
    with pytest.raises(psycopg.IntegrityError):
        made.one(PERIOD, kind, month, quarter, client)


def test_S6_visited_is_for_fcash_alone(made: SqlRows) -> None:
    made.row(made.client(company="FCASH"), status="VISITED")
    client = made.client(company="PCNI")
    with pytest.raises(ForeignKeyViolation, match="company_status"):
        made.row(client, status="VISITED")


def test_S6_holds_for_events_too(made: SqlRows) -> None:
    row = made.row(made.client(company="PCNI"))
    with pytest.raises(ForeignKeyViolation, match="company_status"):
        made.event(
            row,
            1,
            "recorded",
            status_type_id=made.id_of("status_types", "VISITED"),
            created_by=made.user(),
        )


def test_S6_is_not_got_round_by_naming_another_company(made: SqlRows) -> None:
    row = made.row(made.client(company="PCNI"))
    with pytest.raises(CheckViolation, match="of another company"):
        made.connection.execute(
            "update client_period_status set company_id = %s where id = %s",
            (made.id_of("companies", "FCASH"), row),
        )


@pytest.mark.rule("S6")
def test_a_company_added_later_has_the_statuses_of_every_company(made: SqlRows) -> None:
    made.connection.execute("insert into companies (code, name) values ('THIRD', 'Third')")
    client = made.client(company="THIRD")
    made.row(client, month=10, status="DONE")
    with pytest.raises(ForeignKeyViolation, match="company_status"):
        made.row(client, month=11, status="VISITED")


@pytest.mark.rule("S6")
def test_a_status_added_later_is_for_its_company_or_for_all(made: SqlRows) -> None:
    made.connection.execute(
        """
        insert into status_types (code, name, sequence, company_id)
        values ('MAILED', 'Mailed', 7, null),
               ('LATE', 'Late', 8, (select id from companies where code = 'PCNI'))
        """
    )
    client = made.client(company="FCASH")
    made.row(client, month=10, status="MAILED")
    with pytest.raises(ForeignKeyViolation, match="company_status"):
        made.row(client, month=11, status="LATE")


@pytest.mark.rule("S6")
def test_a_status_opened_to_all_companies_serves_them_at_once(made: SqlRows) -> None:
    made.connection.execute("update status_types set company_id = null where code = 'VISITED'")
    made.row(made.client(company="PCNI"), status="VISITED")


@pytest.mark.rule("S6", "S7")
def test_a_status_is_not_taken_from_a_company_whose_history_holds_it(made: SqlRows) -> None:
    made.row(made.client(company="PCNI"), status="CALLED")
    with pytest.raises(ForeignKeyViolation):
        made.connection.execute(
            "update status_types set company_id = %s where code = 'CALLED'",
            (made.id_of("companies", "FCASH"),),
        )


def test_S4_a_reason_belongs_to_its_status(made: SqlRows) -> None:
    row = made.row(made.client(), status="CALLED")
    with pytest.raises(ForeignKeyViolation, match="reason_of_status"):
        made.connection.execute(
            "update client_period_status set reason_id = %s where id = %s",
            (made.id_of("status_reasons", "CONFIRMED"), row),
        )


@pytest.mark.parametrize("remarks", [" before", "after\n", "\t", "x" * 4001])
def test_S5_remarks_are_kept_trimmed_and_4000_characters_long(made: SqlRows, remarks: str) -> None:
    row = made.row(made.client())
    with pytest.raises(CheckViolation):
        made.event(row, 1, "recorded", remarks=remarks, created_by=made.user())


def test_S5_four_thousand_characters_are_taken(made: SqlRows) -> None:
    row = made.row(made.client())
    made.event(row, 1, "recorded", remarks="ñ" * 4000, created_by=made.user())


def test_S9_a_sequence_is_given_once(made: SqlRows) -> None:
    row = made.row(made.client())
    made.event(row, 1, "recorded", created_by=made.user())
    with pytest.raises(UniqueViolation, match="status_events_sequence"):
        made.event(row, 1, "recorded", created_by=made.user())


@pytest.mark.parametrize(
    ("sequence", "kind"), [(1, "opened"), (0, "restored"), (-1, "restored"), (1, "forgotten")]
)
def test_S9_S14_an_event_is_of_a_known_kind_and_only_opened_is_zero(
    made: SqlRows, sequence: int, kind: str
) -> None:
    row = made.row(made.client())
    with pytest.raises(CheckViolation):
        made.event(row, sequence, kind)


@pytest.mark.rule("S14", "S13", "S12", "T4")
@pytest.mark.parametrize("kind", ["recorded", "reopened", "voided", "revived"])
def test_what_only_people_do_names_the_person(made: SqlRows, kind: str) -> None:
    row = made.row(made.client())
    made.event(row, 1, "recorded", created_by=made.user())
    voids = {"voids": 1} if kind == "voided" else {}
    with pytest.raises(CheckViolation, match="status_events_person"):
        made.event(row, 2, kind, remarks="why", **voids)


@pytest.mark.rule("S13", "S12", "T4")
@pytest.mark.parametrize("kind", ["reopened", "voided", "revived"])
def test_undoing_needs_a_word(made: SqlRows, kind: str) -> None:
    row = made.row(made.client())
    made.event(row, 1, "recorded", created_by=made.user())
    voids = {"voids": 1} if kind == "voided" else {}
    with pytest.raises(CheckViolation, match="status_events_remarks"):
        made.event(row, 2, kind, created_by=made.user(), **voids)


def test_S13_only_the_author_of_a_recording_undoes_it_without_a_word(made: SqlRows) -> None:
    row, ana, ben = made.row(made.client()), made.user(), made.user()
    made.event(row, 1, "recorded", created_by=ana)
    made.event(row, 2, "payment", has_payment=True)
    for by, sequence in ((ben, 1), (ana, 2)):
        with (
            pytest.raises(CheckViolation, match="status_events_remarks"),
            made.connection.transaction(),
        ):
            made.event(row, 3, "voided", voids=sequence, created_by=by)
    made.event(row, 3, "voided", voids=1, created_by=ana)


def test_S13_an_event_is_voided_once(made: SqlRows) -> None:
    row, by = made.row(made.client()), made.user()
    made.event(row, 1, "recorded", created_by=by)
    made.event(row, 2, "voided", voids=1, remarks="wrong client", created_by=by)
    with pytest.raises(UniqueViolation, match="voided_once"):
        made.event(row, 3, "voided", voids=1, remarks="again", created_by=by)


def test_S13_a_void_names_an_earlier_event_of_the_same_row(made: SqlRows) -> None:
    row, other, by = made.row(made.client()), made.row(made.client()), made.user()
    made.event(other, 1, "recorded", created_by=by)
    with pytest.raises(CheckViolation, match="none that can be voided"):
        made.event(row, 2, "voided", voids=1, remarks="why", created_by=by)


def test_S13_a_void_cannot_name_itself(made: SqlRows) -> None:
    row, by = made.row(made.client()), made.user()
    with pytest.raises(CheckViolation):
        made.event(row, 2, "voided", voids=2, remarks="why", created_by=by)


@pytest.mark.parametrize("kind", ["restored", "moved"])
def test_S13_only_recorded_events_and_payments_can_be_voided(made: SqlRows, kind: str) -> None:
    row, by = made.row(made.client()), made.user()
    made.event(row, 1, kind)
    with pytest.raises(CheckViolation, match="none that can be voided"):
        made.event(row, 2, "voided", voids=1, remarks="why", created_by=by)


def test_S13_a_void_is_the_only_kind_that_voids(made: SqlRows) -> None:
    row, by = made.row(made.client()), made.user()
    made.event(row, 1, "recorded", created_by=by)
    with pytest.raises(CheckViolation, match="status_events_voided"):
        made.event(row, 2, "restored", voids=1)


def test_P6_exempt_events_have_a_cause_and_no_others_do(made: SqlRows) -> None:
    row = made.row(made.client())
    made.event(row, 1, "exempted", exempt_cause="inactive")
    with pytest.raises(CheckViolation), made.connection.transaction():
        made.event(row, 2, "exempted")
    with pytest.raises(CheckViolation), made.connection.transaction():
        made.event(row, 2, "restored", exempt_cause="inactive")
    with pytest.raises(CheckViolation), made.connection.transaction():
        made.event(row, 2, "exempted", exempt_cause="on holiday")


def test_S8_a_payment_event_says_that_it_is_one(made: SqlRows) -> None:
    row = made.row(made.client())
    made.event(row, 1, "payment", has_payment=True)
    with pytest.raises(CheckViolation, match="status_events_payment"):
        made.event(row, 2, "payment")


def test_S11_the_channel_is_one_of_four_and_an_amount_needs_its_day(
    made: SqlRows,
) -> None:
    row, by = made.row(made.client()), made.user()
    made.event(row, 1, "recorded", created_by=by, channel="walk_in", promised_on="2026-11-30")
    with pytest.raises(CheckViolation), made.connection.transaction():
        made.event(row, 2, "recorded", created_by=by, channel="pigeon")
    with pytest.raises(CheckViolation), made.connection.transaction():
        made.event(row, 2, "recorded", created_by=by, promised_amount=100)
    with pytest.raises(CheckViolation), made.connection.transaction():
        made.event(row, 2, "recorded", created_by=by, promised_on="2026-11-30", promised_amount=0)


def test_T1_a_row_is_terminal_exactly_when_it_says_since_when(made: SqlRows) -> None:
    row = made.row(made.client())
    for change in ("is_terminal = true", "terminal_at = now()"):
        with (
            pytest.raises(CheckViolation, match="status_terminal"),
            made.connection.transaction(),
        ):
            made.connection.execute(f"update client_period_status set {change}".encode())
    made.connection.execute(
        "update client_period_status set is_terminal = true, terminal_at = now() where id = %s",
        (row,),
    )


UPDATE = """
update client_period_status s
   set status_type_id = t.id,
       remarks = 'Comes on Friday',
       next_follow_up_on = %s,
       update_count = s.update_count + 1,
       updated_at = clock_timestamp(),
       version = s.version + 1
  from status_types t
 where t.code = %s and s.id = %s
"""
HOT_UPDATES = "select pg_stat_get_xact_tuples_hot_updated('client_period_status'::regclass)"
AS_DERIVED = """
select s.is_open = asks_for_work(s.status_type_id, s.exempt_cause, c.deleted_at is null)
   and (s.owed = c.owed or not s.is_open)
  from client_period_status s join clients c on c.id = s.client_id
 where s.id = %s
"""


def test_an_update_that_repeats_a_status_leaves_every_index_alone(made: SqlRows) -> None:
    row = made.row(made.client())
    made.connection.execute(UPDATE, (None, "CALLED", row))
    before = made.one(HOT_UPDATES)
    for _ in range(3):
        made.connection.execute(UPDATE, (None, "CALLED", row))
    assert made.one(HOT_UPDATES) - before == 3


def test_an_update_that_moves_a_row_in_its_lists_writes_their_indexes(made: SqlRows) -> None:
    row = made.row(made.client())
    before = made.one(HOT_UPDATES)
    made.connection.execute(UPDATE, (None, "CALLED", row))
    made.connection.execute(UPDATE, (None, "UPDATED", row))
    made.connection.execute(UPDATE, ("2026-11-27", "UPDATED", row))
    assert made.one(HOT_UPDATES) == before


CHANGES = {
    "called": "update client_period_status set status_type_id = {CALLED}",
    "done": "update client_period_status set status_type_id = {DONE}",
    "exempt": "update client_period_status set exempt_cause = 'inactive'",
    "restored": "update client_period_status set exempt_cause = null",
    "deleted": "update clients set deleted_at = now()",
    "there again": "update clients set deleted_at = null",
    "owes more": "update clients set past_due_amount = coalesce(past_due_amount, 0) + 10",
}


@pytest.mark.parametrize(
    "changes",
    [
        ("called", "done", "called"),
        ("done", "owes more", "called"),
        ("called", "owes more", "exempt", "owes more", "restored"),
        ("exempt", "done", "restored"),
        ("deleted", "called", "there again", "done"),
        ("done", "deleted", "called", "there again"),
        ("exempt", "called", "deleted", "restored", "there again"),
    ],
    ids=", ".join,
)
def test_a_row_is_open_as_its_status_its_exemption_and_its_client_say(
    made: SqlRows, changes: tuple[str, ...]
) -> None:
    row = made.row(made.client())
    statuses = {code: f"'{made.id_of('status_types', code)}'" for code in ("CALLED", "DONE")}
    for change in changes:
        made.connection.execute(CHANGES[change].format(**statuses).encode())
        assert made.one(AS_DERIVED, row), change
