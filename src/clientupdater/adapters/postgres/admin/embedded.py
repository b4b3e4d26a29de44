"""PostgreSQL as a child process: for ``demo``, and for tests without Docker.

One directory holds everything: the data, the log, the last port, and the passwords, which only its
user can read. The server listens on 127.0.0.1 alone, with scram, and on no Unix socket, whose path
could be too long. It shuts down cleanly with its parent, even a killed one (see `child_process`).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

from attrs import define, field

from clientupdater.adapters.postgres.admin import postmaster
from clientupdater.adapters.postgres.admin.binaries import Source, find
from clientupdater.adapters.postgres.admin.cluster import Cluster
from clientupdater.adapters.postgres.admin.data_directory import (
    Passwords,
    environment,
    hand_over,
    identity_for,
    initialise,
    major_of,
)
from clientupdater.domain.errors import Conflict, Unavailable
from clientupdater.runtime import child_process

if TYPE_CHECKING:
    from types import TracebackType

    from clientupdater.adapters.postgres.admin.binaries import Binaries
    from clientupdater.runtime.child_process import Identity

_PATIENCE = 60.0
_SERVICE = "the embedded PostgreSQL"
_FASTER = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_preload_libraries": "plpgsql",  # once, and not by each connection
}


def _absolute(path: Path) -> Path:
    return path.absolute()


@define
class EmbeddedPostgres:
    """A server on the data in ``directory``, from ``start`` to ``stop``.

    ``fsync=False`` is for tests alone: a crash of the machine would lose the data.
    """

    directory: Path = field(converter=_absolute)
    source: Source = Source.ANY
    fsync: bool = True
    identity: Identity | None = None
    """The user it runs as; None: this process's user, or another than root."""
    _held: IO[str] | None = field(default=None, init=False, repr=False)
    _child: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _port: int = field(default=0, init=False)

    def start(self, *, fresh: bool = False) -> None:
        """Start the server, with the roles and the software's database.

        A ``fresh`` start throws the data of the directory away first.
        """
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError(
                "start it from the main thread: it ends with the thread that starts it"
            )
        self._held = _claim(self.directory)
        try:
            postmaster.clear_leftover(self._data)
            if fresh:
                _empty(self.directory)
            self._bring_up()
            self._provision()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server; every acknowledged commit is on disk."""
        child, self._child = self._child, None
        if child is not None:
            postmaster.bring_down(child.pid, lambda patience: _ended(child, patience))
        held, self._held = self._held, None
        if held is not None:
            held.close()

    def __enter__(self) -> EmbeddedPostgres:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._child.pid if self._child else 0

    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def cluster(self) -> Cluster:
        words = Passwords.kept_in(self.directory)
        url = f"postgresql://postgres:{words.superuser}@127.0.0.1:{self._port}/postgres"
        return Cluster(url, words.owner, words.login, words.worker)

    @property
    def superuser_url(self) -> str:
        return self.cluster.superuser_url

    @property
    def owner_url(self) -> str:
        return self.cluster.owner_url()

    @property
    def app_url(self) -> str:
        return self.cluster.app_url()

    @property
    def worker_url(self) -> str:
        return self.cluster.worker_url()

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    @property
    def _log(self) -> Path:
        return self.directory / "postgres.log"

    def _bring_up(self) -> None:
        binaries = find(self.source, major=major_of(self._data))
        identity = self.identity or identity_for(binaries, self.directory)
        if not self._data.exists():
            initialise(self.directory, binaries, identity, durable=self.fsync)
        hand_over(self._data, identity)
        self._port = _free_port(self.directory / "port")
        self._child = self._spawn(binaries, identity)
        self._wait_until_ready(self._child)

    def _spawn(self, binaries: Binaries, identity: Identity) -> subprocess.Popen[bytes]:
        """Run it in a session of its own: Ctrl-C reaches the parent, which stops it in order."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **({} if self.fsync else _FASTER),
        }
        argv: list[str | Path] = [binaries.postgres, "-D", self._data]
        for name, value in options.items():
            argv += ["-c", f"{name}={value}"]
        with self._log.open("wb") as log:
            return subprocess.Popen(  # noqa: S603 — programs that we chose
                child_process.command(argv, death_signal=signal.SIGINT, identity=identity),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                env=environment(),
                start_new_session=True,
            )

    def _wait_until_ready(self, child: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not postmaster.is_ready(self._data, child.pid):
            if child.poll() is not None or time.monotonic() > deadline:
                text = "\n".join(["did not start; its log ends with:", *_tail(self._log)])
                raise Unavailable(_SERVICE, f"{_SERVICE} in {self.directory} {text}")
            time.sleep(0.005)

    def _provision(self) -> None:
        """Make roles and database, and the roles again for another version of their script.

        The file that says which version it was is written last.
        """
        done, cluster = self.directory / "provisioned", self.cluster
        version = hashlib.sha256(cluster.files.roles_path.read_bytes()).hexdigest()
        if done.exists() and done.read_text(encoding="ascii") == version:
            return
        cluster.provision()
        if not cluster.has_database():
            cluster.create_database()
        done.write_text(version, encoding="ascii")


def _claim(directory: Path) -> IO[str]:
    """Take the directory for this process; the lock goes when the process does."""
    directory.mkdir(parents=True, exist_ok=True)
    held = (directory / "lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.seek(0)
        owner = held.read().strip() or "another"
        held.close()
        message = (
            f"Process {owner} already uses {directory}; stop it first, or choose another directory."
        )
        raise Conflict(message) from None
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()
    return held


def _empty(directory: Path) -> None:
    """Remove the files of an embedded server by name, and nothing else."""
    for folder in ("data", "data.partial"):
        shutil.rmtree(directory / folder, ignore_errors=True)
    for file in ("passwords.json", "port", "postgres.log", "provisioned"):
        (directory / file).unlink(missing_ok=True)


def _free_port(kept: Path) -> int:
    """Use the last port while it is free, so that a restart keeps the address."""
    last = kept.read_text(encoding="ascii").strip() if kept.exists() else ""
    for wanted in (int(last) if last.isdigit() else 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            port = int(probe.getsockname()[1])
            kept.write_text(str(port), encoding="ascii")
            return port
    raise Unavailable(_SERVICE, f"{_SERVICE}: no port of 127.0.0.1 is free")


def _ended(child: subprocess.Popen[bytes], patience: float) -> bool:
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        return False
    return True


def _tail(log: Path, lines: int = 8) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
