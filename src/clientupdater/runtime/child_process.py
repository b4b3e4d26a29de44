"""Starting child processes that end with their parent, and that do not run as root.

A child left behind after ``kill -9`` keeps a port, a data directory and a lock. On Linux the kernel
signals a child when its parent dies (``PR_SET_PDEATHSIG``); elsewhere the caller has to look for
leftovers at its next start.

The child begins as this file, run as a script, which prepares itself and then becomes the program
by ``exec``. A ``preexec_fn`` would run Python between fork and exec, which can deadlock in a
process with threads. So this file needs the standard library alone, and starts with ``-I -S`` in
some twenty milliseconds.

The kernel binds the signal to the *thread* that started the child: start it from the main thread.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_NOBODY_INSIDE = 65534
_ORPHANED = 113


class Identity(StrEnum):
    """The user that a child runs as."""

    SAME = "same"
    """The same as the parent."""
    NAMESPACE = "namespace"
    """The parent's user for the file system, and nobody within its namespace."""
    NOBODY = "nobody"
    """The user nobody, which must be able to reach every path that the child needs."""


def command(
    argv: Sequence[str | Path],
    *,
    death_signal: signal.Signals,
    identity: Identity = Identity.SAME,
) -> list[str]:
    """Wrap a command so that it gets this signal when the process that starts it dies."""
    wrapper = [sys.executable, "-I", "-S", __file__]
    return [*wrapper, str(int(death_signal)), str(os.getpid()), identity, *map(str, argv)]


def _enter_namespace() -> None:
    """Be nobody in a user namespace that maps nobody to the parent's user, who keeps the files."""
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "this machine offers no user namespace")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{_NOBODY_INSIDE} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{_NOBODY_INSIDE} {gid} 1", encoding="ascii")


def _become_nobody() -> None:
    entry = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def _die_with(parent: int, death_signal: int) -> None:
    """Request the signal; then check that the parent has not died before."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(_ORPHANED)


def _main(death_signal: str, parent: str, identity: str, *argv: str) -> None:
    if identity == Identity.NAMESPACE:
        _enter_namespace()
    elif identity == Identity.NOBODY:
        _become_nobody()
    _die_with(int(parent), int(death_signal))  # last: a change of credentials resets it
    os.execv(argv[0], argv)  # noqa: S606 — no shell is the point


if __name__ == "__main__":
    _main(*sys.argv[1:])
