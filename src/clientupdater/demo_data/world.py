"""The made-up world, without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.demo_data.calendar import Calendar
from clientupdater.demo_data.clients import ClientMaker, DemoClient
from clientupdater.demo_data.history import ClientRows, RowHistory, histories_of
from clientupdater.demo_data.lookups import FCASH
from clientupdater.demo_data.organisation import Organisation, made_up_organisation
from clientupdater.demo_data.plans import Planner
from clientupdater.demo_data.random_draws import randomness
from clientupdater.demo_data.staff import Person, made_up_staff
from clientupdater.demo_data.staff_directory import StaffDirectory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, tzinfo

    from clientupdater.demo_data.lookups import SeededLookups


@frozen
class World:
    """The organisation, its staff, and any number of clients with their history."""

    seed: int
    lookups: SeededLookups
    calendar: Calendar
    organisation: Organisation
    staff: tuple[Person, ...]

    @classmethod
    def made_up(cls, lookups: SeededLookups, now: datetime, zone: tzinfo, seed: int) -> World:
        """Make up all but the clients; the same seed, lookups and moment give the same world."""
        calendar = Calendar(now.astimezone(zone), zone)
        organisation = made_up_organisation(randomness(seed, "organisation"))
        staff = made_up_staff(randomness(seed, "staff"), organisation, lookups.companies)
        return cls(seed, lookups, calendar, organisation, staff)

    def clients(self, how_many: int) -> Iterator[tuple[DemoClient, list[RowHistory]]]:
        """Make up clients and their history, one after the other: memory stays small."""
        directory = StaffDirectory(self.staff)
        maker = ClientMaker(
            randomness(self.seed, "clients"),
            self.lookups,
            self.organisation,
            directory,
            self.calendar,
        )
        fcash = self.lookups.companies[FCASH]
        planner = Planner(randomness(self.seed, "history"), directory, self.calendar, fcash)
        for client in maker.clients(how_many):
            yield client, histories_of(self._rows(client), planner.entries(client))

    def _rows(self, client: DemoClient) -> ClientRows:
        """Begin with a tracked client; the planned entries end the tracking where they have to."""
        par = client.facts.par_trackable
        facts = evolve(client.facts, is_active=True, par_trackable=None if par is None else True)
        return ClientRows(facts, self.lookups.catalogue, self.calendar.zone)
