"""NextBank's pages, checked before anything is taken from them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from clientupdater.domain.errors import Fault, SourceMalformed
from clientupdater.ports.sources import DELETED, UNREADABLE, is_deleted, unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.adapters.nextbank.dialect import Dialect
    from clientupdater.ports.sources import RawRecord

#: Days are computed from NextBank's clock, and must not leave the calendar.
_OUR_TIME = range(2000, 2200)


@frozen
class BankPage:
    """The records of a page, the cursor of the next one, and what it states about the whole."""

    number: int
    records: tuple[RawRecord, ...] = field(repr=False)
    cursor: str | None
    as_of: datetime
    total: int | None

    @classmethod
    def read(cls, document: Any, number: int, dialect: Dialect) -> BankPage:
        """Check and read a page; errors name its number."""
        fit = _Fit(number, document, dialect)
        items = fit.member("items", list)
        total = fit.member("total", int, type(None))
        if isinstance(total, bool) or (total is not None and total < 0):
            raise fit.malformed("its total is no count")
        return cls(
            number,
            tuple(read_record(item, dialect) for item in items),
            fit.member("next_cursor", str, type(None)) or None,
            fit.moment("as_of"),
            total,
        )

    @property
    def columns(self) -> frozenset[str]:
        """The members of all clients that are not deleted."""
        return frozenset(name for each in self.records if not is_deleted(each) for name in each)

    @property
    def tells_columns(self) -> bool:
        """Whether any client is complete: neither deleted nor unreadable."""
        return any(not is_deleted(each) and UNREADABLE not in each for each in self.records)

    def require(self, expected: Sequence[str]) -> None:
        """Raise SourceMalformed if no client has an expected member any more."""
        lost = [name for name in expected if name not in self.columns]
        if lost and self.tells_columns:
            raise SourceMalformed(f"NextBank: page {self.number} has no {', '.join(lost)} any more")

    def only(self, members: Sequence[str]) -> tuple[RawRecord, ...]:
        """Give the records with the named members, and whether each client was deleted."""
        if not members:
            return self.records
        names = {*members, DELETED, UNREADABLE}
        return tuple(
            {name: value for name, value in each.items() if name in names} for each in self.records
        )


def read_record(item: Any, dialect: Dialect) -> RawRecord:
    """Read a client; a malformed one carries its faults, so the others can be taken (Y3)."""
    if not isinstance(item, dict):
        return unreadable([Fault("", "is no client: an object was agreed")])
    nested = [name for name, cell in item.items() if not _is_flat(cell)]
    faults = [Fault(_shown(name), "is not flat: it holds other values") for name in nested]
    flat = {name: cell for name, cell in item.items() if name not in nested} if nested else item
    try:
        record = dialect.plain(flat)
    except TypeError:
        theirs = dialect.member(DELETED)
        faults.append(Fault(theirs, "says neither yes nor no to being deleted"))
        record = dialect.plain({name: cell for name, cell in flat.items() if name != theirs})
    return unreadable(faults, record) if faults else record


def _shown(name: str) -> str:
    """Give a member's name, unless it may be a person's number (C3)."""
    return name if name.isidentifier() else ""


def _is_flat(value: object) -> bool:
    return value is None or isinstance(value, str | int | Decimal)


@frozen
class _Fit:
    number: int
    document: Any = field(repr=False)
    dialect: Dialect

    def member(self, name: str, *kinds: type) -> Any:
        try:
            return self.dialect.find(name, self.document, *kinds)
        except TypeError:
            theirs = self.dialect.member(name)
            raise self.malformed(f"it has no {theirs} as was agreed") from None

    def moment(self, name: str) -> datetime:
        theirs = self.dialect.member(name)
        try:
            moment = datetime.fromisoformat(self.member(name, str))
        except ValueError:
            raise self.malformed(f"its {theirs} is no moment") from None
        if moment.tzinfo is None:
            raise self.malformed(f"its {theirs} names no time zone")
        if moment.year not in _OUR_TIME:
            raise self.malformed(f"its {theirs} is not of our time")
        return moment

    def malformed(self, text: str) -> SourceMalformed:
        return SourceMalformed(f"NextBank: page {self.number} cannot be taken: {text}")
