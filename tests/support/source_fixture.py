"""The same eight clients in every kind of source, three to a page."""

from __future__ import annotations

import csv
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.csvdrop import CsvDrop
from clientupdater.adapters.local.clock import MachineClock
from clientupdater.adapters.nextbank.connecting import Account, open_nextbank
from clientupdater.adapters.nextbank.dialect import Dialect
from clientupdater.adapters.nextbank.simulator import API_KEY, Bank, running
from clientupdater.adapters.resilience.circuits import Circuit, Threshold
from clientupdater.adapters.resilience.source import ResilientSource
from clientupdater.adapters.snowflake.source import open_snowflake
from clientupdater.testing.source import MemorySource
from tests.support import snowflake_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from clientupdater.ports.sources import ClientSource, RawRecord

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
CLIENTS: tuple[tuple[str, datetime | None], ...] = (
    *((f"FC-{n:06d}", MONDAY + timedelta(hours=n)) for n in range(7)),
    ("FC-000099", None),
)


@frozen
class SourceCase:
    """A source, what it should deliver, and another one that reads the same."""

    again: Callable[[], ClientSource]
    source: ClientSource
    records: list[RawRecord]
    code: str = "CLIENT_CODE"

    @classmethod
    def of(
        cls, make: Callable[[], ClientSource], records: list[RawRecord], *code: str
    ) -> SourceCase:
        return cls(make, make(), records, *code)

    def code_of(self, record: RawRecord) -> object:
        return record[self.code]


def _columns(records: tuple[tuple[str, object], ...]) -> list[RawRecord]:
    return [{"CLIENT_CODE": code, "UPDATED_AT": at} for code, at in records]  # type: ignore[dict-item] # as each source tells it


@contextmanager
def memory(_: Path) -> Iterator[SourceCase]:
    records = _columns(CLIENTS)
    yield SourceCase.of(lambda: MemorySource(records, MachineClock(), page_size=3), records)


@contextmanager
def guarded(_: Path) -> Iterator[SourceCase]:
    records = _columns(CLIENTS)
    circuit = Circuit("memory", Threshold(3, timedelta(seconds=9), 1))
    plain = MemorySource(records, MachineClock(), page_size=3)
    yield SourceCase.of(lambda: ResilientSource(plain, circuit), records)


@contextmanager
def csv_drop(folder: Path) -> Iterator[SourceCase]:
    records = _columns(tuple((code, at.isoformat() if at else "") for code, at in CLIENTS))
    with (folder / "book.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["CLIENT_CODE", "UPDATED_AT"])
        writer.writeheader()
        writer.writerows(records)
        file.write(f"TRAILER,{len(records)}\r\n")
    yield SourceCase.of(lambda: CsvDrop(folder, page_size=3), records)


@contextmanager
def nextbank(_: Path) -> Iterator[SourceCase]:
    items = [{"code": code, "updated_at": at.isoformat() if at else None} for code, at in CLIENTS]
    with ExitStack() as stack:
        bank = stack.enter_context(running(Bank(items)))

        def again() -> ClientSource:
            opened = open_nextbank(bank.url, Account(api_key=API_KEY), page_size=3)
            return stack.enter_context(opened)

        yield SourceCase.of(again, [*items], "code")


ANOTHER_DIALECT = Dialect(
    "core/2/customers",
    "core/2/customer/{code}/card",
    {
        "items": "data.rows",
        "next_cursor": "page.next",
        "as_of": "generated",
        "total": "page.count",
        "deleted": "erased",
    },
    {"updated_since": "since", "cursor": "from", "limit": "size"},
)


@contextmanager
def nextbank_in_another_dialect(_: Path) -> Iterator[SourceCase]:
    items = [{"no": code, "touched": at.isoformat() if at else None} for code, at in CLIENTS]
    theirs = Bank(
        [*items],
        dialect=ANOTHER_DIALECT,
        api_key_header="Bank-Key",
        code="no",
        changed="touched",
    )
    with ExitStack() as stack:
        bank = stack.enter_context(running(theirs))
        account = Account(api_key=API_KEY, api_key_header="Bank-Key")

        def again() -> ClientSource:
            opened = open_nextbank(bank.url, account, page_size=3, dialect=ANOTHER_DIALECT)
            return stack.enter_context(opened)

        yield SourceCase.of(again, [*items], "no")


@contextmanager
def snowflake(folder: Path) -> Iterator[SourceCase]:
    moments = tuple((code, at.replace(tzinfo=None) if at else None) for code, at in CLIENTS)
    with ExitStack() as stack:
        fake_snowflake = stack.enter_context(snowflake_server.running())
        fake_snowflake.fill(
            "create table client_view (client_code varchar, updated_at timestamp_ntz)"
        )
        for code, at in moments:
            message = f"'{at}'" if at else "null"
            fake_snowflake.fill(f"insert into client_view values ('{code}', {message})")
        account = fake_snowflake.account(snowflake_server.written_key(folder))
        yield SourceCase.of(
            lambda: stack.enter_context(open_snowflake(account, page_size=3)), _columns(moments)
        )


SOURCES: Mapping[str, Callable[[Path], AbstractContextManager[SourceCase]]] = {
    "memory": memory,
    "guarded": guarded,
    "csv": csv_drop,
    "nextbank": nextbank,
    "nextbank in another dialect": nextbank_in_another_dialect,
    "snowflake": snowflake,
}
