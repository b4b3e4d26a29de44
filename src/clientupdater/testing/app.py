"""An App without a server, for the tests of a program that uses this library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack
from zoneinfo import ZoneInfo

from clientupdater.adapters.local.clock import MachineClock
from clientupdater.composition.any_store import build_app
from clientupdater.domain.statuses import DONE, PENDING, Reason, Status, StatusCatalogue
from clientupdater.testing.store import memory_book

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from clientupdater.app import App
    from clientupdater.composition.parts import Parts
    from clientupdater.domain.access import Actor
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import CompanyId
    from clientupdater.ports.clock import Clock


def open_memory_app(
    *,
    clients: Iterable[Client] = (),
    people: Iterable[Actor] = (),
    statuses: StatusCatalogue | None = None,
    clock: Clock | None = None,
    zone: tzinfo | None = None,
    **parts: Unpack[Parts],
) -> App:
    """Assemble an App over a store in memory that holds these clients and people.

    There is nothing to close. A verb that SQL answers (worklist, lists, people, syncs, exports,
    schedules) raises NotImplementedError and names the repository that needs PostgreSQL. Jobs are
    enqueued, listed and cancelled; no worker takes them.
    """
    book = memory_book(statuses or seeded_statuses(), clients)
    book.people.update((person.id, person) for person in people)
    return build_app(book, clock or MachineClock(), zone or ZoneInfo("Asia/Manila"), **parts)


def seeded_statuses(fcash: CompanyId | None = None) -> StatusCatalogue:
    """Build the statuses of ``sql/seed``; VISITED belongs to FCASH alone, if it is given (S6)."""
    reasons = (
        Reason("DECEASED", is_terminal=True),
        Reason("FULLY_PAID", is_terminal=True),
        Reason("CONFIRMED"),
        Reason("NOT_REACHABLE", requires_remarks=True),
    )
    return StatusCatalogue(
        [
            Status(PENDING, 1),
            Status("TO_FOLLOW", 2),
            Status("CALLED", 3),
            Status("VISITED", 4, companies=frozenset(filter(None, [fcash]))),
            Status("UPDATED", 5),
            Status(DONE, 6, reasons),
        ]
    )
