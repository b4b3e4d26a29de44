"""The directory of an embedded PostgreSQL: how it is made, whose it is, what is kept beside it."""

from __future__ import annotations

import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.errors import Fault, Misconfigured
from clientupdater.runtime import child_process
from clientupdater.runtime.child_process import Identity
from clientupdater.runtime.private_files import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from clientupdater.adapters.postgres.admin.binaries import Binaries


@frozen
class Passwords:
    """The secrets of the four logins, made up when they are first needed."""

    superuser: str = field(repr=False)
    owner: str = field(repr=False)
    login: str = field(repr=False)
    worker: str = field(repr=False)

    @classmethod
    def kept_in(cls, directory: Path) -> Passwords:
        """Read them; make up those that the directory, which may be an older one, does not have."""
        path = directory / "passwords.json"
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        missing = [name for name in ("superuser", "owner", "login", "worker") if name not in known]
        if missing:
            known |= {name: secrets.token_urlsafe(24) for name in missing}
            write_private(path, json.dumps(known))
        return cls(**known)


def identity_for(binaries: Binaries, directory: Path) -> Identity:
    """Choose a user for the server: root runs it in a namespace if there is one, else as nobody."""
    if os.geteuid() != 0:
        return Identity.SAME
    for identity in (Identity.NAMESPACE, Identity.NOBODY):
        if _can_run(binaries, directory, identity):
            return identity
    message = (
        "PostgreSQL does not run as root, this machine offers no user namespace, and the user "
        f"nobody cannot reach {binaries.folder} and {directory}; run this as another user, or "
        "choose a directory that everybody may enter (--data-dir), or set DATABASE_URL"
    )
    raise Misconfigured([Fault("", message)])


def _can_run(binaries: Binaries, directory: Path, identity: Identity) -> bool:
    script = 'cd "$0" && exec "$1" --version'
    argv: list[str | Path] = ["/bin/sh", "-c", script, directory, binaries.postgres]
    return _run(argv, identity, directory).returncode == 0


def initialise(directory: Path, binaries: Binaries, identity: Identity, *, durable: bool) -> None:
    """Make the data under another name and rename it: an interrupted start leaves no half of it."""
    partial, word = directory / "data.partial", directory / "superuser.password"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    write_private(word, Passwords.kept_in(directory).superuser)
    hand_over(partial, identity)
    hand_over(word, identity)
    argv: list[str | Path] = [
        binaries.initdb,
        "-D",
        partial,
        "--username=postgres",
        f"--pwfile={word}",
    ]
    argv += ["--auth=scram-sha-256", "--encoding=UTF8", *_locale(binaries)]
    argv += [] if durable else ["--no-sync"]
    done = _run(argv, identity, directory)
    word.unlink()
    if done.returncode != 0:
        text = done.stderr.strip() or done.stdout.strip()
        raise Misconfigured([Fault("", f"initdb in {directory} failed: {text}")])
    partial.rename(directory / "data")


_BUILTIN_LOCALE_SINCE = 17
_LINUX = sys.platform == "linux"


def _locale(binaries: Binaries) -> list[str]:
    """Sort and fold text alike on every machine, whatever its language."""
    if binaries.major >= _BUILTIN_LOCALE_SINCE:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8" if _LINUX else "--locale=C"]


def hand_over(path: Path, identity: Identity) -> None:
    """Make the user nobody the owner where the server runs as nobody, else root."""
    if os.geteuid() != 0:
        return
    owner = pwd.getpwnam("nobody") if identity is Identity.NOBODY else pwd.getpwuid(0)
    if path.stat().st_uid == owner.pw_uid:
        return
    for each in (path, *path.rglob("*")):
        os.chown(each, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


def _run(
    argv: list[str | Path], identity: Identity, directory: Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 — programs that we chose
        child_process.command(argv, death_signal=signal.SIGKILL, identity=identity),
        capture_output=True,
        text=True,
        cwd=directory,
        env=environment(),
        check=False,
    )


def environment() -> dict[str, str]:
    """Leave out the variables of the user's own PostgreSQL (PGDATA, PGPORT, …)."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def major_of(data: Path) -> int | None:
    """Give the major version that made a data directory; None where there is none."""
    version = data / "PG_VERSION"
    return int(version.read_text(encoding="ascii")) if version.exists() else None
