"""The folder that the processes of one server share their metrics in.

Its file `lock` is locked by all of them as long as one lives, since they inherit it. A server that
starts removes the folders whose locks are free: a killed one could not remove its own.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "clientupdater-metrics-"
_LOCK = "lock"


@frozen
class MetricsFolder:
    """The folder, and the file descriptor that its processes inherit."""

    path: str
    lock: int


@contextmanager
def open_metrics_folder() -> Iterator[MetricsFolder]:
    """Make one for all processes of this server."""
    remove_leftovers()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        # It gets its name once it is locked: until then, no other server takes it for left over.
        unnamed = Path(name) / f"{_LOCK}.new"
        with unnamed.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            unnamed.rename(unnamed.with_name(_LOCK))
            yield MetricsFolder(name, lock.fileno())


def remove_leftovers() -> None:
    """Remove this user's folders whose processes are gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # another's, or removed meanwhile
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            with (folder / _LOCK).open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
