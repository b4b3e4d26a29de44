"""Seal closed periods, verify seals, and prove single rows (R11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access import decide
from clientupdater.domain.access_scope import access_scope_of, visible_scope_of
from clientupdater.domain.administration import decide_over_thing
from clientupdater.domain.errors import Forbidden, InvalidInput, NotFound, PeriodNotClosed
from clientupdater.domain.periods import Window, business_day, window
from clientupdater.domain.permissions import Permission
from clientupdater.domain.settings_values import BACKDATING_DAYS
from clientupdater.ports.audit import LoggedAction
from clientupdater.ports.queue import Progress
from clientupdater.ports.unit_of_work import NO_CLIENTS, SYSTEM
from clientupdater.usecases.clients.client_access import find_client
from clientupdater.usecases.clients.lists import require_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo

    from clientupdater.domain.access import Decision
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import ClientRef, CompanyId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.seals import SealFault
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.job_run import JobRun
    from clientupdater.ports.seals import Seal, SealFigures, SealProof
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork

CORRECTED_AT_MOST = 200
"""Rows that are listed of those written to after the seal; all of them are counted."""
_READS = (Permission.REPORTS_READ, Permission.STATUS_READ, Permission.CLIENTS_READ)
"""What it takes to see a row's proof (A10)."""


@frozen
class VerifiedSeal:
    """A seal, what is wrong with its period, and what was recorded beside it."""

    seal: Seal
    faults: tuple[SealFault, ...]
    figures: SealFigures

    @property
    def holds(self) -> bool:
        return not self.faults


@frozen
class Seals:
    """Seals periods that can no longer be written to without status:correct (P7)."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def seal_due_as_job(self, job_run: JobRun) -> None:
        """Seal every closed period; each seal is a transaction of its own."""
        done = 0
        for company, period in self._due(None):
            job_run.report(Progress(done=done, step=f"sealing {period}"))
            done += self._seal(company, period) is not None

    def seal(self, caller: Caller, period: Period | None = None) -> Sequence[Seal]:
        """Seal one closed period, or all of them; sealing it again changes nothing.

        Raises PeriodNotClosed for one that staff may still write to.
        """
        self._require(caller, decide_over_thing(caller.actor, Permission.CONFIG_MANAGE, None))
        due = self._due(period)
        if period and not due and not self._is_closed(period):
            raise PeriodNotClosed(f"{period} can still be written to; it is sealed after that.")
        seals = [seal for company, each in due if (seal := self._seal(company, each))]
        details = {"seals": len(seals)}
        entry = LoggedAction(
            action="period.seal",
            resource="period",
            resource_id=str(period or ""),
            details=details,
        )
        with self.work.begin(visible_scope_of(caller.actor)) as tx:
            tx.audit.log_action(caller, entry)
        return seals

    def verify(
        self, caller: Caller, period: Period, company: str | None = None
    ) -> Sequence[VerifiedSeal]:
        """Recompute the seals of a period: of one company, or of every one that has a seal.

        Needs reports:read over all of each company.
        """
        with self.work.begin(NO_CLIENTS) as tx:
            seals = tx.seals.of_period(period)
            only = tx.organisation.company(company) if company else None
        wanted = [seal for seal in seals if only in (None, seal.header.company)]
        companies: Iterable[CompanyId | None] = [seal.header.company for seal in wanted] or [only]
        for each in companies:
            self._require(caller, decide_over_thing(caller.actor, Permission.REPORTS_READ, each))
        if not wanted:
            raise NotFound(f"{period} has no seal.")
        return [self._verified(seal) for seal in wanted]

    def read(
        self, caller: Caller, period: Period, company: str | None = None
    ) -> tuple[Seal, SealFigures]:
        """Read a company's seal, and count what it covers of the rows that the caller sees.

        The company may be left out where the caller's reports:read covers only one.
        """
        for permission in _READS:
            require_scope(self.work, caller, permission, "seal")
        with self.work.begin(access_scope_of(caller.actor, Permission.REPORTS_READ)) as tx:
            seal = tx.seals.find(self._company(tx, caller, company), period)
            if seal is None:
                raise NotFound(f"{period} has no seal.")
            scopes = [access_scope_of(caller.actor, each) for each in _READS]
            return seal, tx.seals.figures(seal, scopes, at_most=CORRECTED_AT_MOST)

    def proof(self, caller: Caller, period: Period, client: ClientRef) -> SealProof:
        """Prove a client's row against the root of its seal.

        Raises NotFound, or Forbidden for a client that other permissions show (A5).
        """
        with self.work.begin(visible_scope_of(caller.actor)) as tx:
            subject = find_client(tx, client)
        if subject is None:
            raise NotFound
        for permission in _READS:
            decision = decide(caller.actor, permission, subject.place)
            self._require(caller, decision, subject.company)
        with self.work.begin(visible_scope_of(caller.actor)) as tx:
            seal = tx.seals.sealed_in(subject.id, period)
            if seal is None:
                raise NotFound(f"No seal of {period} holds a row of this client.")
            return tx.seals.proof(seal, subject.id)

    def _verified(self, seal: Seal) -> VerifiedSeal:
        with self.work.begin(SYSTEM) as tx:
            faults = tuple(tx.seals.faults(seal))
            return VerifiedSeal(seal, faults, tx.seals.figures(seal, at_most=CORRECTED_AT_MOST))

    def _company(self, tx: Transaction, caller: Caller, named: str | None) -> CompanyId:
        scope = access_scope_of(caller.actor, Permission.REPORTS_READ)
        if named:
            company = tx.organisation.company(named)
            if scope.scope_at(company) is None:
                raise NotFound("There is no such company.")
            return company
        if scope.everywhere is None and len(scope.scopes) == 1:
            return next(iter(scope.scopes))
        raise InvalidInput.of("/company", "is required: you see more than one company")

    def _require(
        self, caller: Caller, decision: Decision, company: CompanyId | None = None
    ) -> None:
        if decision.allowed:
            return
        with self.work.begin(NO_CLIENTS) as tx:
            tx.audit.log_refusal(caller, decision, "seal", "", company)
        raise Forbidden(decision.permission)

    def _due(self, only: Period | None) -> Sequence[tuple[CompanyId, Period]]:
        """List what is to be sealed, the oldest period first."""
        with self.work.begin(SYSTEM) as tx:
            return [*self._closed(tx, only)]

    def _closed(self, tx: Transaction, only: Period | None) -> Iterator[tuple[CompanyId, Period]]:
        today = business_day(self.clock.now(), self.zone)
        for company, period in tx.seals.unsealed():
            days = int(tx.settings.number(BACKDATING_DAYS, company))
            if only in (None, period) and window(period, today, days) is Window.CLOSED:
                yield company, period

    def _is_closed(self, period: Period) -> bool:
        today = business_day(self.clock.now(), self.zone)
        with self.work.begin(NO_CLIENTS) as tx:
            days = int(tx.settings.number(BACKDATING_DAYS, None))
        return window(period, today, days) is Window.CLOSED

    def _seal(self, company: CompanyId, period: Period) -> Seal | None:
        with self.work.begin(SYSTEM) as tx:
            return tx.seals.seal(company, period, self.clock.now())
