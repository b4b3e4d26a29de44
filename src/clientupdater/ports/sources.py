"""Sources of clients: records in pages (Y1)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol, TypeAlias

from attrs import field, frozen

from clientupdater.domain.errors import Fault

Value: TypeAlias = str | int | Decimal | bool | date | datetime | None
RawRecord: TypeAlias = Mapping[str, Value]
"""One client in the source's own columns and forms."""

DELETED = "deleted"
"""The column that marks a deleted client; only the value True counts (Y6)."""


UNREADABLE = "\0unreadable"
"""The column for an adapter's reasons why a record is not complete; no source has it (Y3)."""


def unreadable(faults: Iterable[Fault], cells: RawRecord | None = None) -> RawRecord:
    """Make a record of the readable cells, marked with the reasons why it is not complete."""
    reasons = json.dumps([(each.pointer, each.message) for each in faults])
    return {**(cells or {}), UNREADABLE: reasons}


def faults_of(record: RawRecord) -> tuple[Fault, ...]:
    """Give the reasons why a record could not be read; empty if it could."""
    reasons = record.get(UNREADABLE)
    return tuple(Fault(*each) for each in json.loads(reasons)) if isinstance(reasons, str) else ()


def is_deleted(record: RawRecord) -> bool:
    """Whether the source marks this client as deleted."""
    return record.get(DELETED) is True


@frozen
class Abilities:
    incremental: bool
    """It can give the changes since a moment."""
    counts: bool
    """It states how many records it will deliver (Y6)."""
    single: bool
    """It can give one client by code."""


@frozen
class Fetch:
    """One read of a source, from beginning to end."""

    as_of: datetime
    """The time of the data."""
    stated_count: int | None
    """How many records the source will deliver; None: it does not state a count."""
    since: datetime | None = None
    """Only changes after this moment were requested; None: everything."""
    columns: tuple[str, ...] = ()
    """The requested columns; empty: all of them."""
    handle: str | None = field(default=None, repr=False)
    """The source's own name for this read."""


@frozen
class SourcePage:
    """Some records, and where the next ones begin."""

    records: tuple[RawRecord, ...] = field(repr=False)
    position: str | None
    """Where the next page begins; None: this was the last one."""


class ClientSource(Protocol):
    """Gives records. Every call can be repeated without harm.

    Raises Unavailable (try again), Misconfigured, SourceRefused and SourceMalformed. Raises
    SourceExpired if a read cannot be continued; the caller then begins again, once.
    """

    def abilities(self) -> Abilities:
        """Say what the source can do, without connecting to it."""
        ...

    def begin(self, since: datetime | None = None, columns: Sequence[str] = ()) -> Fetch:
        """Begin to read everything, or the changes since a moment; only the named columns.

        A source that cannot give changes gives everything, and its Fetch says so. Raises
        Misconfigured with the list of columns that the source does not have (Y3).
        """
        ...

    def page(self, fetch: Fetch, position: str | None = None) -> SourcePage:
        """Read the first page, or the page at the position that the previous page gave."""
        ...

    def one(self, code: str) -> RawRecord | None:
        """Read one client by code; None if the source does not know it."""
        ...
