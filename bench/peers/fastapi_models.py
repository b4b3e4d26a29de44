"""The tables that the FastAPI peer uses, as SQLAlchemy models."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import Enum, ForeignKey
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    type_annotation_map = {datetime: TIMESTAMP(timezone=True)}  # noqa: RUF012 — SQLAlchemy's way


class Branch(Base):
    __tablename__ = "branches"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]


class Area(Base):
    __tablename__ = "areas"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]


class Company(Base):
    __tablename__ = "companies"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]


class Permission(Base):
    __tablename__ = "permissions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]


class ParStatus(Base):
    __tablename__ = "par_statuses"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]


class StatusType(Base):
    __tablename__ = "status_types"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]


class StatusReason(Base):
    __tablename__ = "status_reasons"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]


class UserBranch(Base):
    __tablename__ = "user_branches"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branches.id"), primary_key=True)


class UserArea(Base):
    __tablename__ = "user_areas"
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("areas.id"), primary_key=True)


class Grant(Base):
    __tablename__ = "user_permissions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    permission_id: Mapped[UUID] = mapped_column(ForeignKey("permissions.id"))
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id"))
    scope: Mapped[str] = mapped_column(
        Enum("self", "branch", "area", "all", name="permission_scope")
    )
    granted_at: Mapped[datetime]
    permission: Mapped[Permission] = relationship()
    company: Mapped[Company | None] = relationship()


class User(Base):
    __tablename__ = "users"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    is_active: Mapped[bool]
    must_change_password: Mapped[bool]
    locked_until: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    version: Mapped[int]
    deleted_at: Mapped[datetime | None]
    branches: Mapped[list[Branch]] = relationship(secondary="user_branches")
    areas: Mapped[list[Area]] = relationship(secondary="user_areas")
    grants: Mapped[list[Grant]] = relationship()

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.email


class UserSession(Base):
    __tablename__ = "user_sessions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    session_token: Mapped[str]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()


class Client(Base):
    __tablename__ = "clients"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_code: Mapped[str]
    full_name: Mapped[str]
    contact_number: Mapped[str | None]
    contact_number_alt: Mapped[str | None]
    past_due_amount: Mapped[Decimal | None]
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branches.id"))
    par_status_id: Mapped[UUID | None] = mapped_column(ForeignKey("par_statuses.id"))
    assigned_to: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    branch: Mapped[Branch] = relationship()
    par_status: Mapped[ParStatus | None] = relationship()
    officer: Mapped[User | None] = relationship()


class PeriodStatus(Base):
    __tablename__ = "client_period_status"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"))
    company_id: Mapped[UUID]
    branch_id: Mapped[UUID] = mapped_column(ForeignKey("branches.id"))
    home_branch_id: Mapped[UUID | None]
    period: Mapped[str]
    period_type: Mapped[str] = mapped_column(Enum("monthly", "quarterly", name="period_type"))
    status_type_id: Mapped[UUID] = mapped_column(ForeignKey("status_types.id"))
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("status_reasons.id"))
    remarks: Mapped[str | None]
    has_payment: Mapped[bool]
    update_count: Mapped[int]
    is_terminal: Mapped[bool]
    exempt_cause: Mapped[str | None]
    next_follow_up_on: Mapped[date | None]
    promised_on: Mapped[date | None]
    promised_amount: Mapped[Decimal | None]
    is_open: Mapped[bool]
    due_on: Mapped[date]
    work_rank: Mapped[int]
    updated_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    client: Mapped[Client] = relationship()
    branch: Mapped[Branch] = relationship()
    status: Mapped[StatusType] = relationship()
    reason: Mapped[StatusReason | None] = relationship()
    author: Mapped[User | None] = relationship()
    # An update with another version than the one that was read matches no row: StaleDataError.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class StatusEvent(Base):
    __tablename__ = "status_events"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    client_period_status_id: Mapped[UUID] = mapped_column(ForeignKey("client_period_status.id"))
    event_sequence: Mapped[int]
    kind: Mapped[str]
    status_type_id: Mapped[UUID] = mapped_column(ForeignKey("status_types.id"))
    remarks: Mapped[str | None]
    occurred_at: Mapped[datetime]
    created_at: Mapped[datetime]
    company_id: Mapped[UUID]
    branch_id: Mapped[UUID]
    created_by: Mapped[UUID | None]
