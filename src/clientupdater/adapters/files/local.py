"""Files in a directory: written under another name, synced to disk, then renamed."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, frozen

from clientupdater.domain.errors import Fault, Misconfigured, NotFound, Unavailable
from clientupdater.ports.file_store import CHUNK, StoredFile
from clientupdater.ports.health import Health

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import BinaryIO

SERVICE = "the folder of exports"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_BARRED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_PART = ".part"


def folder_health(folder: Path) -> Health:
    """Check that this process can write files there, or make the folder."""
    place = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK):
        return Health("exports", ok=True, found=f"files can be written to {folder}")
    remedy = "make EXPORT_DIR a folder that this user can write to, shared with the workers"
    return Health("exports", ok=False, found=f"{place} cannot be written to", remedy=remedy)


@frozen
class LocalFileStore:
    """Files that only the user of this process can read; a name holds no path."""

    directory: Path

    @contextmanager
    def writing(self, name: str) -> Iterator[LocalDraft]:
        """Write a file; an incomplete one leaves nothing."""
        path = self._path(name)
        with translated():
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self.directory / f".{name}.{secrets.token_hex(8)}{_PART}"
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with translated(), os.fdopen(handle, "wb", buffering=CHUNK) as file:
                yield LocalDraft(file)
                file.flush()
                os.fsync(file.fileno())
            with translated():
                part.replace(path)
                _bring_to_disk(self.directory)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise

    def read(self, name: str) -> StoredFile:
        path = self._path(name)
        chunks = _chunks(path)
        try:
            with translated():
                next(chunks)
                return StoredFile(path.stat().st_size, chunks)
        except FileNotFoundError:
            raise NotFound from None

    def remove(self, name: str) -> None:
        with translated():
            self._path(name).unlink(missing_ok=True)

    def sweep(self, before: datetime) -> int:
        """Remove the drafts of writers that died."""
        swept = 0
        for part in self.directory.glob(f".*{_PART}"):
            with suppress(FileNotFoundError), translated():
                if part.stat().st_mtime < before.timestamp():
                    part.unlink()
                    swept += 1
        return swept

    def _path(self, name: str) -> Path:
        if not name or name != Path(name).name or name.startswith("."):
            raise NotFound
        return self.directory / name


@define(eq=False)
class LocalDraft:
    """A file that is being written; errors of the disk are translated."""

    _file: BinaryIO

    def write(self, data: bytes, /) -> int:
        with translated():
            return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()

    def flush(self) -> None:
        """Do nothing: the end of writing flushes."""


def _chunks(path: Path) -> Iterator[bytes]:
    """Open the file with the first step, and close it even if the reader stops early."""
    with path.open("rb") as file:
        yield b""
        while data := file.read(CHUNK):
            yield data


def _bring_to_disk(directory: Path) -> None:
    """Sync the directory, which holds the new name."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def translated() -> Iterator[None]:
    """Translate what the system refused; the message holds no path."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in _FULL:
            message = "There is no room left where exports are written; make some and try again."
            raise Unavailable(SERVICE, message) from error
        if error.errno in _BARRED:
            message = "exports cannot be written there: permission denied"
            raise Misconfigured([Fault("EXPORT_DIR", message)]) from error
        raise Unavailable(SERVICE, f"{SERVICE} cannot be used: {error.strerror}.") from error
