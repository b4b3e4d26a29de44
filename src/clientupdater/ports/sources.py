"""Where clients come from: records in pages, whatever it is that gives them (Y1)."""

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
"""One client as the source tells it: its own column names, its own forms."""

DELETED = "deleted"
"""The column in which a record says, by the value True alone, that its client was deleted (Y6)."""


UNREADABLE = "\0unreadable"
"""In this column an adapter says why it could not read a record whole; no source has it (Y3)."""


def unreadable(faults: Iterable[Fault], cells: RawRecord | None = None) -> RawRecord:
    """Stand in for a record that could not be read, with those of its cells that could."""
    result = json.dumps([(each.pointer, each.message) for each in faults])
    return {**(cells or {}), UNREADABLE: result}


def faults_of(record: RawRecord) -> tuple[Fault, ...]:
    """Say why a record could not be read; nothing where it could."""
    value = record.get(UNREADABLE)
    return tuple(Fault(*each) for each in json.loads(value)) if isinstance(value, str) else ()


def is_deleted(record: RawRecord) -> bool:
    """Whether a record is what is left of a client that its source deleted."""
    return record.get(DELETED) is True


@frozen
class Abilities:
    """What a source can do."""

    incremental: bool
    """It can tell what has changed since a moment."""
    counts: bool
    """It states how many records it will deliver (Y6)."""
    single: bool
    """It can give one client by code."""


@frozen
class Fetch:
    """One reading of a source, from its beginning to its end."""

    as_of: datetime
    """Of when its data is."""
    stated_count: int | None
    """How many records it says it will deliver; None: it does not say."""
    since: datetime | None = None
    """From when on changes were asked for; None: everything."""
    columns: tuple[str, ...] = ()
    """The columns that its records are asked for; none: all that there are."""
    handle: str | None = field(default=None, repr=False)
    """What the source itself knows this reading by; nobody else's business."""


@frozen
class SourcePage:
    """Some of the records, and where the next ones begin."""

    records: tuple[RawRecord, ...] = field(repr=False)
    position: str | None
    """What the next page is asked for by; None: this was the last one."""


class ClientSource(Protocol):
    """Gives records. Every method may be asked again without harm.

    Raises Unavailable (worth another try), Misconfigured, SourceRefused and SourceMalformed; and
    SourceExpired where what has been begun cannot be read on: one begins again then, once.
    """

    def abilities(self) -> Abilities:
        """Say what it can do; it asks nobody."""
        ...

    def begin(self, since: datetime | None = None, columns: Sequence[str] = ()) -> Fetch:
        """Begin to read: all, or what has changed since; only the columns that are named.

        A source that cannot tell what has changed gives all, and its Fetch says so.
        Raises Misconfigured with the list of those that the source does not have (Y3).
        """
        ...

    def page(self, fetch: Fetch, position: str | None = None) -> SourcePage:
        """Read a page: the first, or the one at a position that the page before gave."""
        ...

    def one(self, code: str) -> RawRecord | None:
        """Read one client by code; None: the source does not know it."""
        ...
