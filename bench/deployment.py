"""What stands around the measured server in production: PgBouncer, a streaming replica, Redis.

All of it runs on this machine, and so takes processor time that it would not take from the server
and the database elsewhere.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import psycopg
from attrs import field, frozen
from bench.processes import child_named
from tests.support.replicas import streaming_replica
from tests.support.servers import free_port, pgbouncer, pgbouncer_program, redis_process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.http_world import World
    from tests.support.replicas import StreamingReplica

POOLED_CONNECTIONS = 8
"""Half as many as two processes of the server would open by themselves."""


@frozen(kw_only=True)
class Parts:
    """Which of them run."""

    pooler: bool = False
    replica: bool = False
    redis: bool = False


@frozen(kw_only=True)
class Deployment:
    """The address and the settings for the server, and the processes around it."""

    url: str = field(repr=False)
    settings: dict[str, str] = field(repr=False)
    processes: dict[str, int]
    replica: StreamingReplica | None = None


@contextmanager
def deployment(world: World, parts: Parts, data: Path | None) -> Iterator[Deployment]:
    """Run the parts around a full database; the replica's copy of it is kept beside `data`."""
    url, settings, processes, replica = world.database.app_url, {}, {}, None
    with ExitStack() as stack:
        if parts.replica:
            folder = stack.enter_context(_folder_of_replica(data))
            stack.enter_context(_log_kept(world))
            replica = stack.enter_context(streaming_replica(world.postgres, folder))
            replica.execute("alter system set hot_standby_feedback = on")
            replica.execute("select pg_reload_conf()")
            settings["DATABASE_REPLICA_URL"] = replica.url(world.database.app_url)
            processes["replica"] = replica.pid
        if parts.redis:
            settings["REDIS_URL"] = stack.enter_context(redis_process(free_port()))
            processes["Redis"] = child_named("redis-server")
        if parts.pooler:
            if not pgbouncer_program():
                raise click.ClickException("no PgBouncer; install it (apt install pgbouncer)")
            settings["DATABASE_DIRECT_URL"] = world.database.app_url
            url = stack.enter_context(pgbouncer(world.database, at_most=POOLED_CONNECTIONS))
            processes["PgBouncer"] = child_named("pgbouncer")
        yield Deployment(url=url, settings=settings, processes=processes, replica=replica)


@contextmanager
def _log_kept(world: World) -> Iterator[None]:
    """Keep the log for a replica that is behind: a sync of many clients writes gigabytes."""
    with psycopg.connect(world.database.superuser_url, autocommit=True) as connection:
        connection.execute("alter system set wal_keep_size = '8GB'")
        connection.execute("select pg_reload_conf()")
    try:
        yield
    finally:
        with psycopg.connect(world.database.superuser_url, autocommit=True) as connection:
            connection.execute("alter system reset wal_keep_size")


@contextmanager
def _folder_of_replica(data: Path | None) -> Iterator[Path]:
    """Make a folder on the disk that has the database, and not in memory: the copy is as large."""
    if data is None:
        with tempfile.TemporaryDirectory(prefix="clientupdater-bench-") as name:
            Path(name).chmod(0o711)
            yield Path(name)
        return
    folder = data / "replica"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
