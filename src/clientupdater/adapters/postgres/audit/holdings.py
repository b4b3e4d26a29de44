"""What is held about one client beside its periods, changes and accesses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.clients import masked_pension_number
from clientupdater.domain.errors import NotFound
from clientupdater.ports.dossiers import (
    HeldAssignment,
    HeldClient,
    HeldReject,
    HeldSource,
    Holdings,
)
from clientupdater.ports.lists import StaffMember

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.clients import Client

QUERIES = named_queries("audit/holdings.sql")
_FIRST_CODE, _LAST4 = 4, 11


def read_holdings(
    connection: Connection, client: Client, codes: Mapping[str | None, Any], at_most: int
) -> Holdings:
    """Read at most so many assignments and rejects, the newest first."""
    params = {"client": client.id, "limit": at_most}
    row = connection.execute(QUERIES["client"], params).fetchone()
    if row is None:
        raise NotFound
    return Holdings(
        client=_client(row, codes),
        sources=tuple(HeldSource(*each) for each in connection.execute(QUERIES["sources"], params)),
        assignments=tuple(
            _assignment(*each) for each in connection.execute(QUERIES["assignments"], params)
        ),
        rejects=tuple(HeldReject(*each) for each in connection.execute(QUERIES["rejects"], params)),
    )


def _client(columns: tuple[Any, ...], codes: Mapping[str | None, Any]) -> HeldClient:
    named = [codes[each] for each in columns[_FIRST_CODE:_LAST4]]
    masked = masked_pension_number(columns[_LAST4])
    members: list[Any] = [*columns[:_FIRST_CODE], *named, masked, *columns[_LAST4 + 1 :]]
    return HeldClient(*members)


def _assignment(*columns: Any) -> HeldAssignment:
    officer, officer_name, since, until, by, by_name, reason = columns
    author = StaffMember(by, by_name) if by else None
    return HeldAssignment(StaffMember(officer, officer_name), since, until, author, reason)
