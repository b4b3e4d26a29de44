"""What a run does to the book of clients, and what follows for their rows (Y4, C1, C2, P6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.sync.fields import Source
from tests.support.stores import VAULT
from tests.support.sync_fixture import born, record

if TYPE_CHECKING:
    from tests.support.sync_fixture import Syncing


def test_a_new_client_is_created_sealed_and_gets_its_row(syncing: Syncing) -> None:
    syncing.says(
        record(
            "fc-1",
            full_name="  Maria   Clara ",
            pension_number="12-3456789-0",
            birth_date="1950-05-17",
            contact_number="0917 123 4567",
            past_due_amount="1,234.5",
        )
    )
    job = syncing.run()
    assert job.state is JobStatus.COMPLETED
    assert (job.counts.received, job.counts.created, job.counts.unchanged) == (1, 1, 0)
    assert syncing.client(
        "FC-1", "full_name", "birth_date", "contact_number", "past_due_amount::text"
    ) == ("Maria Clara", born(1950), "+639171234567", "1234.50")
    assert syncing.client("FC-1", "pension_last4") == "7890"
    client = syncing.client("FC-1", "id")
    assert VAULT.opened(syncing.client("FC-1", "pension_number"), client) == "1234567890"
    assert syncing.history("FC-1") == []
    assert syncing.events("FC-1") == [("2026-11", 0, "opened", None, "CAL")]
    assert job.consequences["opened"] == 1


def test_a_changed_amount_is_written_with_the_moment_since_which_the_one_before_had_stood(
    syncing: Syncing,
) -> None:
    for amount in ("100", "200", "200", "300", "400"):
        syncing.says(record("FC-1", past_due_amount=amount, full_name=f"Ana {amount}"))
        syncing.run()
        syncing.run(Source.NEXTBANK)
    changes = syncing.rows(
        "select changed_at::text, old_value_since::text from client_sync_history"
        " where field_changed = 'past_due_amount' order by changed_at"
    )
    first, second, _ = (changed_at for changed_at, _ in changes)
    assert [since for _, since in changes] == ["-infinity", first, second]
    assert set(
        syncing.rows(
            "select old_value_since from client_sync_history where field_changed = 'full_name'"
        )
    ) == {(None,)}


def test_only_what_changed_is_written_with_its_history(syncing: Syncing) -> None:
    syncing.says(record("FC-1", pension_number="1234567890"), record("FC-2"))
    syncing.run()
    syncing.says(
        record("FC-1", full_name="Maria Clara", pension_number="9999997890", branch_code="DAV")
    )
    job = syncing.run()
    assert (job.counts.updated, job.counts.unchanged) == (1, 1)
    assert syncing.history("FC-1") == [
        ("branch", "CAL", "DAV"),
        ("full_name", "Juan dela Cruz", "Maria Clara"),
        ("pension_number", "••••7890", "••••7890"),
    ]
    assert syncing.client("FC-1", "version") == 2
    assert syncing.client("FC-2", "version") == 1
    assert syncing.events("FC-1")[-1] == ("2026-11", 1, "moved", None, "DAV")
    client = syncing.client("FC-1", "id")
    assert VAULT.opened(syncing.client("FC-1", "pension_number"), client) == "9999997890"
    assert syncing.outcome(job).by_field == {"branch": 1, "full_name": 1, "pension_number": 1}


def test_a_second_run_over_the_same_data_writes_nothing_of_clients(syncing: Syncing) -> None:
    syncing.says(*(record(f"FC-{n}", pension_number=f"00000{n}") for n in range(10)))
    syncing.run()
    before = syncing.written()
    assert before["clients"] == 10
    job = syncing.run()
    assert (job.counts.received, job.counts.unchanged) == (10, 10)
    assert syncing.written() == before


def test_sixty_days_past_due_exempt_the_open_row_and_coming_back_restores_it(
    syncing: Syncing,
) -> None:
    syncing.do("update field_mappings set owns_field = true where field = 'par_status'")
    syncing.says(record("FC-1"))
    syncing.run()
    syncing.says(record("FC-1", par_status="75"))
    exempted = syncing.run()
    syncing.says(record("FC-1", par_status="12"))
    restored = syncing.run()
    assert [(kind, cause) for _, _, kind, cause, _ in syncing.events("FC-1")] == [
        ("opened", None),
        ("exempted", "par_status"),
        ("restored", None),
    ]
    assert exempted.consequences["exempted"] == 1
    assert restored.consequences["restored"] == 1


@pytest.mark.rule("Y3", "Y10")
@pytest.mark.parametrize(
    ("theirs", "reason"),
    [
        ("product", {"COMPANY_CODE is another company than that of the client's product": 1}),
        ("company", {"PRODUCT_CODE belongs to another company than the client": 1}),
    ],
)
def test_a_source_that_owns_one_of_company_and_product_cannot_tear_them_apart(
    syncing: Syncing, theirs: str, reason: dict[str, int]
) -> None:
    syncing.says(record("FC-1"), record("FC-2"))
    syncing.run()
    syncing.do("update field_mappings set owns_field = false where field = %s", theirs)
    syncing.says(
        record("FC-1", company_code="PCNI", product_code="PCNI_PNP"),
        record("FC-2", full_name="Maria Clara"),
    )
    job = syncing.run()
    assert syncing.outcome(job).rejects == reason
    assert (job.counts.updated, job.counts.rejected, job.counts.missing) == (1, 1, 0)
    assert syncing.client("FC-1", "company_id") == syncing.company("FCASH")
