"""Which records are as they were when they were last compared: most of them, most nights.

A client who has not been touched since, and of whom a source says word for word what it said,
cannot differ: the record is only counted as seen. A fingerprint is of the cells that are read,
under a key that changes with mappings, lookups and the software itself, so that whatever bears on
what a record means makes every record new. The key is secret, for pension numbers are in the cells.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b, sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from attrs import Factory, define, field

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.postgres.sync.written import cells_written
from clientupdater.ports.sources import UNREADABLE, is_deleted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.resources.abc import Traversable

    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.adapters.security.vault import Vault
    from clientupdater.domain.sync.jobs import SyncRequest
    from clientupdater.ports.sources import RawRecord
    from clientupdater.ports.sync import InputPage, Numbered, Terms

QUERIES = named_queries("sync/fingerprints.sql")
SIZE = 16
"""Bytes: among a billion records no two are taken for each other."""
SEEN = "copy sync_seen from stdin"


@define
class Fingerprints:
    """The fingerprints of one run's records."""

    _begun: blake2b = field(repr=False)
    _columns: Sequence[str]
    _known: set[bytes]
    _of_row: dict[int, bytes] = Factory(dict)

    @classmethod
    def of(
        cls, connection: Connection, vault: Vault, asked: SyncRequest, terms: Terms
    ) -> Fingerprints:
        """Make ready; what is known is read where all of a source is coming, else it costs more."""
        known: set[bytes] = set()
        if asked.full and asked.reads_all_it_asks_for:
            values = {"source": str(asked.source)}
            ((joined,),) = connection.execute(QUERIES["known"], values).fetchall()
            known = {joined[at : at + SIZE] for at in range(0, len(joined), SIZE)}
        begun = blake2b(digest_size=SIZE, key=vault.record_key(_rules() + terms.meaning))
        return cls(begun, terms.columns, known)

    def news(self, page: InputPage) -> tuple[list[Numbered], list[bytes]]:
        """Part a page: what has to be looked at, and the fingerprints of what has been before.

        A record that comes twice is as before once only.
        """
        new: list[Numbered] = []
        seen: list[bytes] = []
        self._of_row = {}
        for row, record in page.numbered:
            mark = self._mark(record)
            if mark in self._known:
                self._known.remove(mark)
                seen.append(f"{row}\t\\\\x{mark.hex()}\n".encode())
            else:
                self._of_row[row] = mark
                new.append((row, record))
        return new, seen

    def of_row(self, row: int) -> bytes:
        """Give the one of a row of the page that was parted last."""
        return self._of_row[row]

    def _mark(self, record: RawRecord) -> bytes:
        mark = self._begun.copy()
        items = [*map(record.get, self._columns), is_deleted(record), record.get(UNREADABLE)]
        mark.update(cells_written(items))
        return mark.digest()


@cache
def _rules() -> bytes:
    """Digest the software as it is written: by its rules records are read and compared.

    All of it, since a list of what bears on that would some day lack something.
    """
    written = sha256()
    for file in _written_in(files("clientupdater")):
        written.update(file.read_bytes())
    return written.digest()


def _written_in(folder: Traversable) -> Iterator[Traversable]:
    for each in sorted(folder.iterdir(), key=lambda one: one.name):
        if each.is_dir():
            yield from _written_in(each)
        elif each.name.endswith((".py", ".sql")):
            yield each
