"""Measure how long each way of reading takes, and how much memory.

Run it by `python -m tests.support.snowflake_connector`.

The server runs in a process of its own, each reader in one as well, so that what a reader holds at
its most is its own. Take the middle of several turns: the machine has other things to do.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from clientupdater.adapters.snowflake.session import Session
from clientupdater.adapters.snowflake.source import SnowflakeView
from tests.support import snowflake_server
from tests.support.snowflake_server import FakeSnowflake, written_key

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

CHUNK = 20_000
TURNS = 3
COLUMNS = (
    "'FC-' || lpad(n::varchar, 6, '0') as client_code",
    "timestamp '2026-11-23 05:00:00' as updated_at",
    "'Dela Cruz, Ana ' || n as full_name",
    "'FCASH' as company_code",
    "'34-' || n as pension_number",
    "date '1950-01-02' as birth_date",
    "'0917' || lpad(n::varchar, 7, '0') as contact_number",
    "'SSS' as pension_type",
    "'B' || n % 200 as branch_code",
    "'0-29' as par_status",
    "(n / 10)::number(15, 2) as past_due_amount",
    "n as version",
)


def serve(rows: int, ready: Connection) -> None:
    """Fill a view and serve it until it is stopped."""
    with snowflake_server.running() as fake_snowflake:
        fake_snowflake.chunk_rows = CHUNK
        numbers = (
            f"select row_number() over (order by 1) as n from table(generator(rowcount => {rows}))"
        )
        fake_snowflake.fill(
            f"create table client_view as select {', '.join(COLUMNS)} from ({numbers})"
        )
        ready.send((fake_snowflake.port, fake_snowflake.database))
        ready.recv()


def read(port: int, database: str, connection: Connection, *, in_tables: bool) -> None:
    """Read it all; tell how long that took and how much memory more at its most."""
    fake_snowflake = FakeSnowflake(port, database)
    account = fake_snowflake.account(written_key(Path(tempfile.mkdtemp())))
    source = SnowflakeView(Session(account, in_tables=in_tables))
    fetch = source.begin()
    before = _peak_mb()
    begun, records, position = time.perf_counter(), 0, None
    while records == 0 or position is not None:
        page = source.page(fetch, position)
        records, position = records + len(page.records), page.position
    took = time.perf_counter() - begun
    connection.send(
        {"records": records, "seconds": round(took, 2), "growth_mb": _peak_mb() - before}
    )


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(rows: int) -> None:
    """Read by each way in turn."""
    fresh = multiprocessing.get_context("spawn")
    ours, theirs = fresh.Pipe()
    server = fresh.Process(target=serve, args=(rows, theirs))
    server.start()
    port, database = ours.recv()
    for in_tables in (True, False) * TURNS:
        here, there = fresh.Pipe()
        reader = fresh.Process(
            target=read, args=(port, database, there), kwargs={"in_tables": in_tables}
        )
        reader.start()
        values = {"way": "tables" if in_tables else "rows", **here.recv()}
        reader.join()
        sys.stdout.write(json.dumps(values) + "\n")
    ours.send("stop")
    server.join()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
