"""A page as NextBank sends it: checked before anything is taken from it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from clientupdater.domain.errors import SourceMalformed
from clientupdater.ports.sources import DELETED, is_deleted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.adapters.nextbank.dialect import Dialect
    from clientupdater.ports.sources import RawRecord

#: Days are reckoned from what their clock says, and must not leave the calendar.
_OUR_TIME = range(2000, 2200)


@frozen
class BankPage:
    """Its records, where the next ones are, and what it says of the whole."""

    number: int
    records: tuple[RawRecord, ...] = field(repr=False)
    cursor: str | None
    as_of: datetime
    total: int | None

    @classmethod
    def read(cls, document: Any, number: int, dialect: Dialect) -> BankPage:
        """Read one, or refuse it by its number."""
        fit = _Fit(number, document, dialect)
        items = fit.member("items", list)
        total = fit.member("total", int, type(None))
        if isinstance(total, bool) or (total is not None and total < 0):
            raise fit.malformed("its total is no count")
        return cls(
            number,
            tuple(fit.record(item) for item in items),
            fit.member("next_cursor", str, type(None)) or None,
            fit.moment("as_of"),
            total,
        )

    @property
    def columns(self) -> frozenset[str]:
        """The members of all that is not deleted."""
        return frozenset(name for each in self.records if not is_deleted(each) for name in each)

    def require(self, wanted: Sequence[str]) -> None:
        """Refuse it where a member that is wanted is in no client any more."""
        lost = [name for name in wanted if name not in self.columns]
        if lost and any(not is_deleted(each) for each in self.records):
            raise SourceMalformed(f"NextBank: page {self.number} has no {', '.join(lost)} any more")

    def only(self, wanted: Sequence[str]) -> tuple[RawRecord, ...]:
        """Give the members that are wanted, and whether a client was deleted."""
        if not wanted:
            return self.records
        names = {*wanted, DELETED}
        return tuple(
            {name: value for name, value in each.items() if name in names} for each in self.records
        )


def read_record(item: Any, what: str, dialect: Dialect) -> RawRecord:
    """Read a client; nothing in it may hold anything else."""
    if not isinstance(item, dict) or not all(map(_is_flat, item.values())):
        raise SourceMalformed(f"NextBank: {what} is not flat")
    try:
        return dialect.plain(item)
    except TypeError:
        told = f"NextBank: {what} says neither yes nor no to being deleted"
        raise SourceMalformed(told) from None


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
            found = datetime.fromisoformat(self.member(name, str))
        except ValueError:
            raise self.malformed(f"its {theirs} is no moment") from None
        if found.tzinfo is None:
            raise self.malformed(f"its {theirs} names no time zone")
        if found.year not in _OUR_TIME:
            raise self.malformed(f"its {theirs} is not of our time")
        return found

    def record(self, item: Any) -> RawRecord:
        return read_record(item, f"a client of page {self.number}", self.dialect)

    def malformed(self, told: str) -> SourceMalformed:
        return SourceMalformed(f"NextBank: page {self.number} cannot be taken: {told}")
