"""Rows that could not be taken, taken after all, beside what else is done with their run (Y3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clientupdater.domain.jobs import JobStatus
from tests.support.sync_fixture import record

if TYPE_CHECKING:
    from clientupdater.domain.sync.jobs import SyncJob
    from tests.support.sync_fixture import Syncing

pytestmark = pytest.mark.rule("Y3")
FEW = "update config_settings set value = '3' where key = 'sync.guard_floor'"
NEW_BRANCH = "insert into branches (code, name) values ('NEW', 'New')"


def replayed(syncing: Syncing, origin: SyncJob) -> SyncJob:
    """Have what a run could not take taken after all."""
    return syncing.run(full=False, origin=origin.id, rejects_alone=True)


def waiting(syncing: Syncing, origin: SyncJob) -> list[int]:
    """Name the rows that no run has taken since."""
    sql = "select row_number from sync_rejects where sync_job_id = %s and replayed_at is null"
    return [row for (row,) in syncing.rows(f"{sql} order by 1", origin.id)]


@pytest.mark.rule("Y5")
def test_a_plan_is_applied_though_a_row_is_refused_again_that_a_replay_had_taken(
    syncing: Syncing,
) -> None:
    syncing.says(record("FC-1"), record("FC-2", branch_code="NEW"))
    preview = syncing.preview()
    syncing.do(NEW_BRANCH)
    assert replayed(syncing, preview).counts.created == 1
    assert waiting(syncing, preview) == []
    syncing.do("update branches set code = 'OLD', name = 'Old' where code = 'NEW'")
    assert syncing.approve(preview).state is JobStatus.COMPLETED
    assert waiting(syncing, preview) == [2]


@pytest.mark.rule("Y7")
def test_a_replay_brings_no_newer_data_and_leaves_what_is_held(syncing: Syncing) -> None:
    codes = [f"FC-{n}" for n in range(9)]
    syncing.says(*map(record, codes))
    syncing.run()
    syncing.do(FEW)
    syncing.forgets(*codes[:4])
    syncing.says(record("FC-10", branch_code="NEW"))
    syncing.run()
    held = syncing.run()
    assert held.state is JobStatus.HELD
    syncing.do(NEW_BRANCH)
    assert replayed(syncing, held).counts.created == 1
    assert syncing.look(held.id).state is JobStatus.HELD
    assert syncing.approve(held).counts.vanished == 4


@pytest.mark.rule("Y7")
def test_rejects_that_an_approved_replay_takes_wait_no_longer(syncing: Syncing) -> None:
    codes = [f"FC-{n}" for n in range(9)]
    syncing.says(*map(record, codes))
    syncing.run()
    syncing.do(FEW)
    for code in codes[:4]:
        syncing.says({"CLIENT_CODE": code, "deleted": True, "UPDATED_AT": "some day"})
    origin = syncing.run()
    assert waiting(syncing, origin) == [1, 2, 3, 4]
    syncing.do("update field_mappings set is_active = false where field = 'source_updated_at'")
    held = replayed(syncing, origin)
    assert held.state is JobStatus.HELD
    assert waiting(syncing, origin) == [1, 2, 3, 4]
    assert syncing.approve(held).counts.vanished == 4
    assert waiting(syncing, origin) == []


@pytest.mark.rule("Y9")
def test_a_run_for_one_company_refuses_nothing_of_another(syncing: Syncing) -> None:
    of_pcni = {"company_code": "PCNI", "product_code": "PCNI_PNP"}
    syncing.says(record("FC-1"), record("PC-1", **of_pcni))
    syncing.run()
    syncing.says(
        record("FC-1", branch_code="NEW"),
        record("FC-2", full_name=None, branch_code="NEW"),
        record("PC-1", **of_pcni, branch_code="NEW"),
        record("PC-2", **of_pcni, branch_code="NEW"),
        record("PC-3", company_code="NONE"),
    )
    job = syncing.run(company=syncing.company("FCASH"))
    assert (job.counts.received, job.counts.rejected, job.counts.missing) == (5, 3, 0)
    assert sum(syncing.outcome(job).rejects.values()) == 4
    refused = syncing.rows("select client_code from sync_rejects order by 1")
    assert refused == [("FC-1",), ("FC-2",), ("PC-3",)]
    assert syncing.run(company=syncing.company("PCNI")).counts.rejected == 3
