"""A database, a source in memory, and the runs that sync it."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from attrs import define, evolve, field
from psycopg.types.json import Jsonb

from clientupdater.domain.ids import CompanyId, PersonId, SyncJobId
from clientupdater.domain.sync.fields import BUILT_IN_SOURCES, Source
from clientupdater.domain.sync.jobs import Mode, SyncJob, SyncRequest
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.testing.source import MemorySource
from clientupdater.usecases.clients.client_access import ClientAccess
from clientupdater.usecases.sync.input import SyncInput
from clientupdater.usecases.sync.one_client import OneClient
from clientupdater.usecases.sync.run import RunSync
from clientupdater.usecases.sync.service import SyncRuns
from tests.support.staff_fixture import NOW, HandClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
    from clientupdater.domain.sync.outcome import Outcome
    from clientupdater.ports.sources import ClientSource, RawRecord

MANILA = ZoneInfo("Asia/Manila")
MAPPINGS = {
    "client_code": ("CLIENT_CODE", ["trim", "upper"], True),
    "full_name": ("FULL_NAME", ["squeeze_spaces"], True),
    "company": ("COMPANY_CODE", ["trim", "upper", "lookup:companies"], True),
    "pension_number": ("PENSION_NUMBER", ["strip_spaces_and_dashes"], True),
    "birth_date": ("BIRTH_DATE", ["date"], True),
    "contact_number": ("CONTACT_NUMBER", ["ph_number"], True),
    "contact_number_alt": ("CONTACT_NUMBER_ALT", ["ph_number"], True),
    "pension_type": ("PENSION_TYPE", ["lookup:pension_types"], True),
    "pensioner_type": ("PENSIONER_TYPE", ["lookup:pensioner_types"], True),
    "product": ("PRODUCT_CODE", ["lookup:products"], True),
    "branch": ("BRANCH_CODE", ["lookup:branches"], True),
    "par_status": ("PAR_STATUS", ["days_past_due", "lookup:par_statuses"], False),
    "account_type": ("ACCOUNT_TYPE", ["lookup:account_types"], True),
    "past_due_amount": ("PAST_DUE_AMOUNT", ["decimal"], False),
    "loan_status": ("LOAN_STATUS", ["trim", "upper"], False),
    "source_updated_at": ("UPDATED_AT", ["moment"], True),
}
NEXTBANK_OWNS = {"par_status", "past_due_amount", "loan_status"}
WRITTEN = (
    "select relname::text, n_tup_ins + n_tup_upd + n_tup_del from pg_stat_user_tables"
    " where relname in ('clients', 'client_sources', 'client_sync_history', 'client_words',"
    " 'client_period_status', 'status_events', 'client_assignments')"
)
BOOK = {
    "clients": "select * from clients order by client_code",
    "sources": "select * from client_sources order by source, client_id",
    "history": "select * from client_sync_history order by id",
    "rows": "select * from client_period_status order by id",
    "events": "select * from status_events order by id",
    "watermarks": "select * from sync_watermarks order by id",
}
BLANK = dict.fromkeys((column for column, _, _ in MAPPINGS.values()), None)


def record(code: str, **facts: Any) -> dict[str, Any]:
    """Make a source's record of a client, with defaults."""
    usual = {
        "CLIENT_CODE": code,
        "FULL_NAME": "Juan dela Cruz",
        "COMPANY_CODE": "FCASH",
        "PRODUCT_CODE": "FCASH_SSS",
        "BRANCH_CODE": "CAL",
        "PAR_STATUS": "do_not_show",
        "UPDATED_AT": datetime(2026, 11, 1, tzinfo=UTC),
    }
    return {**BLANK, **usual, **{name.upper(): value for name, value in facts.items()}}


