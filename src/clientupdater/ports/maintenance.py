"""What maintenance of the database reports to operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from datetime import datetime


@frozen
class Migration:
    """One migration, and when it was applied to this database (None: not yet)."""

    version: int
    name: str
    applied_at: datetime | None


@frozen
class Finding:
    """One fault of the database: what, where, and what to do about it."""

    what: str
    where: str
    remedy: str
