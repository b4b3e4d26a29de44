"""A source that breaks while it is read: nothing is half-applied, no client goes (Y6, Y9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import define

from clientupdater.domain.errors import Misconfigured, SourceExpired, SourceMalformed, Unavailable
from clientupdater.domain.jobs import JobStatus
from tests.support.sync_fixture import record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from clientupdater.ports.sources import Abilities, Fetch, RawRecord, SourcePage
    from clientupdater.testing.source import MemorySource
    from tests.support.sync_fixture import Syncing


@define
class Breaking:
    """A source that breaks at one page, a given number of times."""

    within: MemorySource
    error: Exception
    at: str | None
    times: int = 1
    begun: int = 0

    def abilities(self) -> Abilities:
        return self.within.abilities()

    def begin(self, since: datetime | None = None, columns: Sequence[str] = ()) -> Fetch:
        self.begun += 1
        return self.within.begin(since, columns)

    def page(self, fetch: Fetch, position: str | None = None) -> SourcePage:
        if position == self.at and self.times:
            self.times -= 1
            raise self.error
        return self.within.page(fetch, position)

    def one(self, code: str) -> RawRecord | None:
        return self.within.one(code)


def known(syncing: Syncing) -> None:
    """Take nine clients over, then let three of them be gone and one changed."""
    syncing.says(*(record(f"FC-{n}") for n in range(9)))
    syncing.run()
    syncing.forgets("FC-6", "FC-7", "FC-8")
    syncing.run()
    syncing.says(record("FC-0", full_name="Maria Clara"), *(record(f"FC-{n}") for n in (10, 11)))
    syncing.clock.forward(minutes=1)


@pytest.mark.parametrize("error", [SourceMalformed("page 2 is none"), Unavailable("the source")])
def test_a_source_that_breaks_in_mid_run_changes_nothing(
    syncing: Syncing, error: Exception
) -> None:
    known(syncing)
    before = syncing.rows("select client_code, full_name, version from clients order by 1")
    job = syncing.ask()
    with pytest.raises(type(error)):
        syncing.runner(Breaking(syncing.source(), error, at="3"))(job)
    assert syncing.rows("select client_code, full_name, version from clients order by 1") == before
    assert syncing.one("select bool_and(is_active) from clients") is True
    failed = syncing.look(job)
    assert (failed.state, failed.error) == (JobStatus.FAILED, str(error))
    assert syncing.run().state is JobStatus.COMPLETED


def test_a_run_whose_source_did_not_answer_goes_on_where_it_stopped(syncing: Syncing) -> None:
    known(syncing)
    job = syncing.ask()
    source = Breaking(syncing.source(), Unavailable("the source"), at="6")
    run = syncing.runner(source)
    with pytest.raises(Unavailable):
        run(job, comes_back=True)
    assert syncing.look(job).state is JobStatus.PENDING
    done = run(job)
    assert (done.state, done.counts.received) == (JobStatus.COMPLETED, 8)
    assert done.counts.vanished == 3
    assert source.begun == 1


def test_a_source_that_keeps_no_place_is_read_from_the_beginning_once(syncing: Syncing) -> None:
    known(syncing)
    lost = SourceExpired("page 2 is kept no more; begin again.")
    source = Breaking(syncing.source(), lost, at="3")
    done = syncing.runner(source)(syncing.ask())
    assert (done.state, done.counts.received, source.begun) == (JobStatus.COMPLETED, 8, 2)
    again = Breaking(syncing.source(), lost, at="3", times=2)
    job = syncing.ask()
    with pytest.raises(SourceExpired):
        syncing.runner(again)(job)
    assert (syncing.look(job).state, again.begun) == (JobStatus.FAILED, 2)


def test_a_source_that_lost_a_column_stops_with_its_name(syncing: Syncing) -> None:
    result = record("FC-1")
    del result["BRANCH_CODE"], result["FULL_NAME"]
    syncing.says(result)
    with pytest.raises(Misconfigured) as caught:
        syncing.run()
    assert {fault.pointer for fault in caught.value.faults} == {"BRANCH_CODE", "FULL_NAME"}
    assert syncing.rows("select * from sync_snapshots") == []


def test_a_row_that_cannot_be_taken_leaves_the_rest_alone(syncing: Syncing) -> None:
    syncing.says(
        record("FC-1"),
        record("FC-2", birth_date="2026-02-31"),
        record("FC-3", full_name="a\x00b"),
        record("FC-4", full_name="x" * 5_000_000),
        record("FC-5", branch_code="NOWHERE", past_due_amount="much"),
        record("FC-6", company_code="PCNI"),
    )
    job = syncing.run()
    assert (job.counts.created, job.counts.rejected) == (1, 5)
    result = syncing.rows("select client_code, reasons from sync_rejects order by row_number")
    values = {code: [f"{each['column']} {each['message']}" for each in why] for code, why in result}
    assert values == {
        "FC-2": ["BIRTH_DATE is a date that no calendar has"],
        "FC-3": ["FULL_NAME holds characters that cannot be stored"],
        "FC-4": ["FULL_NAME is longer than 4000 characters"],
        "FC-5": [
            "BRANCH_CODE is not among the branches",
            "PAST_DUE_AMOUNT is not an amount of money",
        ],
        "FC-6": ["PRODUCT_CODE belongs to another company than the client"],
    }


@pytest.mark.rule("C1")
def test_C1_a_corrected_number_stays_and_a_newer_word_flags_the_client(syncing: Syncing) -> None:
    syncing.says(record("FC-1", contact_number="0917 000 0001"))
    syncing.run()
    syncing.do(
        "update clients set contact_number = '+639990000000', contact_number_corrected = true"
    )
    assert syncing.run().counts.unchanged == 1
    syncing.says(record("FC-1", contact_number="0917 000 0002"))
    assert syncing.run().consequences["contact_conflicts"] == 1
    assert syncing.client("FC-1", "contact_number", "contact_conflict") == ("+639990000000", True)
    assert syncing.one("select contact_number from client_sources") == "+639170000002"
    assert syncing.history("FC-1") == []


@pytest.mark.rule("T2")
def test_T2_a_client_at_its_end_is_not_revived_and_the_run_says_so(syncing: Syncing) -> None:
    syncing.says(record("FC-1"))
    syncing.run()
    syncing.do(
        "update client_period_status set is_terminal = true, terminal_at = now(),"
        " status_type_id = (select id from status_types where code = 'DONE')"
    )
    syncing.says(record("FC-1", full_name="Maria Clara"))
    job = syncing.run()
    assert job.consequences["terminal_exceptions"] == 1
    assert syncing.client("FC-1", "full_name") == "Maria Clara"
    assert [kind for _, _, kind, _, _ in syncing.events("FC-1")] == ["opened"]


@pytest.mark.rule("A3")
def test_A3_a_client_that_moves_loses_its_officer(syncing: Syncing) -> None:
    syncing.says(record("FC-1"))
    syncing.run()
    syncing.do(
        "insert into client_assignments (client_id, officer_id) select id, %s from clients",
        syncing.somebody(),
    )
    syncing.says(record("FC-1", branch_code="DAV"))
    syncing.run()
    assert syncing.client("FC-1", "assigned_to") is None
    assert syncing.one("select end_reason from client_assignments") == "moved"


@pytest.mark.rule("P2")
def test_P2_a_changed_cycle_counts_from_the_next_month_on(syncing: Syncing) -> None:
    facts = {"company_code": "PCNI"}
    syncing.says(record("PC-1", product_code="PCNI_NON_PNP", **facts))
    syncing.run()
    syncing.says(record("PC-1", product_code="PCNI_PNP", **facts))
    syncing.run()
    assert str(syncing.client("PC-1", "tracking_cycle_from")) == "2026-12-01"
    assert [period for period, *_ in syncing.events("PC-1")] == ["2026-11"]