@define
class Syncing:
    work: PostgresUnitsOfWork
    url: str
    clock: HandClock = field(factory=HandClock)
    records: dict[str, dict[str, Any]] = field(factory=dict)
    sources: dict[Source, ClientSource] = field(factory=dict)
    page_size: int = 3

    def set_up(self) -> Syncing:
        """Add branches and the mappings."""
        with psycopg.connect(self.url) as connection:
            for code in ("CAL", "DAV", "BAG"):
                connection.execute(
                    "insert into branches (code, name) values (%s, %s)", (code, f"Branch {code}")
                )
            connection.execute("delete from field_mappings")
            for source in BUILT_IN_SOURCES:
                for name, (column, steps, owns) in MAPPINGS.items():
                    theirs = name in NEXTBANK_OWNS if source == Source.NEXTBANK else owns
                    connection.execute(
                        "insert into field_mappings"
                        " (source, field, source_column, transform, owns_field)"
                        " values (%s, %s, %s, %s, %s)",
                        (str(source), name, column, Jsonb(steps), theirs),
                    )
        return self

    # --- the source

    def says(self, *records: Mapping[str, Any]) -> None:
        """Add these records to the source, in place of those of the same clients."""
        for each in records:
            self.records[each["CLIENT_CODE"]] = dict(each)

    def forgets(self, *codes: str) -> None:
        """Remove these clients from the source."""
        for code in codes:
            del self.records[code]

    def source(self) -> MemorySource:
        listed: list[RawRecord] = list(self.records.values())
        return MemorySource(listed, self.clock, page_size=self.page_size)

    # --- runs

    def runner(self, source: ClientSource | None = None, **facts: Any) -> RunSync:
        sources = dict.fromkeys(BUILT_IN_SOURCES, source or self.source())
        reader = SyncInput(self.work, self.clock, {**sources, **self.sources}, timedelta(hours=1))
        return evolve(RunSync(self.work, self.clock, MANILA, reader), **facts)

    def runs(self) -> SyncRuns:
        one_client = OneClient(self.work, self.clock, MANILA, self.sources)
        clients = ClientAccess(self.work, self.clock, MANILA)
        return SyncRuns(self.work, self.clock, self.runner(), clients, one_client)

    def ask(self, source: Source = Source.SNOWFLAKE, **asked: Any) -> SyncJobId:
        with self.work.begin(SYSTEM) as tx:
            return tx.sync_jobs.create(SyncRequest(source, **asked), None, self.clock.now()).id

    def run(self, source: Source = Source.SNOWFLAKE, **asked: Any) -> SyncJob:
        """Request a run and do it; time passes."""
        self.clock.forward(minutes=1)
        return self.runner()(self.ask(source, **asked))

    def preview(self, **asked: Any) -> SyncJob:
        """Preview a run."""
        return self.run(mode=Mode.PREVIEW, **asked)

    def approve(self, job: SyncJob) -> SyncJob:
        """Approve a plan and apply it."""
        with self.work.begin(SYSTEM) as tx:
            result = tx.sync_jobs.find(job.id)
            assert result is not None
            tx.sync_jobs.approve(result, self.somebody(), self.clock.now())
        return self.runner()(job.id)

    def outcome(self, job: SyncJob) -> Outcome:
        """Read a run's outcome."""
        with self.work.begin(SYSTEM) as tx:
            result = tx.sync_jobs.plan(job.id)
        assert result is not None
        return result

    def look(self, job: SyncJobId) -> SyncJob:
        with self.work.begin(SYSTEM) as tx:
            result = tx.sync_jobs.find(job)
        assert result is not None
        return result

    # --- the book

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql.encode(), values).fetchall()

    def one(self, sql: str, *values: object) -> Any:
        ((value,),) = self.rows(sql, *values)
        return value

    def do(self, sql: str, *values: object) -> None:
        """Write to the database as its superuser."""
        with psycopg.connect(self.url) as connection:
            connection.execute(sql.encode(), values)

    def book(self) -> dict[str, list[tuple[Any, ...]]]:
        """Read all client data that a run may change, and the absences."""
        return {name: self.rows(sql) for name, sql in BOOK.items()}

    def written(self) -> dict[str, int]:
        """Count the written rows of clients, by the server's counters."""
        with ExitStack() as stack:
            for _ in range(self.work.pool.get_stats()["pool_size"]):
                connection = stack.enter_context(self.work.pool.connection())
                connection.execute("select pg_stat_force_next_flush()")
        return dict(self.rows(WRITTEN))

    def client(self, code: str, *columns: str) -> Any:
        result = self.rows(
            f"select {', '.join(columns)} from clients where client_code = %s",
            code,
        )
        (columns_found,) = result
        return columns_found[0] if len(columns) == 1 else columns_found

    def history(self, code: str) -> list[tuple[Any, ...]]:
        """Read the changes that runs made to a client."""
        return self.rows(
            "select field_changed, old_value, new_value from client_sync_history h"
            " join clients c on c.id = h.client_id where c.client_code = %s"
            " order by changed_at, field_changed",
            code,
        )

    def events(self, code: str) -> list[tuple[Any, ...]]:
        """Read the events of a client's rows."""
        return self.rows(
            "select s.period, e.event_sequence, e.kind, e.exempt_cause, b.code"
            " from status_events e"
            " join client_period_status s on s.id = e.client_period_status_id"
            " join clients c on c.id = s.client_id join branches b on b.id = e.branch_id"
            " where c.client_code = %s order by s.period, e.event_sequence",
            code,
        )

    def company(self, code: str) -> CompanyId:
        return CompanyId(self.one("select id from companies where code = %s", code))

    def somebody(self) -> PersonId:
        """Add a person."""
        result = self.rows("select id from users limit 1")
        if not result:
            result = self.rows(
                "insert into users (email) values ('ana@example.com') returning id",
            )
        return PersonId(UUID(str(result[0][0])))


def born(year: int) -> date:
    return date(year, 5, 17)


__all__ = ["MANILA", "NOW", "Syncing", "born", "record"]
