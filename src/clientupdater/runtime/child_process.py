"""Starting children that do not outlive us, and that do not run as root where they must not.

A child that is left behind after ``kill -9`` keeps a port, a data directory and a lock. On Linux
the kernel can be asked to signal a child when its parent dies (``PR_SET_PDEATHSIG``); elsewhere
the caller has to find leftovers at its next start.

The child is reached through this very file, run as a script that prepares itself and then turns
into the program proper by ``exec``: what would be a ``preexec_fn`` runs Python code between fork
and exec, which can deadlock in a process with threads. So this file needs nothing beside the
standard library and starts with ``-I -S`` in some twenty milliseconds.

The kernel binds the signal to the *thread* that started the child: start such children from the
main thread.
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
    """As whom a child runs."""

    SAME = "same"
    """As we do."""
    NAMESPACE = "namespace"
    """As we do for the file system, yet as nobody for itself: what root's files need."""
    NOBODY = "nobody"
    """As the user nobody, who must be able to reach every path that is needed."""


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
    """Be nobody inside a user namespace whose nobody is us outside: files stay ours."""
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "no user namespace to be had")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{_NOBODY_INSIDE} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{_NOBODY_INSIDE} {gid} 1", encoding="ascii")


def _become_nobody() -> None:
    entry = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def _die_with(parent: int, death_signal: int) -> None:
    """Ask for the signal; a parent that died before we asked is noticed by hand."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(_ORPHANED)


def _main(death_signal: str, parent: str, identity: str, *argv: str) -> None:
    if identity == Identity.NAMESPACE:
        _enter_namespace()
    elif identity == Identity.NOBODY:
        _become_nobody()
    _die_with(int(parent), int(death_signal))  # last: a change of credentials forgets it
    os.execv(argv[0], argv)  # noqa: S606 — no shell is the point


if __name__ == "__main__":
    _main(*sys.argv[1:])
