"""Runs that read a NextBank which breaks its word: nothing is half-applied, no client goes."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define

from clientupdater.adapters.nextbank.connecting import Account, open_nextbank
from clientupdater.adapters.nextbank.simulator import (
    CLIENT_ID,
    CLIENT_SECRET,
    Bank,
    Mishap,
    Planned,
    running,
)
from clientupdater.adapters.resilience.circuits import Circuit, Threshold
from clientupdater.adapters.resilience.source import ResilientSource
from clientupdater.domain.errors import Error
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.sync.fields import Source
from tests.support.sync_fixture import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.adapters.nextbank.http_client import Line
    from clientupdater.domain.sync.jobs import SyncJob
    from tests.support.sync_fixture import Syncing

pytestmark = [pytest.mark.rule("Y6"), pytest.mark.rule("Y12")]

MEMBERS = {"CLIENT_CODE": "code", "FULL_NAME": "name", "UPDATED_AT": "updated_at"}
LASTS, PATIENT_S = 99, 60.0
AGAIN = "Run again; if it happens again, tell the people who run the source."
FIRST, SECOND = 2, 3
"""Which request is for which page: reading begins with one for the first page as well."""
LASTING = {
    Planned(
        Mishap.DUPLICATE_PAGE, SECOND
    ): f"page 2 brings the clients of page 1 once more. {AGAIN}",
    Planned(Mishap.MISSING_PAGE, SECOND): "The source states 6 records and gave 4",
    Planned(Mishap.SHORT_TOTAL): "The source states 5 records and gave 6",
    Planned(Mishap.CIRCLE, SECOND): "page 2 leads back to one that was read",
    Planned(Mishap.EXPIRED_CURSOR, SECOND, LASTS): "keeps page 1 no more; begin again",
    Planned(Mishap.UNAUTHORIZED, SECOND, LASTS): "refuses us (401); see NEXTBANK_CLIENT_ID",
    Planned(Mishap.FORBIDDEN, SECOND, LASTS): "refuses us (403); see NEXTBANK_CLIENT_ID",
    Planned(Mishap.TOO_MANY, SECOND, LASTS): "NextBank answers 429; try again later.",
    Planned(Mishap.BUSY, SECOND, LASTS): "NextBank answers 503; try again later.",
    Planned(Mishap.BROKEN, SECOND, LASTS): "NextBank answers 500; try again later.",
    Planned(
        Mishap.SLOW, SECOND, LASTS
    ): "did not answer within 0.5 s; try again, or see NEXTBANK_TIMEOUT_MS.",
    Planned(Mishap.CUT, SECOND, LASTS): "NextBank cannot be reached or broke off",
    Planned(Mishap.NO_JSON, SECOND): f"page 2 is no JSON that can be read. {AGAIN}",
    Planned(
        Mishap.CHANGED_SCHEMA
    ): "name: the source has no such column; have it put back, or adapt",
    Planned(Mishap.CHANGED_SCHEMA, SECOND): f"page 2 has no name any more. {AGAIN}",
    Planned(Mishap.BARE_MOMENT, SECOND): "page 2 cannot be taken: its as_of names no time zone",
}
PASSING = [
    Planned(Mishap.EXPIRED_CURSOR, SECOND),
    Planned(Mishap.UNAUTHORIZED, SECOND),
    Planned(Mishap.TOO_MANY, SECOND, 3),
    Planned(Mishap.BUSY, FIRST, 3),
    Planned(Mishap.BROKEN, SECOND, 2),
    Planned(Mishap.CUT, FIRST, 2),
]

NOTHING = Planned(Mishap.CUT, times=0)


@define
class Banking:
    """A bank, and the runs that read it."""

    syncing: Syncing
    bank: Bank
    line: Line

    def mend(self) -> None:
        """Let nothing go wrong any more."""
        self.bank.plan, self.line.patience_s = (), PATIENT_S

    def says(self, *codes: str, **facts: Any) -> None:
        """Let the bank have these clients, and no others."""
        self.bank.items[:] = [_item(record(code, **facts)) for code in codes]

    def run(self) -> SyncJob:
        """Take over what it says."""
        return self.syncing.run(Source.NEXTBANK)

    def fails(self) -> str:
        """Run what cannot be done; give what stands there for who looks at night."""
        self.syncing.clock.forward(minutes=1)
        job = self.syncing.ask(Source.NEXTBANK)
        with pytest.raises(Error) as caught:
            self.syncing.runner()(job)
        failed = self.syncing.look(job)
        assert (failed.state, failed.error) == (JobStatus.FAILED, caught.value.message)
        return caught.value.message


def _item(values: dict[str, Any]) -> dict[str, Any]:
    named = {MEMBERS.get(name, name.lower()): value for name, value in values.items()}
    return {**named, "updated_at": values["UPDATED_AT"].isoformat()}


@contextmanager
def reading(syncing: Syncing) -> Iterator[Banking]:
    """Read it two clients to a page, guarded as it always is."""
    with running(Bank([])) as bank:
        account = Account(None, CLIENT_ID, CLIENT_SECRET, f"{bank.url}/oauth/token")
        circuit = Circuit("nextbank", Threshold(LASTS, timedelta(minutes=1), 2))
        with open_nextbank(bank.url, account, PATIENT_S, page_size=2) as plain:
            syncing.sources[Source.NEXTBANK] = ResilientSource(plain, circuit, first_wait_s=0.01)
            yield Banking(syncing, bank, plain.line)


@pytest.fixture
def banking(syncing: Syncing, request: pytest.FixtureRequest) -> Iterator[Banking]:
    """Take over seven clients, then let one be missing: once more, and it would be given up."""
    syncing.do(
        "update field_mappings set source_column = case source_column"
        " when 'CLIENT_CODE' then 'code' when 'FULL_NAME' then 'name'"
        " else lower(source_column) end where source = 'nextbank'"
    )
    plan: Planned = request.param
    with reading(syncing) as banking:
        banking.says(*(f"FC-{n}" for n in range(7)))
        banking.run()
        banking.says(*(f"FC-{n}" for n in range(6)))
        banking.run()
        assert syncing.one("select sum(missing_count) from client_sources") == 1
        banking.says(*(f"FC-{n}" for n in range(6)), past_due_amount="12.50")
        banking.bank.plan, banking.bank.pages_asked = (plan,), 0
        banking.line.patience_s = 0.5 if plan.mishap is Mishap.SLOW else PATIENT_S
        yield banking


def _named(plan: Planned) -> str:
    return f"{plan.mishap.name.lower()} at {plan.at}"


def require_recovered(banking: Banking) -> None:
    """Whatever happened before, the book is now as the bank says."""
    assert banking.syncing.rows(
        "select client_code, is_active, past_due_amount::text from clients order by 1"
    ) == [*((f"FC-{n}", True, "12.50") for n in range(6)), ("FC-6", False, None)]


@pytest.mark.parametrize(
    ("banking", "message"), LASTING.items(), indirect=["banking"], ids=map(_named, LASTING)
)
def test_a_run_that_cannot_be_read_changes_nothing_says_why_and_the_next_one_recovers(
    banking: Banking, message: str
) -> None:
    before = banking.syncing.book()
    assert message in banking.fails()
    assert banking.syncing.book() == before
    banking.mend()
    assert banking.run().state is JobStatus.COMPLETED
    require_recovered(banking)


@pytest.mark.parametrize("banking", PASSING, indirect=True, ids=map(_named, PASSING))
def test_a_passing_failure_within_a_run_costs_it_nothing(banking: Banking) -> None:
    done = banking.run()
    assert (done.state, done.counts.received, done.counts.vanished) == (JobStatus.COMPLETED, 6, 1)
    require_recovered(banking)


@pytest.mark.rule("Y3")
@pytest.mark.parametrize("banking", [Planned(Mishap.NESTED, SECOND)], indirect=True)
def test_Y3_clients_with_a_nested_cell_are_rejected_alone_and_count_as_delivered(
    banking: Banking,
) -> None:
    done = banking.run()
    assert (done.state, done.counts.rejected, done.counts.updated) == (JobStatus.COMPLETED, 2, 4)
    assert done.counts.vanished == 1, "their codes were read, so who is missing is known"
    assert banking.syncing.rows(
        "select distinct reasons -> 0 ->> 'column', reasons -> 0 ->> 'message', count(*) over ()"
        " from sync_rejects"
    ) == [("name", "is not flat: it holds other values", 2)]
    banking.mend()
    banking.run()
    require_recovered(banking)


@pytest.mark.parametrize("banking", [NOTHING], indirect=True)
@pytest.mark.parametrize("hours", [-3, 3])
def test_a_bank_with_a_wrong_clock_loses_no_client_and_is_read_by_its_own_clock(
    banking: Banking, hours: int
) -> None:
    banking.bank.skew = timedelta(hours=hours)
    done = banking.run()
    assert (done.state, done.counts.rejected) == (JobStatus.COMPLETED, 0)
    # By a clock that goes back, what is missing now is no later than what was missing before.
    assert done.counts.vanished == (hours > 0)
    banking.bank.skew = timedelta(hours=4)
    assert banking.run().state is JobStatus.COMPLETED
    require_recovered(banking)
