"""Counts of a period recounted row by row, which those of the database must equal (R1, R2)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import psycopg
from attrs import field, frozen

from clientupdater.domain.access import ClientPlace
from clientupdater.domain.rates import Counts
from clientupdater.domain.statuses import CONFIRMED, DONE, NOT_REACHABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from clientupdater.domain.ids import BranchId


@frozen
class Recorded:
    """A recorded event of a row that was not voided, and the branch that had the client then."""

    status: str
    reason: str | None
    branch: BranchId

    @property
    def is_contact(self) -> bool:
        """Whether it shows that the client was reached (R1)."""
        return self.reason != NOT_REACHABLE


@frozen
class RatedRow:
    """A row of the period, as far as rates look at it.

    `recorded` are its events in their order. `status` and `reason` are where it stands.
    """

    branch: BranchId
    status: str
    reason: str | None = None
    is_exempt: bool = False
    recorded: tuple[Recorded, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether the period's work on it is done."""
        return self.status == DONE

    @property
    def is_confirmed(self) -> bool:
        """Whether it was done by confirming."""
        return self.is_done and self.reason == CONFIRMED

    @property
    def first_contact(self) -> Recorded | None:
        """The event by which its client was reached first, if they were."""
        return next((event for event in self.recorded if event.is_contact), None)

    @property
    def finishing(self) -> Recorded | None:
        """The event that finished it, if it is done."""
        ends = [event for event in self.recorded if event.status == DONE]
        return ends[-1] if ends and self.is_done else None


@frozen
class Credit:
    """What was recorded for a branch while it had the client (R2)."""

    done: int = 0
    contacted: int = 0
    confirmed: int = 0


def counts_of(rows: Iterable[RatedRow]) -> Counts:
    """Count the rows of a period; the exempt ones are left out (R1)."""
    counted = [row for row in rows if not row.is_exempt]
    return Counts(
        denominator=len(counted),
        done=sum(row.is_done for row in counted),
        contacted=sum(row.first_contact is not None for row in counted),
        confirmed=sum(row.is_confirmed for row in counted),
    )


def obligations(rows: Iterable[RatedRow]) -> Mapping[BranchId, Counts]:
    """Count what each branch owes: by the branch that has the client now (R2)."""
    by_branch: dict[BranchId, list[RatedRow]] = {}
    for row in rows:
        by_branch.setdefault(row.branch, []).append(row)
    return {branch: counts_of(owed) for branch, owed in by_branch.items()}


@frozen
class _Tally:
    done: Counter[BranchId] = field(factory=Counter)
    contacted: Counter[BranchId] = field(factory=Counter)
    confirmed: Counter[BranchId] = field(factory=Counter)

    def add(self, row: RatedRow) -> None:
        if row.first_contact is not None:
            self.contacted[row.first_contact.branch] += 1
        if row.finishing is not None:
            self.done[row.finishing.branch] += 1
            self.confirmed[row.finishing.branch] += row.is_confirmed

    def credits(self) -> Mapping[BranchId, Credit]:
        return {
            branch: Credit(self.done[branch], self.contacted[branch], self.confirmed[branch])
            for branch in {*self.done, *self.contacted}
        }


def credits_of(rows: Iterable[RatedRow]) -> Mapping[BranchId, Credit]:
    """Count what each branch achieved: by the branch that had the client at the time (R2).

    Each row is credited once: its completion to the branch that finished it, its contact to
    the one that reached the client first. So credits and obligations add up to the same.
    """
    tally = _Tally()
    for row in rows:
        if not row.is_exempt:
            tally.add(row)
    return tally.credits()


@frozen
class CountedRow:
    """A row of November, with the client that it is counted by."""

    client: UUID
    place: ClientPlace
    product: str | None
    pension_type: str | None
    rated: RatedRow
    contact_by: UUID | None
    done_by: UUID | None


def counted_rows(url: str) -> list[CountedRow]:
    """Read the rows of November as they are, the slow way."""
    with psycopg.connect(url) as connection:
        result = connection.execute(
            """
            select s.id, c.id, c.company_id, c.branch_id, c.assigned_to, p.code, pt.code,
                   t.code, r.code, s.exempt_cause is not null
              from client_period_status s
              join clients c on c.id = s.client_id and c.deleted_at is null
              join status_types t on t.id = s.status_type_id
              left join status_reasons r on r.id = s.reason_id
              left join products p on p.id = c.product_id
              left join pension_types pt on pt.id = c.pension_type_id
             where s.period = '2026-11'
            """
        ).fetchall()
        return [_row(connection, *columns) for columns in result]


def _row(connection: psycopg.Connection[Any], row: UUID, *columns: Any) -> CountedRow:
    client, company, branch, officer, product, pension, status, reason, exempt = columns
    events = connection.execute(
        """
        select t.code, r.code, e.branch_id, e.created_by
          from status_events e
          join status_types t on t.id = e.status_type_id
          left join status_reasons r on r.id = e.reason_id
         where e.client_period_status_id = %s and e.kind = 'recorded'
           and not exists (select from status_events v
                            where v.client_period_status_id = e.client_period_status_id
                              and v.voids = e.event_sequence)
         order by e.event_sequence
        """,
        (row,),
    ).fetchall()
    recorded = tuple(Recorded(*event[:3]) for event in events)
    rated = RatedRow(branch, status, reason, exempt, recorded)
    contacts = [event[3] for event in events if event[1] != "NOT_REACHABLE"]
    ends = [event[3] for event in events if event[0] == "DONE"]
    return CountedRow(
        client=client,
        place=ClientPlace(company, branch, officer),
        product=product,
        pension_type=pension,
        rated=rated,
        contact_by=contacts[0] if contacts else None,
        done_by=ends[-1] if ends and rated.is_done else None,
    )
