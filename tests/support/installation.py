"""A machine as docs/operations.md expects it: an ordinary user, a PostgreSQL from initdb, a Redis.

The user's home, the folder of PostgreSQL and the ports take the place of those that the page names;
`sudo -u postgres` makes one the superuser of this PostgreSQL, by its socket, as on Debian.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import Factory, define, field, frozen

from clientupdater import __version__
from clientupdater.adapters.postgres.admin.binaries import find
from clientupdater.adapters.postgres.admin.data_directory import hand_over, identity_for
from clientupdater.runtime import child_process
from tests.support.commands import call
from tests.support.documented_commands import OPERATIONS, ROOT, commands_of
from tests.support.servers import folder_of_data, free_port, redis_process
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clientupdater.runtime.child_process import Identity

MACHINE = {"adduser", "apt-get", "cp", "systemctl"}
"""Programs with which root changes a machine."""
_PORTS = ("8000", "9464", "9465")
_RELEASE = ("src", "sql", "requirements", "deploy", "pyproject.toml", "README.md", "CHANGELOG.md")


@define
class BareCluster:
    """A PostgreSQL as initdb leaves it: anybody on its socket is trusted, scram on its port."""

    folder: Path
    identity: Identity
    port: int = field(factory=free_port)
    _server: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        """The folder of its data, at Debian's place below /var/lib/postgresql."""
        return self.folder / "15" / "main"

    def create(self) -> None:
        self.data.parent.mkdir(parents=True)
        hand_over(self.folder, self.identity)
        options = ["-U", "postgres", "--no-sync", "--locale=C.UTF-8", "--auth-local=trust"]
        argv: list[str | Path] = [find().initdb, "-D", self.data, *options]
        argv += ["--auth-host=scram-sha-256"]
        command = child_process.command(argv, death_signal=signal.SIGKILL, identity=self.identity)
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)

    def start(self) -> None:
        options = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",
        }
        argv: list[str | Path] = [find().postgres, "-D", self.data]
        argv += [f"--{name}={value}" for name, value in options.items()]
        command = child_process.command(argv, death_signal=signal.SIGINT, identity=self.identity)
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        wait_until(self._is_ready)

    def stop(self) -> None:
        if self._server:
            self._server.send_signal(signal.SIGINT)
            self._server.wait()
            self._server = None

    def _is_ready(self) -> bool:
        assert self._server
        assert self._server.poll() is None, (self.folder / "log").read_text()
        pid_file = self.data / "postmaster.pid"
        return pid_file.exists() and "ready" in pid_file.read_text()


