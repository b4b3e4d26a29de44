"""Syncs that go on while something is measured: the project's own command, over a CSV file.

Two files describe the same clients; from one to the other 5 % of them change. A sync of either
finds the other applied, so each run has the same work.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import psycopg
from attrs import define, field
from bench.processes import cpu_seconds
from tests.entrypoints.test_cli_long_running import KEYS
from tests.support.commands import COMMAND, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.http_world import World

ADMIN = "admin@example.com"
RIGHTS = """
with person as (insert into users (email) values ('admin@example.com') returning id)

insert into user_permissions (user_id, permission_id, scope)
select person.id, p.id, 'all' from person cross join permissions p
"""
KNOWN = """
update clients
set
    contact_number = '+63' || substr(contact_number, 2),
    sync_source = 'csv',
    last_synced_at = now();
insert into client_sources (client_id, source, source_version, contact_number, last_seen_at)
select id, 'csv', '2020-01-01', contact_number, now() from clients;
update field_mappings set owns_field = true where source = 'csv'
"""
"""Every client is known as the first file has it, but for those that change."""
RECORDS = """
copy (
    select
        c.client_code as "CLIENT_CODE",
        c.full_name || case when kind = 1 then '{letter}' else '' end as "FULL_NAME",
        co.code as "COMPANY_CODE", '' as "PENSION_NUMBER", '' as "BIRTH_DATE",
        c.contact_number as "CONTACT_NUMBER",
        case when kind = 2 then '0917000000{digit}' else '' end as "CONTACT_NUMBER_ALT",
        '' as "PENSION_TYPE", '' as "PENSIONER_TYPE", p.code as "PRODUCT_CODE",
        b.code as "BRANCH_CODE", ps.code as "PAR_STATUS", '' as "ACCOUNT_TYPE",
        c.past_due_amount + case when kind = 0 then 0.2{digit} else 0 end as "PAST_DUE_AMOUNT",
        c.loan_status || case when kind = 3 then '_{letter}' else '' end as "LOAN_STATUS",
        date_trunc('day', now()) as "UPDATED_AT"
    from clients c
    cross join lateral (select substr(c.client_code, 2)::bigint) number (n)
    cross join lateral (select case when n % 20 = 3 then n / 20 % 4 end) change (kind)
    join companies co on co.id = c.company_id
    join products p on p.id = c.product_id
    join branches b on b.id = c.branch_id
    join par_statuses ps on ps.id = c.par_status_id
    order by c.client_code
) to stdout (format csv, header)
"""
"""Of the clients that change, a quarter each has another amount, name, number or loan status."""


@define
class Syncs:
    """Runs of the sync, one after the other."""

    url: str
    folders: tuple[Path, Path]
    runs: int = 0
    _finished_cpu: float = 0.0
    _running: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _stopping: bool = False

    @property
    def cpu_seconds(self) -> float:
        """The CPU of the command itself; PostgreSQL's is its own."""
        running = self._running
        return self._finished_cpu + (cpu_seconds(running.pid) if running else 0)

    def first(self) -> None:
        """Sync once, whatever the source changes; later runs then have little to do."""
        job = json.loads(self._command(self.folders[0], "run", "csv", "--json"))
        if job["state"] == "held":
            self._command(self.folders[0], "approve", job["id"], "--json")

    def repeat(self) -> None:
        while not self._stopping:
            self.runs += 1
            self._command(self.folders[self.runs % 2], "run", "csv", "--json")

    def stop(self) -> None:
        """Cancel the run that is under way."""
        self._stopping = True
        if running := self._running:
            running.terminate()

    def _command(self, folder: Path, *words: str) -> str:
        values = environment(DATABASE_URL=self.url, CSV_DROP_DIR=str(folder), **KEYS)
        command = [*COMMAND, "sync", *words, "--as", ADMIN]
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as log:
            process = subprocess.Popen(command, env=values, stdout=out, stderr=log)  # noqa: S603 — ours
            self._running = process
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self._running = None
            self._finished_cpu += used.ru_utime + used.ru_stime
            out.seek(0)
            log.seek(0)
            if status and not self._stopping:
                click.echo(f"# the sync ended with {status}: {log.read()[-2000:]}", err=True)
            return out.read()


@contextmanager
def syncs(world: World) -> Iterator[Syncs]:
    """Write the files, sync once, then sync again and again in the background."""
    with tempfile.TemporaryDirectory() as name:
        folders = Path(name) / "one", Path(name) / "two"
        for number, folder in enumerate(folders):
            folder.mkdir()
            _write(world, folder / "clients.csv", digit=str(number), letter="ab"[number])
        result = Syncs(world.database.worker_url, folders)
        result.first()
        world.settle()
        thread = threading.Thread(target=result.repeat)
        thread.start()
        try:
            yield result
        finally:
            result.stop()
            thread.join()


def _write(world: World, path: Path, **variant: str) -> None:
    with psycopg.connect(world.database.superuser_url) as connection:
        if not world.rows("select from users where email = %s", (ADMIN,)):
            connection.execute(RIGHTS)
            connection.execute("set local session_replication_role = replica")
            connection.execute(KNOWN)
        with path.open("wb") as file, connection.cursor().copy(RECORDS.format(**variant)) as copy:
            for chunk in copy:
                file.write(chunk)
