"""A naive recount of period rows in Python, which reports are held to (R1, R2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from attrs import frozen

from clientupdater.domain.access import ClientPlace
from clientupdater.domain.rates import RatedRow, Recorded

if TYPE_CHECKING:
    from uuid import UUID


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