@frozen
class Installation:
    """A home folder, and what is typed in it."""

    root: Path
    cluster: BareCluster
    redis_url: str
    environment: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = Factory(dict)
    """The services that were started, by name."""
    ports: Mapping[str, int] = Factory(lambda: {each: free_port() for each in _PORTS})

    @property
    def home(self) -> Path:
        return self.root / "home"

    def localised(self, text: str) -> str:
        """Put this machine's folders and ports in place of those of the documents."""
        for name, port in self.ports.items():
            text = re.sub(rf"\b{name}\b", str(port), text)
        text = text.replace("127.0.0.1:5432", f"127.0.0.1:{self.cluster.port}")
        text = text.replace("redis://127.0.0.1:6379/0", self.redis_url)
        text = text.replace("/var/lib/postgresql", str(self.cluster.folder))
        return text.replace("/srv/clientupdater", str(self.home))

    def bash(self, script: str) -> str:
        """Run a script of the ordinary user, which must succeed; give what it prints."""
        done = self.run(script)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script of the ordinary user."""
        return subprocess.run(
            self._as_user("/bin/bash", "-euo", "pipefail", "-c", self.localised(script)),
            cwd=self.home,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def follow(
        self,
        title: str,
        *,
        since: str = "",
        until: str = "",
        replacing: Mapping[str, str] | None = None,
    ) -> str:
        """Type what a section of the page shows; give what is printed.

        `since` is the first command, `until` the one before which to stop.

        Of the commands that change a machine, those that start and stop PostgreSQL do so here.
        """
        scripts = commands_of(OPERATIONS, title)
        assert scripts, f"the section {title!r} shows no command"
        begin, end = _place(scripts, since, 0), _place(scripts, until, len(scripts))
        printed = ""
        for shown in scripts[begin:end]:
            script = _replaced(shown, replacing or {})
            if script.split()[0] in MACHINE:
                self._change_machine(script)
            else:
                printed += self.bash(script)
        return printed

    def _change_machine(self, command: str) -> None:
        program, *words = shlex.split(command)
        if program != "systemctl":
            return
        if words[-1] == "postgresql":
            self.cluster.stop()
            if words[0] != "stop":
                self.cluster.start()
        for unit in [unit for unit in self.running if words[0] == "restart"]:
            if fnmatch(unit, words[-1]):
                self.stop(unit)
                self.start(unit)

    def command(self, *arguments: str, code: int = 0, owner: bool = False) -> str:
        """Run a command of this checkout with the settings here; give what it prints."""
        files = ["settings.env", "owner.env"] if owner else ["settings.env"]
        settings = [item for name in files for item in settings_in(self.home / name).items()]
        done = call(*arguments, **dict(settings))
        assert done.returncode == code, f"{arguments}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def use_this_program(self) -> None:
        """Take the program of this checkout, where installing one is not what is tested."""
        programs = self.home / "current" / "bin"
        programs.mkdir(parents=True)
        (programs / "clientupdater").symlink_to(Path(sys.prefix) / "bin" / "clientupdater")
        for folder in ("drop", "exports", "backups"):
            (self.home / folder).mkdir()
        hand_over(self.home, self.cluster.identity)

    def start(self, unit: str) -> subprocess.Popen[bytes]:
        """Start what a service of systemd would, with the settings that it names."""
        text = self._unit(unit)
        settings = dict(re.findall(r"^Environment=(\w+)=(.*)$", text, re.MULTILINE))
        for file in re.findall(r"^EnvironmentFile=(.*)$", text, re.MULTILINE):
            settings |= settings_in(Path(file))
        (line,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
        process = self.running[unit] = subprocess.Popen(
            self._as_user(*shlex.split(line)),
            cwd=self.home,
            env={**self.environment, **settings},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return process

    def finish(self, unit: str) -> None:
        """Run a service that ends by itself to its end, and what it runs afterwards."""
        assert self.start(unit).wait() == 0
        self.stop(unit)
        for line in re.findall(r"^ExecStartPost=(.*)$", self._unit(unit), re.MULTILINE):
            subprocess.run(self._as_user(*shlex.split(line)), cwd=self.home, check=True)

    def _unit(self, unit: str) -> str:
        name, at, instance = unit.partition("@")
        text = (ROOT / "deploy" / "systemd" / f"{name}{at}.service").read_text("utf-8")
        return self.localised(text.replace("%i", instance).replace("%%", "%"))

    def stop(self, unit: str) -> None:
        """Stop it as systemd does: SIGTERM, and wait."""
        process = self.running.pop(unit)
        process.terminate()
        process.wait()

    def _as_user(self, *argv: str) -> list[str]:
        identity = self.cluster.identity
        return child_process.command(argv, death_signal=signal.SIGKILL, identity=identity)


def _replaced(text: str, replacing: Mapping[str, str]) -> str:
    for shown, typed in replacing.items():
        text = text.replace(shown, typed)
    return text


def _place(scripts: list[str], wanted: str, otherwise: int) -> int:
    if not wanted:
        return otherwise
    return next(place for place, script in enumerate(scripts) if wanted in script)


def settings_in(file: Path) -> dict[str, str]:
    """Read a file of settings as systemd does."""
    return dict(re.findall(r"^(\w+)=(.*)$", file.read_text("utf-8"), re.MULTILINE))


@contextmanager
def bare_machine() -> Iterator[Installation]:
    """Give an empty home with the release unpacked in it, and new servers."""
    with ExitStack() as stack:
        root = stack.enter_context(folder_of_data())
        cluster = BareCluster(root / "postgresql", identity_for(find(), root))
        cluster.create()
        cluster.start()
        stack.callback(cluster.stop)
        redis_url = stack.enter_context(redis_process(free_port()))
        machine = _unpacked(root, cluster, redis_url)
        yield machine
        for unit in list(machine.running):
            machine.stop(unit)


def _unpacked(root: Path, cluster: BareCluster, redis_url: str) -> Installation:
    release = root / "home" / f"clientupdater-{__version__}"
    release.mkdir(parents=True)
    for name in _RELEASE:
        place = release / name
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, place)
    for folder in ("home", "tmp", "bin"):
        (root / folder).mkdir(exist_ok=True)
    sudo = root / "bin" / "sudo"
    sudo.write_text(
        "#!/bin/sh\n# sudo -u postgres COMMAND\nshift 2\n"
        f'PGHOST={cluster.folder} PGPORT={cluster.port} PGUSER=postgres exec "$@"\n'
    )
    sudo.chmod(0o755)
    for folder in ("home", "tmp"):
        hand_over(root / folder, cluster.identity)
    return Installation(root, cluster, redis_url, _environment(root))


def _environment(root: Path) -> dict[str, str]:
    programs = f"{root / 'bin'}:{find().folder}:{os.environ['PATH']}"
    kept = {name: text for name, text in os.environ.items() if name.startswith("PIP_")}
    return {
        **kept,
        "PATH": programs,
        "DRAIN_SECONDS": "0",
        "HOME": str(root / "home"),
        "TMPDIR": str(root / "tmp"),
        "PIP_CACHE_DIR": str(Path.home() / ".cache" / "pip"),
        "PYTHON": str(Path(sys.base_prefix) / "bin" / "python3"),
    }
