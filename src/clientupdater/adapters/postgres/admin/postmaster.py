"""Reading a data directory's ``postmaster.pid``, and stopping its server."""

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
_STEPS = (  # the signal, and the seconds that the server has to end after it
    (signal.SIGINT, 20.0),  # fast: clients are cut off, everything is written
    (signal.SIGQUIT, 5.0),  # immediate: the next start recovers from the log
    (signal.SIGKILL, 5.0),
)


def is_ready(data: Path, pid: int) -> bool:
    """Whether this server reports that it takes connections."""
    lines = _lines(data)
    ours = lines[:1] == [str(pid)]
    return ours and len(lines) > _READY_LINE and lines[_READY_LINE].strip() == "ready"


def bring_down(pid: int, has_ended: Callable[[float], bool]) -> None:
    """Stop it by ever stronger signals. ``has_ended`` waits so many seconds at most and answers."""
    for sign, patience in _STEPS:
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        if has_ended(patience):
            return


def clear_leftover(data: Path) -> None:
    """Stop a server that a former parent left on this data.

    The caller has the directory's lock, so a server found here has lost its parent, and is most
    likely shutting down already.
    """
    lines = _lines(data)
    if not lines or not lines[0].isdigit():
        return
    pid = int(lines[0])
    if _serves(pid, data):
        bring_down(pid, lambda patience: _gone(pid, data, patience))
    elif _is_alive(pid):
        # The machine was restarted and another process has the number, which PostgreSQL cannot
        # tell from a server that still runs.
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
    """Whether the process is a server on this data, and not another that got its number."""
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
