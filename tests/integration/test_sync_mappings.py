"""Mappings as people save them, also two at once (Y1)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from clientupdater.domain.errors import Misconfigured
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.mapping import Entry
from clientupdater.ports.work import SYSTEM
from tests.integration.syncing import record
from tests.waiting import WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from clientupdater.ports.syncing import Progressed
    from tests.integration.syncing import Syncing

pytestmark = pytest.mark.rule("Y1")
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
