"""The made-up data as rows of tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

from clientupdater.demo_data.loading import Table
from clientupdater.demo_data.pension_numbers import pension_number
from clientupdater.demo_data.random_draws import identity
from clientupdater.demo_data.staff import OWN_ROLES, RIGHTS, Role
from clientupdater.domain.periods import Cycle, business_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime, tzinfo
    from random import Random
    from uuid import UUID

    from clientupdater.adapters.security.vault import Vault
    from clientupdater.demo_data.clients import DemoClient
    from clientupdater.demo_data.history import RowHistory
    from clientupdater.demo_data.organisation import Organisation
    from clientupdater.demo_data.staff import Person
    from clientupdater.domain.events import Promise, Snapshot, StatusEvent
    from clientupdater.domain.ids import ClientId, CompanyId, PersonId
    from clientupdater.domain.periods import Period

Record: TypeAlias = "tuple[Any, ...]"

AREAS = Table.of("areas", "id code name company_id created_at updated_at")
BRANCHES = Table.of("branches", "id code name location category created_at updated_at")
AREA_BRANCHES = Table.of("area_branches", "area_id branch_id is_primary created_at")
BRANCH_CONTACTS = Table.of(
    "branch_contacts", "id branch_id type value is_primary created_at updated_at"
)
USERS = Table.of(
    "users",
    "id email first_name last_name password_hash password_changed_at is_active deleted_at "
    "last_login_at login_count created_at updated_at",
)
USER_PERMISSIONS = Table.of(
    "user_permissions", "id user_id permission_id company_id scope by_role granted_by granted_at"
)
ROLES = Table.of("roles", "id code name description")
ROLE_GRANTS = Table.of("role_grants", "role_id permission_id scope")
USER_ROLES = Table.of("user_roles", "id user_id role_id company_id granted_by granted_at")
USER_BRANCHES = Table.of("user_branches", "user_id branch_id granted_by granted_at")
USER_AREAS = Table.of("user_areas", "user_id area_id granted_by granted_at")
CLIENTS = Table.of(
    "clients",
    "id client_code company_id full_name birth_date address contact_number contact_number_alt "
    "pension_type_id pensioner_type_id product_id branch_id par_status_id account_type_id "
    "past_due_amount loan_status is_active created_at updated_at pension_number "
    "pension_blind_index pension_last4",
)
CLIENT_ASSIGNMENTS = Table.of(
    "client_assignments",
    "id client_id officer_id assigned_from assigned_until assigned_by ended_by end_reason "
    "created_at",
)
ROWS = Table.of(
    "client_period_status",
    "id client_id company_id branch_id period_type period_year period_month period_quarter "
    "status_type_id reason_id remarks next_follow_up_on has_payment promised_on promised_amount "
    "update_count exempt_cause is_terminal terminal_at revived_at version updated_by created_at "
    "updated_at contact_branch_id contact_by done_by done_at done_on",
)
EVENTS = Table.of(
    "status_events",
    "id client_period_status_id event_sequence kind status_type_id reason_id remarks has_payment "
    "is_terminal channel occurred_at company_id branch_id next_follow_up_on promised_on "
    "promised_amount voids exempt_cause created_by created_at",
    # As they happened: the change feed's positions follow, and what is voided is there before.
    order_by=("created_at", "event_sequence"),
)
OPENINGS = Table.of(
    "period_openings",
    "id period_type period_year period_month period_quarter rows_opened clients_unmapped "
    "started_at completed_at",
)


@frozen
class RecordWriter:
    """Makes the records of each table, with the ids that the lookups have in this database."""

    rng: Random
    since: datetime
    """When the organisation was set up and its people came."""
    now: datetime
    lookups: Mapping[str, Mapping[str, UUID]]
    companies: Mapping[str, CompanyId]
    zone: tzinfo
    vault: Vault | None = None

    # --- the organisation

    def areas(self, organisation: Organisation) -> Iterator[Record]:
        for area in organisation.areas:
            company = self.companies[area.company] if area.company else None
            yield area.id, area.code, area.name, company, self.since, self.since

    def branches(self, organisation: Organisation) -> Iterator[Record]:
        for each in organisation.branches:
            described = (each.name, each.location, each.category)
            yield each.id, each.code, *described, self.since, self.since

    def area_branches(self, organisation: Organisation) -> Iterator[Record]:
        for branch in organisation.branches:
            yield branch.area.id, branch.id, True, self.since
        area, branch = organisation.shared
        yield area.id, branch.id, False, self.since

    def branch_contacts(self, organisation: Organisation) -> Iterator[Record]:
        for branch in organisation.branches:
            for kind, value in (("phone", branch.telephone), ("email", branch.email)):
                primary = kind == "phone"
                yield self._id(), branch.id, kind, value, primary, self.since, self.since

    # --- people

    def users(self, staff: Iterable[Person], hashes: Mapping[PersonId, str]) -> Iterator[Record]:
        """Give the staff; only people with a hash can sign in with a password."""
        for person in staff:
            hashed = hashes.get(person.id)
            yield (
                person.id,
                person.email,
                person.name.first,
                person.name.last,
                hashed,
                self.now if hashed else None,
                person.actor.is_active,
                self._recently(30) if person.is_deleted else None,
                *self._signed_in(person),
                self.since,
                self.now,
            )

    def grants(self, staff: Iterable[Person], by: Person) -> Iterator[Record]:
        permissions = self.lookups["permissions"]
        for person in staff:
            for grant in sorted(person.actor.grants, key=str):
                permission = permissions[grant.permission]
                granted = (permission, grant.company, grant.scope, True, by.id, self.since)
                yield self._id(), person.id, *granted

    def own_roles(self, roles: Mapping[Role, UUID]) -> tuple[list[Record], list[Record]]:
        """Give the roles of the demo's own, and their grants."""
        permissions = self.lookups["permissions"]
        grants = [
            (roles[role], permissions[grant.permission], grant.scope)
            for role in OWN_ROLES
            for grant in sorted(RIGHTS[role].over(None), key=str)
        ]
        named = [
            (roles[role], role.code, role.capitalize(), purpose)
            for role, purpose in OWN_ROLES.items()
        ]
        return named, grants

    def user_roles(
        self, staff: Iterable[Person], roles: Mapping[Role, UUID], by: Person
    ) -> Iterator[Record]:
        for person in staff:
            for company in sorted(person.has_role_over, key=str):
                yield self._id(), person.id, roles[person.role], company, by.id, self.since

    def role_ids(self) -> Mapping[Role, UUID]:
        """Find the seeded roles, and give the others an id."""
        seeded = self.lookups["roles"]
        return {role: seeded.get(role.code) or self._id() for role in Role}

    def territories(self, staff: Iterable[Person], by: Person) -> tuple[list[Record], list[Record]]:
        """Give the territories: branches, then areas."""
        granted = (by.id, self.since)
        people = [(person.id, person.actor.territory) for person in staff]
        branches = [(who, each, *granted) for who, where in people for each in where.branches]
        areas = [(who, each, *granted) for who, where in people for each in where.areas]
        return branches, areas

    # --- clients and what happened to them

    def client(self, client: DemoClient) -> Record:
        facts = client.facts
        return (
            facts.id,
            facts.code,
            facts.company,
            client.full_name,
            client.birth_date,
            client.address,
            client.contact_number,
            client.contact_number_alt,
            self._looked_up("pension_types", client.pension_type),
            self._looked_up("pensioner_types", client.pensioner_type),
            self._looked_up("products", client.product),
            facts.branch,
            self._looked_up("par_statuses", client.par_status),
            self._looked_up("account_types", client.account_type),
            client.past_due_amount,
            client.loan_status,
            facts.is_active,
            client.since,
            client.untracked_at or client.since,
            *self._sealed(facts.id, facts.code),
        )

    def assignments(self, client: DemoClient) -> Iterator[Record]:
        for each in client.assignments:
            ended = (each.by, "reassigned") if each.until else (None, None)
            lasted = (each.since, each.until, each.by)
            yield self._id(), client.facts.id, each.officer, *lasted, *ended, each.since

    def row_with_events(self, history: RowHistory) -> tuple[Record, list[Record]]:
        row_id = self._id()
        events = [self._event(row_id, history, event) for event in history.events]
        return self._row(row_id, history), events

    def opening(self, period: Period, at: datetime, rows_opened: int, unmapped: int) -> Record:
        """Give the opening of a period for all clients, which took a few seconds."""
        done = at + timedelta(seconds=2)
        return self._id(), *_period_columns(period), rows_opened, unmapped, at, done

    def _row(self, row_id: UUID, history: RowHistory) -> Record:
        row, snapshot = history.row, history.row.snapshot
        standing = snapshot.standing
        return (
            row_id,
            row.client,
            row.company,
            snapshot.branch,
            *_period_columns(row.period),
            self._looked_up("status_types", standing.status),
            self._looked_up("status_reasons", standing.reason),
            standing.remarks,
            standing.next_follow_up_on,
            snapshot.has_payment,
            *_promise_columns(snapshot.promise),
            snapshot.update_count,
            snapshot.exempt,
            snapshot.is_terminal,
            snapshot.terminal_at,
            snapshot.revived_at,
            snapshot.version,
            snapshot.updated_by,
            history.events[0].recorded_at,
            snapshot.updated_at,
            *self._credit(snapshot),
        )

    def _credit(self, snapshot: Snapshot) -> Record:
        """Give who reached the client first and who finished the row (R2)."""
        contact, done_at = snapshot.contact, snapshot.done_at
        done_on = done_at and business_day(done_at, self.zone)
        reached = (contact.branch, contact.by) if contact else (None, None)
        return *reached, snapshot.done_by, done_at, done_on

    def _event(self, row_id: UUID, history: RowHistory, event: StatusEvent) -> Record:
        return (
            self._id(),
            row_id,
            event.sequence,
            event.kind,
            self._looked_up("status_types", event.status),
            self._looked_up("status_reasons", event.reason),
            event.remarks,
            event.has_payment,
            event.is_terminal,
            event.channel,
            event.occurred_at,
            history.row.company,
            event.branch,
            event.next_follow_up_on,
            *_promise_columns(event.promise),
            event.voids,
            event.exempt,
            event.by,
            event.recorded_at,
        )

    def _signed_in(self, person: Person) -> tuple[datetime | None, int]:
        if not person.actor.is_active or not person.actor.grants:
            return None, 0
        return self._recently(4), self.rng.randint(20, 400)

    def _recently(self, days: int) -> datetime:
        return self.now - timedelta(minutes=self.rng.randint(5, days * 24 * 60))

    def _sealed(self, client: ClientId, code: str) -> Record:
        """Seal the pension number."""
        if self.vault is None:
            return (None, None, None)
        sealed = self.vault.sealed(pension_number(code), client)
        return (sealed.ciphertext, sealed.blind_index, sealed.last_four)

    def _looked_up(self, table: str, code: str | None) -> UUID | None:
        return None if code is None else self.lookups[table][code]

    def _id(self) -> UUID:
        return identity(self.rng)


def _period_columns(period: Period) -> Record:
    monthly = period.cycle is Cycle.MONTHLY
    month, quarter = (period.number, None) if monthly else (None, period.number)
    return period.cycle, period.year, month, quarter


def _promise_columns(promise: Promise | None) -> Record:
    return (promise.on, promise.amount) if promise else (None, None)
