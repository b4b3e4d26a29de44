"""Finding the records that have not changed since they were last compared: most of them, usually.

A record with the same content, of a client that has not changed since, cannot differ: the run only
counts it as delivered. A fingerprint covers the cells that the mapping reads. Its key changes with
mappings, lookups and the software itself, because these decide what a record means. The key is
secret, because the cells hold pension numbers.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b, sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from attrs import Factory, define, field

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.postgres.sync.raw_records import cells_written
from clientupdater.ports.sources import UNREADABLE, is_deleted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.resources.abc import Traversable

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.security.vault import Vault
    from clientupdater.domain.sync.jobs import SyncRequest
    from clientupdater.ports.sources import RawRecord
    from clientupdater.ports.sync import InputPage, Numbered, Terms

QUERIES = named_queries("sync/fingerprints.sql")
SIZE = 16
"""Bytes; enough that no two of a billion records have the same fingerprint."""
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
        cls, connection: Connection, vault: Vault, request: SyncRequest, terms: Terms
    ) -> Fingerprints:
        """Prepare a run; load the known fingerprints only if it reads all of a source."""
        known: set[bytes] = set()
        if request.full and request.reads_all_it_asks_for:
            values = {"source": str(request.source)}
            ((joined,),) = connection.execute(QUERIES["known"], values).fetchall()
            known = {joined[at : at + SIZE] for at in range(0, len(joined), SIZE)}
        begun = blake2b(digest_size=SIZE, key=vault.record_key(_rules() + terms.meaning))
        return cls(begun, terms.columns, known)

    def news(self, page: InputPage) -> tuple[list[Numbered], list[bytes]]:
        """Split a page into records to compare, and the fingerprints of the unchanged ones.

        Of a record that comes twice, only one counts as unchanged.
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
        """Give the fingerprint of a row of the page that was split last."""
        return self._of_row[row]

    def _mark(self, record: RawRecord) -> bytes:
        mark = self._begun.copy()
        items = [*map(record.get, self._columns), is_deleted(record), record.get(UNREADABLE)]
        mark.update(cells_written(items))
        return mark.digest()


@cache
def _rules() -> bytes:
    """Digest the software's files, which decide how records are read and compared.

    It covers all files, since a list of the relevant ones would some day lack one.
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
