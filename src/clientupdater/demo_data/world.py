"""All that is made up, in one place and without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.demo_data.calendar import Calendar
from clientupdater.demo_data.chance import randomness
from clientupdater.demo_data.clients import ClientMaker, DemoClient
from clientupdater.demo_data.desk import Desk
from clientupdater.demo_data.history import Ledger, Story, told
from clientupdater.demo_data.lookups import FCASH
from clientupdater.demo_data.organisation import Organisation, made_up_organisation
from clientupdater.demo_data.plans import Planner
from clientupdater.demo_data.staff import Person, made_up_staff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, tzinfo

    from clientupdater.demo_data.lookups import Vocabulary


@frozen
class World:
    """The organisation, its staff, and as many clients as are asked for, with their history."""

    seed: int
    vocabulary: Vocabulary
    calendar: Calendar
    organisation: Organisation
    staff: tuple[Person, ...]

    @classmethod
    def made_up(cls, vocabulary: Vocabulary, now: datetime, zone: tzinfo, seed: int) -> World:
        """Make up everything but the clients: the same for the same seed, words and moment."""
        calendar = Calendar(now.astimezone(zone), zone)
        organisation = made_up_organisation(randomness(seed, "organisation"))
        staff = made_up_staff(randomness(seed, "staff"), organisation, vocabulary.companies)
        return cls(seed, vocabulary, calendar, organisation, staff)

    def clients(self, how_many: int) -> Iterator[tuple[DemoClient, list[Story]]]:
        """Make up clients and their history, one after the other: memory stays small."""
        desk = Desk(self.staff)
        bookkeeper = ClientMaker(
            randomness(self.seed, "clients"),
            self.vocabulary,
            self.organisation,
            desk,
            self.calendar,
        )
        fcash = self.vocabulary.companies[FCASH]
        planner = Planner(randomness(self.seed, "history"), desk, self.calendar, fcash)
        for client in bookkeeper.clients(how_many):
            yield client, told(self._ledger(client), planner.entries(client))

    def _ledger(self, client: DemoClient) -> Ledger:
        """Begin with a client who is tracked; what the book says else comes in its time."""
        par = client.facts.par_trackable
        facts = evolve(client.facts, is_active=True, par_trackable=None if par is None else True)
        return Ledger(facts, self.vocabulary.catalogue, self.calendar.zone)
