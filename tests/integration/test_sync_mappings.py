"""Mappings as people save them, also two at once (Y1)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from clientupdater.domain.access import Actor, Grant
from clientupdater.domain.callers import Caller
from clientupdater.domain.errors import InvalidInput, Misconfigured
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.sync.fields import BUILT_IN_SOURCES, Entry, Source
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.sync.mappings import SyncMappings
from tests.support.sync_fixture import record
from tests.support.waiting import WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from clientupdater.ports.sync import Progressed
    from tests.support.servers import Database
    from tests.support.sync_fixture import Syncing

pytestmark = pytest.mark.rule("Y1")
CONFIGURES = Grant(Permission.CONFIG_MANAGE, None, Scope.ALL)
LINES = [Entry("client_code", "CODE"), Entry("company", "COMPANY")]


def save(syncing: Syncing, *more: Entry) -> None:
    """Save these lines for a source, in place of what there was."""
    with syncing.work.begin(SYSTEM) as tx:
        by, now = syncing.somebody(), syncing.clock.now()
        tx.sync_mappings.replace(Source.CSV, None, [*LINES, *more], by, now)


def test_of_two_who_save_at_once_the_later_one_is_kept_and_both_are_in_the_audit(
    syncing: Syncing,
) -> None:
    later = Entry("branch", "LATER")
    with ThreadPoolExecutor(1) as another:
        with syncing.work.begin(SYSTEM) as tx:
            by, now = syncing.somebody(), syncing.clock.now()
            tx.sync_mappings.replace(Source.CSV, None, LINES, by, now)
            syncing.clock.forward(minutes=1)
            waiting = another.submit(save, syncing, later)
            wait_until(lambda: syncing.one(WAITING_FOR_A_LOCK) > 0)
        waiting.result()
    with syncing.work.begin(SYSTEM) as tx:
        assert later in tx.sync_mappings.read(Source.CSV, None)
    old, new = "old_values -> 'branch' ->> 'column'", "new_values -> 'branch' ->> 'column'"
    assert syncing.rows(f"select {old}, {new} from config_audit_log order by changed_at") == [
        ("BRANCH_CODE", None),
        (None, "LATER"),
    ]


ANOTHER_COLUMN = "update field_mappings set source_column = 'EXTRA' where field = 'loan_status'"


@pytest.fixture
def read(syncing: Syncing) -> Syncing:
    """Let a client have come, of whom the source knows more than is read."""
    syncing.do("update field_mappings set owns_field = true where field = 'loan_status'")
    syncing.says(record("FC-1", loan_status="open", extra="more"))
    syncing.run()
    return syncing


def test_a_column_that_comes_to_be_wanted_while_a_run_reads_is_not_taken_for_empty(
    read: Syncing,
) -> None:
    def save(how_far: Progressed) -> None:
        if how_far.records:
            read.do(ANOTHER_COLUMN)

    read.clock.forward(minutes=1)
    job = read.ask()
    with pytest.raises(Misconfigured, match="EXTRA: the mapping reads it by now"):
        read.runner()(job, save)
    assert read.look(job).state is JobStatus.FAILED
    assert read.client("FC-1", "loan_status") == "OPEN"
    read.run()
    assert read.client("FC-1", "loan_status") == "MORE"


def test_rejects_that_were_read_without_a_column_are_not_replayed_as_if_it_were_empty(
    read: Syncing,
) -> None:
    read.says(record("FC-1", branch_code="NOWHERE", extra="more"))
    job = read.run()
    read.do("update branches set code = 'NOWHERE' where code = 'CAL'")
    read.do(ANOTHER_COLUMN)
    with pytest.raises(Misconfigured, match="EXTRA"):
        read.run(full=False, origin=job.id, rejects_alone=True)
    assert read.client("FC-1", "loan_status") == "OPEN"
    read.do("update field_mappings set source_column = 'LOAN_STATUS' where field = 'loan_status'")
    assert read.run(full=False, origin=job.id, rejects_alone=True).counts.received == 1


# --- C3: a column that holds pension numbers fills the pension number alone


def entries(syncing: Syncing, *, source: Source = Source.SNOWFLAKE) -> list[Entry]:
    with syncing.work.begin(SYSTEM) as tx:
        return list(tx.sync_mappings.read(source, None))


def saving(syncing: Syncing, source: Source, company: str | None, lines: list[Entry]) -> None:
    """Save a mapping as a person who may."""
    whose = syncing.company(company) if company else None
    somebody = Actor(syncing.somebody(), grants=frozenset({CONFIGURES}))
    service = SyncMappings(syncing.work, syncing.clock, BUILT_IN_SOURCES)
    service.save(Caller(somebody), source, whose, lines)


@pytest.mark.rule("C3")
def test_a_column_once_read_as_a_pension_number_never_fills_another_field(
    syncing: Syncing,
) -> None:
    without = [each for each in entries(syncing) if each.field != "pension_number"]
    saving(syncing, Source.SNOWFLAKE, None, without)
    for source in (Source.SNOWFLAKE, Source.CSV):
        with pytest.raises(InvalidInput, match="Pension_Number holds pension numbers"):
            saving(syncing, source, None, [*without, Entry("address", "Pension_Number")])
    with pytest.raises(InvalidInput, match="PENSION_NUMBER holds pension numbers"):
        saving(syncing, Source.SNOWFLAKE, "PCNI", [Entry("address", "PENSION_NUMBER")])


@pytest.mark.rule("C3")
def test_a_column_that_fills_another_field_somewhere_is_not_read_as_a_pension_number(
    syncing: Syncing,
) -> None:
    syncing.do(
        "update field_mappings set source_column = 'STANDING'"
        " where source = 'nextbank' and field = 'loan_status'"
    )
    with pytest.raises(InvalidInput, match="STANDING fills loan_status in the mapping of nextbank"):
        saving(syncing, Source.CSV, "PCNI", [Entry("pension_number", "STANDING")])


@pytest.mark.rule("C3")
def test_a_mapping_that_came_into_the_database_otherwise_stops_the_run(syncing: Syncing) -> None:
    syncing.do(
        "insert into field_mappings (source, company_id, field, source_column)"
        " values ('snowflake', %s, 'address', 'PENSION_NUMBER')",
        syncing.company("PCNI"),
    )
    syncing.says(record("FC-1", pension_number="0134567890"))
    with pytest.raises(Misconfigured, match="can fill pension_number only"):
        syncing.run()


@pytest.mark.rule("C3")
def test_a_column_on_the_protected_list_fills_nothing_else(syncing: Syncing) -> None:
    syncing.do("insert into protected_columns (source_column) values ('gsis_no')")
    with pytest.raises(InvalidInput, match="GSIS_NO holds pension numbers"):
        saving(syncing, Source.NEXTBANK, None, [*LINES, Entry("address", "GSIS_NO")])


@pytest.mark.rule("C3")
def test_the_application_can_take_nothing_from_the_protected_list(database: Database) -> None:
    with psycopg.connect(database.app_url) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute("delete from protected_columns")


@pytest.mark.rule("C3")
def test_neither_plans_nor_rejects_nor_history_hold_a_number_that_comes_under_another_column(
    syncing: Syncing,
) -> None:
    syncing.says(record("FC-1", pension_number="01-3456789-0"), record("FC-2"))
    syncing.run()
    syncing.says(
        record("FC-1", pension_number="01-3456789-0", loan_status="0134567890"),
        record("0177777777", pension_number="01-7777777-7"),
    )
    job = syncing.run()
    assert job.counts.rejected == 2
    assert syncing.client("FC-1", "loan_status") is None
    for table in ("sync_plans", "sync_rejects", "client_sync_history", "clients", "sync_jobs"):
        for number in ("0134567890", "0177777777", "01-3456789-0"):
            assert not syncing.one(
                f"select exists (select from {table} t where strpos(t::text, %s) > 0)",
                number,
            ), table
