"""Files of exports: a file is complete or does not exist. We make their names, never a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

CHUNK = 256 * 1024
"""Bytes read at a time: what a download holds of a file."""


class Draft(Protocol):
    """A file that is being written and cannot be read yet."""

    def write(self, data: bytes, /) -> int:
        """Add bytes; gives how many.

        Raises Unavailable when the disk is full, and Misconfigured when writing is not permitted.
        """
        ...

    def tell(self) -> int:
        """Give the length."""
        ...

    def flush(self) -> None:
        """Exists because file writers call it; needs to do nothing."""
        ...


@frozen
class StoredFile:
    size: int
    chunks: Iterator[bytes]
    """The content; a reader that has begun can read to the end, even if the file is removed."""


class FileStore(Protocol):
    """Where files are stored.

    Every method raises Unavailable when the store does not answer or is full, and Misconfigured
    when we may not write there.
    """

    def writing(self, name: str) -> AbstractContextManager[Draft]:
        """Write a file, which appears under its name when the context ends cleanly.

        An exception leaves no file, and an older one of the same name as it was.
        """
        ...

    def read(self, name: str) -> StoredFile:
        """Read a file. Raises NotFound."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file, if it exists."""
        ...

    def sweep(self, before: datetime) -> int:
        """Remove drafts that were begun before a moment and never finished; count them."""
        ...
