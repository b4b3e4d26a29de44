"""Whether a run is applied: seen first, held, approved, refused (Y5-Y9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from attrs import evolve, frozen

from clientupdater.domain.errors import PlanChanged, SourceMalformed, SyncOver, SyncRunning
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.jobs import Mode
from clientupdater.ports.unit_of_work import SYSTEM
from tests.support.sync_fixture import record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from clientupdater.ports.sources import Abilities, ClientSource, Fetch, RawRecord, SourcePage
    from tests.support.sync_fixture import Syncing


@frozen
class Stating:
    """A source that states another count than it delivers, or none."""

    within: ClientSource
    stated: int | None

    def abilities(self) -> Abilities:
        return self.within.abilities()

    def begin(self, since: datetime | None = None, columns: Sequence[str] = ()) -> Fetch:
        return evolve(self.within.begin(since, columns), stated_count=self.stated)

    def page(self, fetch: Fetch, position: str | None = None) -> SourcePage:
        return self.within.page(fetch, position)

    def one(self, code: str) -> RawRecord | None:
        return self.within.one(code)


def everybody(syncing: Syncing, how_many: int = 60) -> list[str]:
    """Let the source have so many, and take them over."""
    codes = [f"FC-{n:03}" for n in range(how_many)]
    syncing.says(*map(record, codes))
    syncing.run()
    return codes


@pytest.mark.rule("Y5")
def test_a_preview_reports_everything_and_changes_nothing(syncing: Syncing) -> None:
    syncing.says(record("FC-1"), record("FC-2"))
    syncing.run()
    before = syncing.rows("select * from clients order by id")
    syncing.says(record("FC-1", branch_code="DAV"), record("FC-3"), record("FC-4", branch_code="X"))
    job = syncing.preview()
    assert job.state is JobStatus.COMPLETED
    counts = job.counts
    assert (counts.received, counts.created, counts.updated, counts.rejected) == (4, 1, 1, 1)
    outcome = syncing.outcome(job)
    assert outcome.by_field == {"branch": 1}
    assert (outcome.consequences["opened"], outcome.consequences["moved"]) == (1, 1)
    assert outcome.rejects == {"BRANCH_CODE is not among the branches": 1}
    (example,) = outcome.examples["updated"]
    assert (example.code, example.before, example.after) == ("FC-1", "CAL", "DAV")
    assert syncing.rows("select * from clients order by id") == before
    assert syncing.rows("select * from client_sync_history") == []


@pytest.mark.rule("Y5")
def test_two_previews_of_one_input_give_one_hash_and_another_input_another(
    syncing: Syncing,
) -> None:
    syncing.says(record("FC-1", pension_number="1234567"), record("FC-2"))
    first = syncing.preview()
    assert first.plan_hash == syncing.preview().plan_hash
    syncing.says(record("FC-1", pension_number="7654321"))
    assert syncing.preview().plan_hash != first.plan_hash


@pytest.mark.rule("Y5")
def test_a_preview_is_applied_while_it_holds_though_its_clients_were_touched(
    syncing: Syncing,
) -> None:
    syncing.says(record("FC-1"))
    syncing.run()
    syncing.says(record("FC-1", full_name="Maria Clara"))
    preview = syncing.preview()
    syncing.do("update clients set loan_status = 'X', version = version + 1")
    applied = syncing.approve(preview)
    assert (applied.state, applied.request.mode) == (JobStatus.COMPLETED, Mode.APPLY)
    assert syncing.client("FC-1", "full_name") == "Maria Clara"


@pytest.mark.rule("Y5")
def test_a_preview_that_would_do_something_else_by_now_is_refused(syncing: Syncing) -> None:
    syncing.says(record("FC-1"))
    syncing.run()
    syncing.says(record("FC-1", full_name="Maria Clara"))
    preview = syncing.preview()
    syncing.do("update clients set full_name = 'Somebody Else'")
    with pytest.raises(PlanChanged):
        syncing.approve(preview)
    assert syncing.client("FC-1", "full_name") == "Somebody Else"
    assert syncing.look(preview.id).state is JobStatus.FAILED


@pytest.mark.rule("Y6")
def test_a_client_missed_twice_is_deactivated_and_the_open_row_exempt(syncing: Syncing) -> None:
    syncing.says(record("FC-1"), record("FC-2"))
    syncing.run()
    syncing.forgets("FC-2")
    first, second = syncing.run(), syncing.run()
    assert (first.counts.missing, first.counts.vanished) == (1, 0)
    assert (second.counts.missing, second.counts.vanished) == (0, 1)
    assert syncing.client("FC-2", "is_active") is False
    assert syncing.history("FC-2") == [("is_active", "true", "false")]
    assert syncing.events("FC-2")[-1][2:4] == ("exempted", "inactive")
    syncing.says(record("FC-2"))
    back = syncing.run()
    assert back.counts.reappeared == 1
    assert syncing.events("FC-2")[-1][2:4] == ("restored", None)


@pytest.mark.rule("Y6")
def test_the_same_data_read_again_is_no_second_absence(syncing: Syncing) -> None:
    syncing.says(record("FC-1"), record("FC-2"))
    syncing.run()
    syncing.forgets("FC-2")
    syncing.run()
    again = syncing.runner()(syncing.ask())  # time has not passed, so the data is as of then
    assert again.counts.vanished == 0
    assert syncing.client("FC-2", "is_active") is True


@pytest.mark.rule("Y6")
def test_a_client_that_another_source_still_has_stays(syncing: Syncing) -> None:
    syncing.says(record("FC-1"), record("FC-2"))
    syncing.run()
    syncing.run(Source.NEXTBANK)
    syncing.forgets("FC-2")
    syncing.run()
    syncing.run()
    assert syncing.client("FC-2", "is_active") is True
    syncing.run(Source.NEXTBANK)
    assert syncing.run(Source.NEXTBANK).counts.vanished == 1


@pytest.mark.rule("Y6")
def test_a_client_that_a_source_deletes_is_deactivated_at_once_and_comes_back_by_it_alone(
    syncing: Syncing,
) -> None:
    syncing.says(record("FC-1"), record("FC-2"))
    syncing.run()
    syncing.run(Source.NEXTBANK)
    syncing.says({"CLIENT_CODE": "FC-2", "deleted": True})
    assert syncing.run(Source.NEXTBANK).counts.vanished == 1
    syncing.says(record("FC-2"))
    assert syncing.run(Source.SNOWFLAKE).counts.reappeared == 0
    assert syncing.run(Source.NEXTBANK).counts.reappeared == 1


@pytest.mark.rule("Y6")
@pytest.mark.parametrize("stated", [59, 61])
def test_a_fetch_that_is_not_whole_applies_nothing(syncing: Syncing, stated: int) -> None:
    codes = everybody(syncing)
    syncing.says(record(codes[0], full_name="Maria Clara"))
    run = syncing.runner(Stating(syncing.source(), stated))
    job = syncing.ask()
    with pytest.raises(SourceMalformed, match=f"states {stated} records and gave 60"):
        run(job)
    assert syncing.client(codes[0], "full_name") == "Juan dela Cruz"
    assert syncing.one("select max(missing_count) from client_sources") == 0
    failed = syncing.look(job)
    assert failed.state is JobStatus.FAILED
    assert failed.error is not None


@pytest.mark.rule("Y6")
def test_a_source_without_a_stated_count_marks_no_client_as_missing(syncing: Syncing) -> None:
    syncing.says(record("FC-1"), record("FC-2"))
    syncing.run(Source.CSV)
    syncing.forgets("FC-2")
    for _ in range(3):
        syncing.clock.forward(minutes=1)
        syncing.runner(Stating(syncing.source(), None))(syncing.ask(Source.CSV))
    assert syncing.client("FC-2", "is_active") is True


@pytest.mark.rule("Y7")
def test_a_run_that_would_deactivate_too_many_is_held_until_a_person_approves(
    syncing: Syncing,
) -> None:
    codes = everybody(syncing)
    syncing.do("update config_settings set value = '10' where key = 'sync.guard_floor'")
    syncing.forgets(*codes[:20])
    syncing.run()
    held = syncing.run()
    assert (held.state, held.counts.vanished) == (JobStatus.HELD, 20)
    assert syncing.outcome(held).held_for == ("FCASH",)
    assert syncing.one("select count(*) from clients where not is_active") == 0
    done = syncing.approve(held)
    assert done.state is JobStatus.COMPLETED
    assert syncing.one("select count(*) from clients where not is_active") == 20


@pytest.mark.rule("Y7")
def test_a_newer_run_supersedes_a_held_one(syncing: Syncing) -> None:
    codes = everybody(syncing)
    syncing.do("update config_settings set value = '10' where key = 'sync.guard_floor'")
    gone = [syncing.records[code] for code in codes[:20]]
    syncing.forgets(*codes[:20])
    syncing.run()
    held = syncing.run()
    syncing.says(*gone)
    syncing.run()
    assert syncing.look(held.id).state is JobStatus.CANCELLED
    with pytest.raises(SyncOver):
        syncing.approve(held)


@pytest.mark.rule("Y8")
def test_an_incremental_run_reads_from_the_watermark_less_the_overlap(syncing: Syncing) -> None:
    syncing.says(record("FC-1"), record("FC-2"))
    full = syncing.run()
    assert full.as_of is not None
    moment = syncing.clock.now()
    syncing.says(
        record("FC-1", full_name="Too Old To See"),
        record("FC-2", full_name="Maria Clara", updated_at=moment),
        record("FC-3", updated_at=None),
    )
    job = syncing.run(full=False)
    assert job.counts.received == 2
    assert syncing.client("FC-1", "full_name") == "Juan dela Cruz"
    assert syncing.client("FC-2", "full_name") == "Maria Clara"
    assert syncing.one("select min(watermark) from sync_watermarks") == job.as_of


@pytest.mark.rule("Y8")
def test_a_preview_moves_no_watermark(syncing: Syncing) -> None:
    syncing.says(record("FC-1"))
    syncing.preview()
    assert syncing.rows("select * from sync_watermarks") == []


@pytest.mark.rule("Y9")
def test_a_run_for_one_company_takes_and_misses_its_clients_alone(syncing: Syncing) -> None:
    syncing.says(record("FC-1"), record("PC-1", company_code="PCNI", product_code="PCNI_PNP"))
    job = syncing.run(company=syncing.company("FCASH"))
    assert (job.counts.created, job.counts.received) == (1, 2)
    syncing.run()
    syncing.forgets("PC-1")
    for _ in range(3):
        syncing.run(company=syncing.company("FCASH"))
    assert syncing.client("PC-1", "is_active") is True


@pytest.mark.rule("Y9")
def test_one_run_of_a_source_at_a_time(syncing: Syncing) -> None:
    syncing.says(record("FC-1"))
    begun, other = syncing.ask(), syncing.ask()
    with syncing.work.begin(SYSTEM) as tx:
        tx.sync_jobs.begin(begun, syncing.clock.now(), patience=60)
    with pytest.raises(SyncRunning):
        syncing.runner()(other)
    syncing.clock.forward(minutes=2)  # whoever did it has not been heard of since
    assert syncing.runner()(other).state is JobStatus.COMPLETED
    assert syncing.look(begun).state is JobStatus.FAILED


@pytest.mark.rule("Y9")
def test_a_plan_is_approved_once_no_run_reads_its_source(syncing: Syncing) -> None:
    syncing.says(record("FC-1"))
    preview, begun = syncing.preview(), syncing.ask()
    with syncing.work.begin(SYSTEM) as tx:
        tx.sync_jobs.begin(begun, syncing.clock.now(), patience=60)
    with pytest.raises(SyncRunning):
        syncing.approve(preview)
    assert syncing.look(preview.id).state is JobStatus.COMPLETED
    syncing.runner()(begun)
    with pytest.raises(PlanChanged):
        syncing.approve(preview)


@pytest.mark.rule("Y9")
def test_a_run_cannot_begin_while_another_applies_and_does_not_wait(
    syncing: Syncing,
) -> None:
    syncing.says(record("FC-1"))
    applying, other = syncing.ask(), syncing.ask()
    with syncing.work.begin(SYSTEM) as tx:
        tx.sync_jobs.begin(applying, syncing.clock.now(), patience=60)
    with psycopg.connect(syncing.url) as connection:
        connection.execute("select from sync_jobs where id = %s for key share", (applying,))
        with pytest.raises(SyncRunning):
            syncing.runner()(other)


@pytest.mark.rule("Y9")
def test_a_run_that_is_called_off_meanwhile_applies_nothing(syncing: Syncing) -> None:
    syncing.says(*(record(f"FC-{n}") for n in range(9)))
    job = syncing.ask()

    def call_off(_: object) -> None:
        result = syncing.look(job)
        if result.state is JobStatus.PROCESSING:
            with syncing.work.begin(SYSTEM) as tx:
                tx.sync_jobs.cancel(result, syncing.clock.now())

    with pytest.raises(SyncOver):
        syncing.runner()(job, call_off)
    assert syncing.rows("select * from clients") == []
    assert syncing.look(job).state is JobStatus.CANCELLED


@pytest.mark.rule("Y10")
def test_an_older_version_never_overwrites_a_newer_one(syncing: Syncing) -> None:
    now = syncing.clock.now()
    syncing.says(record("FC-1", full_name="New", updated_at=now))
    syncing.run()
    syncing.says(record("FC-1", full_name="Old"))
    assert syncing.run().counts.updated == 0
    assert syncing.client("FC-1", "full_name") == "New"


@pytest.mark.rule("Y10")
def test_a_source_overwrites_only_what_is_its_own(syncing: Syncing) -> None:
    syncing.says(record("FC-1", loan_status="open"))
    syncing.run()
    syncing.says(record("FC-1", full_name="Maria Clara", loan_status="closed"))
    syncing.run(Source.NEXTBANK)
    assert syncing.client("FC-1", "full_name", "loan_status") == ("Juan dela Cruz", "CLOSED")
