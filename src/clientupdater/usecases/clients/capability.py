"""What is known of clients, and in whose hands they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.usecases.clients.assignments import ClientAssignments
    from clientupdater.usecases.clients.contacts import ContactCorrections
    from clientupdater.usecases.clients.directory import ClientDirectory
    from clientupdater.usecases.clients.filter_options import ClientFilterOptions
    from clientupdater.usecases.clients.hand_overs import HandOvers
    from clientupdater.usecases.clients.pension_numbers import PensionNumberAccess
    from clientupdater.usecases.clients.stand_ins import StandIns


@frozen(kw_only=True)
class Clients:
    """What is known of clients, and in whose hands they are."""

    directory: ClientDirectory
    filter_options: ClientFilterOptions
    contacts: ContactCorrections
    assignments: ClientAssignments
    hand_overs: HandOvers
    stand_ins: StandIns
    pension_numbers: PensionNumberAccess
