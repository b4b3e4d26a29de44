"""What the business configures, over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.ids import CompanyId
from clientupdater.domain.settings_values import effective_number, effective_text
from clientupdater.domain.statuses import Reason, Status, StatusCatalogue

if TYPE_CHECKING:
    from decimal import Decimal

    from clientupdater.adapters.postgres.core.connect import Connection

QUERIES = named_queries("configuration/settings.sql")


@frozen
class PostgresBusinessSettings:
    """Implements `BusinessSettings`."""

    _connection: Connection

    def number(self, key: str, company: CompanyId | None) -> Decimal:
        return effective_number(key, self._rows(key, company), company)

    def text(self, key: str, company: CompanyId | None) -> str:
        return effective_text(key, self._rows(key, company), company)

    def statuses(self) -> StatusCatalogue:
        cursor = self._connection.execute(QUERIES["statuses"])
        return StatusCatalogue(_status(*columns) for columns in cursor.fetchall())

    def _rows(self, key: str, company: CompanyId | None) -> dict[tuple[str, CompanyId | None], str]:
        cursor = self._connection.execute(QUERIES["settings"], {"key": key, "company": company})
        return {(name, of): value for name, of, value in cursor}


def _status(
    code: str, sequence: int, active: Any, company: Any, reasons: list[dict[str, Any]]
) -> Status:
    return Status(
        code=code,
        sequence=sequence,
        reasons=tuple(Reason(**reason) for reason in reasons),
        companies=frozenset({CompanyId(company)} if company else ()),
        is_active=active,
    )
