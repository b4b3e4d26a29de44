"""A source that still names a closed branch: its clients stay where closing moved them (Y3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from clientupdater.domain.access import Actor
from clientupdater.domain.callers import Caller
from clientupdater.usecases.organisation.closing import BranchClosing
from tests.support.sync_fixture import record

if TYPE_CHECKING:
    from tests.support.sync_fixture import Syncing


def close(syncing: Syncing, branch: str, into: str) -> None:
    """Close a branch as an administrator does."""
    boss = Caller(Actor(syncing.somebody()))
    syncing.do(
        "insert into user_permissions (user_id, permission_id, scope) select %s, id, 'all'"
        " from permissions where code = 'branches:manage' on conflict do nothing",
        boss.actor.id,
    )
    closing = BranchClosing(syncing.work, syncing.clock)
    plan = closing.preview(boss, branch, into, None).plan
    syncing.clock.forward(minutes=1)
    closing.close(boss, branch, into, None, plan.hash)


def branch_of(syncing: Syncing, code: str) -> Any:
    return syncing.one(
        "select b.code from clients c join branches b on b.id = c.branch_id"
        " where c.client_code = %s",
        code,
    )


@pytest.mark.rule("Y3", "Y4", "Y11")
def test_Y3_a_record_that_names_a_closed_branch_means_the_one_that_took_its_clients(
    syncing: Syncing,
) -> None:
    syncing.says(record("FC-1"), record("FC-2"))
    syncing.run()
    close(syncing, "CAL", "DAV")
    syncing.says(record("FC-1", full_name="Maria Clara"), record("FC-3"))
    job = syncing.run()
    assert (job.counts.updated, job.counts.created, job.counts.rejected) == (1, 1, 0)
    assert {branch_of(syncing, code) for code in ("FC-1", "FC-2", "FC-3")} == {"DAV"}
    assert [field for field, *_ in syncing.history("FC-1")] == ["full_name"]
    assert [kind for _, _, kind, *_ in syncing.events("FC-1")] == ["opened", "moved"]
    before = syncing.book()
    assert syncing.run().counts.updated == 0
    assert syncing.book()["clients"] == before["clients"]


def test_a_branch_closed_twice_over_means_the_last_one(syncing: Syncing) -> None:
    syncing.says(record("FC-1"))
    syncing.run()
    close(syncing, "CAL", "DAV")
    close(syncing, "DAV", "BAG")
    syncing.says(record("FC-2"))
    assert syncing.run().counts.rejected == 0
    assert {branch_of(syncing, code) for code in ("FC-1", "FC-2")} == {"BAG"}


def test_Y3_a_deleted_branch_without_a_successor_is_rejected(syncing: Syncing) -> None:
    syncing.do("update branches set deleted_at = now() where code = 'CAL'")
    syncing.says(record("FC-1"))
    assert syncing.run().counts.rejected == 1
