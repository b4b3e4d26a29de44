"""How much disk clients, rows and events take, and how long a dump and a restore do.

    .venv/bin/python bench/disk.py 20000

fills a database with the demo's clients, and prints what docs/operations.md names.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.servers import postgres

from clientupdater.adapters.postgres.admin.backups import PostgresBackups
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.demo_data import fill

PER_ITEM = {
    "client": ("clients", ("clients", "client_words", "client_assignments")),
    "row of a period": ("client_period_status", ("client_period_status", "row_count_changes")),
    "event": ("status_events", ("status_events",)),
}
_ITEMS = "select count(*) from {}"
_BYTES = "select sum(pg_total_relation_size(name::regclass))::bigint from unnest(%s::text[]) name"


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(clients: int) -> None:
    with postgres() as cluster, TemporaryDirectory() as folder:
        for name in ("filled", "restored"):
            cluster.create_database(name)
        maintenance = PostgresMaintenance(cluster.owner_url("filled"))
        maintenance.migrate()
        maintenance.seed()
        zone = ZoneInfo("Asia/Manila")
        fill(cluster.worker_url("filled"), clients=clients, now=datetime.now(UTC), zone=zone)
        print_sizes(cluster.admin_url("filled"))
        dump, begun = Path(folder) / "night.dump", time.monotonic()
        size = PostgresBackups(cluster.owner_url("filled")).dump(dump)
        say(f"dump: {size / 1e6:.0f} MB in {time.monotonic() - begun:.0f} s")
        begun = time.monotonic()
        PostgresBackups(cluster.owner_url("restored")).restore(dump)
        say(f"restore: {time.monotonic() - begun:.0f} s")


def print_sizes(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")
        row = connection.execute("select pg_database_size(current_database())").fetchone()
        say(f"database: {row[0] / 1e6:.0f} MB" if row else "")
        for item, (counted, tables) in PER_ITEM.items():
            count = connection.execute(_ITEMS.format(counted).encode()).fetchone()
            total = connection.execute(_BYTES, [list(tables)]).fetchone()
            if count and total:
                say(f"{item}: {count[0]} take {total[0] / count[0]:.0f} bytes each")


if __name__ == "__main__":
    main(int(sys.argv[1]))
