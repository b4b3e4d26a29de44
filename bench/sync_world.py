"""A source of made-up clients for measuring, page by page and never all of it at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.ports.sources import Abilities, Fetch, RawRecord, SourcePage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BRANCHES = 200
PAGE = 5_000
BEGUN = datetime(2026, 11, 1, tzinfo=UTC)
CHANGED, NEW, GONE = 20, 100, 200
"""One in so many: 5 % changed, 1 % new, 0.5 % vanished."""


@frozen
class MadeUpSource:
    """Says how all clients stand after so many nights; the same for the same arguments."""

    clients: int
    night: int

    def abilities(self) -> Abilities:
        """Say that it counts."""
        return Abilities(incremental=False, counts=True, single=False)

    def begin(self, since: datetime | None = None, columns: Sequence[str] = ()) -> Fetch:
        """Begin: as of one night after the other."""
        del since, columns
        return Fetch(BEGUN + timedelta(days=self.night), sum(1 for _ in self.numbers()))

    def page(self, fetch: Fetch, position: str | None = None) -> SourcePage:
        """Give a page; the position is the first number that is not in it."""
        del fetch
        first = int(position or 0)
        last = min(first + PAGE, self.last)
        records = tuple(self.record(n) for n in range(first, last) if self.is_there(n))
        return SourcePage(records, str(last) if last < self.last else None)

    def one(self, code: str) -> RawRecord | None:
        """Know no client by code."""
        del code
        return None

    # --- who is there, and how they stand

    @property
    def last(self) -> int:
        """The first unused number."""
        return self.clients + (self.clients // NEW if self.night > 1 else 0)

    def numbers(self) -> Iterator[int]:
        """Count who is there."""
        return (n for n in range(self.last) if self.is_there(n))

    def is_there(self, n: int) -> bool:
        """From the first night on some are missing."""
        return self.night == 0 or n >= self.clients or n % GONE != 7  # noqa: PLR2004

    def record(self, n: int) -> RawRecord:
        """Write one down: what changes is what a person owes, a name, a branch or a number."""
        kind = (n // CHANGED) % 4 if self.night > 1 and n % CHANGED == 3 else -1  # noqa: PLR2004
        company = "FCASH" if n % 2 else "PCNI"
        return {
            "CLIENT_CODE": f"C{n:07}",
            "FULL_NAME": f"Client {n:07} dela Cruz" + (" Reyes" if kind == 1 else ""),
            "COMPANY_CODE": company,
            "PENSION_NUMBER": f"{n * 7919 % 10**10:010}",
            "BIRTH_DATE": f"{1940 + n % 30}-{1 + n % 12:02}-{1 + n % 28:02}",
            "CONTACT_NUMBER": f"09{(n + (kind == 3)) * 104729 % 10**9:09}",  # noqa: PLR2004
            "CONTACT_NUMBER_ALT": None,
            "PENSION_TYPE": "SSS" if n % 2 else "PNP",
            "PENSIONER_TYPE": "RETIREE",
            "PRODUCT_CODE": "FCASH_SSS" if n % 2 else "PCNI_NON_PNP",
            "BRANCH_CODE": f"B{(n + (kind == 2)) % BRANCHES:03}",  # noqa: PLR2004
            "PAR_STATUS": "do_not_show" if n % 3 else "tele_130",
            "ACCOUNT_TYPE": "ATM",
            "PAST_DUE_AMOUNT": f"{n % 50_000 + (100 if kind == 0 else 0)}.25",
            "LOAN_STATUS": "OPEN",
            "UPDATED_AT": BEGUN + timedelta(days=self.night if kind >= 0 else 0),
        }
