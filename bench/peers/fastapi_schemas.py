"""What the FastAPI peer takes and answers, as pydantic models."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class FromRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class StaffMember(FromRow):
    id: UUID
    name: str


class WorklistClient(FromRow):
    id: UUID
    client_code: str
    full_name: str
    contact_number: str | None
    contact_number_alt: str | None
    branch: str
    past_due_amount: Decimal | None
    par_status: str | None


class Snapshot(FromRow):
    client_id: UUID
    client_code: str
    period: str
    period_type: str
    status: str
    reason: str | None
    remarks: str | None
    has_payment: bool
    update_count: int
    is_terminal: bool
    exempt: str | None
    next_follow_up_on: date | None
    promised_on: date | None
    promised_amount: Decimal | None
    assigned_to: StaffMember | None
    branch: str
    updated_by: StaffMember | None
    updated_at: datetime
    version: int


class WorklistItem(BaseModel):
    client: WorklistClient
    snapshot: Snapshot
    cause: str


class WorklistPage(BaseModel):
    items: list[WorklistItem]
    next_cursor: str | None
    has_more: bool


class Update(BaseModel):
    status: str
    remarks: str | None = None
    version: int


class Event(BaseModel):
    sequence: int
    kind: str
    status: str
    reason: str | None = None
    remarks: str | None
    has_payment: bool | None = None
    channel: str | None = None
    next_follow_up_on: date | None = None
    promised_on: date | None = None
    promised_amount: Decimal | None = None
    occurred_at: datetime
    recorded_at: datetime
    by: StaffMember
    branch: str
    voids: int | None = None
    voided_by: int | None = None


class RecordedUpdate(BaseModel):
    event: Event
    snapshot: Snapshot


class UserShown(BaseModel):
    id: UUID
    email: str
    first_name: str | None
    last_name: str | None
    is_active: bool
    must_change_password: bool
    locked_until: datetime | None
    last_login_at: datetime | None
    branches: list[str]
    areas: list[str]
    version: int


class GrantShown(BaseModel):
    permission: str
    company: str | None
    scope: str
    granted_at: datetime


class SessionShown(FromRow):
    id: UUID
    expires_at: datetime


class Me(BaseModel):
    user: UserShown
    grants: list[GrantShown]
    branches: list[str]
    areas: list[str]
    must_change_password: bool
    session: SessionShown
