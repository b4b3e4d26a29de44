"""What a data directory's ``postmaster.pid`` tells, and how its server is brought down."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_READY_LINE = 7
_STEPS = (  # how it is asked, and how long it is given
    (signal.SIGINT, 20.0),  # fast: clients are cut off, everything is written
    (signal.SIGQUIT, 5.0),  # immediate: the next start recovers from the log
    (signal.SIGKILL, 5.0),
)


def is_ready(data: Path, pid: int) -> bool:
    """Tell whether this server says of itself that it takes connections."""
    lines = _lines(data)
    ours = lines[:1] == [str(pid)]
    return ours and len(lines) > _READY_LINE and lines[_READY_LINE].strip() == "ready"


def bring_down(pid: int, has_ended: Callable[[float], bool]) -> None:
    """Ask politely, then less so. ``has_ended`` waits that long at most and answers."""
    for sign, patience in _STEPS:
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        if has_ended(patience):
            return


def clear_leftover(data: Path) -> None:
    """See to it that no server of a former parent runs on this data.

    The caller holds the directory's lock: a server that is found here has lost its parent, and
    is most likely going down already.
    """
    lines = _lines(data)
    if not lines or not lines[0].isdigit():
        return
    pid = int(lines[0])
    if _serves(pid, data):
        bring_down(pid, lambda patience: _gone(pid, data, patience))
    elif _is_alive(pid):
        # The machine was restarted and the number belongs to somebody else, which PostgreSQL
        # cannot tell from a server that is still up.
        (data / "postmaster.pid").unlink(missing_ok=True)


def _lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _gone(pid: int, data: Path, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while _serves(pid, data):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _serves(pid: int, data: Path) -> bool:
    """Tell a server on this data from another process that got its number."""
    process = Path("/proc", str(pid))
    if process.parent.joinpath("self").exists():
        try:
            return process.joinpath("cwd").resolve(strict=True) == data.resolve()
        except PermissionError:
            return str(data).encode() in process.joinpath("cmdline").read_bytes()
        except OSError:
            return False
    result = subprocess.run(  # noqa: S603 — fixed words and a number
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return str(data) in result.stdout


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
