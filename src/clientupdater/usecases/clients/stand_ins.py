"""Arrange who stands in for an absent officer, list it, and end it (A2, A3)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import frozen

from clientupdater.domain.access import Decision, Missing
from clientupdater.domain.access_scope import access_scope_of, over_clients_of
from clientupdater.domain.errors import AlreadyExists, Forbidden, NotFound, OfficerNotAllowed
from clientupdater.domain.ids import CompanyId
from clientupdater.domain.periods import business_day
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.stand_ins import (
    StandIn,
    companies_widened,
    covers_branches,
    moments,
    shared_branches,
)
from clientupdater.ports.audit import LoggedAction, RightsChange
from clientupdater.ports.unit_of_work import ADMINISTRATION
from clientupdater.usecases.access.user_admin import current_actor
from clientupdater.usecases.clients.lists import require_scope

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime, tzinfo
    from uuid import UUID

    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import BranchId, PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork

_ASSIGN = Permission.CLIENTS_ASSIGN


@frozen(kw_only=True)
class NewStandIn:
    """Who stands in for whom, on which days."""

    officer: PersonId
    stand_in: PersonId
    first: date
    last: date


@frozen
class ArrangedStandIn:
    """A stand-in, and how many clients it covers now, and does not."""

    stand_in: StandIn
    covered: int
    not_covered: int


@frozen
class StandIns:
    """The caller's clients:assign must cover the officer's clients whom the stand-in gets."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def arrange(self, caller: Caller, new: NewStandIn) -> ArrangedStandIn:
        """Let a person stand in for an officer; it begins and ends by itself."""
        require_scope(self.work, caller, _ASSIGN, "client")
        now = self.clock.now()
        starts_at, ends_at = moments(new.first, new.last, business_day(now, self.zone), self.zone)
        made = StandIn(
            id=uuid4(),
            officer=new.officer,
            stand_in=new.stand_in,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        with self.work.begin(ADMINISTRATION) as tx:
            tx.people.lock_rights()
            scope = access_scope_of(current_actor(tx, caller), _ASSIGN)
            shared, companies = _widened(tx, made)
            tx.limit_to(over_clients_of(made.officer))
            places = tx.officers.count_by_place(made.officer)
            covered = {place: count for place, count in places.items() if place.branch in shared}
            allowed = covers_branches(scope, made.officer, shared, companies) and all(
                map(scope.covers, covered)
            )
            if allowed:
                if tx.officers.overlapping(made):
                    raise AlreadyExists("This person stands in for the officer already.")
                tx.officers.add_stand_in(made, caller.actor.id, now)
                _record(tx, caller, made, "granted")
        if not allowed:
            raise self._refusal(caller, made.officer)
        count = sum(covered.values())
        return ArrangedStandIn(made, count, sum(places.values()) - count)

    def end(self, caller: Caller, stand_in: UUID) -> None:
        """End one now; it needs the same rights as arranging it (A6)."""
        require_scope(self.work, caller, _ASSIGN, "client")
        with self.work.begin(ADMINISTRATION) as tx:
            tx.people.lock_rights()
            scope = access_scope_of(current_actor(tx, caller), _ASSIGN)
            seen = tx.officers.stand_in(stand_in)
            if seen is None:
                raise NotFound("There is no such stand-in.")
            allowed = _may_end(tx, scope, seen)
            if allowed:
                tx.officers.end_stand_in(seen.id, caller.actor.id, self.clock.now())
                _record(tx, caller, seen, "revoked")
        if not allowed:
            raise NotFound("There is no such stand-in.")

    def list(
        self, caller: Caller, *, after: tuple[datetime, UUID] | None = None, at_most: int = 50
    ) -> Sequence[StandIn]:
        """List those that run or will run, as far as clients:assign covers them, by their end."""
        require_scope(self.work, caller, _ASSIGN, "client")
        with self.work.begin(ADMINISTRATION) as tx:
            scope = access_scope_of(current_actor(tx, caller), _ASSIGN)
            return tx.officers.stand_ins(scope, self.clock.now(), after, at_most)

    def _refusal(self, caller: Caller, officer: PersonId) -> Forbidden:
        decision = Decision(_ASSIGN, caller.actor.grants_of(_ASSIGN), Missing.TERRITORY)
        with self.work.begin(ADMINISTRATION) as tx:
            tx.audit.log_refusal(caller, decision, "user", str(officer))
        return Forbidden(_ASSIGN)


def _widened(tx: Transaction, made: StandIn) -> tuple[frozenset[BranchId], Collection[CompanyId]]:
    """Give the branches and companies in which the stand-in covers clients."""
    known = tx.people.actors([made.officer, made.stand_in])
    officer, stand_in = known.get(made.officer), known.get(made.stand_in)
    if officer is None or stand_in is None:
        raise OfficerNotAllowed("The officer or the stand-in does not exist.")
    return shared_branches(officer, stand_in), companies_widened(stand_in, _companies(tx))


def _companies(tx: Transaction) -> Collection[CompanyId]:
    return [CompanyId(company) for company in tx.organisation.names(frozenset()).companies]


def _may_end(tx: Transaction, scope: AccessScope, seen: StandIn) -> bool:
    """Where the two share no branch any more, nothing is covered, and scope all is needed."""
    try:
        shared, companies = _widened(tx, seen)
    except OfficerNotAllowed:
        return scope.actor == seen.officer or all(
            scope.scope_at(company) is Scope.ALL for company in _companies(tx)
        )
    return covers_branches(scope, seen.officer, shared, companies)


def _record(tx: Transaction, caller: Caller, made: StandIn, decision: str) -> None:
    values = {
        "officer": str(made.officer),
        "starts_at": made.starts_at.isoformat(),
        "ends_at": made.ends_at.isoformat(),
    }
    change = RightsChange(
        decision=decision,
        person=made.stand_in,
        resource="stand_in",
        resource_id=str(made.id),
        before=values if decision == "revoked" else None,
        after=values if decision == "granted" else None,
    )
    tx.audit.log_rights_change(caller, change)
    entry = LoggedAction(
        action="stand_in.arrange" if decision == "granted" else "stand_in.end",
        resource="stand_in",
        resource_id=str(made.id),
        details={"officer": made.officer, "stand_in": made.stand_in},
    )
    tx.audit.log_action(caller, entry)
