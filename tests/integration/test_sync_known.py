"""Records that are as they were are passed over, and nothing that matters with them (Y4)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from clientupdater.domain.errors import Error
from clientupdater.domain.periods import business_day
from clientupdater.domain.sync.absence import FetchSummary
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.jobs import SyncRequest
from clientupdater.ports.sync import InputPage, Work
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.sync.mapped_pages import PageMapper
from tests.support.sync_fixture import MANILA, record
from tests.support.waiting import WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from tests.support.sync_fixture import Syncing

EVERY = ("FC-1", "FC-2", "FC-3")


class TakenBack(Error):
    """Nothing of this is to stay."""


@pytest.fixture
def known(syncing: Syncing) -> Syncing:
    """Let three clients have come, and all that is to be opened be open."""
    syncing.says(*(record(code, contact_number="09171234567") for code in EVERY))
    syncing.run()
    return syncing


def looked_at(syncing: Syncing, source: Source = Source.SNOWFLAKE, **asked: Any) -> list[str]:
    """Name whom a run would look at, were it to begin now."""
    items: list[str] = []
    syncing.clock.forward(minutes=1)
    now = syncing.clock.now()
    with suppress(TakenBack), syncing.work.begin(SYSTEM) as tx:
        job = tx.sync_jobs.create(SyncRequest(source, **asked), None, now)
        terms, today = tx.sync_mappings.terms(source), business_day(now, MANILA)
        staging = tx.staging(Work(job=job, terms=terms, now=now, today=today, due=()))
        page = InputPage(1, tuple(syncing.records.values()), None)
        items += [str(cells["CLIENT_CODE"]) for _, cells in staging.news(page)]
        raise TakenBack
    return items


def test_what_is_word_for_word_the_same_is_not_looked_at_again(known: Syncing) -> None:
    assert looked_at(known) == []
    known.says(record("FC-2", full_name="Maria Clara", contact_number="09171234567"))
    assert looked_at(known) == ["FC-2"]
    known.run()
    assert looked_at(known) == []


def test_another_source_knows_nothing_of_it(known: Syncing) -> None:
    assert looked_at(known, Source.CSV) == list(EVERY)


def test_where_only_changes_were_asked_for_all_that_comes_is_looked_at(known: Syncing) -> None:
    assert looked_at(known, full=False) == list(EVERY)


def test_a_client_that_was_touched_is_looked_at_and_put_right(known: Syncing) -> None:
    known.do("update clients set full_name = 'Typed By Hand' where client_code = 'FC-1'")
    assert looked_at(known) == ["FC-1"]
    assert known.run().counts.updated == 1
    assert known.client("FC-1", "full_name") == "Juan dela Cruz"
    assert looked_at(known) == []


def test_a_touch_that_leaves_nothing_different_is_looked_at_once(known: Syncing) -> None:
    known.do("update clients set par_status_id = par_status_id where client_code = 'FC-1'")
    assert looked_at(known) == ["FC-1"]
    before = known.written()
    known.run()
    assert looked_at(known) == []
    written = known.written()
    assert {name for name in written if written[name] != before[name]} == {"client_sources"}


@pytest.mark.rule("C1")
def test_a_client_changed_while_a_run_compares_is_left_to_the_next_run(
    known: Syncing,
) -> None:
    later = known.clock.now()
    known.says(record("FC-1", contact_number="09171234567", updated_at=later))
    known.says(record("FC-2", contact_number="09171234567", full_name="Maria Clara"))
    with ThreadPoolExecutor(1) as another, psycopg.connect(known.url) as holder:
        # Of FC-1 only the source's words differ, so it is not among those that the run holds.
        holder.execute("select from clients where client_code = 'FC-2' for update")
        running = another.submit(known.run)
        wait_until(lambda: known.one(WAITING_FOR_A_LOCK) > 0)
        known.do("update clients set full_name = 'Typed By Hand' where client_code = 'FC-1'")
        holder.rollback()
        assert running.result().counts.updated == 1
    assert known.client("FC-1", "full_name") == "Typed By Hand"
    assert looked_at(known) == ["FC-1"]
    known.run()
    assert known.client("FC-1", "full_name") == "Juan dela Cruz"


@pytest.mark.parametrize(
    "change",
    [
        "update field_mappings set transform = '[\"trim\", \"upper\"]' where field = 'full_name'",
        "update field_mappings set owns_field = false where field = 'full_name'",
        "update field_mappings set source_column = 'PAR_STATUS' where field = 'loan_status'",
        "update field_mappings set is_active = false where field = 'loan_status'",
        "update branches set name = 'Caloocan' where code = 'CAL'",
        "update branches set code = 'OLD' where code = 'CAL'",
        "insert into branches (code, name) values ('NEW', 'New')",
        "update products set tracking_cycle = 'quarterly' where code = 'FCASH_SSS'",
        "update par_statuses set is_active = false where code = 'tele_130'",
    ],
)
def test_where_records_mean_something_else_all_are_looked_at(known: Syncing, change: str) -> None:
    known.do(change)
    assert looked_at(known) == list(EVERY)


def test_a_company_with_lines_of_its_own_has_all_looked_at(known: Syncing) -> None:
    known.do(
        "insert into field_mappings (source, company_id, field, source_column, transform)"
        " select 'snowflake', id, 'loan_status', 'PAR_STATUS', %s from companies"
        " where code = 'FCASH'",
        Jsonb(["trim"]),
    )
    assert looked_at(known) == list(EVERY)


def test_what_comes_to_mean_something_else_while_a_run_begins_is_looked_at_by_the_next(
    known: Syncing,
) -> None:
    known.says(record("FC-1", full_name="Maria Clara", contact_number="09171234567"))
    known.clock.forward(minutes=1)
    now, page = known.clock.now(), InputPage(1, tuple(known.records.values()), None)
    with known.work.begin(SYSTEM) as tx:
        terms = tx.sync_mappings.terms(Source.SNOWFLAKE)
        # A run reads its terms, and may wait long for its turn to compare.
        known.do(
            "update field_mappings set transform = %s where field = 'full_name'", Jsonb(["upper"])
        )
        job = tx.sync_jobs.create(SyncRequest(Source.SNOWFLAKE), None, now)
        today = business_day(now, MANILA)
        staging = tx.staging(Work(job=job, terms=terms, now=now, today=today, due=()))
        mapped = PageMapper.of(terms).map(staging.news(page))
        staging.take(mapped.rows, mapped.rejects)
        staging.compare(FetchSummary(now, full=True, received=3, stated=3))
        staging.apply({}, moves_watermark=True)
    assert known.client("FC-1", "full_name") == "Maria Clara"
    known.run()
    assert known.client("FC-1", "full_name") == "MARIA CLARA"


def test_what_a_record_means_by_now_is_applied_though_it_is_the_same(known: Syncing) -> None:
    known.do("update branches set code = 'OLD' where code = 'CAL'")
    known.do("update branches set code = 'CAL' where code = 'DAV'")
    job = known.run()
    assert job.consequences["moved"] == len(EVERY)
    result = known.rows("select distinct b.name from clients c join branches b on b.id = branch_id")
    assert result == [("Branch DAV",)]


@pytest.mark.rule("Y3")
def test_a_known_record_that_comes_twice_is_refused_like_any(known: Syncing) -> None:
    known.records["again"] = known.records["FC-1"]
    job = known.run()
    assert (job.counts.received, job.counts.rejected, job.counts.missing) == (4, 2, 0)
    assert known.rows("select row_number, client_code from sync_rejects order by 1") == [
        (1, "FC-1"),
        (4, "FC-1"),
    ]


@pytest.mark.rule("Y3")
def test_a_known_record_beside_another_of_the_same_code_is_refused_like_any(
    known: Syncing,
) -> None:
    known.records["again"] = record("FC-1", full_name="Maria Clara")
    job = known.run()
    assert (job.counts.rejected, job.counts.updated, job.counts.missing) == (2, 0, 0)
    ((reasons,),) = known.rows("select distinct reasons from sync_rejects")
    assert "comes 2 times" in reasons[0]["message"]


@pytest.mark.rule("Y3")
def test_a_known_record_beside_one_that_is_refused_anyway_is_refused_as_well(
    known: Syncing,
) -> None:
    known.records["again"] = record("FC-1", branch_code="NOWHERE")
    job = known.run()
    assert (job.counts.rejected, job.counts.missing) == (2, 0)
    known.forgets("again")
    assert known.run().counts.rejected == 0


@pytest.mark.rule("Y6")
def test_who_comes_back_word_for_word_is_looked_at(known: Syncing) -> None:
    back = known.records["FC-2"]
    known.forgets("FC-2")
    known.run()
    known.run()
    assert known.client("FC-2", "is_active") is False
    known.says(back)
    assert looked_at(known) == ["FC-2"]
    assert known.run().counts.reappeared == 1


@pytest.mark.rule("Y6")
def test_one_absence_is_forgotten_once_the_same_record_is_there_again(known: Syncing) -> None:
    missed = known.records["FC-2"]
    known.forgets("FC-2")
    known.run()
    known.says(missed)
    known.run()
    assert known.rows("select distinct missing_count from client_sources") == [(0,)]
    known.forgets("FC-2")
    assert known.run().counts.vanished == 0


@pytest.mark.rule("Y6")
def test_a_client_whose_code_was_typed_anew_is_missed_though_its_record_lives_on(
    known: Syncing,
) -> None:
    known.do("update clients set client_code = 'FC-9' where client_code = 'FC-1'")
    assert known.run().counts.created == 1
    assert looked_at(known) == []
    assert known.run().counts.vanished == 1
    assert known.client("FC-9", "is_active") is False


@pytest.mark.rule("Y6")
def test_who_does_not_stand_as_the_source_says_is_looked_at_each_time(known: Syncing) -> None:
    known.run(Source.NEXTBANK)
    there = known.records["FC-2"]
    known.records["FC-2"] = {**there, "UPDATED_AT": known.clock.now(), "deleted": True}
    known.run(Source.NEXTBANK)
    known.records["FC-2"] = there
    known.run()
    assert known.client("FC-2", "is_active") is False
    assert looked_at(known) == ["FC-2"]


@pytest.mark.rule("Y10")
def test_an_older_record_in_between_hides_no_touch(known: Syncing) -> None:
    newest = known.records["FC-1"]
    known.do("update clients set full_name = 'Typed By Hand' where client_code = 'FC-1'")
    earlier = known.clock.now().replace(year=2020)
    known.says(record("FC-1", contact_number="09171234567", updated_at=earlier))
    known.run()
    assert known.client("FC-1", "full_name") == "Typed By Hand"
    known.run()
    known.says(newest)
    known.run()
    assert known.client("FC-1", "full_name") == "Juan dela Cruz"


def test_a_source_that_still_delivers_an_ended_client_is_an_exception_each_time(
    known: Syncing,
) -> None:
    ended = (
        "update client_period_status s set is_terminal = true, terminal_at = now()"
        " from clients c where c.id = s.client_id and c.client_code = 'FC-1'"
    )
    known.do(ended)
    first, second = known.run(), known.run()
    assert looked_at(known) == []
    assert first.consequences["terminal_exceptions"] == 1
    assert second.consequences["terminal_exceptions"] == 1
    of_another = known.run(company=known.company("PCNI"))
    assert of_another.consequences["terminal_exceptions"] == 0
