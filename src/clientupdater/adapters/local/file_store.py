"""A file store in the memory of this process."""

from __future__ import annotations

import io
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import define, field

from clientupdater.domain.errors import NotFound
from clientupdater.ports.file_store import CHUNK, StoredFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


@define(eq=False)
class MemoryFileStore:
    """Keeps complete files alone; one that was begun and left is dropped."""

    _files: dict[str, bytes] = field(factory=dict, init=False, repr=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    @contextmanager
    def writing(self, name: str) -> Iterator[io.BytesIO]:
        draft = io.BytesIO()
        yield draft
        with self._lock:
            self._files[name] = draft.getvalue()

    def read(self, name: str) -> StoredFile:
        with self._lock:
            value = self._files.get(name)
        if value is None:
            raise NotFound
        parts = (value[at : at + CHUNK] for at in range(0, len(value), CHUNK))
        return StoredFile(len(value), parts)

    def remove(self, name: str) -> None:
        with self._lock:
            self._files.pop(name, None)

    def sweep(self, _before: datetime) -> int:
        """Remove nothing: incomplete files are not kept."""
        return 0
