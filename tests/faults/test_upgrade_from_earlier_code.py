"""The code before the newest migrations serves while they run, and beside the code of today.

That code comes from the history of the repository; in a checkout without it, this is skipped.
"""

from __future__ import annotations

import itertools
import subprocess
import tarfile
import threading
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import httpx
import pytest

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.admin.sql_files import bundled
from tests.entrypoints.test_cli_long_running import KEYS
from tests.faults.test_several_servers import UNLIMITED
from tests.faults.test_updates_through_faults import places_of_callers
from tests.support.commands import COMMAND, environment
from tests.support.forked_servers import forked_server
from tests.support.http_server import WITHOUT_TLS
from tests.support.recorded_calls import READS, Load, MixedCaller, require_all_kept_once
from tests.support.servers import free_port
from tests.support.signed_scopes import verify_scopes
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

ROOT = Path(__file__).parents[2]
STEPS = 3
CALLS = 40


def of_repository(*arguments: str) -> bytes:
    """Ask git; nothing where there is no history to ask."""
    command = [which("git") or "git", "-C", str(ROOT), *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return b""


@pytest.fixture
def earlier_code(tmp_path: Path) -> Path:
    """Give the code of the commit before the newest migrations."""
    oldest = bundled().migrations()[-STEPS].path.name
    asked = ("log", "--diff-filter=A", "--format=%H", "--", f"sql/migrations/{oldest}")
    added = of_repository(*asked).decode().split()
    archive = of_repository("archive", f"{added[-1]}^", "src", "sql") if added else b""
    if not archive:
        pytest.skip("the history of the repository is not here")
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(tmp_path, filter="data")
    return tmp_path


@contextmanager
def earlier_server(code: Path, database: Database) -> Iterator[str]:
    port = free_port()
    settings = {**KEYS, **UNLIMITED, "DATABASE_URL": database.app_url}
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(port)],
        env={**environment(**settings), "PYTHONPATH": str(code / "src")},
        cwd=code,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    with process:
        try:
            wait_until(lambda: process.poll() is not None or is_ready(base))
            yield base
        finally:
            process.terminate()


def is_ready(base: str) -> bool:
    try:
        return httpx.get(f"{base}/readyz", verify=WITHOUT_TLS).is_success
    except httpx.TransportError:
        return False


def test_earlier_code_serves_while_the_newest_migrations_run_and_beside_todays(
    database: Database, earlier_code: Path
) -> None:
    callers = [MixedCaller(*each) for each in places_of_callers(database)]
    load = Load([*callers])
    verify_scopes(database)
    maintenance = PostgresMaintenance(database.owner_url)
    maintenance.rollback(STEPS)
    done: list[str] = []
    migrating = threading.Thread(
        target=lambda: done.extend(each.name for each in maintenance.migrate())
    )
    with earlier_server(earlier_code, database) as earlier:
        bases = itertools.cycle([earlier])
        for each in load.callers:
            each.base = lambda: next(bases)
        with load.running():
            load.pass_calls(CALLS)
            migrating.start()
            load.pass_calls(CALLS)
            migrating.join()
            load.pass_calls(CALLS)
            settings = {"DATABASE_URL": database.app_url, **UNLIMITED}
            with forked_server(**settings) as today:
                bases = itertools.cycle([earlier, today.base])
                load.pass_calls(CALLS)
                bases = itertools.cycle([earlier])
                load.pass_calls(CALLS)
    assert len(done) == STEPS
    assert load.felt.errors == {}
    assert all(each.reads > len(READS) for each in callers)
    require_all_kept_once(database.superuser_url, load.callers)
