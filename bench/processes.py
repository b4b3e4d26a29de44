"""A server's processes, and the CPU that they have used, from /proc."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from attrs import frozen

_PARENT, _TIMES = 1, slice(11, 15)
"""Places in /proc/PID/stat, counted after the name of the program: user and system time, then
those of the children that have ended.
"""


@frozen
class Server:
    """A running HTTP server."""

    base: str
    pid: int

    @property
    def cpu_seconds(self) -> float:
        """The CPU that its processes have used so far."""
        return cpu_seconds(self.pid)


def cpu_seconds(pid: int) -> float:
    """User and system time of the process and its descendants, also of those that have ended."""
    stats = {int(path.name): _stat(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    family, ticks = {pid}, 0
    while more := {each for each, stat in stats.items() if _parent(stat) in family} - family:
        family |= more
    for each in family:
        if stat := stats.get(each):
            ticks += sum(map(int, stat[_TIMES]))
    return ticks / os.sysconf("SC_CLK_TCK")


def child_named(name: str) -> int:
    """Find a child of this process by the program that it runs; 0: there is none."""
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if _parent(_stat(path)) == os.getpid() and (path / "comm").read_text().strip() == name:
                return int(path.name)
    return 0


def _parent(stat: list[str]) -> int:
    return int(stat[_PARENT]) if stat else 0


def _stat(process: Path) -> list[str]:
    with suppress(OSError):
        return (process / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return []
