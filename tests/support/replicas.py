"""A PostgreSQL that another one is copied to, as its log is written: a streaming replica."""

from __future__ import annotations

import signal
import subprocess
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg
from attrs import define, field

from clientupdater.adapters.postgres.admin.binaries import find
from clientupdater.adapters.postgres.admin.data_directory import (
    environment,
    hand_over,
    identity_for,
)
from clientupdater.runtime import child_process
from tests.support.servers import folder_of_data, free_port
from tests.support.waiting import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clientupdater.adapters.postgres.admin.embedded import EmbeddedPostgres


@define(eq=False)
class StreamingReplica:
    """One server, which can be behind, away and promoted."""

    primary: EmbeddedPostgres
    folder: Path
    port: int = field(factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def url(self, of_primary: str) -> str:
        """Give the address here of a login and database of the primary."""
        parts = urlsplit(of_primary)
        netloc = parts.netloc.replace(f":{parts.port}", f":{self.port}")
        return urlunsplit(parts._replace(netloc=netloc))

    def copy(self) -> None:
        subprocess.run(
            [
                *(find().folder / "pg_basebackup", "--write-recovery-conf", "--no-sync"),
                *("--checkpoint=fast", "--pgdata", self.folder / "data"),
                *("--dbname", self.primary.superuser_url),
            ],
            check=True,
            capture_output=True,
        )

    def start(self) -> None:
        binaries, data = find(), self.folder / "data"
        identity = identity_for(binaries, self.folder)
        hand_over(data, identity)
        options = {"port": str(self.port), "unix_socket_directories": "", "fsync": "off"}
        argv: list[str | Path] = [binaries.postgres, "-D", data]
        argv += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = child_process.command(argv, death_signal=signal.SIGINT, identity=identity)
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, env=environment()
            )
        wait_until(self.answers)

    def stop(self, sign: signal.Signals = signal.SIGINT) -> None:
        if self._process:
            self._process.send_signal(sign)
            self._process.wait(PATIENCE_S)
            self._process = None

    def execute(self, sql: str) -> None:
        with psycopg.connect(self.url(self.primary.superuser_url), autocommit=True) as connection:
            connection.execute(sql.encode())

    def answers(self) -> bool:
        try:
            self.execute("select 1")
        except psycopg.OperationalError:
            return False
        return True

    def scans(self, of_primary: str) -> int:
        """Count the scans of a database's tables that were done here."""
        query = "select sum(seq_scan + coalesce(idx_scan, 0)) from pg_stat_user_tables"
        with psycopg.connect(self.url(of_primary)) as connection:
            ((count,),) = connection.execute(query).fetchall()
        return int(count)

    @contextmanager
    def behind(self) -> Iterator[None]:
        """Receive the log, and replay none of it."""
        self.execute("select pg_wal_replay_pause()")
        try:
            yield
        finally:
            self.execute("select pg_wal_replay_resume()")


@contextmanager
def streaming_replica(
    primary: EmbeddedPostgres, folder: Path | None = None
) -> Iterator[StreamingReplica]:
    """Run a copy, in memory where it has room; a large one needs an empty folder on a disk."""
    with ExitStack() as stack:
        replica = StreamingReplica(primary, folder or stack.enter_context(folder_of_data()))
        replica.copy()
        stack.callback(replica.stop)
        replica.start()
        yield replica
