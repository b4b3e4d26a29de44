"""Mappings as people save them, also two at once (Y1)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.mapping import Entry
from clientupdater.ports.work import SYSTEM
from tests.waiting import WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
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
