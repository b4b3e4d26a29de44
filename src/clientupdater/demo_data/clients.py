"""Clients who do not exist, one after the other, as many as are asked for."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.demo_data.lookups import FCASH, PCNI, PREFIX
from clientupdater.demo_data.names import made_up_name, made_up_street
from clientupdater.demo_data.random_draws import drawn, happens, identity
from clientupdater.domain.clients import Client
from clientupdater.domain.ids import ClientId
from clientupdater.domain.periods import Cycle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

    from clientupdater.demo_data.calendar import Calendar
    from clientupdater.demo_data.lookups import SeededLookups
    from clientupdater.demo_data.organisation import Branch, Organisation
    from clientupdater.demo_data.staff_directory import StaffDirectory
    from clientupdater.domain.ids import PersonId

PENSIONS = {FCASH: {"SSS": 60, "GSIS": 25, "PVAO": 15}, PCNI: {"NON_PNP": 55, "PNP": 45}}
PENSIONERS = {"RETIREE": 70, "DEPENDENT": 16, "DISABILITY": 9, "ITF": 5}
AGES = {"RETIREE": (60, 88), "DEPENDENT": (35, 80), "DISABILITY": (42, 75), "ITF": (6, 20)}
PAR_STATUSES = {"do_not_show": 74, "tele_130": 15, "tele_hardcore": 7, "": 4}
ACCOUNTS = {"ATM": 62, "PASSBOOK": 21, "BOTH": 13, "NONE": 4}
UNMAPPED, INACTIVE, ASSIGNED, HANDED_OVER, NEWCOMERS = 0.01, 0.015, 0.66, 0.06, 0.03
"""Which shares of all clients have no product, are inactive, have an officer (and had another
before), and came only within the time of the history."""


@frozen(kw_only=True)
class Assignment:
    """Who looked after a client, from when until when (A3)."""

    officer: PersonId
    since: datetime
    until: datetime | None = None
    by: PersonId


@frozen(kw_only=True)
class DemoClient:
    """A client as the book has them."""

    facts: Client
    full_name: str
    birth_date: date
    address: str
    contact_number: str | None
    contact_number_alt: str | None
    pension_type: str | None
    pensioner_type: str
    product: str | None
    par_status: str | None
    account_type: str
    past_due_amount: Decimal | None
    loan_status: str
    since: datetime
    untracked_at: datetime | None = None
    """From when an inactive client or one 60 days late was no longer reached (P6)."""
    assignments: tuple[Assignment, ...] = ()

    def officer_at(self, moment: datetime) -> PersonId | None:
        """Say who looked after the client then."""
        for each in self.assignments:
            if each.since <= moment and (each.until is None or moment < each.until):
                return each.officer
        return None


@frozen
class ClientMaker:
    """Enters one client after the other."""

    rng: Random
    lookups: SeededLookups
    organisation: Organisation
    directory: StaffDirectory
    calendar: Calendar

    def clients(self, how_many: int) -> Iterator[DemoClient]:
        """Make up that many clients."""
        numbers = dict.fromkeys(PREFIX, 0)
        for _ in range(how_many):
            branch = self.rng.choice(self.organisation.branches)
            company = self.rng.choice(branch.area.companies)
            numbers[company] += 1
            client = self._client(company, branch, numbers[company])
            yield self._assigned(self._untracked(client))

    def _client(self, company: str, branch: Branch, number: int) -> DemoClient:
        rng = self.rng
        pension = drawn(rng, PENSIONS[company])
        pensioner = drawn(rng, PENSIONERS)
        par = drawn(rng, PAR_STATUSES) or None
        mapped = not happens(rng, UNMAPPED)
        product = f"{company}_{pension}" if mapped else None
        return DemoClient(
            facts=Client(
                id=ClientId(identity(rng)),
                code=f"{PREFIX[company]}-{number:06}",
                company=self.lookups.companies[company],
                branch=branch.id,
                cycle=self.lookups.cycles[product] if product else None,
                is_active=not happens(rng, INACTIVE),
                par_trackable=self.lookups.trackable[par] if par else None,
            ),
            full_name=made_up_name(rng).listed,
            birth_date=self._born(*AGES[pensioner]),
            address=f"{made_up_street(rng)}, {branch.town}",
            contact_number=_mobile(rng) if happens(rng, 0.96) else None,
            contact_number_alt=_mobile(rng) if happens(rng, 0.3) else None,
            pension_type=pension if mapped else None,
            pensioner_type=pensioner,
            product=product,
            par_status=par,
            account_type=drawn(rng, ACCOUNTS),
            past_due_amount=_past_due(rng, par),
            loan_status={"do_not_show": "CURRENT", None: "NEW"}.get(par, "PAST DUE"),
            since=self._since(),
        )

    def _born(self, youngest: int, oldest: int) -> date:
        days = self.rng.randint(youngest * 365 + 100, oldest * 365)
        return self.calendar.today - timedelta(days=days)

    def _since(self) -> datetime:
        """Most have been clients for long; a few came after the history begins."""
        begin = self._story_begins()
        if happens(self.rng, NEWCOMERS):
            return self._moment_within(begin, self.calendar.today)
        day = begin - timedelta(days=self.rng.randint(10, 900))
        return self.calendar.working_moment(self.rng, day)

    def _untracked(self, client: DemoClient) -> DemoClient:
        """Choose when tracking ended: for half of them before the history begins."""
        if client.facts.exempt_cause is None:
            return client
        at = self._moment_within(self._story_begins(), self.calendar.today)
        before = happens(self.rng, 0.5)
        return evolve(client, untracked_at=client.since if before else max(at, client.since))

    def _assigned(self, client: DemoClient) -> DemoClient:
        """Give two thirds an officer who has the branch; a few had another one before."""
        staff = self.directory.staff_of(client.facts.company, client.facts.branch)
        if not happens(self.rng, ASSIGNED):
            return client
        officer, by = self.rng.choice(staff.officers), self.rng.choice(staff.leaders)
        now = Assignment(officer=officer.id, since=client.since, by=by.id)
        history: tuple[Assignment, ...] = (now,)
        others = [each for each in staff.officers if each is not officer]
        if others and happens(self.rng, HANDED_OVER):
            until = self._moment_within(client.since.date(), self.calendar.today)
            until = max(until, client.since)
            before = evolve(now, officer=self.rng.choice(others).id, until=until)
            history = (before, evolve(now, since=until))
        return evolve(
            client, facts=evolve(client.facts, assigned_to=officer.id), assignments=history
        )

    def _story_begins(self) -> date:
        return self.calendar.periods(Cycle.MONTHLY)[0].first_day

    def _moment_within(self, first: date, last: date) -> datetime:
        """Pick a working moment, never one beyond now."""
        day = first + timedelta(days=self.rng.randint(0, max((last - first).days, 0)))
        return min(self.calendar.working_moment(self.rng, day), self.calendar.now)


def _mobile(rng: Random) -> str:
    """No network has numbers that begin with 0900."""
    return f"+63900{rng.randint(0, 9_999_999):07}"


def _past_due(rng: Random, par: str | None) -> Decimal | None:
    """Owe more the longer it is due; nothing is known without a PAR status."""
    if par is None:
        return None
    largest = {"do_not_show": 0, "tele_130": 9_000, "tele_hardcore": 60_000}[par]
    if not largest:
        return Decimal("0.00")
    return Decimal(rng.randint(largest * 5, largest * 100)) / 100
