"""A run beside people who write: in one order of locks, so that no deadlock can happen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from clientupdater.domain.ids import ClientId
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.periods import Period
from clientupdater.ports.unit_of_work import SYSTEM
from tests.support.sync_fixture import record
from tests.support.waiting import WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from tests.support.sync_fixture import Syncing

NOVEMBER = Period.month(2026, 11)
PATIENCE = 30.0


@pytest.mark.rule("T1", "Y9")
def test_a_run_locks_no_row_before_it_may_open_any(syncing: Syncing) -> None:
    """A person who holds a client goes on to its row, which a run that waits has not locked."""
    syncing.says(record("FC-1"))
    syncing.run()
    client = ClientId(syncing.client("FC-1", "id"))
    syncing.says(record("FC-1", full_name="Maria Clara"))  # which is carried to the row
    with ThreadPoolExecutor(1) as another:
        with syncing.work.begin(SYSTEM) as tx:
            tx.clients.lock(client)
            running = another.submit(syncing.run)
            wait_until(lambda: syncing.one(WAITING_FOR_A_LOCK) > 0)
            assert tx.rows.find_many([(client, NOVEMBER)], locked=True)
        assert running.result(PATIENCE).state is JobStatus.COMPLETED
