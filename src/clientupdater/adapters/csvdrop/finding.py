"""Finding the file of a drop to read: the newest complete one, with its stated count.

A sender writes under another name and renames to `.csv` when done, or puts a `.done` beside the
file (`book.csv.done` or `book.done`). In a folder where any file has a `.done`, files without one
are still being written. The `.done`, or a last line `TRAILER,<count>`, or both may state the number
of rows.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from attrs import frozen

from clientupdater.domain.errors import (
    MEND_FILE,
    Fault,
    Misconfigured,
    SourceExpired,
    SourceMalformed,
    SourceRefused,
    Unavailable,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

T = TypeVar("T")

NAME = "the CSV drop"
TRAILER = "TRAILER"
_LONGEST_TRAILER = 256
_LONGEST_COUNT = 12


@frozen
class Drop:
    """A complete file, as it was when it was found."""

    path: Path
    size: int
    modified_ns: int
    mark: Path | None = None
    """The file's `.done`, which may state a count."""

    @property
    def as_of(self) -> datetime:
        """The time of the data: when the file was written. Renaming does not change it."""
        return datetime.fromtimestamp(self.modified_ns / 1_000_000_000, UTC)

    @property
    def handle(self) -> str:
        """Identifies the file and its content: a changed file has another handle."""
        return f"{self.modified_ns}:{self.size}:{self.path.name}"

    def stated_count(self) -> int | None:
        """Read the stated count; raise SourceMalformed if there are two different ones."""
        trailer, announced = _trailer_of(self), _announced_by(self.mark)
        counts = {each for each in (announced, trailer) if each is not None}
        if len(counts) > 1:
            raise SourceMalformed(
                f"{self.path.name}: its .done states {announced} rows, its last line {trailer}",
                MEND_FILE,
            )
        return counts.pop() if counts else None

    def require_unchanged(self, file: BinaryIO) -> None:
        """Raise if the file was replaced while it was read."""
        now = os.fstat(file.fileno())
        if (now.st_mtime_ns, now.st_size) != (self.modified_ns, self.size):
            raise _changed(self.path.name)


def newest(where: Path) -> Drop:
    """Find the newest complete file, in a folder or as the file itself."""
    return max(_complete(where), key=lambda drop: (drop.modified_ns, drop.path.name))


def same(where: Path, handle: str) -> Drop:
    """Find a file again; raise SourceExpired if it has changed."""
    name = handle.split(":", 2)[-1]
    drop = next((each for each in _complete(where) if each.path.name == name), None)
    if drop is None or drop.handle != handle:
        raise _changed(name)
    return drop


def _changed(name: str) -> SourceExpired:
    return SourceExpired(f"{name} has changed since reading began; begin again.")


def _complete(where: Path) -> list[Drop]:
    drops = on_disk(lambda: _candidates(where))
    if not drops:
        message = (
            f"There is no complete file in {where}. A .csv is taken once it is renamed into place "
            "or has its .done beside it."
        )
        raise Unavailable(NAME, message)
    return drops


def _candidates(where: Path) -> list[Drop]:
    if not where.exists():
        raise Misconfigured(
            [Fault("CSV_DROP_DIR", f"there is no {where}; make it or name another")]
        )
    paths = sorted(where.glob("*.csv")) if where.is_dir() else [where]
    visible = [path for path in paths if path.is_file() and not path.name.startswith((".", "~"))]
    marks = {path: _mark_of(path) for path in visible}
    marked = any(marks.values()) or (where.is_dir() and any(where.glob("*.done")))
    return [_drop(path, mark) for path, mark in marks.items() if mark or not marked]


def _mark_of(path: Path) -> Path | None:
    beside = (path.with_name(f"{path.name}.done"), path.with_suffix(".done"))
    return next((mark for mark in beside if mark.is_file()), None)


def _drop(path: Path, mark: Path | None) -> Drop:
    stat = path.stat()
    return Drop(path, stat.st_size, stat.st_mtime_ns, mark)


def _announced_by(mark: Path | None) -> int | None:
    """Read the count in a `.done`, and no more bytes than a count can have."""
    return _count_in(mark.name, on_disk(lambda: _beginning_of(mark))) if mark else None


def _beginning_of(mark: Path) -> bytes:
    with mark.open("rb") as file:
        return file.read(_LONGEST_TRAILER)


def _trailer_of(drop: Drop) -> int | None:
    """Read the count in the file's last line."""
    end = on_disk(lambda: _end_of(drop)).rstrip(b"\r\n \t")
    name, comma, count = end.rpartition(b"\n")[2].replace(b'"', b"").partition(b",")
    if name.strip() != TRAILER.encode() or not comma:
        return None
    return _count_in(drop.path.name, count)


def _end_of(drop: Drop) -> bytes:
    with drop.path.open("rb") as file:
        file.seek(max(0, drop.size - _LONGEST_TRAILER))
        return file.read(_LONGEST_TRAILER)


def _count_in(name: str, data: bytes) -> int | None:
    text = data.strip().rstrip(b",").strip()
    if not text:
        return None
    if not text.isdigit() or len(text) > _LONGEST_COUNT:
        raise SourceMalformed(f"{name} states a number of rows that is none", MEND_FILE)
    return int(text)


def on_disk(read: Callable[[], T]) -> T:
    """Read from the disk and translate errors."""
    try:
        return read()
    except PermissionError as error:
        message = f"{error.filename} may not be read; give this program's user the right to"
        raise SourceRefused(message) from error
    except OSError as error:
        raise Unavailable(NAME, f"The CSV drop cannot be read: {error.strerror}.") from error
