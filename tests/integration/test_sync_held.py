"""A held run waits for a decision: only a run that was read to its end replaces it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from clientupdater.domain.errors import (
    Misconfigured,
    SourceMalformed,
    SourceRefused,
    SyncOver,
)
from clientupdater.domain.jobs import JobStatus
from clientupdater.ports.unit_of_work import SYSTEM
from tests.integration.test_sync_deciding import Stating, everybody
from tests.integration.test_sync_faults import Breaking

if TYPE_CHECKING:
    from clientupdater.domain.sync.jobs import SyncJob
    from tests.support.sync_fixture import Syncing

pytestmark = pytest.mark.rule("Y7")


def held_run(syncing: Syncing) -> SyncJob:
    """Let a run be held, since twenty clients of FCASH would go."""
    codes = everybody(syncing)
    syncing.do("update config_settings set value = '10' where key = 'sync.guard_floor'")
    syncing.forgets(*codes[:20])
    syncing.run()
    held = syncing.run()
    assert held.state is JobStatus.HELD
    return held


@pytest.mark.parametrize("at", [None, "3"])
def test_a_run_that_could_not_be_read_to_its_end_leaves_a_held_one(
    syncing: Syncing, at: str | None
) -> None:
    held = held_run(syncing)
    syncing.clock.forward(minutes=1)
    job = syncing.ask()
    source = Breaking(syncing.source(), SourceRefused("the door is shut"), at=at)
    with pytest.raises(SourceRefused):
        syncing.runner(source)(job)
    assert syncing.look(held.id).state is JobStatus.HELD
    assert syncing.approve(held).state is JobStatus.COMPLETED


def test_a_run_whose_source_is_not_set_up_leaves_a_held_one(syncing: Syncing) -> None:
    held = held_run(syncing)
    syncing.clock.forward(minutes=1)
    job, runner = syncing.ask(), syncing.runner()
    with pytest.raises(Misconfigured, match="is not set up here"):
        evolve(runner, input=evolve(runner.input, sources={}))(job)
    assert syncing.look(held.id).state is JobStatus.HELD


def test_a_run_that_lacks_records_or_is_called_off_leaves_a_held_one(syncing: Syncing) -> None:
    held = held_run(syncing)
    syncing.clock.forward(minutes=1)
    short = Stating(syncing.source(), len(syncing.records) + 1)
    with pytest.raises(SourceMalformed):
        syncing.runner(short)(syncing.ask())
    job = syncing.ask()

    def call_off(_: object) -> None:
        with suppress(SyncOver), syncing.work.begin(SYSTEM) as tx:
            tx.sync_jobs.cancel(syncing.look(job), syncing.clock.now())

    with pytest.raises(SyncOver):
        syncing.runner()(job, call_off)
    assert syncing.look(held.id).state is JobStatus.HELD


def test_a_run_for_another_company_leaves_a_held_one(syncing: Syncing) -> None:
    held = held_run(syncing)
    assert syncing.run(company=syncing.company("PCNI")).state is JobStatus.COMPLETED
    assert syncing.look(held.id).state is JobStatus.HELD


def test_a_run_that_is_held_itself_takes_the_place_of_the_one_before(syncing: Syncing) -> None:
    held = held_run(syncing)
    again = syncing.run()
    assert again.state is JobStatus.HELD
    assert syncing.look(held.id).state is JobStatus.CANCELLED
