"""Files that were made for somebody: whole or not there at all. Names are ours, never a user's."""

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
    """A file that is being written, which nobody can read yet."""

    def write(self, data: bytes, /) -> int:
        """Add to it; raises Unavailable where there is no room, Misconfigured where it is barred.

        Gives how much was taken, as files do.
        """
        ...

    def tell(self) -> int:
        """How long it is."""
        ...

    def flush(self) -> None:
        """Do what files do: nothing that those who write need to know of."""
        ...


@frozen
class StoredFile:
    """A file that is there."""

    size: int
    chunks: Iterator[bytes]
    """Its content; what was begun to be read can be read to its end."""


class FileStore(Protocol):
    """Where they are kept.

    Every method raises Unavailable where the place does not answer or is full, and Misconfigured
    where we may not write there.
    """

    def writing(self, name: str) -> AbstractContextManager[Draft]:
        """Write a file: leaving it cleanly keeps it for good, under its name and all at once.

        An exception leaves nothing, and the name as it was.
        """
        ...

    def read(self, name: str) -> StoredFile:
        """Read a file. Raises NotFound."""
        ...

    def remove(self, name: str) -> None:
        """Remove it; what is not there need not be removed."""
        ...

    def sweep(self, before: datetime) -> int:
        """Remove what was begun before then and never became a file; count it."""
        ...
