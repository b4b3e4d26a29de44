"""A CSV file for the drop folder, so that the demo has something to sync.

Most of its clients are as the database has them. Some have moved, some have another telephone
number, a few are missing, a few are new, and one names an unknown branch.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from attrs import define

from clientupdater.demo_data.lookups import FCASH, PREFIX
from clientupdater.demo_data.pension_numbers import pension_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from clientupdater.demo_data.clients import DemoClient
    from clientupdater.demo_data.organisation import Branch
    from clientupdater.domain.ids import CompanyId

HEADER = (
    "CLIENT_CODE",
    "FULL_NAME",
    "COMPANY_CODE",
    "PENSION_NUMBER",
    "BIRTH_DATE",
    "CONTACT_NUMBER",
    "CONTACT_NUMBER_ALT",
    "PENSION_TYPE",
    "PENSIONER_TYPE",
    "PRODUCT_CODE",
    "BRANCH_CODE",
    "PAR_STATUS",
    "ACCOUNT_TYPE",
    "PAST_DUE_AMOUNT",
    "LOAN_STATUS",
    "UPDATED_AT",
)
GONE, MOVED, ANOTHER_NUMBER = 250, 60, 40
"""One of so many."""
NEW = 5


@define
class DemoFile:
    """Writes the file as clients are made up; `finish` gives it its name."""

    path: Path
    branches: Sequence[Branch]
    companies: Mapping[CompanyId, str]
    moment: str
    _rows: int = 0
    _seen: int = 0

    def append(self, clients: Iterable[tuple[DemoClient, str]]) -> None:
        """Add clients, each with its pension number."""
        with self._part.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            if self._seen == 0:
                writer.writerow(HEADER)
            for client, number in clients:
                self._seen += 1
                if client.facts.is_active and self._seen % GONE:
                    writer.writerow(self._line(client, number))
                    self._rows += 1

    def finish(self) -> None:
        """Add the new clients and the trailer; from then on the sync can read the file."""
        new = list(self._new())
        with self._part.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerows(new)
            writer.writerow(("TRAILER", self._rows + len(new)))
        self._part.replace(self.path)

    @property
    def _part(self) -> Path:
        return self.path.with_suffix(".csv.part")

    def _line(self, client: DemoClient, number: str) -> tuple[object, ...]:
        homes = {each.id: at for at, each in enumerate(self.branches)}
        at = homes[client.facts.branch]
        branch = self.branches[at - 1 if self._seen % MOVED == 0 else at]
        called = client.contact_number or ""
        return (
            client.facts.code,
            client.full_name,
            self.companies[client.facts.company],
            number,
            client.birth_date.isoformat(),
            f"+639{self._seen:09}" if self._seen % ANOTHER_NUMBER == 0 else called,
            client.contact_number_alt or "",
            client.pension_type or "",
            client.pensioner_type,
            client.product or "",
            branch.code,
            client.par_status or "",
            client.account_type,
            "" if client.past_due_amount is None else str(client.past_due_amount),
            client.loan_status,
            self.moment,
        )

    def _new(self) -> Iterator[tuple[object, ...]]:
        for n in range(1, NEW + 1):
            branch = self.branches[n % len(self.branches)].code if n < NEW else "NOWHERE"
            pension = ("SSS", "RETIREE", f"{FCASH}_SSS", branch, "do_not_show", "ATM", "0.00")
            code = f"{PREFIX[FCASH]}-9{n:05}"
            number = pension_number(code)
            who = (code, f"Bagong, Kliyente {n}", FCASH, number, "1955-05-05")
            yield *who, f"+63917{n:07}", "", *pension, "CURRENT", self.moment
