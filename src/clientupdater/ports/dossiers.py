"""What is held about one client beside its periods, changes and accesses."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from attrs import define, field, frozen

from clientupdater.ports.lists import StaffMember


@define
class HeldClient:
    """The client itself, deleted or not."""

    id: UUID
    client_code: str
    full_name: str = field(repr=False)
    address: str | None = field(repr=False)
    company: str
    branch: str
    product: str | None
    pension_type: str | None
    pensioner_type: str | None
    par_status: str | None
    account_type: str | None
    pension_number_masked: str | None = field(repr=False)
    birth_date: date | None = field(repr=False)
    contact_number: str | None = field(repr=False)
    contact_number_alt: str | None = field(repr=False)
    past_due_amount: Decimal | None
    loan_status: str | None
    is_active: bool
    sync_source: str | None
    last_synced_at: datetime | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    version: int


@define
class HeldSource:
    """What is kept of a source that knows the client."""

    source: str
    contact_number: str | None = field(repr=False)
    contact_number_alt: str | None = field(repr=False)
    source_version: datetime | None
    missing_count: int
    last_seen_at: datetime | None
    created_at: datetime


@define
class HeldAssignment:
    """An officer who looked after the client, and when."""

    officer: StaffMember
    assigned_from: datetime
    assigned_until: datetime | None
    assigned_by: StaffMember | None
    end_reason: str | None


@define
class HeldReject:
    """A record of a source about the client that could not be taken, as it came."""

    rejected_at: datetime
    sync_job: UUID
    row: int
    record: dict[str, Any] = field(repr=False)
    reasons: list[Any]


@frozen(kw_only=True)
class Holdings:
    """All of it together."""

    client: HeldClient
    sources: tuple[HeldSource, ...]
    assignments: tuple[HeldAssignment, ...]
    rejects: tuple[HeldReject, ...]
